from __future__ import annotations

import json
from datetime import date

from judged_changes import component, created, deleted_database, hostile, resized_database, step, verdict, word

from changes.judge import GRAVEST_FIRST
from reports.as_json import as_json
from reports.schema_docs import SCHEMA


def test_it_says_by_environment_what_is_risked_and_what_the_guard_says() -> None:
    found = as_json([verdict(deleted_database(), resized_database()), verdict(stack="dev")])
    assert (found["schema"], found["allowed"]) == (2, False)
    prod, dev = found["environments"]
    assert (prod["environment"], prod["allowed"], dev["environment"], dev["allowed"]) == ("prod", False, "dev", True)
    assert prod["summary"]["operations"] == {
        "create": 0, "update": 1, "replace": 0, "delete": 1, "import": 0, "forget": 0
    }  # fmt: skip
    assert prod["summary"]["risks"]["data loss"] == 1
    assert prod["summary"]["refused"] == 1
    first = prod["judgements"][0]
    assert (first["rule"], first["state"], first["resource"]) == ("database-deleted", "refused", "db")
    risks = [GRAVEST_FIRST.index(one["risk"]) for one in prod["judgements"]]
    assert risks == sorted(risks)


def test_a_stack_of_the_account_project_is_no_environment() -> None:
    word_for_it = word("database-deleted", "db", stack="account main")
    found, prod = as_json([verdict(deleted_database(), stack="account main", words=[word_for_it]), verdict()])[
        "environments"
    ]
    assert (found["environment"], found["account"], prod["environment"], prod["account"]) == (
        None,
        "main",
        "prod",
        None,
    )
    said = found["judgements"][0]["acknowledgement"]
    assert (said["environment"], said["account"]) == (None, "main")


def test_values_are_plain_and_whole() -> None:
    found = as_json([verdict(resized_database(after="x" * 500))])
    cause = next(one for one in found["environments"][0]["judgements"] if one["causes"])["causes"][0]
    assert cause == {"path": "instanceClass", "before": "db.t4g.medium", "after": "x" * 500, "replaces": False}
    assert found["environments"][0]["steps"][0]["changes"] == [cause]


def test_acknowledgements_are_told_with_their_day() -> None:
    words = [word("database-deleted", "db"), word("a", "b"), word("c", "d", until=date(2026, 1, 1))]
    found = as_json([verdict(deleted_database(), words=words)])["environments"][0]
    assert found["judgements"][0]["acknowledgement"]["until"] == "2026-12-31"
    assert [one["rule"] for one in found["unused"]] == ["a"]
    assert [one["rule"] for one in found["expired"]] == ["c"]
    assert found["summary"]["acknowledged"] == 1


def test_every_key_is_documented() -> None:
    steps = [deleted_database(), resized_database(), step("create", None, component("x")), *created(1)]
    found = as_json([verdict(*steps, words=[word("database-deleted", "db"), word("a", "b")])])

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for item in value.values() for key in keys(item)}
        return {key for item in value for key in keys(item)} if isinstance(value, list) else set()

    documented = SCHEMA.replace("`", " ").replace(",", " ").replace(":", " ")
    told = set(documented.split()) | set(GRAVEST_FIRST)
    assert keys(found) - told - {"paths"} == set()


def test_hostile_texts_stay_values_and_steer_no_terminal() -> None:
    found = json.dumps(as_json([hostile()]), ensure_ascii=False)
    assert not any(letter in found for letter in "\x1b\x9b\u202e\u2066\u200b\ud800\x00")
    assert json.loads(found)["environments"][0]["allowed"] is False
