"""`diceytech permissions`: what it says, what it writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.infrastructure_policies import infrastructure
from rehearsal.least_privilege import judge
from rehearsal.needs import needs
from rehearsal.recording import Call
from scripts.permissions import NOT_SHOWN, as_json, show
from tests.scripts.commands import ROOT, diceytech
from tests.test_policies import NAMES, SCOPE

TAGS = [{"Key": "Product", "Value": "acme"}, {"Key": "Environment", "Value": "dev"}]
LIFE = [
    ("s3", "CreateBucket", {"Bucket": NAMES.bucket("media")}, {}),
    ("s3", "CreateBucket", {"Bucket": "somebody-elses"}, {}),
    ("sns", "CreateTopic", {"Name": "alarms", "Tags": TAGS}, {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms"}),
    ("sns", "DeleteTopic", {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms"}, {}),
]
CALLS = [
    Call(
        phase="up", urn="urn:1", service=service, operation=operation, region="eu-west-1", params=params, answer=answer
    )
    for service, operation, params, answer in LIFE
]


def test_what_the_role_lacks_is_named_with_its_resource_and_what_it_has_beside_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verdict = judge(infrastructure(SCOPE), needs(CALLS, NAMES.account_id))
    show(verdict, "dev")
    told = capsys.readouterr().out
    assert told.startswith(f"dev, {NOT_SHOWN}"[:60])
    assert "missing  s3:CreateBucket on arn:aws:s3:::somebody-elses (up; no condition keys)" in told
    assert [one.resource for one in verdict.uncovered] == ["arn:aws:s3:::somebody-elses"]
    assert "sns:Subscribe" in told


def test_tags_of_a_create_are_those_of_every_later_call_for_it() -> None:
    found = {one.action: dict(one.context) for one in needs(CALLS, NAMES.account_id) if one.action.startswith("sns")}
    assert found["sns:CreateTopic"]["aws:RequestTag/Environment"] == "dev"
    assert found["sns:TagResource"]["aws:RequestTag/Environment"] == "dev"
    assert found["sns:DeleteTopic"] == {"aws:ResourceTag/Product": "acme", "aws:ResourceTag/Environment": "dev"}


def test_for_machines_it_says_what_it_rests_on() -> None:
    told = as_json(judge(infrastructure(SCOPE), needs(CALLS, NAMES.account_id)), "dev")
    assert told["note"] == NOT_SHOWN
    assert [one["action"] for one in told["uncovered"]] == ["s3:CreateBucket"]
    assert json.loads(json.dumps(told)) == told


@pytest.mark.slow
def test_dev_is_covered_and_its_policies_are_written_under_what_they_rest_on(tmp_path: Path) -> None:
    file = tmp_path / "policies.json"
    done = diceytech("permissions", "--env", "dev", "--json", "--out", str(file), cwd=ROOT)
    assert done.returncode == 0, done.stderr
    told, written = json.loads(done.stdout), json.loads(file.read_text(encoding="utf-8"))
    assert told["uncovered"] == []
    assert written["note"] == NOT_SHOWN
    assert written["policies"] == told["policies"]
    assert {"network", "identity", "storage"} <= written["policies"].keys()
