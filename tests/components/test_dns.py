"""The domain: whose zone it is in, who may issue certificates for it, and where it leads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from infra.components.dns import Dns, DnsArgs
from infra.components.site_records import SiteRecords, SiteRecordsArgs
from infra.errors import PlatformError
from infra.provider import aws_provider
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import Graph
from rehearsal.in_process import run
from rehearsal.seeds import seed_zone

ACCOUNT = "123456789012"
CERTIFICATE = "aws:acm/certificate:Certificate"
RECORD = "aws:route53/record:Record"
OURS = DnsArgs(
    domain="www.acme.example.com",
    zone="acme.example.com",
    create_zone=True,
    account_id=ACCOUNT,
    region="us-east-1",
    log_retention_days=365,
    protect=True,
)
THEIRS = replace(OURS, create_zone=False, zone="example.com")

BringUp = Callable[..., tuple[Graph, EmulatedAws]]


def dns(args: DnsArgs) -> Callable[[pulumi.ResourceOptions], Dns]:
    return lambda opts: Dns("dns", args, opts)


def site(args: DnsArgs) -> Callable[[pulumi.ResourceOptions], None]:
    def program(opts: pulumi.ResourceOptions) -> None:
        found = Dns("dns", args, opts)
        records = SiteRecordsArgs(
            domain=args.domain,
            zone_id=found.zone_id,
            distribution_domain="d111111abcdef8.cloudfront.net",
            distribution_zone_id="Z2FDTNDATAQYW2",
        )
        SiteRecords("site", records, opts)

    return program


def records(aws: EmulatedAws) -> dict[tuple[str, str], dict[str, Any]]:
    client = aws.client("route53")
    return {
        (record["Name"], record["Type"]): record
        for zone in client.list_hosted_zones()["HostedZones"]
        for record in client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    }


def in_ireland(args: DnsArgs) -> Graph:
    with EmulatedAws(account_id=ACCOUNT, region="eu-west-1") as aws:

        def program() -> None:
            provider = aws_provider(region="eu-west-1", account_id=ACCOUNT, tags={})
            dns(replace(args, region="eu-west-1"))(pulumi.ResourceOptions(providers={"aws": provider}))

        return run(program, aws=aws, project="platform", stack="dev", config={}).graph


def test_the_domain_leads_to_the_distribution_over_both_protocols(bring_up: BringUp) -> None:
    _, aws = bring_up(site(OURS))
    found = records(aws)
    for kind in ("A", "AAAA"):
        target = found["www.acme.example.com.", kind]["AliasTarget"]
        assert target["DNSName"].removesuffix(".") == "d111111abcdef8.cloudfront.net"
        assert target["HostedZoneId"] == "Z2FDTNDATAQYW2"


def test_a_zone_of_our_own_logs_its_queries_in_us_east_1(bring_up: BringUp) -> None:
    _, aws = bring_up(dns(OURS))
    [logged] = aws.client("route53").list_query_logging_configs()["QueryLoggingConfigs"]
    [group] = aws.client("logs", "us-east-1").describe_log_groups()["logGroups"]
    assert group["logGroupName"] == "/aws/route53/acme.example.com"
    assert group["retentionInDays"] == 365
    assert logged["CloudWatchLogsLogGroupArn"] == group["arn"]


def test_only_route_53_on_behalf_of_this_account_may_write_the_query_log(bring_up: BringUp) -> None:
    graph, aws = bring_up(dns(OURS))
    [policy] = aws.client("logs", "us-east-1").describe_resource_policies()["resourcePolicies"]
    [statement] = json.loads(policy["policyDocument"])["Statement"]
    assert statement["Principal"] == {"Service": "route53.amazonaws.com"}
    assert statement["Resource"] == [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/route53/acme.example.com:*"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    [log], [allowed] = (
        graph.of("aws:route53/queryLog:QueryLog"),
        graph.of("aws:cloudwatch/logResourcePolicy:LogResourcePolicy"),
    )
    assert allowed.urn in log.dependencies


def test_a_zone_of_our_own_is_protected_and_gives_its_name_servers(bring_up: BringUp) -> None:
    given: list[list[str]] = []

    def program(opts: pulumi.ResourceOptions) -> None:
        made = Dns("dns", OURS, opts)
        assert made.name_servers is not None
        made.name_servers.apply(given.append)

    graph, _ = bring_up(program)
    [zone] = graph.of("aws:route53/zone:Zone")
    assert zone.protect
    assert len(given[0]) == 4


def test_only_amazon_may_issue_certificates_for_a_domain_in_a_zone_of_our_own(bring_up: BringUp) -> None:
    _, aws = bring_up(dns(OURS))
    assert records(aws)["www.acme.example.com.", "CAA"]["ResourceRecords"] == [{"Value": '0 issue "amazon.com"'}]


def test_in_a_zone_of_others_only_the_domain_s_own_records_are_made(bring_up: BringUp, aws: EmulatedAws) -> None:
    zone_id = seed_zone(aws, "example.com")
    graph, _ = bring_up(site(THEIRS))
    assert graph.of("aws:route53/zone:Zone") == []
    assert {node.inputs["zoneId"] for node in graph.of(RECORD)} == {zone_id}
    assert sorted(node.inputs["type"] for node in graph.of(RECORD)) == ["A", "AAAA", "CNAME"]
    assert graph.of("aws:route53/queryLog:QueryLog") == []


def test_a_zone_that_is_not_there_is_named_with_what_to_do(bring_up: BringUp) -> None:
    with pytest.raises(PlatformError, match=r"0 hosted zones are named example\.com.*dns\.create_zone"):
        bring_up(dns(THEIRS))


def test_cloudfront_s_certificate_is_in_us_east_1_whatever_the_region() -> None:
    graph = in_ireland(OURS)
    assert {node.name for node in graph if node.custom and node.inputs.get("region") == "us-east-1"} == {
        "dns-certificate",
        "dns-validation",
        "dns-queries",
    }
    regions = {node.name: node.inputs.get("region") for node in graph.of(CERTIFICATE)}
    assert regions == {"dns-certificate": "us-east-1", "dns-regional-certificate": None}


def test_two_certificates_share_one_validation_record() -> None:
    graph = in_ireland(OURS)
    assert len(graph.of("aws:acm/certificateValidation:CertificateValidation")) == 2
    assert len([node for node in graph.of(RECORD) if node.inputs["type"] == "CNAME"]) == 1


def test_in_us_east_1_one_certificate_serves_both(bring_up: BringUp) -> None:
    graph, _ = bring_up(dns(OURS))
    assert len(graph.of(CERTIFICATE)) == 1


def test_a_certificate_is_handed_on_only_once_it_is_validated(bring_up: BringUp) -> None:
    """A consumer that depended on the certificate alone would be refused by CloudFront."""

    def program(opts: pulumi.ResourceOptions) -> None:
        import pulumi_aws as aws

        made = Dns("dns", OURS, opts)
        consumer = pulumi.ResourceOptions(parent=made)
        aws.cloudwatch.LogGroup("consumer", name=made.certificate_arn.apply(lambda arn: arn[-36:]), opts=consumer)

    graph, _ = bring_up(program)
    [validation] = graph.of("aws:acm/certificateValidation:CertificateValidation")
    consumer = graph.named("aws:cloudwatch/logGroup:LogGroup", "consumer")
    assert validation.urn in consumer.property_dependencies["name"]


def test_the_certificate_covers_the_domain_and_nothing_else(bring_up: BringUp) -> None:
    _, aws = bring_up(dns(OURS))
    client = aws.client("acm", "us-east-1")
    [found] = client.list_certificates()["CertificateSummaryList"]
    certificate = client.describe_certificate(CertificateArn=found["CertificateArn"])["Certificate"]
    assert certificate["DomainName"] == "www.acme.example.com"
    assert certificate["SubjectAlternativeNames"] == ["www.acme.example.com"]
