from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from judged_changes import (
    ALARM,
    DATABASE,
    HOSTILE,
    component,
    created,
    deleted_database,
    hostile,
    node,
    renamed_parameter,
    resized_database,
    step,
    verdict,
    word,
)

from changes.change import Verdict
from reports.as_html import page, picture

VOID = {"meta", "br", "hr", "img", "input", "link"}
NEEDS_NO_END = {"rect", "path"}


class Page(HTMLParser):
    """A page as a reader takes it: its tags are closed, and these are its ids, links and texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs)
        self.tags.append((tag, found))
        self.ids += [found["id"]] if found.get("id") else []  # type: ignore[list-item] # it is a text there
        self.links += [found] if tag == "a" else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID | NEEDS_NO_END
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def several() -> list[Verdict]:
    gone, resized = deleted_database(), resized_database()
    words = [word("database-deleted", "db", stack="dev")]
    return [
        verdict(gone, resized, renamed_parameter("a", "b"), *created(30), beside=[component("database")]),
        verdict(gone, stack="dev", words=words, beside=[component("database")]),
        verdict(stack="test"),
    ]


@pytest.fixture(scope="module")
def shown() -> Page:
    return Page(page(several()))


def test_every_link_leads_to_something_on_the_page_and_every_id_is_there_once(shown: Page) -> None:
    assert len(shown.ids) == len(set(shown.ids))
    targets = [link["href"] for link in shown.links]
    assert len(targets) > 8
    assert {target and target.removeprefix("#") for target in targets} <= set(shown.ids)
    assert all(target and target.startswith("#") for target in targets)


def test_nothing_is_loaded_and_nothing_runs(shown: Page) -> None:
    assert {tag for tag, _ in shown.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "use",
        "image",
    } == set()
    wrong = {"src", "srcset", "style", "action", "xlink:href"}
    assert [name for _, found in shown.tags for name in found if name in wrong or name.startswith("on")] == []
    assert "url(" not in page(several())
    assert "@import" not in page(several())


def test_the_policy_allows_its_own_style_sheet_alone(shown: Page) -> None:
    policy = next(found["content"] for tag, found in shown.tags if tag == "meta" and "http-equiv" in found)
    style = re.search(r"<style>(.*?)</style>", page(several()), re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert page(several()).count("<style>") == 1


def test_a_changed_resource_in_the_drawing_leads_to_its_judgement() -> None:
    found = page([verdict(resized_database())])
    link = re.search(r'<a class="step update passes" href="#([^"]+)" aria-label="([^"]+)"', found)
    assert link
    assert link[2] == "~ RDS instance main-db downtime, changed"
    article = re.search(rf'<article id="{link[1]}".*?</article>', found, re.DOTALL)
    assert article
    assert "goes from db.t4g.medium to db.t4g.large" in article[0]


def test_a_resource_is_marked_by_what_is_refused_before_what_is_acknowledged() -> None:
    both = step(
        "update",
        node(DATABASE, "db", {"deletionProtection": True, "publiclyAccessible": False}),
        node(DATABASE, "db", {"deletionProtection": False, "publiclyAccessible": True}),
    )
    found = page([verdict(both, words=[word("deletion-protection-off", "db")])])
    assert re.findall(r'<a class="step (\w+ \w+)" .*?<g class="tag ([\w-]+)">', found, re.DOTALL) == [
        ("update refused", "security")
    ]


def test_the_drawing_says_what_is_done_without_colour() -> None:
    top = component("database")
    steps = [
        step("delete", node(DATABASE, "gone", parent=top), None),
        step("create", None, node(DATABASE, "new", parent=top)),
        step("replace", node(ALARM, "old"), node(ALARM, "old", {"name": "x"})),
    ]
    found = page([verdict(*steps, beside=[top])])
    marked = dict(re.findall(r'<a class="step (\w+) .*?<text class="sign"[^>]*>(.)</text>', found, re.DOTALL))
    assert marked == {"delete": "−", "create": "+", "replace": "±"}  # noqa: RUF001 - the minus sign is meant
    assert re.search(r'class="step delete refused".*?<path d="M[^"]+l4 -8l4 8z"/>', found, re.DOTALL)
    assert [words for words in ("data loss", "downtime") if f">{words}</text>" in found] == ["data loss", "downtime"]


def test_resources_that_go_or_come_with_another_are_marked_too() -> None:
    bucket = node("aws:s3/bucket:Bucket", "files")
    part = node("aws:s3/bucketVersioning:BucketVersioning", "files-versions")
    part = type(part)(**{**part.__dict__, "property_dependencies": {"bucket": (bucket.urn,)}})
    found = Page(page([verdict(step("delete", bucket, None), step("delete", part, None))]))
    marked = [link for link in found.links if (link.get("class") or "").startswith("step delete")]
    assert [link["href"] for link in marked] == ["#e0-0-0", "#e0-folded"]


def test_what_the_drawing_leaves_out_is_named_below_it() -> None:
    provider = node("pulumi:providers:aws", "aws", {"region": "us-east-1"})
    other = node("pulumi:providers:aws", "aws", {"region": "us-west-2"})
    found = page([verdict(step("update", provider, other))])
    assert re.search(r'Not drawn: <a href="#e0-0-0">aws</a>', found)


def test_a_preview_that_is_not_whole_draws_what_it_knows_and_says_so() -> None:
    found = page([verdict(resized_database(), whole=False, warnings=("only steps",))])
    assert "Only what the preview tells of" in found
    assert "The platform after the change" not in found
    assert ">Database</text>" in found.replace("\n", "")
    assert '<p class="note">only steps</p>' in found


def test_the_counts_and_the_verdict_are_told_for_each_environment(shown: Page) -> None:
    badges = [
        found.get("class") for tag, found in shown.tags if tag == "span" and "badge" in (found.get("class") or "")
    ]
    assert badges == ["badge refused", "badge allowed", "badge no-changes"]
    assert "1 would lose data" in shown.text
    assert "30 are created: Alarms 15, Log groups: logs 15" in shown.text
    assert "Acknowledged: restored beside it (ack:1, until 2026-12-31)" in shown.text
    assert "--acknowledge 'database-deleted:db=why you want it'" in shown.text


def test_hostile_texts_are_text() -> None:
    plain = {(tag, *sorted(found)) for tag, found in Page(page([hostile_without_malice()])).tags}
    found = Page(page([hostile()]))
    assert {(tag, *sorted(attributes)) for tag, attributes in found.tags} <= plain
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b\ud800]", page([hostile()]))
    assert HOSTILE.splitlines()[0] in found.text


def hostile_without_malice() -> Verdict:
    """The same change with harmless texts: the same tags with the same attributes."""
    harmless = str.maketrans({letter: "x" for letter in set(HOSTILE) if not letter.isalnum()})
    import judged_changes

    before = judged_changes.HOSTILE
    try:
        judged_changes.HOSTILE = before.translate(harmless)
        return hostile()
    finally:
        judged_changes.HOSTILE = before


def test_the_picture_stands_by_itself_and_is_xml() -> None:
    from xml.etree import ElementTree

    for one in (verdict(resized_database()), hostile()):
        found = ElementTree.fromstring(picture(one, heading=HOSTILE))  # noqa: S314 - our own
        assert found.tag.endswith("svg")
        assert found.find("{http://www.w3.org/2000/svg}style") is not None


def test_5000_steps_make_a_page() -> None:
    assert len(Page(page([verdict(*created(5000))])).ids) > 5000
