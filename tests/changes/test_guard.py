"""What the guard lets pass, and the file of what somebody wants all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from small_changes import change, changed, node

from changes.acknowledgements import FILE, load, typed
from changes.change import Acknowledgement, Verdict
from changes.guard import decide
from changes.judge import judge
from infra.errors import PlatformError

TODAY = date(2026, 11, 25)
REPORT = judge(
    change(changed(node("rds/instance:Instance", "database-instance"), None), changed(None, node("s3/bucket:Bucket")))
)
ENTRY = """
- environment: prod
  resource: database-instance
  rule: database-deleted
  reason: moved to another account
  until: {until}
"""


def verdict(tmp_path: Path, text: str) -> Verdict:
    file = tmp_path / FILE
    file.write_text(text)
    return decide(REPORT, load(file, today=TODAY), today=TODAY)


def test_what_loses_data_is_refused_and_what_does_not_is_not() -> None:
    found = decide(REPORT, (), today=TODAY)
    assert [one.rule for one in found.refused] == ["database-deleted"]
    assert not found.allowed
    harmless = judge(change(changed(None, node("s3/bucket:Bucket"))))
    assert decide(harmless, (), today=TODAY).allowed


def test_an_acknowledgement_lets_it_pass_until_the_end_of_its_day(tmp_path: Path) -> None:
    found = verdict(tmp_path, ENTRY.format(until="2026-11-25"))
    assert found.allowed
    assert [word.reason for _, word in found.acknowledged] == ["moved to another account"]
    assert found.acknowledged[0][1].source == f"{FILE}:2"


def test_one_may_count_for_a_year(tmp_path: Path) -> None:
    assert verdict(tmp_path, ENTRY.format(until="2027-11-26")).allowed


def test_an_expired_one_is_refused(tmp_path: Path) -> None:
    found = verdict(tmp_path, ENTRY.format(until="2026-11-24"))
    assert not found.allowed
    assert (len(found.refused), len(found.expired)) == (1, 1)


@pytest.mark.parametrize("word", ["database-replaced", "protect-off"])
def test_one_of_another_rule_lets_nothing_pass_and_is_unused(word: str) -> None:
    found = decide(REPORT, [typed(f"{word}:database-instance=why", "prod")], today=TODAY)
    assert not found.allowed
    assert len(found.unused) == 1


def test_a_name_that_two_have_lets_neither_pass_and_the_urn_lets_one() -> None:
    two = [node("rds/instance:Instance", "one"), node("rds/instance:Instance", "one", region="eu-west-1")]
    two[1] = replace(two[1], urn=two[1].urn.replace("platform::", "platform::platform:components:Copy$"))
    report = judge(change(*(changed(one, None) for one in two)))
    by_name = decide(report, [typed("database-deleted:one=why", "prod")], today=TODAY)
    assert (len(by_name.refused), len(by_name.unused)) == (2, 1)
    by_urn = decide(report, [typed(f"database-deleted:{two[0].urn}=why", "prod")], today=TODAY)
    assert [one.step.node.urn for one in by_urn.refused] == [two[1].urn]


def test_one_of_another_environment_is_not_looked_at() -> None:
    found = decide(REPORT, [typed("database-deleted:database-instance=why", "dev")], today=TODAY)
    assert (len(found.refused), found.unused) == (1, ())


def test_one_of_an_account_of_the_same_name_is_not_looked_at_nor_the_other_way_round(tmp_path: Path) -> None:
    entry = ENTRY.format(until="2026-12-01")
    found = verdict(tmp_path, entry.replace("environment: prod", "account: prod"))
    assert (len(found.refused), found.unused) == (1, ())
    account = replace(REPORT, change=replace(REPORT.change, stack="account prod"))
    assert not decide(account, load(tmp_path / FILE, today=TODAY)[:0], today=TODAY).allowed
    assert decide(account, load(tmp_path / FILE, today=TODAY), today=TODAY).allowed
    (tmp_path / FILE).write_text(entry)
    assert not decide(account, load(tmp_path / FILE, today=TODAY), today=TODAY).allowed


def test_a_typed_one_is_read_and_counts_by_urn_too() -> None:
    urn = REPORT.change.steps[0].node.urn
    found = typed(f"database-deleted:{urn}=moved = done", "prod")
    assert found == Acknowledgement(
        stack="prod", resource=urn, rule="database-deleted", reason="moved = done", until=None,
        source="--acknowledge",
    )  # fmt: skip
    assert decide(REPORT, [found], today=TODAY).allowed


@pytest.mark.parametrize("text", ["", "database-deleted", "database-deleted:x", "database-deleted:x=", ":x=y", "A:x=y"])
def test_a_typed_one_without_a_reason_or_a_name_is_refused(text: str) -> None:
    with pytest.raises(PlatformError, match="write RULE:RESOURCE=REASON"):
        typed(text, "prod")


BAD = {
    "environment: prod": "write a list of acknowledgements",
    "- just words": "docs/changes.md",
    ENTRY.format(until="soon"): f"{FILE}:2: until",
    ENTRY.format(until="2026-12-01") + "  extra: 1\n": f"{FILE}:2: extra",
    ENTRY.replace("  until: {until}\n", ""): f"{FILE}:2: until: Field required",
    ENTRY.format(until="2026-12-01").replace("moved to another account", "' '"): f"{FILE}:2: reason",
    ENTRY.format(until="2026-12-01") * 2: "is acknowledged twice",
    ENTRY.format(until="2027-02-30"): "is no YAML",
    ENTRY.format(until="2027-11-27"): "2027-11-27 is more than a year ahead; write 2027-11-26 or an earlier day",
    ENTRY.format(until="9999-12-31"): "is more than a year ahead",
    ENTRY.format(until="2026-12-01") + "  until: 2026-12-02\n": f"{FILE}:2: until is written twice",
    ENTRY.format(until="2026-12-01") + "  rule: protect-off\n": f"{FILE}:2: rule is written twice",
    ENTRY.format(until="!!timestamp x"): "is no YAML",
    "- !!bool maybe": "is no YAML: a value is none of its tag",
    '- resource: !!float ""': "is no YAML: a value is none of its tag",
    ENTRY.format(until="2026-12-01") + "  account: main\n": f"{FILE}:2: write `environment:`, or `account:`",
    ENTRY.format(until="2026-12-01").replace("environment: prod", "account: ''"): f"{FILE}:2: account",
    ENTRY.format(until="2026-12-01").replace("environment: prod", "environment: null"): "neither is written",
    ENTRY.format(until="2026-12-01").replace(
        "environment: prod", "environment: account main"
    ): f"{FILE}:2: environment",
    "- [": "is no YAML",
    "- *nobody": "is no YAML",
    "[" * 5000: "is no YAML",
    "\x00": "is no YAML",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(PlatformError) as refused:
        verdict(tmp_path, text)
    assert BAD[text] in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_no_file_and_an_empty_one_acknowledge_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / FILE) == ()
    (tmp_path / FILE).write_text("# nothing yet\n")
    assert load(tmp_path / FILE) == ()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlatformError, match="cannot be read"):
        load(tmp_path / "binary")
    with pytest.raises(PlatformError, match="cannot be read"):
        load(tmp_path)
