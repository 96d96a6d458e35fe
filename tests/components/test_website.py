"""What the CDN answers from where, how it is locked, and what it leaves out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from website_program import CSP, ORIGIN_SECRET, PASSWORD, backend, program

from infra.components.website import WebsiteArgs
from infra.components.website_distribution import ALL_VIEWER, CACHING_DISABLED, CACHING_OPTIMIZED
from infra.components.website_functions import Gate
from rehearsal.graph import SECRET, Graph, Node
from rehearsal.policy_evaluation import allowed
from rehearsal.servicer import ProviderError


def site(graph: Graph) -> Node:
    return graph.named("aws:cloudfront/distribution:Distribution", "website")


def behaviours(graph: Graph) -> dict[str, dict[str, Any]]:
    """By path pattern; the default one is `*`."""
    inputs = site(graph).inputs
    ordered = {one["pathPattern"]: one for one in inputs["orderedCacheBehaviors"]}
    return {**ordered, "*": inputs["defaultCacheBehavior"]}


def gated(args: WebsiteArgs) -> WebsiteArgs:
    return replace(args, gate=Gate(username="dev", password=pulumi.Output.secret(PASSWORD)))


def with_waf(args: WebsiteArgs) -> WebsiteArgs:
    return replace(args, waf=True, waf_rate_limit=500)


def with_backend(**changes: Any) -> Callable[[WebsiteArgs], WebsiteArgs]:
    return lambda args: replace(args, origin=backend(**changes))


def backend_of(graph: Graph) -> dict[str, Any]:
    """The planned origin of the backend."""
    found: dict[str, Any] = next(one for one in site(graph).inputs["origins"] if one["originId"] == "backend")
    return found


def functions(graph: Graph, aws: Any) -> dict[str, str]:
    """The code that CloudFront holds, by logical name."""
    made = graph.of("aws:cloudfront/function:Function")
    read = aws.client("cloudfront").get_function
    return {node.name: read(Name=node.id)["FunctionCode"].read().decode() for node in made}


def test_backend_paths_reach_django_whole_and_uncached(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    for path in ("/api/*", "/admin/*", "/static/*"):
        one = behaviours(graph)[path]
        assert one["targetOriginId"] == "backend"
        assert one["cachePolicyId"] == CACHING_DISABLED
        assert one["originRequestPolicyId"] == ALL_VIEWER
        assert {"POST", "PUT", "PATCH", "DELETE"} < set(one["allowedMethods"])


def test_site_and_media_are_read_only_and_cached(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    for path, origin in (("*", "website"), ("/media/*", "media")):
        one = behaviours(graph)[path]
        assert one["targetOriginId"] == origin
        assert one["cachePolicyId"] == CACHING_OPTIMIZED
        assert set(one["allowedMethods"]) == {"GET", "HEAD", "OPTIONS"}


def test_plain_http_is_redirected_everywhere(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    assert {one["viewerProtocolPolicy"] for one in behaviours(graph).values()} == {"redirect-to-https"}


def test_an_error_of_the_api_is_never_turned_into_a_page(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    assert not site(graph).inputs.get("customErrorResponses")


def test_the_spa_fallback_is_on_the_default_behaviour_only(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    code = functions(graph, aws)
    falls_back = {name: "index.html" in text for name, text in code.items()}
    assert falls_back == {"acme-test-website-site": True, "acme-test-website-media": False}
    assert all(not behaviours(graph)[path]["functionAssociations"] for path in ("/api/*", "/admin/*", "/static/*"))


def test_without_a_gate_nobody_is_asked_for_a_password(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    assert all("401" not in text for text in functions(graph, aws).values())


def test_the_gate_is_before_every_behaviour(bring_up: Any) -> None:
    graph, aws = bring_up(program(edit=gated))
    assert all("401" in text for text in functions(graph, aws).values())
    for one in behaviours(graph).values():
        (edge,) = one["functionAssociations"]
        assert edge["eventType"] == "viewer-request"


def test_the_password_of_the_gate_is_nowhere_but_in_its_hash(bring_up: Any) -> None:
    graph, aws = bring_up(program(edit=gated))
    assert all(PASSWORD not in text for text in functions(graph, aws).values())
    assert all(PASSWORD not in json.dumps([dict(node.inputs), node.outputs]) for node in graph)


def test_the_code_of_a_gated_function_is_a_secret(bring_up: Any) -> None:
    graph, _ = bring_up(program(edit=gated), preview=True)
    assert {node.inputs["code"] for node in graph.of("aws:cloudfront/function:Function")} == {SECRET}


def test_functions_are_published_auto_named_and_of_the_second_runtime(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    for node in graph.of("aws:cloudfront/function:Function"):
        assert "name" not in node.inputs
        assert (node.inputs["publish"], node.inputs["runtime"]) == (True, "cloudfront-js-2.0")


def test_the_origin_secret_goes_to_the_backend_alone_and_is_a_secret(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    origins = {one["originId"]: one for one in site(graph).inputs["origins"]}
    assert origins["backend"]["customHeaders"] == [{"name": "X-Origin-Secret", "value": SECRET}]
    assert all("customHeaders" not in origins[bucket] for bucket in ("website", "media"))
    assert all(ORIGIN_SECRET not in json.dumps([dict(node.inputs), node.outputs]) for node in graph)
    config = aws.client("cloudfront").get_distribution(Id=site(graph).id)["Distribution"]["DistributionConfig"]
    sent = {one["Id"]: one["CustomHeaders"].get("Items") for one in config["Origins"]["Items"]}
    assert sent["backend"] == [{"HeaderName": "X-Origin-Secret", "HeaderValue": ORIGIN_SECRET}]


def test_a_backend_without_a_certificate_is_spoken_to_in_http(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    assert backend_of(graph)["customOriginConfig"]["originProtocolPolicy"] == "http-only"


def test_a_backend_with_a_certificate_is_spoken_to_in_tls_1_2(bring_up: Any) -> None:
    edit = with_backend(protocol="https")
    graph, _ = bring_up(program(edit=edit), preview=True)
    config = backend_of(graph)["customOriginConfig"]
    assert (config["originProtocolPolicy"], config["originSslProtocols"]) == ("https-only", ["TLSv1.2"])


def test_a_private_backend_is_reached_by_its_vpc_origin(bring_up: Any) -> None:
    edit = with_backend(kind="vpc", vpc_origin_id="vo_1")
    graph, _ = bring_up(program(edit=edit), preview=True)
    assert backend_of(graph)["vpcOriginConfig"]["vpcOriginId"] == "vo_1"
    assert "customOriginConfig" not in backend_of(graph)


def test_a_private_backend_without_a_vpc_origin_is_refused(bring_up: Any) -> None:
    with pytest.raises(ValueError, match="vpc_origin_id"):
        bring_up(program(edit=with_backend(kind="vpc")), preview=True)


def test_both_buckets_are_read_by_signed_requests(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    control = graph.named("aws:cloudfront/originAccessControl:OriginAccessControl", "acme-test-website-access")
    assert control.inputs["signingBehavior"] == "always"
    origins = {one["originId"]: one for one in site(graph).inputs["origins"]}
    assert {origins[bucket]["originAccessControlId"] for bucket in ("website", "media")} == {control.id}


def test_only_this_distribution_reads_the_website(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    policy = json.loads(aws.client("s3").get_bucket_policy(Bucket="acme-website")["Policy"])
    allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    outputs = site(graph).outputs
    assert outputs is not None
    assert [one["Action"] for one in allowed] == [["s3:GetObject"], ["s3:ListBucket"]]
    for one in allowed:
        assert one["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert one["Condition"] == {"StringEquals": {"AWS:SourceArn": outputs["arn"]}}


def test_nobody_reads_the_deploys_own_records_through_the_cdn(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    policy = json.loads(aws.client("s3").get_bucket_policy(Bucket="acme-website")["Policy"])
    outputs = site(graph).outputs
    assert outputs is not None
    asked = {"AWS:SourceArn": outputs["arn"], "aws:SecureTransport": "true"}
    by_cdn = [one for one in policy["Statement"] if one["Principal"] != {"AWS": "*"}]
    assert all(one["Principal"] == {"Service": "cloudfront.amazonaws.com"} for one in by_cdn)
    readable = {
        key: allowed([policy], "s3:GetObject", f"arn:aws:s3:::acme-website/{key}", asked)
        for key in ("index.html", ".releases/current.json", ".releases/objects/x", ".well-known/x", "a/.releases/x")
    }
    assert readable == {
        "index.html": True,
        ".releases/current.json": False,
        ".releases/objects/x": False,
        ".well-known/x": True,
        "a/.releases/x": True,
    }


def test_pages_carry_security_headers(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    headers = graph.named("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "acme-test-website-site").inputs
    config = headers["securityHeadersConfig"]
    assert config["strictTransportSecurity"]["accessControlMaxAgeSec"] == 31_536_000
    assert config["contentTypeOptions"]["override"]
    assert config["frameOptions"]["frameOption"] == "DENY"
    assert config["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
    assert config["contentSecurityPolicy"]["contentSecurityPolicy"] == CSP


def test_an_uploaded_file_never_runs_as_a_page(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    policy = graph.named("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "acme-test-website-media")
    config = policy.inputs["securityHeadersConfig"]
    assert config["contentSecurityPolicy"]["contentSecurityPolicy"] == "default-src 'none'; sandbox"
    assert behaviours(graph)["/media/*"]["responseHeadersPolicyId"] == policy.id


def test_django_keeps_its_own_content_security_policy(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    policy = graph.named("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "acme-test-website-backend")
    assert "contentSecurityPolicy" not in policy.inputs["securityHeadersConfig"]


def test_it_works_without_a_domain(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    inputs = site(graph).inputs
    assert inputs["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert not inputs["aliases"]


def test_a_domain_changes_nothing_but_aliases_and_certificate(bring_up: Any) -> None:
    import pulumi_aws

    plain, _ = bring_up(program(), preview=True)

    def with_domain(options: pulumi.ResourceOptions) -> None:
        own = pulumi.ResourceOptions(provider=options.providers["aws"])  # type: ignore[call-overload, index]
        made = pulumi_aws.acm.Certificate(
            "certificate", domain_name="www.example.com", validation_method="DNS", region="us-east-1", opts=own
        )
        edit = program(edit=lambda args: replace(args, domain="www.example.com", certificate_arn=made.arn))
        edit(options)

    named, _ = bring_up(with_domain, preview=True)
    before, after = dict(site(plain).inputs), dict(site(named).inputs)
    assert after["aliases"] == ["www.example.com"]
    assert after["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"
    assert after["viewerCertificate"]["sslSupportMethod"] == "sni-only"
    assert {name for name in before if before[name] != after[name]} == {"aliases", "viewerCertificate"}
    assert site(plain).urn == site(named).urn


def test_the_distribution_speaks_every_protocol_and_has_a_root_object(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    inputs = site(graph).inputs
    assert (inputs["httpVersion"], inputs["isIpv6Enabled"]) == ("http2and3", True)
    assert (inputs["defaultRootObject"], inputs["priceClass"]) == ("index.html", "PriceClass_100")
    assert inputs["waitForDeployment"] is True


def test_access_logs_are_delivered_by_the_second_standard(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    assert "loggingConfig" not in site(graph).inputs
    logs = aws.client("logs", "us-east-1")
    (source,) = logs.describe_delivery_sources()["deliverySources"]
    outputs = site(graph).outputs
    assert outputs is not None
    assert (source["logType"], source["resourceArns"]) == ("ACCESS_LOGS", [outputs["arn"]])
    (destination,) = logs.describe_delivery_destinations()["deliveryDestinations"]
    assert destination["deliveryDestinationConfiguration"]["destinationResourceArn"] == "arn:aws:s3:::acme-logs"
    assert logs.describe_deliveries()["deliveries"][0]["deliverySourceName"] == source["name"]


def test_what_cloudfront_needs_in_us_east_1_is_there(bring_up: Any) -> None:
    graph, _ = bring_up(program(edit=with_waf), preview=True)
    ours = [node for node in graph if node.type.startswith("aws:")]
    types = {node.type for node in ours if node.inputs.get("region") == "us-east-1"}
    assert types == {
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:wafv2/webAcl:WebAcl",
    }


def test_access_logs_can_be_left_out(bring_up: Any) -> None:
    graph, _ = bring_up(program(edit=lambda args: replace(args, access_logs=False)), preview=True)
    assert not graph.of("aws:cloudwatch/logDelivery:LogDelivery")


def test_a_waf_filters_and_limits_every_request(bring_up: Any) -> None:
    graph, aws = bring_up(program(edit=with_waf))
    acl = graph.of("aws:wafv2/webAcl:WebAcl")[0]
    assert acl.outputs is not None
    assert site(graph).inputs["webAclId"] == acl.outputs["arn"]
    rules = {rule["name"]: rule for rule in acl.inputs["rules"]}
    assert set(rules) == {
        "rate-limit",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }
    assert rules["rate-limit"]["statement"]["rateBasedStatement"]["limit"] == 500
    assert all(rule["visibilityConfig"]["cloudwatchMetricsEnabled"] for rule in rules.values())
    listed = aws.client("wafv2", "us-east-1").list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    assert [one["ARN"] for one in listed] == [acl.outputs["arn"]]


def test_the_waf_lets_uploads_over_8_kilobytes_through(bring_up: Any) -> None:
    graph, _ = bring_up(program(edit=with_waf), preview=True)
    rules = {rule["name"]: rule["statement"] for rule in graph.of("aws:wafv2/webAcl:WebAcl")[0].inputs["rules"]}
    group = rules["AWSManagedRulesCommonRuleSet"]["managedRuleGroupStatement"]
    assert group["ruleActionOverrides"] == [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]


def test_without_a_waf_there_is_no_web_acl(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    assert not graph.of("aws:wafv2/webAcl:WebAcl")
    assert "webAclId" not in site(graph).inputs


def test_a_vpc_origin_that_does_not_exist_is_refused(bring_up: Any) -> None:
    with pytest.raises(ProviderError, match="no VPC origin vo_missing"):
        bring_up(program(edit=with_backend(kind="vpc", vpc_origin_id="vo_missing")))


def test_two_runs_give_the_same_plan(bring_up: Any) -> None:
    first, _ = bring_up(program(edit=gated), preview=True)
    second, _ = bring_up(program(edit=gated), preview=True)
    assert [dict(node.inputs) for node in first] == [dict(node.inputs) for node in second]
