from __future__ import annotations

import re

import pytest

from changes.judge import RULES
from changes.meanings import MEANINGS
from reports import docs
from reports.examples import EXAMPLES, diff, verdict


@pytest.mark.slow
@pytest.mark.parametrize(("name", "allowed", "risks"), [
    ("harmless", True, {"cosmetic"}),
    ("risky", True, {"downtime", "cost"}),
    ("refused", False, {"data loss", "security"}),
])  # fmt: skip
def test_each_example_is_what_it_is_called(name: str, allowed: bool, risks: set[str]) -> None:
    found = verdict(name)
    assert found.allowed is allowed
    assert {one.risk for one in found.report.judgements} == risks


@pytest.mark.slow
def test_each_example_is_shown_in_every_format() -> None:
    found = docs.docs()
    for one in EXAMPLES:
        part = re.split(r"\n## (?:A \w+ change|To allow)", found.partition(f"## A {one.name} change")[2])[0]
        kinds = re.findall(r"^`{3,4}(\w+)$", part, re.MULTILINE)
        assert [kind for kind in kinds if kind != "yaml"] == ["diff", "text", "markdown", "json"]
        assert f"](changes-{one.name}.svg)" in part


@pytest.mark.slow
def test_the_readme_has_the_refused_one_on_its_first_screen() -> None:
    lines = docs.readme().splitlines()
    at = next(index for index, line in enumerate(lines) if "prod: REFUSED. 1 would lose data" in line)
    assert at < 45
    assert all(len(line) <= 4 + docs.WIDTH for line in lines[at : at + docs.FIRST_SCREEN])


def test_an_edit_is_shown_as_git_shows_it() -> None:
    assert [line for line in diff(EXAMPLES[1]).splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-    instance_class: db.t4g.medium",
        "+    instance_class: db.t4g.large",
    ]


def test_every_rule_and_every_type_is_in_the_tables() -> None:
    rules, types = list(docs.rules()), list(docs.roles())
    assert all(any(f"| `{one.id}` |" in row for row in rules) for one in RULES)
    assert all(any(f"`{one.word}-…`" in row for row in types) for one in MEANINGS.values())
    for rows in (rules, types):
        assert len({row.count("|") for row in rows if row.startswith("|") and "\n" not in row}) == 1
