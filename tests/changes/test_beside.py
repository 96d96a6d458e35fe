"""What is new is held against what it overwrites, replaces or stands beside; what changes its owner, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from small_changes import changed, judged, node, policy, with_inputs

from changes.change import Op
from changes.compared import compared
from changes.judge import judge
from changes.settings import SETTINGS
from rehearsal.graph import UNKNOWN, Graph, Node

Inputs = Mapping[str, Any]
BUCKET, GROUP, TABLE = "s3/bucket:Bucket", "ec2/securityGroup:SecurityGroup", "ec2/routeTable:RouteTable"
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
INGRESS, ROUTE = "vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ec2/route:Route"
VERSIONING, BUCKET_POLICY = "s3/bucketVersioning:BucketVersioning", "s3/bucketPolicy:BucketPolicy"
SSE = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
SITE, LISTENER, ORIGIN = (
    "cloudfront/distribution:Distribution",
    "lb/listener:Listener",
    "cloudfront/vpcOrigin:VpcOrigin",
)
ROLE, PARAMETER, TEMPLATE = "iam/role:Role", "ssm/parameter:Parameter", "ec2/launchTemplate:LaunchTemplate"

EXPIRING = {"rules": [{"status": "Enabled", "expiration": {"days": 1}}]}
TAKE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
ONLY_TLS = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip
PROVIDER = node("pulumi:providers:aws", "aws", allowedAccountIds='["111111111111"]')
PARTS = [
    (LIFECYCLE, BUCKET, "bucket", EXPIRING, "expiry-shortened"),
    (ROUTE, TABLE, "routeTableId", {"gatewayId": "igw-1"}, "routed-to-internet"),
    (INGRESS, GROUP, "securityGroupId", {"prefixListId": "pl-1"}, "let-in-another"),
]


def called(type_: str, name: str, at_aws: str, **inputs: Any) -> Node:
    """A resource that has this name at AWS."""
    return with_inputs(node(type_, name, **inputs), name=at_aws)


def of(owner: Node, part: Node, name: str, value: Any = UNKNOWN) -> Node:
    """The part with an owner, by an output of it that has this value."""
    return replace(with_inputs(part, **{name: value}), property_dependencies={name: (owner.urn,)})


@pytest.mark.parametrize(("type_", "owner", "name", "inputs", "rule"), PARTS)
@pytest.mark.parametrize("op", ["update", "replace"])
def test_what_goes_over_to_another_owner_is_judged_as_if_nothing_had_been_there(
    type_: str, owner: str, name: str, inputs: Inputs, rule: str, op: Op
) -> None:
    one, other = (replace(node(owner, each), id=f"id-{each}") for each in ("one", "other"))
    part = node(type_, "part", **inputs)
    told = of(one, part, name, "id-one")
    for before, after in (
        (told, of(other, part, name)),
        (told, of(other, part, name, "id-other")),
        (told, with_inputs(part, **{name: "elsewhere"})),
        (of(one, part, name), of(other, part, name)),
        (told, of(one, part, name, "id-other")),
    ):
        assert judged(changed(before, after, op), others=(one, other))[rule].guarded
    anew = changed(one, with_inputs(one, tags={"a": "b"}), "replace")
    for before, after in ((told, of(one, part, name)), (of(one, part, name), of(one, part, name, "id-one"))):
        assert rule not in judged(changed(before, after, op), anew)
        assert rule not in judged(changed(before, after, op), others=(one,))
    new = changed(None, replace(other, id=None))
    assert rule not in judged(changed(told, of(other, part, name), op), new, others=(one,))


def test_an_owner_of_another_name_by_an_alias_is_the_same() -> None:
    group, part = node(GROUP, "old"), node(INGRESS, "part", prefixListId="pl-1")
    renamed = replace(node(GROUP, "new"), options={"aliases": [group.urn]})
    before, after = of(group, part, "securityGroupId"), of(renamed, part, "securityGroupId")
    sides = Graph((before, group)), Graph((with_inputs(after, description="d"), renamed))
    found = judge(compared(*sides, stack="prod", origin="a..b"))
    assert [one.rule for one in found.judgements if one.step.node.name == "part"] == ["ingress-changed"]


@pytest.mark.parametrize(("type_", "owner", "name", "inputs", "rule"), PARTS)
def test_what_says_that_it_is_a_part_of_something_new_and_names_another_is_judged(
    type_: str, owner: str, name: str, inputs: Inputs, rule: str
) -> None:
    fresh = called(owner, "fresh", "fresh-1")
    whole, part = changed(None, fresh), node(type_, "part", **inputs)
    kind = owner.partition(":")[2]
    for value in (f"[the id of {kind}/other]", "in-use", f"x-[the id of {kind}/fresh]"):
        assert judged(changed(None, of(fresh, part, name, value)), whole)[rule].guarded
    for value in (f"[the id of {kind}/fresh]", "fresh-1", UNKNOWN):
        assert rule not in judged(changed(None, of(fresh, part, name, value)), whole)
    told = called(PARAMETER, "told", "/x")
    assert judged(changed(None, of(told, part, name)), changed(None, told), whole)[rule].guarded


ONCE = sorted(type_ for type_, setting in SETTINGS.items() if setting.once)


@pytest.mark.parametrize("type_", ONCE)
def test_a_second_setting_of_one_owner_waits_whether_the_first_was_there_or_is_new_too(type_: str) -> None:
    setting, bare = SETTINGS[type_], type_.removeprefix("aws:")
    names = {name: f"{name}-1" for name in setting.names}
    first, second = (with_inputs(node(bare, name), **names) for name in ("first", "second"))
    assert "first" in judged(changed(None, second), others=(first,))["set-twice"].sentence
    assert judged(changed(None, second), changed(None, first))["set-twice"].guarded
    assert "set-twice" not in judged(changed(first, None), changed(None, second))
    assert "set-twice" not in judged(changed(first, with_inputs(first, description="d")), others=(second,))
    for name in setting.names:
        another = with_inputs(second, **{name: "another"})
        assert "set-twice" not in judged(changed(None, another), others=(first,))
        assert judged(changed(another, second, "replace"), others=(first,))["set-twice"].guarded


@pytest.mark.parametrize(("type_", "owner", "name", "named"), [
    (BUCKET_POLICY, node(BUCKET, "media", bucket="media-1"), "bucket", "media-1"),
    ("sns/topicPolicy:TopicPolicy", called("sns/topic:Topic", "alarms", "alarms-1"), "arn",
     "arn:aws:sns:us-east-1:111111111111:alarms-1"),
    ("sqs/queuePolicy:QueuePolicy", called("sqs/queue:Queue", "jobs", "jobs-1"), "queueUrl",
     "https://sqs.us-east-1.amazonaws.com/111111111111/jobs-1"),
    ("secretsmanager/secretVersion:SecretVersion", called("secretsmanager/secret:Secret", "s", "dev/media"),
     "secretId", "arn:aws:secretsmanager:us-east-1:111111111111:secret:dev/media-AbCdEf"),
])  # fmt: skip
def test_one_owner_is_known_by_its_output_by_its_name_and_by_what_aws_makes_of_that(
    type_: str, owner: Node, name: str, named: str
) -> None:
    first = of(owner, node(type_, "first"), name)
    for second in (
        node(type_, "second", **{name: named}),
        of(owner, node(type_, "second"), name, f"[the id of {owner.type.rpartition(':')[2]}/{owner.name}]"),
    ):
        assert judged(changed(None, second), others=(owner, first))["set-twice"].guarded
    other = called(owner.type.removeprefix("aws:"), "other", "other-1", bucket="other-1")
    second = of(other, node(type_, "second"), name)
    assert "set-twice" not in judged(changed(None, second), changed(None, other), others=(owner, first))


def test_a_setting_of_the_account_is_one_for_each_region_also_where_the_provider_names_it() -> None:
    provider = node("pulumi:providers:aws", "aws", region="us-east-1")
    type_ = "ebs/encryptionByDefault:EncryptionByDefault"
    first = node(type_, "first", enabled=True)
    second = changed(None, node(type_, "second", enabled=False, region="us-east-1"))
    assert judged(second, others=(provider, first)).keys() >= {"set-twice", "protection-weakened"}
    elsewhere = changed(None, node(type_, "second", enabled=True, region="us-west-2"))
    assert "set-twice" not in judged(elsewhere, others=(provider, first))
    arn = "arn:aws:ssm:us-east-1:111111111111:servicesetting/ssm/documents/console/public-sharing-permission"
    setting, told = "ssm/serviceSetting:ServiceSetting", "/ssm/documents/console/public-sharing-permission"
    shared = changed(None, node(setting, "second", settingId=told, settingValue="Enable"))
    held = node(setting, "first", settingId=arn, settingValue="Disable")
    assert judged(shared, others=(provider, held)).keys() >= {"set-twice", "protection-weakened"}


def test_a_setting_of_the_account_is_one_for_each_region_of_its_own_provider() -> None:
    type_, by = "ebs/encryptionByDefault:EncryptionByDefault", "pulumi:providers:aws"
    east, west, also_east = (
        node(by, name, region=region)
        for name, region in (("east", "us-east-1"), ("west", "us-west-2"), ("also", "us-east-1"))
    )
    first = replace(node(type_, "first", enabled=True), provider=east.urn)
    for provider, found in ((west, False), (also_east, True), (east, True)):
        second = changed(None, replace(node(type_, "second", enabled=True), provider=provider.urn))
        assert ("set-twice" in judged(second, others=(east, west, also_east, first))) == found
        assert ("set-twice" in judged(second, others=(first,))) == (provider is east)  # a preview of the changes alone
    named = changed(None, node(type_, "second", enabled=True, region="us-east-1"))
    assert "set-twice" in judged(named, others=(east, west, first))
    nobody_s = changed(None, node(type_, "second", enabled=True))
    assert "set-twice" not in judged(nobody_s, others=(east, west, first))


WEAKER: list[tuple[str, str, Inputs, Inputs]] = [
    ("versioning-off", VERSIONING, {"versioningConfiguration": {"status": "Enabled"}},
     {"versioningConfiguration": {"status": "Suspended"}}),
    ("bucket-encrypted-otherwise", SSE, {"rules": [{"a": "AES256"}]}, {"rules": [{"a": "aws:kms"}]}),
    ("deny-lifted", BUCKET_POLICY, {"policy": policy(ONLY_TLS)}, {"policy": policy()}),
    ("replication-narrowed", "s3/bucketReplicationConfig:BucketReplicationConfig",
     {"rules": [{"status": "Enabled", "destination": {"bucket": "b"}}]}, {"rules": []}),
    ("public-access-unblocked", "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"blockPublicAcls": True}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "type_", "old", "new"), WEAKER)
def test_a_setting_is_held_against_the_one_that_it_overwrites_or_comes_in_the_place_of(
    rule: str, type_: str, old: Inputs, new: Inputs
) -> None:
    first, second = node(type_, "first", bucket="b", **old), node(type_, "second", bucket="b", **new)
    for steps, others in (
        ((changed(None, second),), (first,)),
        ((changed(None, second), changed(first, None)), ()),
        ((changed(with_inputs(second, bucket="c"), second, "replace"),), (first,)),
    ):
        assert judged(*steps, others=others)[rule].guarded


def site(name: str = "one", **held: Any) -> Node:
    return node(
        SITE, name, **{"webAclId": "a", "viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021"}, **held}
    )


def role(name: str, **held: Any) -> Node:
    return node(ROLE, name, assumeRolePolicy=policy(TAKE), **held)


def passing_on(name: str, protocol: str, version: str) -> Node:
    settings = {"originProtocolPolicy": protocol, "originSslProtocols": {"items": [version]}}
    return node(ORIGIN, name, vpcOriginEndpointConfig=settings)


RENAMED: list[tuple[set[str], Node, Node]] = [
    ({"boundary-lifted"}, role("one", permissionsBoundary="b"), role("other")),
    ({"boundary-lifted"}, role("one", permissionsBoundary="b"), role("other", permissionsBoundary="c")),
    ({"tls-weakened"}, node(LISTENER, protocol="HTTPS", port=443, sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06"),
     node(LISTENER, "other", protocol="HTTPS", port=443, sslPolicy="ELBSecurityPolicy-2016-08")),
    ({"plain-http"}, passing_on("one", "https-only", "TLSv1.2"), passing_on("other", "http-only", "TLSv1.2")),
    ({"origin-in-clear"}, passing_on("one", "https-only", "TLSv1.2"), passing_on("other", "https-only", "TLSv1")),
    ({"firewall-detached"}, site(), site("other", webAclId=None)),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "old", "new"), RENAMED)
def test_what_is_made_anew_or_beside_one_that_is_protected_is_to_be_so_too(
    rules: set[str], old: Node, new: Node
) -> None:
    assert judged(changed(None, new), changed(old, None)).keys() >= rules
    assert judged(changed(None, new), others=(old,)).keys() >= rules
    assert not rules & judged(changed(None, new)).keys()
    assert not rules & judged(changed(None, replace(new, inputs=old.inputs)), others=(old,)).keys()


@pytest.mark.parametrize(("rules", "old", "new"), RENAMED)
def test_what_one_of_those_beside_it_has_too_lets_what_is_new_pass(rules: set[str], old: Node, new: Node) -> None:
    alike = replace(with_inputs(new), urn=f"{new.urn}-alike", name="alike")
    stays = bool(new.inputs.get("permissionsBoundary") or new.type.endswith(("Listener", "VpcOrigin")))
    assert bool(rules & judged(changed(None, new), others=(old, alike)).keys()) != stays


def test_of_two_boundaries_a_new_role_has_one_and_is_told_of_all_that_it_lacks() -> None:
    there = (role("one", permissionsBoundary="a"), role("two", permissionsBoundary="b"), role("without"))
    for boundary in "ab":
        assert "boundary-lifted" not in judged(changed(None, role("new", permissionsBoundary=boundary)), others=there)
    bare = judged(changed(None, role("new")), others=there)["boundary-lifted"]
    assert bare.sentence.endswith("has no permissions boundary, unlike one, two")
    other = judged(changed(None, role("new", permissionsBoundary="c")), others=there)["boundary-lifted"]
    assert "is bounded by c instead of a, unlike one; is bounded by c instead of b, unlike two" in other.sentence


def test_a_second_site_may_have_a_firewall_of_its_own_that_refuses_as_much() -> None:
    wall, site_ = "wafv2/webAcl:WebAcl", "cloudfront/distribution:Distribution"
    group = {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet", "vendorName": "AWS"}}
    rule = {"name": "common", "priority": 1, "overrideAction": {"none": {}}, "statement": group}
    first, loose = node(wall, "first", rules=[rule]), node(wall, "loose")
    there = of(first, node(site_, "first"), "webAclId")
    for rules, found in (([rule], False), ([], True)):
        own = node(wall, "own", rules=rules)
        steps = changed(None, own), changed(None, of(own, node(site_, "second"), "webAclId"))
        assert ("firewall-detached" in judged(*steps, others=(first, there))) == found
        lesser = loose, of(loose, node(site_, "lesser"), "webAclId")
        assert "firewall-detached" not in judged(*steps, others=(first, there, *lesser))


def test_what_comes_with_others_of_its_type_takes_no_place_but_that_of_its_name() -> None:
    group = "cloudwatch/logGroup:LogGroup"
    gone = changed(called(group, "old", "old", retentionInDays=365), None)
    new = [changed(None, called(group, name, name, retentionInDays=30)) for name in ("one", "other")]
    assert "log-retention-shortened" not in judged(gone, *new)
    renamed = changed(None, called(group, "moved", "old", retentionInDays=30))
    assert "log-retention-shortened" in judged(gone, renamed, new[0])
    assert "log-retention-shortened" in judged(gone, new[0])


def test_what_takes_the_place_of_the_one_that_goes_is_held_against_it_as_a_whole() -> None:
    old, new = node(TEMPLATE, "one", vpcSecurityGroupIds=["a"]), node(TEMPLATE, "new", vpcSecurityGroupIds=["a", "b"])
    assert judged(changed(None, new), changed(old, None))["security-groups-added"].guarded
    assert "security-groups-added" not in judged(changed(None, new), others=(old,))
    other = node(TEMPLATE, "other", vpcSecurityGroupIds=["b"])
    assert "security-groups-added" not in judged(changed(None, new), changed(old, None), changed(other, None))
    named = with_inputs(old, name="server"), with_inputs(new, name="server")
    assert judged(changed(None, named[1]), changed(named[0], None), changed(other, None))["security-groups-added"]


def test_a_second_site_on_the_servers_of_another_one_asks_for_as_much_as_that() -> None:
    function = {"functionAssociations": [{"eventType": "viewer-request", "functionArn": "f"}]}

    def reaching(name: str, domain: str, **behavior: Any) -> Node:
        origins = [{"originId": "api", "domainName": domain}]
        return site(name, origins=origins, defaultCacheBehavior={"targetOriginId": "api", **behavior})

    there = reaching("one", "api.example", **function)
    assert judged(changed(None, reaching("other", "api.example")), others=(there,))["edge-function-detached"].guarded
    assert "edge-function-detached" not in judged(changed(None, reaching("other", "b.example")), others=(there,))
    made = replace(reaching("one", UNKNOWN, **function), property_dependencies={"origins": ("urn::x::a:lb:B::api",)})
    second = replace(reaching("other", UNKNOWN), property_dependencies=made.property_dependencies)
    assert judged(changed(None, second), others=(made,))["edge-function-detached"].guarded
    access = {"origins": ("urn::x::aws:cloudfront/originAccessControl:OriginAccessControl::buckets",)}
    made, second = (replace(one, property_dependencies=access) for one in (made, second))
    assert "edge-function-detached" not in judged(changed(None, second), others=(made,))


def test_a_boundary_that_the_program_makes_is_the_same_by_what_it_is_made_of() -> None:
    boundary = {"permissionsBoundary": ("urn:boundary",)}
    there = replace(role("one", permissionsBoundary=UNKNOWN), property_dependencies=boundary)
    new = replace(role("new", permissionsBoundary="[the arn of Policy/boundary]"), property_dependencies=boundary)
    assert "boundary-lifted" not in judged(changed(None, new), others=(there,))
    other = replace(new, property_dependencies={"permissionsBoundary": ("urn:other",)})
    assert judged(changed(None, other), others=(there,))["boundary-lifted"].guarded


@pytest.mark.parametrize(("account", "found"), [("111111111111", False), ("999999999999", True)])
@pytest.mark.parametrize("type_", [SSE, "cloudwatch/logGroup:LogGroup"])
def test_the_key_of_another_account_waits_in_what_is_new_too(type_: str, account: str, found: bool) -> None:
    key = f"arn:aws:kms:us-east-1:{account}:key/11111111-2222-3333-4444-555555555555"
    inputs = {"rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": key}}]} if type_ == SSE else {}
    step = changed(None, node(type_, **inputs or {"kmsKeyId": key}))
    assert ("granted-to-another" in judged(step, others=(PROVIDER,))) == found


ADDED: Mapping[str, tuple[Node, ...]] = {
    "a second bucket with all of its settings": (
        (more := node(BUCKET, "second", bucket="second-1")),
        *(of(more, node(type_, "second", **inputs), "bucket", "second-1") for type_, inputs in (
            (BUCKET_POLICY, {"policy": policy(ONLY_TLS)}), (LIFECYCLE, EXPIRING),
            (VERSIONING, {"versioningConfiguration": {"status": "Suspended"}}), (SSE, {"rules": [{"a": "aws:kms"}]}),
        )),
    ),
    "an alarm": (called("cloudwatch/metricAlarm:MetricAlarm", "second", "second"),),
    "a domain": (called("route53/zone:Zone", "second", "second.example"),
                 node("acm/certificate:Certificate", "second", domainName="second.example")),
    "a queue with its policy": (called("sqs/queue:Queue", "second", "second", policy=policy()),),
    "a topic with its policy": (
        (topic := called("sns/topic:Topic", "second", "second")),
        of(topic, node("sns/topicPolicy:TopicPolicy", "second", policy=policy()), "arn", "[the arn of Topic/second]"),
    ),
    "a role within the boundary of the others": (role("second", permissionsBoundary="b"),),
    "a site behind the firewall of the other": (site("second"),),
    "a listener with the same TLS": (
        node(LISTENER, "second", protocol="HTTPS", port=8443, sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ),
    "a listener that sends everybody to HTTPS": (
        node(LISTENER, "second", protocol="HTTP", port=80,
             defaultActions=[{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]),
    ),
    "a subnet with its routes": (
        (subnet := node("ec2/subnet:Subnet", "second")),
        of(subnet, node("ec2/routeTableAssociation:RouteTableAssociation", "second", routeTableId="b"), "subnetId"),
    ),
    "a parameter and a secret": (
        called(PARAMETER, "second", "/second", type="SecureString"),
        (secret := called("secretsmanager/secret:Secret", "second", "second")),
        of(secret, node("secretsmanager/secretVersion:SecretVersion", "second"), "secretId"),
    ),
}  # fmt: skip
THERE = (
    PROVIDER, (bucket := node(BUCKET, "first", bucket="first-1")),
    *(of(bucket, node(type_, "first"), "bucket", "first-1") for type_ in (BUCKET_POLICY, LIFECYCLE, VERSIONING, SSE)),
    called("cloudwatch/metricAlarm:MetricAlarm", "first", "first"), role("first", permissionsBoundary="b"),
    site("first"),
    node(LISTENER, "first", protocol="HTTPS", port=443, sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06"),
    called(PARAMETER, "first", "/first"), node("sns/topicPolicy:TopicPolicy", "first", arn="arn:x"),
    node("ec2/routeTableAssociation:RouteTableAssociation", "first", subnetId="s", routeTableId="b"),
)  # fmt: skip


@pytest.mark.parametrize("what", ADDED)
def test_what_is_ordinarily_added_beside_what_is_there_waits_for_no_word(what: str) -> None:
    steps = [changed(None, one) for one in ADDED[what]]
    assert [one.sentence for one in judged(*steps, others=THERE).values() if one.guarded] == []
