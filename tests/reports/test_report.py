from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from judged_changes import CANARY, DATABASE, PARAMETER, deleted_database, hostile, node, step, verdict

from changes.change import Verdict
from infra.errors import PlatformError
from rehearsal.graph import SECRET, UNKNOWN
from reports.report import Format, rendered
from scripts.report_output import render

EVERY = list(Format)


def with_secrets() -> Verdict:
    """A change whose every secret is the canary, marked by the engine or not."""
    access_key, version = "aws:iam/accessKey:AccessKey", "aws:secretsmanager/secretVersion:SecretVersion"
    settings = {"type": "SecureString", "value": CANARY, "tier": "Standard"}
    changed = [
        (PARAMETER, settings, {**settings, "value": f"{CANARY}2"}),
        (version, {"secretString": CANARY}, {"secretString": f"{CANARY}2"}),
        (access_key, {"ses_smtp_password": CANARY, "secret": CANARY}, {"status": "Inactive"}),
        (DATABASE, {"password": CANARY}, {"password": UNKNOWN}),
        (DATABASE, {"masterPassword": SECRET}, {"masterPassword": CANARY}),
        ("acme:x/y:Unheard", {"config": {"secure": CANARY}}, {"config": {"secure": f"{CANARY}2"}}),
        ("acme:x/y:Env", {"env": {"A_TOKEN": CANARY}, "url": f"amqp://u:{CANARY}@h/"}, {"env": {"A_TOKEN": "other"}}),
        ("acme:x/y:List", {"headers": [{"name": "X-Secret", "value": CANARY}]}, {"headers": []}),
        ("acme:x/y:Pem", {"text": f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----"}, {"text": ""}),
    ]
    steps = [
        step("update", node(type_, f"n{index}", before), node(type_, f"n{index}", after))
        for index, (type_, before, after) in enumerate(changed)
    ]
    made = node("aws:rds/instance:Instance", "made", {"password": CANARY})
    steps.append(step("create", None, replace(made, outputs={"endpoint": CANARY, "password": CANARY}, id="id")))
    return verdict(*steps)


@pytest.mark.parametrize("format", EVERY)
def test_no_format_shows_a_secret(format: Format) -> None:
    for verbose in (False, True):
        found = rendered([with_secrets()], format, guard=True, verbose=verbose)
        assert CANARY not in found
    assert SECRET in rendered([with_secrets()], format, guard=True).replace("\\", "")


@pytest.mark.parametrize("format", EVERY)
def test_no_format_shows_an_output(format: Format) -> None:
    steps = []
    for op in ("create", "delete", "update"):
        one = replace(node(DATABASE, f"{op}d-db"), outputs={"address": "an-output"}, id="an-id")
        other = replace(one, inputs={"instanceClass": "an-input"})
        steps.append(step(op, None if op == "create" else one, None if op == "delete" else other))
    found = rendered([verdict(*steps)], format, guard=True, verbose=True)
    assert all(words in found for words in ("created-db", "deleted-db", "updated-db", "an-input"))
    assert "an-output" not in found
    assert "an-id" not in found


@pytest.mark.parametrize("format", EVERY)
def test_every_format_is_text_in_utf8_that_steers_no_terminal(format: Format) -> None:
    found = rendered([hostile()], format, guard=True, verbose=True)
    found.encode()
    assert found.endswith("\n")
    assert not any(letter in found for letter in "\x00\x07\x08\x1b\x7f\x9b\u202e\u2066")


@pytest.mark.parametrize("format", EVERY)
def test_a_change_of_nothing_is_told_in_every_format(format: Format) -> None:
    found = rendered([verdict()], format, guard=True)
    assert "prod" in found
    assert ('"judgements": []' if format is Format.JSON else "no changes") in found
    nothing = {"text": "", "json": '"environments": []'}.get(format, "Changes of the infrastructure: none")
    found = rendered([], format, guard=True)
    assert nothing in found
    assert nothing or found == ""


@pytest.mark.parametrize("format", EVERY)
def test_the_same_goes_to_a_file_and_to_standard_output(
    format: Format, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = [verdict(deleted_database())]
    file = tmp_path / "new" / "report"
    render(verdicts, format, file, guard=True)
    assert capsys.readouterr().out == ""
    render(verdicts, format, None, guard=True)
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("format", EVERY)
def test_what_was_done_outside_is_drift_and_asks_for_no_word(format: Format) -> None:
    found = rendered([verdict(*(deleted_database(f"db-{n}") for n in range(8)), outside=True)], format, guard=False)
    assert format is Format.JSON or "drifted" in found.lower()
    assert "--acknowledge" not in found
    assert "YYYY-MM-DD" not in found
    assert all(f"db-{n}" in found for n in range(8))


def test_a_file_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="cannot be written"):
        render([verdict()], Format.JSON, tmp_path, guard=True)


def test_json_that_is_written_can_be_read(tmp_path: Path) -> None:
    render([hostile(), with_secrets()], Format.JSON, tmp_path / "x.json", guard=True)
    assert len(json.loads((tmp_path / "x.json").read_text())["environments"]) == 2
