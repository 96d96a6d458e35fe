"""What somebody changes by hand in buckets, CDN, names and alarms, and the inputs in which a refresh finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal import wire
from tests.rehearsal.lifecycles import Resource, Stack


def records(stack: Stack, resource: Resource) -> list[dict[str, Any]]:
    zone = resource.plain_inputs["zoneId"]
    found: list[dict[str, Any]] = stack.aws.client("route53").list_resource_record_sets(HostedZoneId=zone)[
        "ResourceRecordSets"
    ]
    return found


def upsert(stack: Stack, record: Resource, **changes: Any) -> None:
    name, kind = record.plain_inputs["name"], record.plain_inputs["type"]
    [held] = [one for one in records(stack, record) if (one["Name"], one["Type"]) == (f"{name}.", kind)]
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {**held, **changes}}]}
    stack.aws.client("route53").change_resource_record_sets(
        HostedZoneId=record.plain_inputs["zoneId"], ChangeBatch=batch
    )


def distributed(stack: Stack, cdn: Resource, **changes: Any) -> None:
    """What somebody does in the console: the configuration as AWS tells it, with a member changed."""
    client = stack.aws.client("cloudfront")
    found = client.get_distribution_config(Id=cdn.id)
    client.update_distribution(
        Id=cdn.id, IfMatch=found["ETag"], DistributionConfig={**found["DistributionConfig"], **changes}
    )


def filtered(stack: Stack, acl: Resource) -> None:
    client, named = stack.aws.client("wafv2"), {"Name": acl.plain_inputs["name"], "Scope": "CLOUDFRONT", "Id": acl.id}
    found = client.get_web_acl(**named)
    kept = {key: found["WebACL"][key] for key in ("Rules", "VisibilityConfig")}
    client.update_web_acl(**named, LockToken=found["LockToken"], DefaultAction={"Block": {}}, **kept)


def tagged(service: str, **resource: str) -> Callable[[Stack, Resource], None]:
    def tag(stack: Stack, found: Resource) -> None:
        arn = wire.plain(found.state)["arn"]
        named = {key: value.format(arn=arn, id=found.id) for key, value in resource.items()}
        pairs: Any = [{"Key": "Odd", "Value": "1"}]
        if service == "route53":
            stack.aws.client(service).change_tags_for_resource(**named, AddTags=pairs)
        elif service == "acm":
            stack.aws.client(service).add_tags_to_certificate(**named, Tags=pairs)
        else:
            shaped = {"cloudfront": {"Items": pairs}, "logs": {"Odd": "1"}}.get(service, pairs)
            key = "tags" if service == "logs" else "Tags"
            stack.aws.client(service).tag_resource(**named, **{key: shaped})

    return tag


def s3(operation: str, **params: Any) -> Callable[[Stack, Resource], None]:
    return lambda stack, found: getattr(stack.aws.client("s3"), operation)(Bucket=found.id, **params)


SUSPENDED = {"VersioningConfiguration": {"Status": "Suspended"}}
UNTAGGED = "delete_bucket_tagging"
OWNED = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}
OPEN = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
CHANGED_BY_OTHERS: dict[str, tuple[str, str, Callable[[Stack, Resource], None], set[str]]] = {
    "a bucket's tags": ("Bucket", "media", s3(UNTAGGED), {"tagsAll"}),
    "who owns objects": (
        "BucketOwnershipControls",
        "media-ownership",
        s3("put_bucket_ownership_controls", **OWNED),
        {"rule"},
    ),
    "what may be public": (
        "BucketPublicAccessBlock",
        "media-public-access",
        s3("put_public_access_block", **OPEN),
        {"ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets"},
    ),
    "a bucket's versions": (
        "BucketVersioning",
        "media-versioning",
        s3("put_bucket_versioning", **SUSPENDED),
        {"versioningConfiguration"},
    ),
    "a CDN's comment": (
        "Distribution",
        "website",
        lambda stack, cdn: distributed(stack, cdn, Comment="odd"),
        {"comment"},
    ),
    "a CDN that is off": (
        "Distribution",
        "website",
        lambda stack, cdn: distributed(stack, cdn, Enabled=False),
        {"enabled"},
    ),
    "a CDN's tags": ("Distribution", "website", tagged("cloudfront", Resource="{arn}"), {"tagsAll"}),
    "an edge function's tags": ("Function", "website-site", tagged("cloudfront", Resource="{arn}"), {"tagsAll"}),
    "a certificate's tags": ("Certificate", "dns-certificate", tagged("acm", CertificateArn="{arn}"), {"tagsAll"}),
    "a zone's comment": (
        "Zone",
        "dns-zone",
        lambda stack, zone: stack.aws.client("route53").update_hosted_zone_comment(Id=zone.id, Comment="odd"),
        {"comment"},
    ),
    "a zone's tags": (
        "Zone",
        "dns-zone",
        tagged("route53", ResourceType="hostedzone", ResourceId="{id}"),
        {"tagsAll"},
    ),
    "a record's time to live": ("Record", "dns-issuers", lambda stack, found: upsert(stack, found, TTL=1), {"ttl"}),
    "an alarm that is silent": (
        "MetricAlarm",
        "disk",
        lambda stack, found: stack.aws.client("cloudwatch").disable_alarm_actions(AlarmNames=[found.id]),
        {"actionsEnabled"},
    ),
    "a dashboard": (
        "Dashboard",
        "",
        lambda stack, found: stack.aws.client("cloudwatch").put_dashboard(
            DashboardName=found.id, DashboardBody='{"widgets": []}'
        ),
        {"dashboardBody"},
    ),
    "a delivery's tags": ("LogDelivery", "website-logs", tagged("logs", resourceArn="{arn}"), {"tagsAll"}),
    "a firewall that blocks all": ("WebAcl", "waf", filtered, {"defaultAction"}),
}
