"""Inputs of buckets, CDN, names, alarms and log deliveries that change in place, and where AWS then holds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rehearsal.emulator import EmulatedAws
from rehearsal.resources.cloudfront.references import function_record, policy_record

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CODE = "function handler(event) { return event.request; }"
DENIED = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}
WIDGETS = json.dumps({"widgets": [{"type": "text", "width": 6, "properties": {"markdown": "changed"}}]})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One input of the resource `name` of prod: its new value, and what boto3 (or the record) then tells.

    `told` is given the emulated AWS and the resource's id; `expected` is what it gives where that is not `value`.
    """

    token: str
    name: str
    input: str
    value: Any
    told: Callable[[EmulatedAws, str], Any]
    expected: Any = None

    @property
    def label(self) -> str:
        return f"{self.token}-{self.name}-{self.input}"

    @property
    def answer(self) -> Any:
        return self.value if self.expected is None else self.expected


def s3(operation: str, *path: str) -> Callable[[EmulatedAws, str], Any]:
    def told(aws: EmulatedAws, bucket: str) -> Any:
        found = getattr(aws.client("s3"), operation)(Bucket=bucket)
        return deep(found, *path)

    return told


def deep(found: Any, *path: str) -> Any:
    for key in path:
        found = found.get(key)
    return found


def cdn(*path: str) -> Callable[[EmulatedAws, str], Any]:
    def told(aws: EmulatedAws, identifier: str) -> Any:
        return deep(aws.client("cloudfront").get_distribution_config(Id=identifier)["DistributionConfig"], *path)

    return told


def access(member: str) -> Callable[[EmulatedAws, str], Any]:
    def told(aws: EmulatedAws, identifier: str) -> Any:
        found = aws.client("cloudfront").get_origin_access_control(Id=identifier)["OriginAccessControl"]
        return found["OriginAccessControlConfig"][member]

    return told


def alarm(member: str) -> Callable[[EmulatedAws, str], Any]:
    def told(aws: EmulatedAws, name: str) -> Any:
        return aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0].get(member)

    return told


def function(member: str) -> Callable[[EmulatedAws, str], Any]:
    return lambda aws, name: aws.records[function_record(name)][member]


def headers(*path: str) -> Callable[[EmulatedAws, str], Any]:
    return lambda aws, identifier: deep(aws.records[policy_record(identifier)]["config"], *path)


def record(member: str) -> Callable[[EmulatedAws, str], Any]:
    def told(aws: EmulatedAws, identifier: str) -> Any:
        zone, _, rest = identifier.partition("_")
        name, _, kind = rest.rpartition("_")
        sets = aws.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return next(one.get(member) for one in sets if (one["Name"], one["Type"]) == (f"{name}.", kind))

    return told


def acl(*path: str) -> Callable[[EmulatedAws, str], Any]:
    def told(aws: EmulatedAws, identifier: str) -> Any:
        client = aws.client("wafv2")
        [found] = client.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
        return deep(client.get_web_acl(Name=found["Name"], Scope="CLOUDFRONT", Id=identifier)["WebACL"], *path)

    return told


def _policy(aws: EmulatedAws, bucket: str) -> Any:
    return json.loads(aws.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]


def _body(aws: EmulatedAws, name: str) -> Any:
    return aws.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]


def _comment(aws: EmulatedAws, zone: str) -> Any:
    return aws.client("route53").get_hosted_zone(Id=zone)["HostedZone"]["Config"]["Comment"]


MEDIA = "diceytech-prod-media-123456789012"
DENIED_HERE = {**DENIED, "Resource": f"arn:aws:s3:::{MEDIA}"}
BLOCK = ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")
VISIBLE = {"cloudwatchMetricsEnabled": False, "sampledRequestsEnabled": True, "metricName": "changed"}
RATE = {
    "name": "rate-limit",
    "priority": 0,
    "action": {"count": {}},
    "statement": {"rateBasedStatement": {"limit": 50, "aggregateKeyType": "IP", "evaluationWindowSec": 60}},
    "visibilityConfig": VISIBLE,
}
AGE = {"id": "age", "status": "Enabled", "filter": {"prefix": "tmp/"}, "expiration": {"days": 3}}
CORS = {"id": "one", "allowedMethods": ["PUT"], "allowedOrigins": ["https://a.example"], "maxAgeSeconds": 60}
BEHAVIOUR = {
    "targetOriginId": "media",
    "viewerProtocolPolicy": "https-only",
    "allowedMethods": ["GET", "HEAD"],
    "cachedMethods": ["GET", "HEAD"],
    "compress": False,
    "cachePolicyId": CACHING_DISABLED,
}
KMS = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "alias/a"}}


def _of(token: str, name: str, *rows: tuple[Any, ...]) -> tuple[Change, ...]:
    """Rows of input, new value, who tells, and what is told where that is not the value itself."""
    return tuple(
        Change(token=token, name=name, input=row[0], value=row[1], told=row[2], expected=(row[3:] or (None,))[0])
        for row in rows
    )


BUCKETS = (
    *_of(
        "BucketOwnershipControls",
        "media-ownership",
        (
            "rule",
            {"objectOwnership": "ObjectWriter"},
            s3("get_bucket_ownership_controls", "OwnershipControls", "Rules"),
            [{"ObjectOwnership": "ObjectWriter"}],
        ),
    ),
    *(
        Change(
            token="BucketPublicAccessBlock",
            name="artifacts-public-access",
            input=name,
            value=False,
            told=s3("get_public_access_block", "PublicAccessBlockConfiguration", name[0].upper() + name[1:]),
        )
        for name in BLOCK
    ),
    *_of(
        "BucketPolicy",
        "media-policy",
        ("policy", json.dumps({"Version": "2012-10-17", "Statement": [DENIED_HERE]}), _policy, [DENIED_HERE]),
    ),
    *_of(
        "BucketServerSideEncryptionConfiguration",
        "media-encryption",
        (
            "rules",
            [KMS],
            s3("get_bucket_encryption", "ServerSideEncryptionConfiguration", "Rules"),
            [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a"},
                    "BucketKeyEnabled": False,
                }
            ],
        ),
    ),
    *_of(
        "BucketVersioning",
        "media-versioning",
        ("versioningConfiguration", {"status": "Suspended"}, s3("get_bucket_versioning", "Status"), "Suspended"),
    ),
    *_of(
        "BucketLifecycleConfiguration",
        "media-lifecycle",
        (
            "rules",
            [AGE],
            s3("get_bucket_lifecycle_configuration", "Rules"),
            [{"ID": "age", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}],
        ),
    ),
    *_of(
        "BucketCorsConfiguration",
        "media-cors",
        (
            "corsRules",
            [CORS],
            s3("get_bucket_cors", "CORSRules"),
            [{"ID": "one", "AllowedMethods": ["PUT"], "AllowedOrigins": ["https://a.example"], "MaxAgeSeconds": 60}],
        ),
    ),
)

EDGE = (
    *_of(
        "OriginAccessControl",
        "access",
        ("description", "changed", access("Description")),
        ("originAccessControlOriginType", "mediastore", access("OriginAccessControlOriginType")),
        ("signingBehavior", "no-override", access("SigningBehavior")),
    ),
    *_of(
        "Function",
        "website-site",
        ("code", CODE, function("liveCode")),
        ("comment", "changed", function("comment")),
        ("runtime", "cloudfront-js-1.0", function("runtime")),
    ),
    *_of(
        "ResponseHeadersPolicy",
        "website-media",
        ("comment", "changed", headers("Comment")),
        (
            "securityHeadersConfig",
            {"xssProtection": {"modeBlock": True, "override": True, "protection": True}},
            headers("SecurityHeadersConfig"),
            {"XSSProtection": {"ModeBlock": True, "Override": True, "Protection": True}},
        ),
    ),
    *_of(
        "Distribution",
        "website",
        ("aliases", ["other.product.example"], cdn("Aliases", "Items")),
        ("comment", "changed", cdn("Comment")),
        ("defaultRootObject", "home.html", cdn("DefaultRootObject")),
        ("enabled", False, cdn("Enabled")),
        ("httpVersion", "http2", cdn("HttpVersion")),
        ("isIpv6Enabled", False, cdn("IsIPV6Enabled")),
        ("priceClass", "PriceClass_100", cdn("PriceClass")),
        ("orderedCacheBehaviors", [{**BEHAVIOUR, "pathPattern": "/a/*"}], cdn("CacheBehaviors", "Quantity"), 1),
        ("defaultCacheBehavior", BEHAVIOUR, cdn("DefaultCacheBehavior", "TargetOriginId"), "media"),
        (
            "restrictions",
            {"geoRestriction": {"restrictionType": "blacklist", "locations": ["AQ"]}},
            cdn("Restrictions", "GeoRestriction", "Items"),
            ["AQ"],
        ),
    ),
    *_of(
        "WebAcl",
        "waf",
        ("defaultAction", {"block": {}}, acl("DefaultAction"), {"Block": {}}),
        ("rules", [RATE], lambda aws, one: [rule["Name"] for rule in acl("Rules")(aws, one)], ["rate-limit"]),
        ("visibilityConfig", VISIBLE, acl("VisibilityConfig", "MetricName"), "changed"),
    ),
)

NAMES_AND_ALARMS = (
    *_of("Zone", "dns-zone", ("comment", "changed", _comment)),
    *_of(
        "Record",
        "dns-issuers",
        ("ttl", 60, record("TTL")),
        (
            "records",
            ['0 issue "a.example"', '0 iodef "b"'],
            lambda aws, one: len(record("ResourceRecords")(aws, one)),
            2,
        ),
    ),
    *_of(
        "MetricAlarm",
        "disk",
        ("alarmDescription", "changed", alarm("AlarmDescription")),
        ("actionsEnabled", False, alarm("ActionsEnabled")),
        ("alarmActions", [], alarm("AlarmActions")),
        ("okActions", [], alarm("OKActions")),
        ("metricName", "changed", alarm("MetricName")),
        ("namespace", "changed", alarm("Namespace")),
        ("statistic", "Average", alarm("Statistic")),
        ("period", 60, alarm("Period")),
        ("unit", "Percent", alarm("Unit")),
        ("evaluationPeriods", 5, alarm("EvaluationPeriods")),
        ("datapointsToAlarm", 1, alarm("DatapointsToAlarm")),
        ("threshold", 0, alarm("Threshold")),
        ("comparisonOperator", "LessThanThreshold", alarm("ComparisonOperator")),
        ("treatMissingData", "breaching", alarm("TreatMissingData")),
        ("dimensions", {"path": "/srv"}, alarm("Dimensions"), [{"Name": "path", "Value": "/srv"}]),
    ),
    *_of("Dashboard", "dashboard", ("dashboardBody", WIDGETS, _body)),
)

CHANGES = (*BUCKETS, *EDGE, *NAMES_AND_ALARMS)
