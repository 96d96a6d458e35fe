"""What AWS refuses about buckets, CDN, WAF and log delivery, and the emulator would let through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from infra.provider import aws_provider
from rehearsal.emulator import EmulatedAws
from rehearsal.in_process import run
from rehearsal.public_policies import is_public
from rehearsal.resources import RESOURCES
from rehearsal.servicer import ProviderError

ACCOUNT = "123456789012"
EVERYONE = {
    "Sid": "All",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b-1/*",
}
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CODE = "function handler(event) { return event.request; }"


@pytest.fixture
def emulated() -> Iterator[EmulatedAws]:
    with EmulatedAws(account_id=ACCOUNT, region="us-east-1") as account:
        yield account


@pytest.fixture
def up(emulated: EmulatedAws) -> Callable[[Callable[[], object]], EmulatedAws]:
    def bring(program: Callable[[], object]) -> EmulatedAws:
        def whole() -> None:
            provider = aws_provider(region="us-east-1", account_id=ACCOUNT, tags={"Product": "acme"})
            pulumi.runtime.register_stack_transformation(lambda args: _through(provider, args))
            program()

        run(whole, aws=emulated, project="platform", stack="dev", config={})
        return emulated

    return bring


def _through(provider: Any, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    if not args.type_.startswith("aws:"):
        return None
    return pulumi.ResourceTransformationResult(
        props=args.props, opts=pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(provider=provider))
    )


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def bucket(name: str = "b-1", **inputs: Any) -> aws.s3.Bucket:
    return aws.s3.Bucket(name, bucket=name, **inputs)


def cdn(**changes: Any) -> aws.cloudfront.Distribution:
    control = aws.cloudfront.OriginAccessControl(
        f"access-{len(changes)}",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )
    origin = {
        "origin_id": "site",
        "domain_name": "b-1.s3.us-east-1.amazonaws.com",
        "origin_access_control_id": changes.pop("control", control.id),
    }
    behaviour = {
        "target_origin_id": "site",
        "viewer_protocol_policy": "https-only",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": OPTIMIZED,
        **changes.pop("behaviour", {}),
    }
    settings = {
        "enabled": True,
        "origins": [{**origin, **changes.pop("origin", {})}],
        "default_cache_behavior": behaviour,
        "restrictions": {"geo_restriction": {"restriction_type": "none"}},
        "viewer_certificate": {"cloudfront_default_certificate": True},
        **changes,
    }
    return aws.cloudfront.Distribution("cdn", **settings)


def waf(**changes: Any) -> aws.wafv2.WebAcl:
    visible = {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": "m"}
    settings = {
        "scope": "CLOUDFRONT",
        "region": "us-east-1",
        "default_action": {"allow": {}},
        "visibility_config": visible,
        **changes,
    }
    settings["rules"] = [{"visibility_config": visible, **rule} for rule in settings.get("rules", [])]
    return aws.wafv2.WebAcl("waf", **settings)


def rate(**changes: Any) -> dict[str, Any]:
    statement = {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP", **changes.pop("statement", {})}}
    return {"name": "rate", "priority": 0, "action": {"block": {}}, "statement": statement, **changes}


def lifecycle(*rules: dict[str, Any]) -> object:
    return aws.s3.BucketLifecycleConfiguration("life", bucket=bucket().bucket, rules=list(rules))


def cors(**rule: Any) -> object:
    wanted = {"allowed_methods": ["GET"], "allowed_origins": ["https://a.example"], **rule}
    return aws.s3.BucketCorsConfiguration("cors", bucket=bucket().bucket, cors_rules=[wanted])


def public_policy() -> object:
    return aws.s3.BucketPolicy("policy", bucket=bucket().bucket, policy=policy(EVERYONE))


def delivery(**changes: Any) -> object:
    logs = bucket("logs-1")
    source = aws.cloudwatch.LogDeliverySource(
        "logs", log_type="ACCESS_LOGS", resource_arn=cdn().arn, **{"region": "us-east-1", **changes}
    )
    destination = aws.cloudwatch.LogDeliveryDestination(
        "logs", region="us-east-1", delivery_destination_configuration={"destination_resource_arn": logs.arn}
    )
    return aws.cloudwatch.LogDelivery(
        "logs", region="us-east-1", delivery_source_name=source.name, delivery_destination_arn=destination.arn
    )


RULE = {"id": "one", "status": "Enabled", "filter": {"prefix": ""}}
AGE = {**RULE, "expiration": {"days": 3}}
EDGE = {"event_type": "viewer-request", "function_arn": f"arn:aws:cloudfront::{ACCOUNT}:function/none"}

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "an upper-case bucket name": (lambda: bucket("Bucket-1"), "refuses the bucket name"),
    "a bucket name with two dots": (lambda: bucket("a..b"), "refuses the bucket name"),
    "an address as bucket name": (lambda: bucket("192.168.0.1"), "no IP address"),
    "a bucket name of 64 characters": (lambda: bucket("b" * 64), "refuses the bucket name"),
    "a reserved bucket name": (lambda: bucket("xn--bucket"), "keeps for itself"),
    "an ACL": (lambda: bucket(acl="private"), "AccessControlListNotSupported"),
    "a public policy behind the block": (public_policy, "BlockPublicPolicy is on"),
    "a policy of another bucket": (
        lambda: aws.s3.BucketPolicy("p", bucket=bucket("b-2").bucket, policy=policy(EVERYONE)),
        "name the bucket itself",
    ),
    "an object action on a bucket": (
        lambda: aws.s3.BucketPolicy(
            "p", bucket=bucket().bucket, policy=policy({**EVERYONE, "Resource": "arn:aws:s3:::b-1"})
        ),
        "does not apply to the bucket",
    ),
    "a lifecycle rule without an action": (lambda: lifecycle(RULE), "does nothing"),
    "two lifecycle rules of one id": (lambda: lifecycle(AGE, AGE), "same id"),
    "a lifecycle of no days": (lambda: lifecycle({**RULE, "expiration": {"days": 0}}), "days below 1"),
    "a marker with an age": (
        lambda: lifecycle({**RULE, "expiration": {"days": 1, "expired_object_delete_marker": True}}),
        "make two rules",
    ),
    "a CORS method that S3 lacks": (lambda: cors(allowed_methods=["PATCH"]), "no method PATCH"),
    "two asterisks in an origin": (lambda: cors(allowed_origins=["*://*.a"]), "more than one asterisk"),
    "logging to a bucket that is not there": (
        lambda: aws.s3.BucketLogging("l", bucket=bucket().bucket, target_bucket="none-1", target_prefix="x/"),
        "target bucket",
    ),
    "a function over 10 KB": (
        lambda: aws.cloudfront.Function("f", runtime="cloudfront-js-2.0", code=CODE + " " * 10_240),
        "FunctionSizeLimitExceeded",
    ),
    "a function without a handler": (
        lambda: aws.cloudfront.Function("f", runtime="cloudfront-js-2.0", code="1"),
        "no function handler",
    ),
    "an unknown runtime": (
        lambda: aws.cloudfront.Function("f", runtime="cloudfront-js-3.0", code=CODE),
        "cloudfront-js-1.0",
    ),
    "an origin access control that is not there": (lambda: cdn(control="E2NONE"), "no origin access control E2NONE"),
    "a function that is not there": (lambda: cdn(behaviour={"function_associations": [EDGE]}), "no function none"),
    "a function that is not published": (
        lambda: cdn(behaviour={"function_associations": [{**EDGE, "function_arn": unpublished().arn}]}),
        "is not published",
    ),
    "two functions for one event": (
        lambda: cdn(behaviour={"function_associations": [EDGE, EDGE]}),
        "one function per event",
    ),
    "a headers policy that is not there": (
        lambda: cdn(behaviour={"response_headers_policy_id": "none"}),
        "no response headers policy none",
    ),
    "a cache policy that is not AWS's": (lambda: cdn(behaviour={"cache_policy_id": "none"}), "no managed cache policy"),
    "an origin request policy that is not AWS's": (
        lambda: cdn(behaviour={"origin_request_policy_id": "none"}),
        "no managed origin request policy",
    ),
    "a web ACL that is not there": (
        lambda: cdn(web_acl_id="arn:aws:wafv2:us-east-1:123456789012:global/webacl/none/1"),
        "no web ACL",
    ),
    "an origin that is not there": (lambda: cdn(behaviour={"target_origin_id": "none"}), "no origin none"),
    "an odd set of methods": (lambda: cdn(behaviour={"allowed_methods": ["GET", "POST"]}), "this set of methods"),
    "a custom header Host": (lambda: cdn(origin={"custom_headers": [{"name": "Host", "value": "x"}]}), "header Host"),
    "a domain without a certificate": (lambda: cdn(aliases=["a.example.com"]), "InvalidViewerCertificate"),
    "a certificate of another region": (
        lambda: cdn(
            viewer_certificate={
                "acm_certificate_arn": f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/1",
                "ssl_support_method": "sni-only",
            }
        ),
        "not in us-east-1",
    ),
    "error pages of the distribution": (
        lambda: cdn(custom_error_responses=[{"error_code": 404, "response_page_path": "/index.html"}]),
        "customErrorResponses",
    ),
    "a WAF for CloudFront elsewhere": (lambda: waf(region="eu-west-1"), "not valid in eu-west-1"),
    "a rate limit of one": (lambda: waf(rules=[rate(statement={"limit": 1})]), "a rate limit is 10 to"),
    "two rules of one priority": (lambda: waf(rules=[rate(), rate(name="other")]), "same priority"),
    "a group with an action": (
        lambda: waf(
            rules=[rate(statement={}, override_action={"none": {}})],
        ),
        "any other rule an action",
    ),
    "logs of CloudFront from another region": (lambda: delivery(region="eu-west-1"), "delivered from us-east-1"),
    "logs to a bucket that does not let them in": (delivery, "does not let delivery.logs.amazonaws.com"),
}


def unpublished() -> aws.cloudfront.Function:
    return aws.cloudfront.Function("draft", runtime="cloudfront-js-2.0", code=CODE, publish=False)


@pytest.mark.parametrize("what", REFUSED)
def test_aws_would_refuse(what: str, up: Any) -> None:
    program, message = REFUSED[what]
    with pytest.raises(ProviderError, match=message):
        up(program)


def test_a_taken_bucket_name_is_refused(emulated: EmulatedAws, up: Any) -> None:
    emulated.client("s3").create_bucket(Bucket="b-1")
    with pytest.raises(ProviderError, match="name b-1 is taken"):
        up(bucket)


def test_a_new_bucket_has_awss_defaults(up: Any) -> None:
    s3 = up(bucket).client("s3")
    assert set(s3.get_public_access_block(Bucket="b-1")["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_ownership_controls(Bucket="b-1")["OwnershipControls"]["Rules"][0]["ObjectOwnership"] == (
        "BucketOwnerEnforced"
    )
    encryption = s3.get_bucket_encryption(Bucket="b-1")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert {"Key": "Product", "Value": "acme"} in s3.get_bucket_tagging(Bucket="b-1")["TagSet"]


def test_a_public_policy_is_taken_once_the_block_is_off(up: Any) -> None:
    def program() -> None:
        made = bucket()
        block = aws.s3.BucketPublicAccessBlock("block", bucket=made.bucket)
        after = pulumi.ResourceOptions(depends_on=[block])
        aws.s3.BucketPolicy("policy", bucket=made.bucket, policy=policy(EVERYONE), opts=after)

    assert json.loads(up(program).client("s3").get_bucket_policy(Bucket="b-1")["Policy"])["Statement"] == [EVERYONE]


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (EVERYONE, True),
        ({**EVERYONE, "Principal": {"AWS": "*"}}, True),
        ({**EVERYONE, "Effect": "Deny"}, False),
        ({**EVERYONE, "Principal": {"Service": "cloudfront.amazonaws.com"}}, False),
        ({**EVERYONE, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}, False),
        ({**EVERYONE, "Condition": {"StringLike": {"aws:SourceAccount": "*"}}}, True),
        ({**EVERYONE, "Condition": {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}}, True),
        ({**EVERYONE, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    ],
)
def test_a_policy_is_public_as_s3_means_it(statement: dict[str, Any], public: bool) -> None:
    assert is_public({"Statement": [statement]}) is public


def test_one_alias_is_one_distributions(emulated: EmulatedAws, up: Any) -> None:
    arn = emulated.client("acm").request_certificate(DomainName="a.example.com")["CertificateArn"]
    named = {
        "aliases": ["a.example.com"],
        "viewer_certificate": {"acm_certificate_arn": arn, "ssl_support_method": "sni-only"},
    }
    up(lambda: cdn(**named))
    with pytest.raises(ProviderError, match=r"another distribution answers for a\.example\.com"):
        up(lambda: cdn(**named, comment="second"))


def test_what_the_emulator_loses_is_kept_and_named(up: Any) -> None:
    def program() -> None:
        edge = aws.cloudfront.Function("edge", runtime="cloudfront-js-2.0", code=CODE, publish=True)
        cdn(behaviour={"function_associations": [{**EDGE, "function_arn": edge.arn}]})

    kept = {one.operation: one.params for one in up(program).kept}
    config = kept["CreateDistributionWithTags"]["DistributionConfigWithTags"]["DistributionConfig"]
    assert config["Origins"]["Items"][0]["OriginAccessControlId"]
    assert config["DefaultCacheBehavior"]["FunctionAssociations"]["Quantity"] == 1
    assert "PublishFunction" in kept
    lacking = RESOURCES["aws:cloudfront/distribution:Distribution"].not_emulated
    assert any("origin access control" in one and "functions" in one for one in lacking)


def test_only_what_the_emulator_holds_in_full_says_so() -> None:
    ours = [kind for token, kind in RESOURCES.items() if token.startswith(("aws:s3/", "aws:cloudfront/", "aws:wafv2/"))]
    assert all(bool(kind.not_emulated) == (kind.emulated != "full") for kind in ours)
