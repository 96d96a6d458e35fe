from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
import yaml
from judged_changes import (
    ALARM,
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

from changes.acknowledgements import load, typed
from reports.report import text


def told(*steps: object, **more: object) -> str:
    return text([verdict(*steps, **more)], guard=True)  # type: ignore[arg-type] # as verdict takes them


def test_the_first_line_says_it_all() -> None:
    found = told(deleted_database(), resized_database(), renamed_parameter("a", "b"), *created(2))
    counts = "1 would lose data, 1 would interrupt or weaken the service, 3 cosmetic"
    assert found.splitlines()[0] == f"prod: REFUSED. {counts}"
    assert found.splitlines()[1] == "main..HEAD: 2 created, 2 changed, 1 deleted"


def test_without_the_guard_it_says_what_the_guard_would_do() -> None:
    found = text([verdict(deleted_database())], guard=False).splitlines()[0]
    assert found.startswith("prod: would be REFUSED by the guard. 1 would lose data")
    assert text([verdict(renamed_parameter("a", "b"))], guard=False).splitlines()[0] == "prod: allowed. 1 cosmetic"
    assert text([verdict()], guard=True).splitlines()[0] == "prod: no changes"


def test_the_gravest_comes_first() -> None:
    found = told(resized_database(), renamed_parameter("a", "b"), deleted_database())
    headings = re.findall(r"^([A-Z ]+) \(\d+\)", found, re.MULTILINE)
    assert headings == ["DATA LOSS", "DOWNTIME", "COSMETIC"]


def test_within_a_risk_what_is_refused_comes_first_then_by_name() -> None:
    names = ("a", "b", "c", "d")
    found = told(*(deleted_database(f"db-{name}") for name in names), words=[word("database-deleted", "db-b")])
    assert re.findall(r"(\w+) +deletes the database \(db-(.)\)", found) == [
        ("REFUSED", "a"), ("REFUSED", "c"), ("REFUSED", "d"), ("acknowledged", "b")
    ]  # fmt: skip


def test_a_judgement_names_resource_component_rule_properties_and_remedy() -> None:
    found = told(resized_database())
    assert "the database (main-db) goes from db.t4g.medium to db.t4g.large" in found
    assert "RDS instance main-db, in Database; rule database-resized" in found
    assert "instanceClass: db.t4g.medium -> db.t4g.large" in found
    assert "instead or first: do it in a quiet hour" in found


def test_what_depends_on_it_is_counted_and_the_first_are_named() -> None:
    gone = deleted_database()
    assert gone.before is not None
    beside = [node(ALARM, f"alarm-{index}", {"db": "x"}) for index in range(7)]
    users = [type(one)(**{**one.__dict__, "dependencies": (gone.before.urn,)}) for one in beside]
    found = told(gone, beside=users)
    assert "7 depend on it: alarm-0, alarm-1, alarm-2, alarm-3, alarm-4 and 2 more" in found
    assert "1 depends on it: alarm-0" in told(gone, beside=users[:1])


def test_what_it_says_to_type_and_to_write_is_what_is_taken(tmp_path: object) -> None:
    found = told(deleted_database("it's db"))
    option = next(line for line in found.splitlines() if "--acknowledge" in line).partition(": ")[2]
    name, value = shlex.split(option)
    assert name == "--acknowledge"
    said = typed(value, "prod")
    assert (said.rule, said.resource) == ("database-deleted", "it's db")
    lines = found[found.index("- environment") :].replace("YYYY-MM-DD", "2026-12-31")
    file = tmp_path / "changes.ack.yaml"  # type: ignore[operator] # pytest's Path
    file.write_text(lines)
    assert verdict(deleted_database("it's db"), words=load(file)).allowed


def test_what_it_says_to_write_for_the_account_project_counts_for_that(tmp_path: Path) -> None:
    found = text([verdict(deleted_database(), stack="account prod")], guard=True)
    assert found.startswith("account prod: REFUSED")
    lines = found[found.index("- account: prod") :].replace("YYYY-MM-DD", "2026-12-31")
    (tmp_path / "changes.ack.yaml").write_text(lines)
    words = load(tmp_path / "changes.ack.yaml")
    assert verdict(deleted_database(), stack="account prod", words=words).allowed
    assert not verdict(deleted_database(), stack="prod", words=words).allowed


def test_an_acknowledged_change_shows_who_says_why_and_until_when() -> None:
    found = told(deleted_database(), words=[word("database-deleted", "db")])
    assert found.startswith("prod: allowed.")
    assert "acknowledged deletes the database (db)" in found
    assert "acknowledged: restored beside it (ack:1, until 2026-12-31)" in found
    assert "--acknowledge" not in found
    typed_in = word("database-deleted", "db", until=None)
    assert "(ack:1, for this command)" in told(deleted_database(), words=[typed_in])


def test_an_acknowledgement_that_does_not_serve_is_named() -> None:
    found = told(deleted_database(), words=[word("database-deleted", "db", until=date(2026, 5, 31)), word("x", "y")])
    assert "ack:1: the acknowledgement of database-deleted for db expired" in found
    assert "ack:1: the acknowledgement of x for y fits nothing in this change" in found


def test_a_whole_new_environment_is_counted_by_component_and_type() -> None:
    found = told(*created(200))
    assert "200 are created" in found
    assert "Alarms: Alarm x100" in found
    assert "Log groups: logs: Alarm x100" in found
    assert len(found.splitlines()) < 20
    assert text([verdict(*created(200))], guard=True, verbose=True).count("creates the alarm") == 200


def test_noise_is_one_line_for_each_reason_until_it_is_asked_for() -> None:
    tops = [component(f"part-{index}", "Media") for index in range(9)]
    steps = [step("create", None, top) for top in tops]
    folded = verdict(*steps)
    brief, whole = (text([folded], guard=True, verbose=verbose) for verbose in (False, True))
    assert "FOLDED (9) (--verbose lists them)" in brief
    assert "- 9: a component: it groups resources, and is nothing at AWS" in brief
    assert "part-3" not in brief
    assert "part-3" in whole


def test_several_environments_stand_one_below_the_other() -> None:
    both = [verdict(deleted_database(), stack="dev"), verdict(stack="prod")]
    found = text(both, guard=True)
    assert found.startswith("dev: REFUSED")
    assert "\n\nprod: no changes\n" in found


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_narrow_terminal_gets_whole_words_and_what_is_to_be_copied_in_one_line(width: int) -> None:
    found = text([verdict(deleted_database())], guard=True, width=width)
    long = [line for line in found.splitlines() if len(line) > width]
    assert all("--acknowledge" in line or "until: YYYY" in line for line in long)
    assert "the database (db)" in " ".join(found.split())
    assert not any(line != line.rstrip() for line in found.splitlines())
    assert yaml.safe_load(found[found.index("- environment") :])[0]["resource"] == "db"


def test_no_text_of_others_steers_the_terminal_or_begins_a_line() -> None:
    found = text([hostile()], guard=True, verbose=True)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b\ud800]", found)
    assert not any(line.startswith(("# heading", "- @octocat")) for line in found.splitlines())
    assert HOSTILE.splitlines()[0] in found
