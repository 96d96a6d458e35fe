from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import yaml
from judged_changes import (
    HOSTILE,
    TODAY,
    created,
    deleted_database,
    hostile,
    renamed_parameter,
    resized_database,
    verdict,
    word,
)
from markdown_it import MarkdownIt
from markdown_it.token import Token

from changes.guard import decide
from changes.judge import judge
from changes.preview_file import parse
from changes.refresh import change
from reports.as_markdown import LIMIT, MARKER, OUTPUT, markdown
from reports.markdown_text import code, length, prose
from scripts.drift import verdict as drifted
from tests.changes.previews import both, document

PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def tokens(text: str) -> list[Token]:
    """All tokens, those within lines too."""
    return [one for token in PARSER.parse(text) for one in (token, *(token.children or ()))]


def markup(text: str) -> list[str]:
    """The HTML that stands in the text as HTML."""
    return [token.content.strip() for token in tokens(text) if token.type in ("html_block", "html_inline")]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("hr", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_marker_is_the_first_line_and_the_summary_comes_first() -> None:
    found = markdown([verdict(deleted_database()), verdict(stack="dev")]).splitlines()
    assert found[0] == MARKER
    assert found[1] == "## Changes of the infrastructure: refused"
    rows = [line for line in found if line.startswith("|")]
    assert len({line.count("|") for line in rows}) == 1
    assert rows[2].startswith("| `prod` | **refused** | 1 deleted | 1 |")
    assert rows[3].startswith("| `dev` | **no changes** | nothing |")


def test_what_the_guard_looks_at_is_open_and_the_rest_is_folded_away() -> None:
    words = [word("database-deleted", "db")]
    found = markdown([verdict(deleted_database(), deleted_database("other"), resized_database(), words=words)])
    before, _, after = found.partition("<details>")
    assert "**refused** data loss: deletes the database (other)" in before
    assert "acknowledged until 2026-12-31: restored beside it" in before
    assert "goes from db.t4g.medium" not in before
    assert "goes from db.t4g.medium" in after
    assert markup(found) == [MARKER, "<details><summary>1 that wait for nobody</summary>", "</details>"]


def test_what_aws_told_of_a_property_is_not_shown_where_its_diff_is_not_one_of_inputs() -> None:
    sides = both("update", {"a": "1"}, {"a": "2", "domain": "asked-for"}, detailedDiff={
        "a": {"kind": "update"}, "domain": {"kind": "update", "inputDiff": False}
    })  # fmt: skip
    sides["oldState"]["outputs"] = {"a": "1", "domain": "d111.cloudfront.net"}
    change = parse(document(sides, update=1), stack="dev", origin="x")
    found = markdown([decide(judge(change), (), today=TODAY)])
    assert f"`domain`: {OUTPUT} → `asked-for`" in found
    assert "`a`: `1` → `2`" in found
    assert "d111" not in found


def test_of_drift_the_inputs_are_shown_and_the_outputs_are_not() -> None:
    sides = both("refresh", {"forceDestroy": False}, {})
    sides["oldState"]["outputs"] = {"forceDestroy": False, "acl": "private"}
    sides["newState"]["outputs"] = {"forceDestroy": True, "acl": "public-read"}
    found = markdown([drifted(change({"steps": [sides]}, stack="dev"))])
    assert "`forceDestroy`: `false` → `true`" in found
    assert f"`acl`: {OUTPUT} → {OUTPUT}" in found
    assert "private" not in found


def test_the_lines_to_write_are_yaml() -> None:
    found = markdown([verdict(deleted_database())])
    block = re.search(r"```yaml\n(.*?)```", found, re.DOTALL)
    assert block
    assert yaml.safe_load(block[1])[0]["rule"] == "database-deleted"


@pytest.mark.slow
def test_5000_steps_are_under_the_limit_and_the_gravest_are_kept() -> None:
    steps = [renamed_parameter("a" * 500, "b" * 500, name=f"p{index}" + "x" * 200) for index in range(4999)]
    found = markdown([verdict(*steps, deleted_database())])
    assert length(found) < LIMIT
    assert length(found) > LIMIT * 0.9
    assert "deletes the database" in found
    left = re.search(r"\*\*(\d+) more, the least grave, are left out here;\*\* `--format html --out F`", found)
    assert left
    shown = found.count("\n- cosmetic: ")
    assert int(left[1]) + shown + 1 == len(verdict(*steps, deleted_database()).report.judgements)


@pytest.mark.parametrize("number", [3, 200])
def test_many_environments_are_under_the_limit_too(number: int) -> None:
    many = [verdict(*(deleted_database(f"db-{n}") for n in range(60)), stack=f"env-{n}" * 20) for n in range(number)]
    found = markdown(many)
    assert length(found) < LIMIT
    assert ("more environments are left out" in found) == (number > 30)


def test_a_new_environment_is_counted_by_component() -> None:
    found = markdown([verdict(*created(200))])
    assert "200 are created" in found
    assert "Alarms: Alarm ×100" in found  # noqa: RUF001 - the multiplication sign is meant
    assert len(found) < 3000


def test_hostile_texts_make_no_markup_of_their_own() -> None:
    found = markdown([hostile()])
    assert set(markup(found)) <= {MARKER, "</details>"} | {one for one in markup(found) if "that wait" in one}
    kinds = {token.type for token in tokens(found)}
    assert not kinds & {"link_open", "image", "hr", "s_open", "em_open", "code_block", "blockquote_open"}
    headings = [token for token in tokens(found) if token.type == "heading_open"]
    assert [token.tag for token in headings] == ["h2", "h3"]
    fences = [token for token in tokens(found) if token.type == "fence"]
    assert [token.info for token in fences] == ["yaml"]


def test_hostile_texts_end_nothing_that_they_stand_in() -> None:
    reader = _Tags()
    reader.feed(PARSER.render(markdown([hostile()])))
    assert reader.open == []
    assert not reader.seen & {"script", "img", "a", "iframe"}


def test_hostile_texts_mention_nobody_and_refer_to_nothing() -> None:
    for token in tokens(markdown([hostile()])):
        if token.type in ("text", "inline") and not token.children:  # code spans are safe by themselves
            assert not re.search(r"@\w|#\d|://\w|www\.|GH-\d", token.content)


def test_a_row_of_the_summary_has_as_many_cells_with_a_hostile_name() -> None:
    rows = [token for token in tokens(markdown([hostile()])) if token.type == "td_open"]
    assert len(rows) == 10


@pytest.mark.parametrize("text", [HOSTILE, "`", "``` `a", " x ", "a|b", "", "\n", "\\", "`\\`"])
def test_a_code_span_shows_just_the_text(text: str) -> None:
    inline = PARSER.parseInline(f"before {code(text)} after")[0].children
    assert inline
    assert [one.type for one in inline] == (
        ["text", "code_inline", "text"] if text.strip() or text == "\n" else ["text"]
    )


@pytest.mark.parametrize("text", [HOSTILE, "_a_ *b* ~~c~~ [x]: y", "a\\`b`", "<!-- x -->", "&lt;b&gt; &#64;x"])
def test_prose_is_text(text: str) -> None:
    inline = PARSER.parseInline(f"before {prose(text)} after")[0].children
    assert {one.type for one in inline or ()} <= {"text", "text_special"}


def test_no_control_or_invisible_character_of_others_gets_in() -> None:
    found = markdown([hostile()])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b\ud800]", found)
