"""Two plans compared: the engine's answer, from the types' tables alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import change, node, only, ops, provider

from changes.change import PropertyChange, Step
from changes.judge import judge
from rehearsal.foretold import stand_in
from rehearsal.graph import UNKNOWN, Node

DATABASE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
ALARM, TOPIC = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic"
STRANGE = "aws:x/unheardOf:Thing"


def test_what_is_new_is_created_and_what_is_gone_is_deleted() -> None:
    both = [node(BUCKET, "media"), node(STRANGE, "thing")]
    assert ops(change([], both)) == {"media": "create", "thing": "create"}
    assert ops(change(both, [])) == {"media": "delete", "thing": "delete"}


def test_the_table_says_what_replaces_and_what_does_not() -> None:
    old = node(DATABASE, "db", dbName="app", allocatedStorage=20)
    assert only(change([old], [node(DATABASE, "db", dbName="other", allocatedStorage=20)])) == Step(
        op="replace",
        before=old,
        after=node(DATABASE, "db", dbName="other", allocatedStorage=20),
        changes=(PropertyChange(path="dbName", before="app", after="other", replaces=True),),
    )
    grown = only(change([old], [node(DATABASE, "db", dbName="app", allocatedStorage=30)]))
    assert (grown.op, [one.path for one in grown.changes]) == ("update", ["allocatedStorage"])


def test_a_type_without_a_table_is_updated_in_all_that_differs() -> None:
    step = only(change([node(STRANGE, "t", a=[1, 2], b=1)], [node(STRANGE, "t", a=[1, 3], b=1)]))
    assert (step.op, step.changes) == ("update", (PropertyChange(path="a[1]", before=2, after=3),))


def test_what_is_a_default_or_has_no_order_is_no_change() -> None:
    one = node(DATABASE, "db", enabledCloudwatchLogsExports=["postgresql", "upgrade"], multiAz=False)
    other = node(DATABASE, "db", enabledCloudwatchLogsExports=["upgrade", "postgresql"])
    assert change([one], [other]).steps == ()


def test_a_policy_is_compared_within() -> None:
    def policy(principal: str) -> str:
        return json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Principal": principal}]})

    step = only(change([node(POLICY, "p", policy=policy("me"))], [node(POLICY, "p", policy=policy("*"))]))
    assert step.changes == (PropertyChange(path="policy.Statement[0].Principal", before="me", after="*"),)


def test_protection_that_goes_is_a_step_of_its_own() -> None:
    kept = replace(node(BUCKET, "media"), protect=True)
    step = only(change([kept], [replace(kept, protect=False)]))
    assert step.op == "update"
    assert step.changes == (PropertyChange(path="protect", before=True, after=False),)
    assert step.before is not None
    assert (step.before.protect, step.node.protect) == (True, False)


def test_another_option_is_a_step_too() -> None:
    step = only(change([replace(node(BUCKET, "m"), options={"retainOnDelete": True})], [node(BUCKET, "m")]))
    assert step.changes == (PropertyChange(path="retainOnDelete", before=True, after=None),)


def test_what_the_program_tells_the_engine_to_ignore_is_ignored() -> None:
    old, new = node(DATABASE, "db", dbName="a", port=1), node(DATABASE, "db", dbName="b", port=2)
    step = only(change([old], [replace(new, options={"ignoreChanges": ["dbName"]})]))
    assert [one.path for one in step.changes if one.path != "ignoreChanges"] == ["port"]


def test_what_the_program_wants_replaced_is_replaced() -> None:
    always = {"replaceOnChanges": ["*"]}
    old, new = (replace(node(DATABASE, "db", port=port), options=always) for port in (1, 2))
    step = only(change([old], [new]))
    assert (step.op, step.changes[0].replaces) == ("replace", True)


def test_what_holds_the_id_of_what_is_replaced_may_be_replaced_near_and_far() -> None:
    def network(cidr: str) -> list[Node]:
        vpc = node(VPC, "vpc", cidrBlock=cidr)
        subnet = node(SUBNET, "net", cidrBlock="10.0.0.0/24", vpcId=stand_in(vpc.urn, "id"), after={"vpcId": vpc})
        far = node(DATABASE, "db", dbSubnetGroupName="g", vpcSecurityGroupIds=[stand_in(subnet.urn, "id"), "sg-1"],
                   after={"vpcSecurityGroupIds": subnet})  # fmt: skip
        return [vpc, subnet, far, node(BUCKET, "aside")]

    found = change(network("10.0.0.0/16"), network("10.1.0.0/16"))
    assert ops(found) == {"vpc": "replace", "net": "replace", "db": "update"}
    steps = {step.node.name: step for step in found.steps}
    assert steps["net"].changes[0].before == stand_in(steps["vpc"].node.urn, "id")
    assert (steps["net"].changes[0].after, steps["net"].changes[0].replaces) == (UNKNOWN, True)
    assert [(one.path, one.after) for one in steps["db"].changes] == [("vpcSecurityGroupIds[0]", UNKNOWN)]
    assert steps["db"].node.inputs["vpcSecurityGroupIds"] == [UNKNOWN, "sg-1"]
    assert [one for one in found.warnings if one.startswith("may replace")]
    assert "net" in found.warnings[0]
    assert "db" not in found.warnings[0]


def test_what_changes_anyway_and_refers_to_what_is_replaced_is_told_once() -> None:
    def pair(cidr: str, other: str) -> list[Node]:
        vpc = node(VPC, "vpc", cidrBlock=cidr)
        held = {"a": f"{other} {stand_in(vpc.urn, 'id')}", "b": stand_in(vpc.urn, "arn")}
        return [vpc, node(STRANGE, "t", held=held, after={"held": vpc})]

    found = change(pair("10.0.0.0/16", "old"), pair("10.1.0.0/16", "new"))
    changes = {one.path: (one.before, one.after) for one in found.steps[-1].changes}
    assert changes == {
        "held.a": ("old [the id of Vpc/vpc]", UNKNOWN),
        "held.b": ("[the arn of Vpc/vpc]", UNKNOWN),
    }


def test_the_end_of_a_stand_in_that_a_program_cut_off_is_shown_as_a_part_of_its_resource() -> None:
    balancer = node("aws:lb/loadBalancer:LoadBalancer", "acme-alb", name="x")
    end = stand_in(balancer.urn, "arn").rsplit("/", 1)[1]
    one, two = (node(STRANGE, "t", name=f"acme-{digest}-{end}", other=["a]"]) for digest in ("aa", "bb"))
    step = only(change([balancer, one], [balancer, two]))
    assert step.changes == (
        PropertyChange(path="name", before="acme-aa-[part of acme-alb]", after="acme-bb-[part of acme-alb]"),
    )


def test_a_name_that_stays_brings_no_replacement_along() -> None:
    def pair(acl: str) -> list[Node]:
        bucket = node(BUCKET, "media", bucket="named", bucketNamespace=acl)
        return [bucket, node(POLICY, "p", bucket="named", policy="{}", after={"bucket": bucket})]

    found = change(pair("one"), pair("two"))
    assert ops(found) == {"media": "replace"}


def test_what_only_the_apply_tells_is_changed_where_it_comes_from_elsewhere() -> None:
    one, two = node(SUBNET, "one"), node(SUBNET, "two")
    old = node("aws:ec2/instance:Instance", "vm", subnetId=UNKNOWN, after={"subnetId": one})
    moved = replace(old, property_dependencies={"subnetId": (two.urn,)})
    assert change([one, two, old], [one, two, old]).steps == ()
    step = only(change([one, two, old], [one, two, moved]))
    assert step.op == "replace"
    assert step.changes == (PropertyChange(path="subnetId", before=UNKNOWN, after=UNKNOWN, replaces=True),)


def test_a_side_that_tells_less_hides_nothing_else_and_makes_no_change() -> None:
    bucket = node(BUCKET, "media")
    known = node(POLICY, "p", bucket="b", policy=json.dumps({"Resource": stand_in(bucket.urn, "arn")}))
    less = node(POLICY, "p", bucket="b", policy=UNKNOWN)
    assert change([bucket, less], [bucket, known]).steps == ()
    assert change([bucket, known], [bucket, less]).steps == ()
    assert ops(change([bucket, less], [bucket, replace(known, inputs={**known.inputs, "policy": "{}"})])) == {
        "p": "update"
    }


def test_a_rename_without_an_alias_is_a_delete_and_a_create_and_is_warned_of() -> None:
    old, new = node(BUCKET, "media", bucket="named"), node(BUCKET, "uploads", bucket="named")
    found = change([old], [new])
    assert ops(found) == {"media": "delete", "uploads": "create"}
    assert "Alias(name='media')" in found.warnings[0]
    assert change([old], [replace(new, inputs={"bucket": "another"})]).warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (BUCKET, "aws:cloudwatch/dashboard:Dashboard", ["replace"]),
        ("aws:s3/bucketV2:BucketV2", BUCKET, []),
        ("aws:s3/bucketVersioningV2:BucketVersioningV2", "aws:s3/bucketVersioning:BucketVersioning", []),
        ("aws:elasticloadbalancingv2/listener:Listener", "aws:lb/listener:Listener", []),
        ("aws:alb/listener:Listener", "aws:lb/listenerRule:ListenerRule", ["replace"]),
    ],
)
def test_an_alias_of_another_type_replaces_and_another_name_of_the_same_type_does_not(
    old: str, new: str, found: list[str]
) -> None:
    before = replace(node(old, "one", same="a"), protect=True)
    after = replace(node(new, "one", same="a"), protect=True, options={"aliases": [before.urn]})
    steps = change([before], [after]).steps
    assert [step.op for step in steps] == found
    judgements = {one.rule: one for one in judge(change([before], [after])).judgements}
    assert [rule for rule, one in judgements.items() if rule == "protect-off" and one.guarded] == ["protect-off"] * len(
        found
    )


@pytest.mark.parametrize("type_", [BUCKET, "aws:cloudfront/vpcOrigin:VpcOrigin", "aws:wafv2/webAcl:WebAcl"])
def test_what_an_alias_makes_another_type_is_judged_as_what_goes_and_what_comes(type_: str) -> None:
    before = node(type_, "one")
    for after, guarded in ((STRANGE, True), ("aws:cloudwatch/dashboard:Dashboard", "vpcOrigin" not in type_)):
        found = judge(change([before], [replace(node(after, "one"), options={"aliases": [before.urn]})])).judgements
        assert any(one.guarded for one in found) == guarded
        assert "cosmetic" not in {one.risk for one in found}


def test_a_rename_with_an_alias_is_no_change() -> None:
    old = node(BUCKET, "media", bucket="named")
    new = replace(node(BUCKET, "uploads", bucket="named"), options={"aliases": [old.urn]})
    assert change([old], [new]).steps == ()
    again = replace(new, inputs={"bucket": "another"})
    assert ops(change([old], [again])) == {"uploads": "replace"}


@pytest.mark.parametrize("urn", [
    "urn:pulumi:dev::platform::platform:components:Database$aws:rds/instance:Instance::db",
    "urn:pulumi:dev::platform::aws:rds/instance:Instance::other",
])  # fmt: skip
def test_what_refers_to_a_resource_that_moves_with_an_alias_stays_as_it_is(urn: str) -> None:
    old = node(DATABASE, "db", dbName="app")
    new = replace(old, urn=urn, name=urn.rpartition("::")[2], options={"aliases": [old.urn]})

    def server(database: Node) -> Node:
        told = {"userData": UNKNOWN, "availabilityZone": stand_in(database.urn, "id")}
        names = {"userData": (database.urn,), "availabilityZone": (database.urn,)}
        options = {"replacementTrigger": [stand_in(database.urn, "arn")], "deletedWith": database.urn}
        return replace(node("aws:ec2/instance:Instance", "server", **told), property_dependencies=names,
                       dependencies=(database.urn,), options=options)  # fmt: skip

    assert change([old, server(old)], [new, server(new)]).steps == ()


def test_another_region_replaces_everything() -> None:
    before, after = [[provider(region), node(BUCKET, "media")] for region in ("us-east-1", "eu-west-1")]
    found = change(before, after)
    assert ops(found) == {"aws": "replace", "media": "replace"}
    causes = next(step.changes for step in found.steps if step.node.name == "media")
    assert causes == (PropertyChange(path="provider.region", before="us-east-1", after="eu-west-1", replaces=True),)


def test_a_tag_of_the_provider_is_a_tag_of_everything_that_has_tags() -> None:
    nodes = [node(BUCKET, "media", tags={"Own": "1"}), node(POLICY, "p", policy="{}")]
    found = change([provider(), *nodes], [provider(Team="x"), *nodes])
    assert ops(found) == {"aws": "update", "media": "update"}
    assert found.steps[0].changes == (PropertyChange(path="tags.Team", before=None, after="x"),)


def test_components_have_no_steps() -> None:
    box = replace(node("acme:x:Box", "box"), custom=False)
    assert change([], [box]).steps == ()


INPUTS = st.dictionaries(
    st.sampled_from(["dbName", "port", "multiAz", "tags", "instanceClass"]),
    st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(["", "a", UNKNOWN])),
)


@settings(max_examples=50)
@given(inputs=st.lists(INPUTS, max_size=5), other=st.lists(INPUTS, max_size=5))
def test_a_graph_beside_itself_is_no_change_and_the_way_back_undoes_the_way_there(
    inputs: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    def nodes(each: list[dict[str, Any]]) -> list[Node]:
        plain = [{key: value for key, value in one.items() if key != "tags"} for one in each]
        return [node(DATABASE, f"db{number}", **one) for number, one in enumerate(plain)]

    one, two = nodes(inputs), nodes(other)
    assert change(one, one).steps == ()
    there, back = change(one, two), change(two, one)
    assert [step.node.urn for step in there.steps] == [step.node.urn for step in back.steps]
    undone = {"create": "delete", "delete": "create", "update": "update", "replace": "replace"}
    assert [undone[step.op] for step in there.steps] == [step.op for step in back.steps]


@pytest.mark.parametrize("swapped", [False, True])
def test_steps_are_in_the_order_of_their_urns(swapped: bool) -> None:
    nodes = [node(BUCKET, name) for name in "cab"]
    found = change(nodes, []) if swapped else change([], nodes)
    assert [step.node.name for step in found.steps] == ["a", "b", "c"]
