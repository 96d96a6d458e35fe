"""What a refresh finds is a change that has happened already, outside of Pulumi."""

from __future__ import annotations

from typing import Any

import pytest

from changes.change import Change, PropertyChange
from changes.drift_noise import COMPUTED, GROWN, MINOR, PART, SCALED
from changes.exposure import inputs_read
from changes.judge import judge
from changes.noise import TAGS
from changes.refresh import change
from rehearsal.graph import SECRET
from rehearsal.wire import SECRET_MARK, SIGNATURE
from tests.changes.previews import BUCKET, state

Held = dict[str, Any]
DB, TABLE, GROUP = "rds/instance:Instance", "dynamodb/table:Table", "autoscaling/group:Group"
FIREWALL, INGRESS = "ec2/securityGroup:SecurityGroup", "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ROLE, ATTACHED = "iam/role:Role", "iam/rolePolicyAttachment:RolePolicyAttachment"
DOCUMENT, ACL, BUCKET_TYPE = "ssm/document:Document", "s3/bucketAcl:BucketAcl", "s3/bucket:Bucket"
SIZES = {"minSize": 2, "maxSize": 4}
ALL = {"id": "", "permissions": ["READ"], "type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}
OPEN = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}


def urn(type_: str, name: str = "one") -> str:
    return f"urn:pulumi:dev::platform::aws:{type_}::{name}"


def seen(type_: str, inputs: Held, outputs: Held, now: Held | None, name: str = "one") -> Held:
    """One resource: what the program gave, what the state has beside, and what AWS holds now."""
    own = urn(type_, name)
    old = state(own, id=name, inputs=inputs, outputs={**inputs, **outputs})
    new = None if now is None else state(own, id=name, inputs=inputs, outputs={**inputs, **outputs, **now})
    return {"op": "refresh", "urn": own, "oldState": old, "newState": new}


def drift(*steps: Held) -> Change:
    return change({"steps": list(steps)}, stack="dev")


def refreshed(old: Held, new: Held | None) -> Held:
    sides = {"oldState": state(BUCKET, id="b", **old), "newState": new and state(BUCKET, id="b", **new)}
    return {"steps": [{"op": "refresh", "urn": BUCKET, **sides}]}


def test_what_aws_holds_is_after_also_where_the_program_never_asked_for_it() -> None:
    found = change(
        refreshed({"inputs": {"a": 1}, "outputs": {"a": 1}}, {"outputs": {"a": 2, "acl": "public-read"}}), stack="dev"
    )
    assert (found.outside, found.whole) == (True, True)
    assert found.steps[0].changes == (
        PropertyChange(path="a", before=1, after=2),
        PropertyChange(path="acl", before=None, after="public-read", output=True),
    )


def test_nothing_written_in_two_ways_is_no_drift() -> None:
    told = refreshed({"outputs": {"a": "", "b": [], "p": '{"x": 1}'}}, {"outputs": {"a": None, "p": '{"x":1}'}})
    found = change(told, stack="dev")
    assert (found.steps, found.folded) == ((), ())


def test_what_is_gone_is_a_step_without_an_after() -> None:
    [step] = change(refreshed({"outputs": {"a": 1}}, None), stack="dev").steps
    assert (step.op, step.after) == ("delete", None)


def test_a_secret_is_masked() -> None:
    secret = {SIGNATURE: SECRET_MARK, "value": "hunter2"}
    [step] = change(refreshed({"inputs": {"a": secret}}, {"inputs": {"a": "seen"}}), stack="dev").steps
    assert step.changes == (PropertyChange(path="a", before=SECRET, after="seen"),)


NO_DRIFT: list[tuple[str, str, Held, Held, Held]] = [
    (COMPUTED, DB, {"port": 5432}, {"latestRestorableTime": "1"}, {"latestRestorableTime": "2"}),
    (COMPUTED, DB, {"port": 5432}, {"endpoint": "a", "status": "available"}, {"endpoint": "b", "status": "backing-up"}),
    (COMPUTED, "ec2/instance:Instance", {"ami": "a"}, {"instanceState": "running"}, {"instanceState": "stopped"}),
    (COMPUTED, TABLE, {"name": "t"}, {"streamLabel": "a"}, {"streamLabel": "b"}),
    (MINOR, DB, {"engineVersion": "17.4"}, {}, {"engineVersion": "17.5"}),
    (GROWN, DB, {"allocatedStorage": 20, "maxAllocatedStorage": 50}, {}, {"allocatedStorage": 25}),
    (SCALED, GROUP, {**SIZES, "desiredCapacity": 2}, {}, {"desiredCapacity": 3}),
    (TAGS, DB, {"port": 1}, {"tagsAll": {}}, {"tagsAll": {"Team": "x"}}),
]


@pytest.mark.parametrize(("reason", "type_", "inputs", "outputs", "now"), NO_DRIFT)
def test_what_aws_moves_by_itself_is_folded_with_its_reason(
    reason: str, type_: str, inputs: Held, outputs: Held, now: Held
) -> None:
    found = drift(seen(type_, inputs, outputs, now))
    assert found.steps == ()
    assert [one.reason for one in judge(found).folded] == [reason]


DRIFT: list[tuple[str, str, Held, Held, Held]] = [
    ("publiclyAccessible", DB, {"port": 5432}, {"publiclyAccessible": False}, {"publiclyAccessible": True}),
    ("engineVersion", DB, {"engineVersion": "17.4"}, {}, {"engineVersion": "18.1"}),
    ("engineVersion", DB, {"engineVersion": "17.4", "autoMinorVersionUpgrade": False}, {}, {"engineVersion": "17.5"}),
    ("allocatedStorage", DB, {"allocatedStorage": 20}, {}, {"allocatedStorage": 25}),
    ("allocatedStorage", DB, {"allocatedStorage": 20, "maxAllocatedStorage": 50}, {}, {"allocatedStorage": 60}),
    ("maxSize", GROUP, {"maxSize": 2}, {}, {"maxSize": 3}),
    ("desiredCapacity", GROUP, {**SIZES, "desiredCapacity": 2}, {}, {"desiredCapacity": 0}),
    ("desiredCapacity", GROUP, {**SIZES, "desiredCapacity": 2}, {}, {"desiredCapacity": 9}),
    ("permissions", DOCUMENT, {"content": "x"}, {}, {"permissions": {"type": "Share", "accountIds": "all"}}),
    ("accessControlPolicy.grants", ACL, {"bucket": "b", "acl": "private"}, {"accessControlPolicy": {"grants": []}},
     {"accessControlPolicy": {"grants": [{"grantee": ALL, "permission": "READ"}]}}),
    ("grants", BUCKET_TYPE, {"bucket": "b"}, {"grants": []}, {"grants": [ALL]}),
    ("pointInTimeRecovery.enabled", TABLE, {}, {"pointInTimeRecovery": {"enabled": True}},
     {"pointInTimeRecovery": {"enabled": False}}),
    ("ingress", FIREWALL, {"name": "g"}, {"ingress": []}, {"ingress": [OPEN]}),
    ("managedPolicyArns", ROLE, {"name": "r"}, {"managedPolicyArns": []}, {"managedPolicyArns": ["arn:admin"]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "type_", "inputs", "outputs", "now"), DRIFT)
def test_what_somebody_can_set_is_drift(path: str, type_: str, inputs: Held, outputs: Held, now: Held) -> None:
    assert [one.path for step in drift(seen(type_, inputs, outputs, now)).steps for one in step.changes] == [path]


def test_whatever_an_exposure_reads_is_drift_where_the_program_never_asked_for_it() -> None:
    for type_ in ("ssm/document:Document", "s3/bucket:Bucket", "kms/key:Key", "ec2/securityGroup:SecurityGroup"):
        for name in inputs_read(f"aws:{type_}"):
            found = drift(seen(type_, {"region": "r"}, {}, {name: {"another": "value"}}))
            assert len(found.steps) == 1, (type_, name)


def rule(port: int) -> Held:
    inputs = {"securityGroupId": "one", "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": "0.0.0.0/0"}
    return seen(INGRESS, inputs, {}, {}, "rule")


@pytest.mark.parametrize(("port", "folded"), [(22, True), (443, False)])
def test_a_rule_within_a_group_is_drift_unless_the_program_has_it_as_a_resource(port: int, folded: bool) -> None:
    found = drift(seen(FIREWALL, {"name": "g"}, {"ingress": []}, {"ingress": [OPEN]}), rule(port))
    assert [one.reason for one in found.folded] == [PART] * folded
    assert len(found.steps) == (not folded)


@pytest.mark.parametrize(("arn", "folded"), [("arn:mine", True), ("arn:other", False)])
def test_a_policy_of_a_role_is_drift_unless_the_program_attaches_it(arn: str, folded: bool) -> None:
    attached = seen(ATTACHED, {"role": "one", "policyArn": "arn:mine"}, {}, {}, "attached")
    found = drift(seen(ROLE, {"name": "r"}, {"managedPolicyArns": []}, {"managedPolicyArns": [arn]}), attached)
    assert (len(found.folded), len(found.steps)) == (folded, not folded)


@pytest.mark.parametrize("there", [True, False])
def test_a_policy_within_a_bucket_is_drift_unless_the_program_has_one(there: bool) -> None:
    policy = [seen("s3/bucketPolicy:BucketPolicy", {"bucket": "one", "policy": "{}"}, {}, {}, "policy")]
    found = drift(seen("s3/bucket:Bucket", {"bucket": "b"}, {"policy": ""}, {"policy": "{}"}), *policy * there)
    assert (len(found.folded), len(found.steps)) == (there, not there)
