"""What a change means as a whole: noise, who depends on what, cost, and the order of it all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from small_changes import change, changed, judged, node, policy, with_inputs

from changes.change import Op, PropertyChange, Step
from changes.compared import compared
from changes.judge import GRAVEST_FIRST, RULES, judge
from changes.meanings import MEANINGS
from changes.noise import COMPONENT, SAME, TAGS
from rehearsal.graph import SECRET, UNKNOWN, Graph, Node
from rehearsal.platform import planned
from rehearsal.resources import RESOURCES
from tests.scripts.commands import ROOT

READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b/*"}


def test_every_type_of_the_platform_is_described() -> None:
    assert RESOURCES.keys() - MEANINGS.keys() == set()


def test_no_two_types_or_rules_are_acknowledged_by_one_name() -> None:
    words = [known.word for known in MEANINGS.values()]
    assert len(set(words)) == len(words)
    ends = ("created", "changed", "replaced", "deleted", "imported", "forgotten")
    assert {rule.id for rule in RULES} & {f"{word}-{end}" for word in words for end in ends} == set()


def test_a_policy_that_is_written_anew_is_folded_and_one_that_grants_more_is_not() -> None:
    one = node("iam/rolePolicy:RolePolicy", policy=policy(READ))
    anew = json.dumps(json.loads(policy({**READ, "Action": READ["Action"][::-1]})), indent=2)
    report = judge(change(changed(one, node("iam/rolePolicy:RolePolicy", policy=anew))))
    assert (report.judgements, [folded.reason for folded in report.folded]) == ((), [SAME])
    more = policy({**READ, "Action": [*READ["Action"], "s3:DeleteObject"]})
    report = judge(change(changed(one, node("iam/rolePolicy:RolePolicy", policy=more))))
    assert (report.folded, report.judgements[0].rule) == ((), "rights-widened")


def test_a_list_whose_order_means_nothing_is_folded() -> None:
    one, other, third = (
        node("cloudwatch/metricAlarm:MetricAlarm", alarmActions=arns) for arns in (["a", "b"], ["b", "a"], ["a", "c"])
    )
    assert [folded.reason for folded in judge(change(changed(one, other))).folded] == [SAME]
    assert judge(change(changed(one, third))).folded == ()


def test_tags_are_folded_unless_a_policy_looks_at_them() -> None:
    one = node("cloudwatch/logGroup:LogGroup", tagsAll={"Team": "a", "Role": "x"})
    team = node("cloudwatch/logGroup:LogGroup", tagsAll={"Team": "b", "Role": "x"})
    role = node("cloudwatch/logGroup:LogGroup", tagsAll={"Team": "a", "Role": "y"})
    looks = node("iam/rolePolicy:RolePolicy", policy=policy(
        {**READ, "Condition": {"StringEquals": {"ssm:resourceTag/role": "x"}}}
    ))  # fmt: skip
    assert [folded.reason for folded in judge(change(changed(one, team), others=(looks,))).folded] == [TAGS]
    report = judge(change(changed(one, role), others=(looks,)))
    assert (report.folded, len(report.judgements)) == ((), 1)


def test_what_changes_beside_tags_stays_and_the_tags_are_folded() -> None:
    one = node("cloudwatch/logGroup:LogGroup", tagsAll={"Team": "a"}, retentionInDays=30)
    other = node("cloudwatch/logGroup:LogGroup", tagsAll={"Team": "b"}, retentionInDays=7)
    report = judge(change(changed(one, other)))
    assert [judgement.rule for judgement in report.judgements] == ["log-retention-shortened"]
    assert [[each.path for each in folded.changes] for folded in report.folded] == [["tagsAll.Team"]]


def test_components_are_folded() -> None:
    report = judge(change(changed(None, node("platform:components:Media"))))
    assert [folded.reason for folded in report.folded] == [COMPONENT]


def test_the_parts_of_a_bucket_go_with_it_and_are_grave_alone() -> None:
    bucket = node("s3/bucket:Bucket", "media")
    part = replace(node("s3/bucketPolicy:BucketPolicy", "policy"), property_dependencies={"bucket": (bucket.urn,)})
    report = judge(change(changed(bucket, None), changed(part, None)))
    assert [judgement.rule for judgement in report.judgements] == ["bucket-deleted"]
    assert "goes with media" in report.folded[0].reason
    assert judged(changed(part, None), others=(bucket,))["bucket-policy-deleted"].guarded


def test_a_bucket_that_is_replaced_takes_no_finding_about_its_parts_with_it() -> None:
    bucket, other = node("s3/bucket:Bucket", "media"), node("s3/bucket:Bucket", "media", bucket="b")
    own = {"property_dependencies": {"bucket": (bucket.urn,)}}
    closed = replace(node("s3/bucketPolicy:BucketPolicy", "policy", policy=policy()), **own)
    everyone = policy({**READ, "Principal": "*"})
    found = judged(changed(bucket, other, "replace"), changed(closed, with_inputs(closed, policy=everyone), "replace"))
    assert found.keys() >= {"bucket-replaced", "opened-to-everyone"}


def test_a_part_of_another_bucket_does_not_go_unseen_with_a_bucket_that_it_only_waits_for() -> None:
    gone = node("s3/bucket:Bucket", "old", bucket="old-1")
    block = replace(
        node("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket="media-1"), dependencies=(gone.urn,)
    )
    assert judged(changed(gone, None), changed(block, None))["public-access-block-deleted"].guarded
    own = replace(block, inputs={"bucket": "old-1"})
    assert "public-access-block-deleted" not in judged(changed(gone, None), changed(own, None))
    media = node("s3/bucket:Bucket", "media", bucket="media-1")
    for named in ({"bucket": (gone.urn, media.urn)}, {}):
        either = replace(block, inputs={"bucket": UNKNOWN}, property_dependencies=named)
        found = judged(changed(gone, None), changed(either, None), others=(media,))
        assert found["public-access-block-deleted"].guarded
    made = replace(block, inputs={"bucket": UNKNOWN}, property_dependencies={"bucket": (gone.urn,)})
    assert "public-access-block-deleted" not in judged(changed(gone, None), changed(made, None))


@pytest.mark.parametrize(("type_", "word"), [
    ("s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account-public-access-block"),
    ("ebs/encryptionByDefault:EncryptionByDefault", "disk-encryption"),
])  # fmt: skip
def test_what_guards_an_account_is_neither_deleted_nor_forgotten_without_a_word(type_: str, word: str) -> None:
    one = node(type_)
    for op, done in (("delete", "deleted"), ("forget", "forgotten")):
        found = judged(changed(one, None, op=op))[f"{word}-{done}"]  # type: ignore[arg-type] # one of Op
        assert (found.risk, found.guarded) == ("security", True)
    assert not judged(changed(node("cloudwatch/dashboard:Dashboard"), None, op="forget"))["dashboard-forgotten"].guarded


@pytest.mark.parametrize("op", ["delete", "replace"])
@pytest.mark.parametrize(("inputs", "words"), [
    ({"rootBlockDevice": {"encrypted": True}}, "its own disk is lost"),
    ({"ebsBlockDevices": [{"deviceName": "b", "deleteOnTermination": True}]}, "its further disks is lost"),
])  # fmt: skip
def test_a_machine_s_own_disks_go_with_it(op: Op, inputs: dict[str, Any], words: str) -> None:
    one = node("ec2/instance:Instance", ami="a", **inputs)
    found = judged(changed(one, None if op == "delete" else with_inputs(one, ami="b"), op=op))
    [whole] = [each for rule, each in found.items() if rule in ("server-deleted", "server-replaced")]
    assert (whole.risk, whole.guarded, words in whole.sentence) == ("data loss", True, True)


@pytest.mark.parametrize(("type_", "path"), [
    ("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket"),
    ("s3/accountPublicAccessBlock:AccountPublicAccessBlock", "accountId"),
    ("ebs/encryptionByDefault:EncryptionByDefault", "region"),
    ("ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId"),
    ("ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "region"),
])  # fmt: skip
def test_a_guard_that_goes_over_to_something_else_waits_as_one_that_goes(type_: str, path: str) -> None:
    before, after = node(type_, **{path: "one"}), node(type_, **{path: "other"})
    found = judged(changed(before, after, op="replace"))
    assert [one.guarded for rule, one in found.items() if rule.endswith("-replaced")] == [True]
    anew = judged(changed(with_inputs(before, name="a"), with_inputs(before, name="b"), op="replace"))
    assert [one.guarded for rule, one in anew.items() if rule.endswith("-replaced")] == [False]


def test_a_guard_of_a_bucket_that_is_made_anew_goes_with_it_and_that_of_another_one_does_not() -> None:
    type_ = "s3/bucketOwnershipControls:BucketOwnershipControls"
    before, after = (
        replace(node(type_, bucket=name), property_dependencies={"bucket": ("urn:one",)}) for name in ("one", UNKNOWN)
    )
    assert not judged(changed(before, after, op="replace"))["bucket-ownership-replaced"].guarded
    other = replace(after, property_dependencies={"bucket": ("urn:other",)})
    assert judged(changed(before, other, op="replace"))["bucket-ownership-replaced"].guarded


def test_a_disk_that_stays_without_its_machine_is_no_loss() -> None:
    kept = node("ec2/instance:Instance", rootBlockDevice={"deleteOnTermination": False})
    assert judged(changed(kept, None))["server-deleted"].risk == "downtime"


def test_a_protection_of_pulumi_s_by_which_a_resource_stays_is_one_too() -> None:
    kept = replace(node("s3/bucket:Bucket"), options={"retainOnDelete": True})
    assert judged(changed(kept, replace(kept, options={}), op="update"))["protect-off"].guarded


PROVIDER = node("pulumi:providers:aws", "aws", allowedAccountIds='["111111111111"]')
OURS, THEIRS = "arn:aws:iam::111111111111:role/x", "arn:aws:iam::999999999999:root"


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        ({"AWS": OURS}, False),
        ({"AWS": THEIRS}, True),
        ({"AWS": "999999999999"}, True),
        ({"Service": "ec2.amazonaws.com"}, False),
        ({"Federated": "accounts.google.com"}, True),
        ({"Federated": "cognito-identity.amazonaws.com"}, True),
        ({"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}, True),
        ({"Federated": "arn:aws:iam::111111111111:oidc-provider/gitlab.com"}, True),
        ({"Federated": "arn:aws:iam::111111111111:saml-provider/x"}, True),
        ({"AWS": "[the arn of Role/own]"}, False),
        ({"AWS": "arn:aws:iam::111111111111:role/[the name of Role/own]"}, False),
        ({"AWS": "arn:aws:iam::999999999999:role/[the name of Role/own]"}, True),
        ({"AWS": "arn:aws:iam::999999999999:role/[the name of Role/111111111111]"}, True),
    ],
)
def test_a_new_role_that_a_stranger_may_take_waits_for_a_word(principal: dict[str, str], found: bool) -> None:
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})
    step = changed(None, node("iam/role:Role", assumeRolePolicy=trust))
    assert ("trust-widened" in judged(step, others=(PROVIDER,))) == found


@pytest.mark.parametrize(
    ("issuer", "subject", "found"),
    [
        ("token.actions.githubusercontent.com", "repo:own/own:environment:prod", False),
        ("token.actions.githubusercontent.com", "repo:own/own:environment:dev", False),
        ("token.actions.githubusercontent.com", "repo:evil/evil:ref:refs/heads/main", True),
        ("token.actions.githubusercontent.com", "repo:own/own:ref:refs/heads/x", True),
        ("gitlab.com", "repo:own/own:environment:prod", True),
    ],
)
def test_a_federation_is_a_stranger_but_for_the_jobs_whom_another_role_let_in_before(
    issuer: str, subject: str, found: bool
) -> None:
    def role(name: str, issuer: str, subject: str) -> Node:
        return node("iam/role:Role", name, assumeRolePolicy=policy({
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{issuer}"},
            "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}},
        }))  # fmt: skip

    there = role("there", "token.actions.githubusercontent.com", "repo:own/own:environment:prod")
    new = changed(None, role("new", issuer, subject))
    assert ("trust-widened" in judged(new, others=(PROVIDER, there))) == found
    assert "trust-widened" in judged(new, others=(PROVIDER,))


@pytest.mark.parametrize(("accounts", "waits"), [
    ('["111111111111"]', False),
    ('["111111111111", "999999999999"]', True),
    ('["999999999999"]', True),
    (None, True),
    (UNKNOWN, True),
])  # fmt: skip
def test_a_new_provider_makes_nobody_of_another_account_one_s_own_and_waits_itself(
    accounts: str | None, waits: bool
) -> None:
    other = node("pulumi:providers:aws", "other", allowedAccountIds=accounts)
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": THEIRS}})
    role = changed(None, node("iam/role:Role", assumeRolePolicy=trust))
    found = judged(changed(None, other), role, others=(PROVIDER,))
    assert "trust-widened" in found
    assert found["provider-created"].guarded == waits
    assert ("other accounts" in found["provider-created"].sentence) == waits


def test_the_providers_of_a_first_up_wait_for_no_word() -> None:
    other = node("pulumi:providers:aws", "other", allowedAccountIds='["999999999999"]')
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": THEIRS}})
    steps = (
        changed(None, other),
        changed(None, PROVIDER),
        changed(None, node("iam/role:Role", assumeRolePolicy=trust)),
    )
    assert [one.rule for one in judge(change(*steps)).judgements if one.guarded] == []


def test_a_new_policy_for_a_stranger_waits_and_one_for_an_own_role_does_not() -> None:
    for arn, found in ((THEIRS, True), (OURS, False)):
        step = changed(None, node("s3/bucketPolicy:BucketPolicy", policy=policy({**READ, "Principal": {"AWS": arn}})))
        assert ("granted-to-another" in judged(step, others=(PROVIDER,))) == found


@pytest.mark.parametrize(("type_", "of", "owner", "inputs", "rule"), [
    ("ec2/route:Route", "ec2/routeTable:RouteTable", "routeTableId", {"gatewayId": "igw-1"}, "routed-to-internet"),
    ("ec2/routeTableAssociation:RouteTableAssociation", "ec2/subnet:Subnet", "subnetId", {"routeTableId": "a"},
     "routed-to-internet"),
    ("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ec2/securityGroup:SecurityGroup", "securityGroupId",
     {"prefixListId": "pl-1"}, "let-in-another"),
])  # fmt: skip
def test_a_new_part_of_a_network_that_is_in_use_is_judged_and_one_of_a_new_network_is_not(
    type_: str, of: str, owner: str, inputs: dict[str, Any], rule: str
) -> None:
    whole, new = node(of, "whole"), node(of, "new")
    part = replace(node(type_, **{owner: UNKNOWN}, **inputs), property_dependencies={owner: (whole.urn,)})
    assert judged(changed(None, part), others=(whole,))[rule].guarded
    assert rule not in judged(changed(None, part), changed(None, whole))
    either = replace(part, property_dependencies={owner: (whole.urn, new.urn)})
    assert judged(changed(None, either), changed(None, new), others=(whole,))[rule].guarded
    named = replace(part, property_dependencies={}, dependencies=(new.urn,))
    assert judged(changed(None, named), changed(None, new), others=(whole,))[rule].guarded
    assert rule not in judged(changed(None, either), changed(None, new), changed(None, whole))


def test_a_new_rule_for_a_group_of_the_program_itself_passes_and_one_for_private_addresses_waits() -> None:
    whole = node("ec2/securityGroup:SecurityGroup", "whole")
    for inputs, found in (
        ({"referencedSecurityGroupId": "[the id of SecurityGroup/own]"}, False),
        ({"cidrIpv4": "10.0.0.0/8"}, True),
    ):
        rule = replace(
            node("vpc/securityGroupIngressRule:SecurityGroupIngressRule", securityGroupId=UNKNOWN, **inputs),
            property_dependencies={"securityGroupId": (whole.urn,)},
        )
        assert ("network-opened" in judged(changed(None, rule), others=(whole,))) == found
        assert "network-opened" not in judged(changed(None, rule), changed(None, whole))


def test_a_rule_of_a_group_that_is_replaced_does_not_say_that_those_whom_it_let_in_are_refused() -> None:
    rule = node("vpc/securityGroupIngressRule:SecurityGroupIngressRule", referencedSecurityGroupId="sg-1")
    wider = with_inputs(rule, referencedSecurityGroupId=None, cidrIpv4="10.0.0.0/8")
    assert "are refused" not in judged(changed(rule, wider, op="replace"))["ingress-replaced"].sentence
    assert "are refused" in judged(changed(rule, None))["ingress-deleted"].sentence


def test_a_group_of_the_program_itself_is_let_in_without_a_word() -> None:
    before = node("vpc/securityGroupIngressRule:SecurityGroupIngressRule", cidrIpv4="10.0.0.0/8")
    after = with_inputs(before, cidrIpv4=None, referencedSecurityGroupId="sg-1")
    own = replace(node("ec2/securityGroup:SecurityGroup", "own"), id="sg-1")
    assert "let-in-another" in judged(changed(before, after))
    assert "let-in-another" not in judged(changed(before, after), others=(own,))
    depends = replace(after, property_dependencies={"referencedSecurityGroupId": (own.urn,)})
    assert "let-in-another" not in judged(changed(before, depends))


@pytest.mark.parametrize("type_", ["pulumi:pulumi:StackReference", "aws:ec2/instance:Instance"])
def test_a_group_that_another_stack_or_resource_names_is_no_group_of_the_program(type_: str) -> None:
    before = node("vpc/securityGroupIngressRule:SecurityGroupIngressRule", cidrIpv4="10.0.0.0/8")
    after = with_inputs(before, cidrIpv4=None, referencedSecurityGroupId="sg-1")
    named = f"urn:pulumi:prod::platform::{type_}::other"
    depends = replace(after, property_dependencies={"referencedSecurityGroupId": (named,)})
    assert judged(changed(before, depends))["let-in-another"].guarded


def test_access_control_lists_that_a_new_setting_lets_count_in_a_bucket_that_is_there_wait_for_a_word() -> None:
    bucket = node("s3/bucket:Bucket", "media")
    setting = replace(
        node(
            "s3/bucketOwnershipControls:BucketOwnershipControls",
            bucket=UNKNOWN,
            rule={"objectOwnership": "ObjectWriter"},
        ),
        property_dependencies={"bucket": (bucket.urn,)},
    )
    assert judged(changed(None, setting), others=(bucket,))["protection-weakened"].guarded
    assert "protection-weakened" not in judged(changed(None, setting), changed(None, bucket))


def test_an_own_bucket_is_no_stranger_to_copy_to() -> None:
    before = node("s3/bucketReplicationConfig:BucketReplicationConfig", rules=[])
    rule = {"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::copies"}}
    step = changed(before, with_inputs(before, rules=[rule]))
    own = node("s3/bucket:Bucket", "copies", bucket="copies")
    assert "granted-to-another" in judged(step)
    assert "granted-to-another" not in judged(step, others=(own,))


def copies_to(destination: Any, *made_of: str, **more: Any) -> Step:
    """A new replication of a bucket whose rules are made of these URNs."""
    rules = UNKNOWN if destination == "rules" else [{"status": "Enabled", "destination": destination}]
    one = node("s3/bucketReplicationConfig:BucketReplicationConfig", "replica", rules=rules, **more)
    return changed(None, replace(one, property_dependencies={"rules": made_of} if made_of else {}))


def test_a_new_bucket_of_the_program_s_own_is_no_stranger_to_copy_to_before_its_arn_is_known() -> None:
    own = node("s3/bucket:Bucket", "replica", bucket="replica-1")
    for destination in ({"bucket": UNKNOWN}, UNKNOWN, "rules", {"bucket": UNKNOWN, "account": UNKNOWN}):
        assert "granted-to-another" not in judged(copies_to(destination, own.urn), changed(None, own))
    old = node("s3/bucket:Bucket", "replica", bucket="replica-0")
    assert "granted-to-another" not in judged(copies_to({"bucket": UNKNOWN}, own.urn), changed(old, own, "replace"))


@pytest.mark.parametrize("destination", [{"bucket": UNKNOWN}, UNKNOWN, "rules", {"bucket": "b", "account": UNKNOWN}])
def test_a_target_of_copies_that_is_not_known_is_a_stranger_where_anything_but_own_new_buckets_makes_it(
    destination: Any,
) -> None:
    own, other = node("s3/bucket:Bucket", "replica"), node("ssm/parameter:Parameter", "told")
    for made_of in ((), (other.urn,), (own.urn, other.urn)):
        found = judged(copies_to(destination, *made_of), changed(None, own), changed(None, other))
        assert found["granted-to-another"].guarded
    assert judged(copies_to(destination, own.urn), others=(own,))["granted-to-another"].guarded


def test_a_bucket_s_name_is_own_before_the_bucket_is_there_only_for_what_is_made_of_it() -> None:
    planned_one = node("s3/bucket:Bucket", "replica", bucket="theirs")
    named = {"bucket": "arn:aws:s3:::theirs"}
    assert judged(copies_to(named), changed(None, planned_one))["granted-to-another"].guarded
    other = node("s3/bucket:Bucket", "other", bucket="other-1")
    found = judged(copies_to(named, other.urn), changed(None, planned_one), changed(None, other))
    assert found["granted-to-another"].guarded
    assert "granted-to-another" not in judged(copies_to(named, planned_one.urn), changed(None, planned_one))
    assert "granted-to-another" not in judged(copies_to(named), others=(planned_one,))
    beside = copies_to({"bucket": "arn:aws:s3:::theirs-[the id of Bucket/replica]"}, planned_one.urn)
    assert judged(beside, changed(None, planned_one))["granted-to-another"].guarded


def test_logs_go_to_a_new_bucket_of_the_program_s_own_and_no_other_without_a_word() -> None:
    bucket = node("s3/bucket:Bucket", "logs", bucket="logs-1")
    lets_in = replace(node("s3/bucketPolicy:BucketPolicy", "logs"), property_dependencies={"bucket": (bucket.urn,)})
    group, other = node("cloudwatch/logGroup:LogGroup", "logs"), node("ssm/parameter:Parameter", "told")
    for target, made_of, found in (
        ("logs-1", lets_in, False),
        ("logs-1", bucket, False),
        (UNKNOWN, lets_in, False),
        ("logs-2", lets_in, True),
        ("logs-1", other, True),
        (UNKNOWN, other, True),
    ):
        one = replace(
            node("s3/bucketLogging:BucketLogging", targetBucket=target),
            property_dependencies={"targetBucket": (made_of.urn,)},
        )
        steps = (changed(None, each) for each in (one, bucket, lets_in, other))
        assert ("granted-to-another" in judged(*steps)) == found
    flows = replace(
        node("ec2/flowLog:FlowLog", logDestination=UNKNOWN), property_dependencies={"logDestination": (group.urn,)}
    )
    assert "granted-to-another" not in judged(changed(None, flows), changed(None, group))
    own = node("ec2/flowLog:FlowLog", logDestination="arn:aws:logs:us-east-1:111111111111:log-group:x")
    assert "granted-to-another" not in judged(changed(None, own), others=(PROVIDER,))


def test_a_vpc_origin_of_another_account_waits_and_one_of_a_balancer_of_the_program_does_not() -> None:
    balancer = node("lb/loadBalancer:LoadBalancer", "own", internal=True)
    for number, found in (("111111111111", False), ("999999999999", True)):
        arn = f"arn:aws:elasticloadbalancing:us-east-1:{number}:loadbalancer/app/x/0123456789abcdef"
        one = node("cloudfront/vpcOrigin:VpcOrigin", vpcOriginEndpointConfig={"arn": arn})
        assert ("origin-moved" in judged(changed(None, one), others=(PROVIDER,))) == found
    anew = with_inputs(one, vpcOriginEndpointConfig={"arn": UNKNOWN})
    own = replace(anew, property_dependencies={"vpcOriginEndpointConfig": (balancer.urn,)})
    assert judged(changed(one, anew), others=(PROVIDER,))["origin-moved"].guarded
    assert "origin-moved" not in judged(changed(one, own), others=(PROVIDER, balancer))


def test_a_stranger_s_bucket_is_one_beside_an_own_one_that_is_not_known_yet() -> None:
    own = node("s3/bucket:Bucket", "replica")
    step = copies_to({"bucket": UNKNOWN}, own.urn)
    assert step.after is not None
    theirs = {"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::theirs"}}
    both = replace(step, after=with_inputs(step.after, rules=[*step.after.inputs["rules"], theirs]))
    assert "theirs" in judged(both, changed(None, own))["granted-to-another"].sentence
    named = copies_to({"bucket": UNKNOWN, "account": "999999999999"}, own.urn)
    assert judged(named, changed(None, own), others=(PROVIDER,))["granted-to-another"].guarded


@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_the_first_up_on_an_empty_account_waits_for_no_word(stack: str) -> None:
    whole = planned(ROOT, stack)
    first = compared(Graph(()), whole, stack=stack, origin="a test")
    assert [(one.rule, one.step.node.name) for one in judge(first).judgements if one.guarded] == []


@pytest.mark.parametrize(("account", "found"), [("111111111111", False), ("999999999999", True)])
def test_a_document_for_an_own_account_waits_for_no_word(account: str, found: bool) -> None:
    step = changed(None, node("ssm/document:Document", permissions={"type": "Share", "accountIds": account}))
    assert ("granted-to-another" in judged(step, others=(PROVIDER,))) == found


def test_a_new_listener_without_a_protocol_takes_requests_without_tls() -> None:
    assert judged(changed(None, node("lb/listener:Listener", port=80)))["plain-http"].guarded
    assert "plain-http" not in judged(changed(None, node("lb/listener:Listener", port=443, protocol="HTTPS")))


def test_the_first_lifecycle_rules_of_a_bucket_that_is_there_are_judged() -> None:
    bucket = node("s3/bucket:Bucket", "media")
    rules = replace(
        node(
            "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            bucket=UNKNOWN,
            rules=[{"expiration": {"days": 1}}],
        ),
        property_dependencies={"bucket": (bucket.urn,)},
    )
    assert judged(changed(None, rules), others=(bucket,))["expiry-shortened"].guarded
    assert "expiry-shortened" not in judged(changed(None, rules), changed(None, bucket))
    new = node("s3/bucket:Bucket", "new")
    either = replace(rules, property_dependencies={"bucket": (bucket.urn, new.urn)})
    assert judged(changed(None, either), changed(None, new), others=(bucket,))["expiry-shortened"].guarded


def test_a_secret_that_changes_is_not_folded_as_the_same() -> None:
    one, other = (node("ssm/parameter:Parameter", type="SecureString", value=SECRET, tier=tier) for tier in "ab")
    step = replace(changed(one, other), changes=(PropertyChange(path="value", before=SECRET, after=SECRET),))
    assert judge(change(step)).folded == ()


def test_tags_by_which_machines_are_found_are_not_folded() -> None:
    one, other = (node("ec2/instance:Instance", tagsAll={"Role": name}) for name in "ab")
    dotted = replace(changed(one, other), changes=(PropertyChange(path='tags["a.b"]', before="x", after="y"),))
    looks = node("iam/rolePolicy:RolePolicy", policy=policy(
        {**READ, "Condition": {"StringEquals": {"aws:ResourceTag/a.b": "x"}}}
    ))  # fmt: skip
    assert judge(change(changed(one, other))).folded == ()
    assert judge(change(dotted, others=(looks,))).folded == ()


def test_the_blast_radius_is_all_that_depends_on_it_near_or_far() -> None:
    network = node("ec2/vpc:Vpc", "net")
    subnet = node("ec2/subnet:Subnet", "sub", on=(network.urn,))
    server = replace(node("ec2/instance:Instance", "srv"), property_dependencies={"subnetId": (subnet.urn,)})
    group = node("platform:components:Network", "part", on=(network.urn,))
    alone = node("ec2/vpc:Vpc", "other")
    found = judged(changed(network, None), others=(subnet, server, group, alone))
    assert found["network-deleted"].dependents == (server.urn, subnet.urn)


def test_a_property_that_may_replace_says_so_and_waits_where_data_is() -> None:
    one, other = node("rds/instance:Instance", port=1), node("rds/instance:Instance", port=2)
    step = replace(changed(one, other), changes=(PropertyChange(path="port", before=1, after=2, replaces=True),))
    found = judged(step)["database-changed"]
    assert (found.risk, found.guarded) == ("data loss", True)
    assert "only be able to do that by a new one" in found.sentence


def test_what_cannot_be_made_before_the_old_one_goes_is_felt() -> None:
    one = replace(node("cloudfront/vpcOrigin:VpcOrigin"), options={"deleteBeforeReplace": True})
    assert judged(changed(one, one, op="replace"))["origin-replaced"].risk == "downtime"


def test_only_a_description_is_cosmetic_whatever_the_type() -> None:
    one, other = (node("iam/role:Role", description=text) for text in "ab")
    assert judged(changed(one, other))["role-changed"].risk == "cosmetic"


def test_default_tags_of_the_provider_are_cosmetic_and_its_region_is_not() -> None:
    one = node("pulumi:providers:aws", region="us-east-1", defaultTags='{"tags": {"Team": "a"}}')
    tags = node("pulumi:providers:aws", region="us-east-1", defaultTags='{"tags": {"Team": "b"}}')
    region = node("pulumi:providers:aws", region="eu-west-1", defaultTags='{"tags": {"Team": "a"}}')
    assert judged(changed(one, tags))["provider-changed"].risk == "cosmetic"
    assert judged(changed(one, region))["provider-changed"].guarded


def test_what_costs_more_is_told_with_its_sum() -> None:
    provider = node("pulumi:providers:aws", "aws", region="us-east-1")
    one, other = (
        node("rds/instance:Instance", instanceClass=size, allocatedStorage=20, storageType="gp3", multiAz=False,
             engine="postgres", storageEncrypted=True)
        for size in ("db.t4g.micro", "db.t4g.small")
    )  # fmt: skip
    found = judged(changed(one, other), others=(provider,))
    assert found["cost-changed"].risk == "cost"
    assert "USD a month more" in found["cost-changed"].sentence


def test_the_gravest_comes_first() -> None:
    steps = (
        changed(None, node("s3/bucket:Bucket", "new")),
        changed(node("ec2/instance:Instance", "srv"), None),
        changed(node("s3/bucket:Bucket", "old"), None),
        changed(node("wafv2/webAcl:WebAcl", "waf"), None),
    )
    risks = [judgement.risk for judgement in judge(change(*steps)).judgements]
    assert risks == sorted(risks, key=GRAVEST_FIRST.index)
    assert risks[0] == "data loss"


def test_a_change_of_nothing_means_nothing() -> None:
    report = judge(change())
    assert (report.judgements, report.folded) == ((), ())
