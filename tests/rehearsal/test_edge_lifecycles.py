"""Buckets, CDN, names, alarms and deliveries change in place, show what others changed, and stay while in use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rehearsal import wire
from rehearsal.resource import ResourceType
from rehearsal.resources import RESOURCES
from rehearsal.resources.cloudfront.references import function_record
from rehearsal.servicer import ProviderError
from tests.rehearsal.edge_changes import CHANGES, CODE, MEDIA, Change
from tests.rehearsal.edge_others import CHANGED_BY_OTHERS, distributed, records
from tests.rehearsal.lifecycles import Resource, Stack, environment
from tests.stacks.environments import varied

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

TAGGED = {
    "Bucket": "media",
    "Certificate": "dns-certificate",
    "Distribution": "website",
    "Function": "website-site",
    "LogDelivery": "website-logs",
    "LogDeliveryDestination": "website-logs",
    "LogDeliverySource": "website-logs",
    "MetricAlarm": "disk",
    "WebAcl": "waf",
    "Zone": "dns-zone",
}
OF_THEIR_OWN = {  # inputs whose change needs something else to be there: see the tests by name
    "BucketLogging": {"targetBucket", "targetPrefix"},
    "BucketReplicationConfig": {"role", "rules"},
    "Distribution": {"origins", "originGroups", "viewerCertificate", "webAclId"},
    "LogDeliveryDestination": {"deliveryDestinationConfiguration"},
    "MetricAlarm": {"extendedStatistic", "insufficientDataActions"},
    "OriginAccessControl": {"name", "signingProtocol"},  # whose only value is sigv4
    "ResponseHeadersPolicy": {"name"},
    "Record": {"aliases", "type"},
}
SERVICES = ("s3", "cloudfront", "cloudwatch", "acm", "route53", "wafv2")
ELSEWHERE = ("AccountPublicAccessBlock", "LogGroup", "LogMetricFilter", "LogResourcePolicy", "VpcOrigin")
OURS = [
    kind
    for token, kind in sorted(RESOURCES.items())
    if token.split(":")[1].split("/")[0] in SERVICES and token.rpartition(":")[2] not in ELSEWHERE
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """prod: a domain of its own, a WAF, a replica, a VPC origin."""
    with environment(varied("prod"), "prod") as found:
        yield found


def one(stack: Stack, token: str, name: str = "") -> Resource:
    return next(r for r in stack.resources if r.token.endswith(f":{token}") and r.name.endswith(name))


def drift(stack: Stack, resource: Resource) -> set[str]:
    """Top-level inputs in which a refresh finds a difference."""
    return {path.split(".")[0].split("[")[0] for path in stack.differences(resource, stack.read(resource).inputs)}


def put_back(stack: Stack, before: Resource, changed: Resource) -> None:
    """The first inputs again, as the last of a test."""
    gone = dict.fromkeys(changed.plain_inputs.keys() - before.plain_inputs.keys())
    stack.update(changed, **{**gone, **before.plain_inputs})
    assert drift(stack, before) == set()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.label)
def test_an_input_that_changes_in_place_is_held_and_leaves_no_difference(change: Change, stack: Stack) -> None:
    before = one(stack, change.token, change.name)
    assert change.told(stack.aws, before.id) != change.answer
    after = stack.update(before, **{change.input: change.value})
    assert change.told(stack.aws, after.id) == change.answer
    assert drift(stack, after) == set()
    assert drift(stack, before) == ({change.input} & before.plain_inputs.keys())
    put_back(stack, before, after)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.token)
def test_each_input_that_changes_in_place_is_changed_here(kind: ResourceType) -> None:
    token = kind.token.rpartition(":")[2]
    changed = {change.input for change in CHANGES if change.token == token} | OF_THEIR_OWN.get(token, set())
    assert kind.in_place - kind.untold - changed == ({"tags"} if token in TAGGED else set())


@pytest.mark.parametrize("token", sorted(TAGGED))
def test_tags_change_in_place_and_old_ones_go(token: str, stack: Stack) -> None:
    before = one(stack, token, TAGGED[token])
    tagged = stack.update(before, tags={"Team": "web", "Old": "1"})
    after = stack.update(tagged, tags={"Team": "edge"})
    held = wire.plain(stack.read(after).properties)["tagsAll"]
    assert held == after.plain_inputs["tagsAll"]
    assert (held["Team"], "Old" in held) == ("edge", False)
    put_back(stack, before, after)


def made_bucket(stack: Stack, name: str) -> str:
    """A bucket that keeps versions and lets S3 write its access logs."""
    client, arn = stack.aws.client("s3"), f"arn:aws:s3:::{name}"
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    writes = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{arn}/*",
    }
    client.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [writes]}))
    return arn


def test_access_logs_go_to_another_bucket_and_prefix(stack: Stack) -> None:
    made_bucket(stack, "other-logs")
    before = one(stack, "BucketLogging", "media-logging")
    after = stack.update(before, targetBucket="other-logs", targetPrefix="x/")
    held = stack.aws.client("s3").get_bucket_logging(Bucket=MEDIA)["LoggingEnabled"]
    assert held == {"TargetBucket": "other-logs", "TargetPrefix": "x/"}
    assert (drift(stack, after), drift(stack, before)) == (set(), {"targetBucket", "targetPrefix"})
    put_back(stack, before, after)


def test_replication_goes_elsewhere_by_another_role(stack: Stack) -> None:
    arn, before = made_bucket(stack, "other-replica"), one(stack, "BucketReplicationConfig")
    role = stack.aws.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    [rule] = before.plain_inputs["rules"]
    rules = [{**rule, "destination": {"bucket": arn}, "deleteMarkerReplication": {"status": "Disabled"}}]
    after = stack.update(before, role=role, rules=rules)
    held = stack.aws.client("s3").get_bucket_replication(Bucket=before.id)["ReplicationConfiguration"]
    assert (held["Role"], held["Rules"][0]["Destination"]["Bucket"]) == (role, arn)
    assert (drift(stack, after), drift(stack, before)) == (set(), {"role", "rules"})
    assert "rules[0].deleteMarkerReplication.status" in stack.differences(before, stack.read(after).inputs)
    put_back(stack, before, after)


@pytest.mark.parametrize(("token", "name"), [("OriginAccessControl", "access"), ("ResponseHeadersPolicy", "media")])
def test_what_cloudfront_knows_by_an_id_can_be_renamed(token: str, name: str, stack: Stack) -> None:
    before = one(stack, token, name)
    given = {key: value for key, value in before.plain_inputs.items() if key != "__defaults"}
    named = replace(before, inputs=wire.encode(given))
    after = stack.update(named, name="renamed")
    assert [*after.kind.find(stack.aws, after.plain_inputs)] == [before.id]
    assert (drift(stack, after), drift(stack, before)) == (set(), {"name"})
    put_back(stack, named, after)


def test_a_distributions_origins_groups_and_behaviours_move_together(stack: Stack) -> None:
    """All of them are in the record, where the emulator has no place for groups, functions and VPC origins."""
    before = one(stack, "Distribution", "website")
    site, media, backend, spare = before.plain_inputs["origins"]
    backend = {**backend, "vpcOriginConfig": {**backend["vpcOriginConfig"], "originReadTimeout": 10}}
    group = {**before.plain_inputs["originGroups"][0], "failoverCriteria": {"statusCodes": [500]}}
    after = stack.update(before, origins=[site, media, spare, backend], originGroups=[group])
    held = stack.aws.client("cloudfront").get_distribution_config(Id=before.id)["DistributionConfig"]
    assert [origin["Id"] for origin in held["Origins"]["Items"]][2:] == ["website-replica", "backend"]
    assert drift(stack, after) == set()
    assert drift(stack, before) == {"origins", "originGroups"}
    put_back(stack, before, after)


def test_a_distribution_without_a_domain_and_a_firewall_shows_cloudfronts_certificate(stack: Stack) -> None:
    before = one(stack, "Distribution", "website")
    plain = {"cloudfrontDefaultCertificate": True}
    after = stack.update(before, viewerCertificate=plain, aliases=[], webAclId=None)
    held = stack.aws.client("cloudfront").get_distribution_config(Id=before.id)["DistributionConfig"]
    assert (held["ViewerCertificate"]["CloudFrontDefaultCertificate"], held["WebACLId"]) == (True, "")
    assert drift(stack, after) == set()
    assert drift(stack, before) == {"viewerCertificate", "aliases", "webAclId"}
    put_back(stack, before, after)


def test_a_function_is_published_again_only_when_asked(stack: Stack) -> None:
    before = one(stack, "Function", "website-site")
    draft = stack.update(before, code=f"{CODE} // draft", publish=False)
    state = wire.plain(draft.state)
    assert (state["status"], state["liveStageEtag"] != state["etag"]) == ("UNPUBLISHED", True)
    assert stack.aws.records[function_record(before.id)]["liveCode"] == before.plain_inputs["code"]
    put_back(stack, before, draft)


def test_a_firewall_keeps_a_rule_as_the_emulator_cannot_take_all_away(stack: Stack) -> None:
    acl = one(stack, "WebAcl", "waf")
    with pytest.raises(ProviderError, match="keeps the last rules"):
        stack.update(acl, rules=[])
    assert drift(stack, acl) == set()


def test_logs_are_delivered_to_another_bucket(stack: Stack) -> None:
    arn, before = made_bucket(stack, "other-deliveries"), one(stack, "LogDeliveryDestination")
    after = stack.update(before, deliveryDestinationConfiguration={"destinationResourceArn": arn})
    client = stack.aws.client("logs")
    held = client.get_delivery_destination(name=before.id)["deliveryDestination"]
    assert held["deliveryDestinationConfiguration"] == {"destinationResourceArn": arn}
    assert (drift(stack, after), drift(stack, before)) == (set(), {"deliveryDestinationConfiguration"})
    put_back(stack, before, after)


def test_an_alarm_takes_a_percentile_and_tells_of_missing_data(stack: Stack) -> None:
    before = one(stack, "MetricAlarm", "disk")
    topics = before.plain_inputs["alarmActions"]
    after = stack.update(before, statistic=None, extendedStatistic="p99", insufficientDataActions=topics)
    [held] = stack.aws.client("cloudwatch").describe_alarms(AlarmNames=[before.id])["MetricAlarms"]
    assert (held["ExtendedStatistic"], held["InsufficientDataActions"]) == ("p99", topics)
    assert "Statistic" not in held
    assert drift(stack, after) == set()
    put_back(stack, before, after)


def test_an_alias_points_elsewhere_and_a_record_takes_another_type(stack: Stack) -> None:
    alias, issuers = one(stack, "Record", "site-records-a"), one(stack, "Record", "dns-issuers")
    [target] = alias.plain_inputs["aliases"]
    moved = stack.update(alias, aliases=[{**target, "name": "d2.cloudfront.net", "evaluateTargetHealth": True}])
    assert (drift(stack, moved), drift(stack, alias)) == (set(), {"aliases"})
    put_back(stack, alias, moved)
    text = stack.update(issuers, type="TXT", records=['"hello"'])
    assert drift(stack, text) == set()
    assert stack.read(text).id.endswith("_TXT")
    kinds = [record["Type"] for record in records(stack, issuers) if record["Name"] == "www.product.example."]
    assert ("TXT" in kinds, "CAA" in kinds) == (True, False)
    put_back(stack, issuers, text)


@pytest.mark.parametrize("what", CHANGED_BY_OTHERS)
def test_what_others_changed_is_found_and_mended(what: str, stack: Stack) -> None:
    token, name, change, paths = CHANGED_BY_OTHERS[what]
    resource = one(stack, token, name)
    change(stack, resource)
    assert drift(stack, resource) == paths
    stack.update(resource)
    assert drift(stack, resource) == set()


def test_what_the_emulator_loses_outlives_a_change_by_others(stack: Stack) -> None:
    cdn = one(stack, "Distribution", "website")
    distributed(stack, cdn, Comment="odd")
    plain = stack.aws.client("cloudfront").get_distribution_config(Id=cdn.id)["DistributionConfig"]
    assert plain["DefaultCacheBehavior"]["FunctionAssociations"] == {"Quantity": 0}
    assert [origin.get("OriginAccessControlId") for origin in plain["Origins"]["Items"]] == [None] * 4
    assert drift(stack, cdn) == {"comment"}
    stack.update(cdn)


GONE: dict[str, tuple[str, str, str]] = {
    "BucketCorsConfiguration": ("media-cors", "s3", "delete_bucket_cors"),
    "BucketLifecycleConfiguration": ("media-lifecycle", "s3", "delete_bucket_lifecycle"),
    "BucketOwnershipControls": ("media-ownership", "s3", "delete_bucket_ownership_controls"),
    "BucketPolicy": ("media-policy", "s3", "delete_bucket_policy"),
    "BucketPublicAccessBlock": ("media-public-access", "s3", "delete_public_access_block"),
    "BucketReplicationConfig": ("website-replica", "s3", "delete_bucket_replication"),
}


@pytest.mark.parametrize("token", GONE)
def test_what_others_deleted_is_gone_and_an_update_makes_it_again(token: str, stack: Stack) -> None:
    name, service, operation = GONE[token]
    resource = one(stack, token, name)
    getattr(stack.aws.client(service), operation)(Bucket=resource.id)
    assert stack.read(resource).id == ""
    stack.update(resource)
    assert drift(stack, resource) == set()


IN_USE: dict[str, tuple[str, str, str]] = {
    "a bucket with content": ("Bucket", "logs", "BucketNotEmpty"),
    "an origin access control": ("OriginAccessControl", "access", "OriginAccessControlInUse"),
    "an edge function": ("Function", "website-site", "FunctionInUse"),
    "a response headers policy": ("ResponseHeadersPolicy", "website-media", "ResponseHeadersPolicyInUse"),
    "a firewall": ("WebAcl", "waf", "WAFAssociatedItemException"),
    "a certificate": ("Certificate", "dns-certificate", "ResourceInUseException"),
    "a zone with records": ("Zone", "dns-zone", "HostedZoneNotEmpty"),
    "the source of a delivery": ("LogDeliverySource", "website-logs", "ConflictException"),
    "the destination of a delivery": ("LogDeliveryDestination", "website-logs", "ConflictException"),
    "versions that are replicated": ("BucketVersioning", "website-versioning", "InvalidBucketState"),
}


@pytest.mark.parametrize("what", IN_USE)
def test_what_is_in_use_is_not_deleted(what: str, stack: Stack) -> None:
    token, name, code = IN_USE[what]
    resource = one(stack, token, name)
    with pytest.raises(ProviderError, match=code):
        stack.delete(resource)
    assert drift(stack, resource) == set()


def test_a_forced_bucket_goes_with_its_versions_and_delete_markers(stack: Stack) -> None:
    kept, client = one(stack, "Bucket", "artifacts"), stack.aws.client("s3")
    client.delete_bucket_policy(Bucket=kept.id)  # the emulator heeds its denial without the condition
    for body in (b"1", b"2"):
        client.put_object(Bucket=kept.id, Key="a", Body=body)
    client.delete_object(Bucket=kept.id, Key="a")
    with pytest.raises(ProviderError, match="BucketNotEmpty"):
        stack.delete(kept)
    stack.delete(stack.update(kept, forceDestroy=True))
    assert stack.read(kept).id == ""
