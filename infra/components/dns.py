"""The site's own domain: its hosted zone and its certificates."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import resource_policies
from infra.regions import GLOBAL_REGION


@dataclass(frozen=True, kw_only=True)
class DnsArgs:
    """`domain` lies in `zone`, which is looked up unless `create_zone`; then its queries are logged.

    `protect` guards a zone of our own: a new one has other name servers, which the registrar does not know.
    """

    domain: str
    zone: str
    create_zone: bool
    account_id: str
    region: str
    log_retention_days: int
    protect: bool


class Dns(pulumi.ComponentResource):
    """Zone and validated certificates, for CloudFront (us-east-1) and for the load balancer (the region).

    Without delegation of the zone at the registrar, validation waits up to 75 minutes and fails: see
    `name_servers`, which is None for a zone that is not ours.
    """

    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[list[str]] | None
    certificate_arn: pulumi.Output[str]
    regional_certificate_arn: pulumi.Output[str]

    def __init__(self, name: str, args: DnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Dns", name, None, opts)
        self.name_servers = None
        if args.create_zone:
            zone = self._zone(name, args)
            self.zone_id, self.name_servers = zone.zone_id, zone.name_servers.apply(list)
        else:
            look_up = pulumi.InvokeOutputOptions(parent=self)
            self.zone_id = aws.route53.get_zone_output(name=args.zone, private_zone=False, opts=look_up).zone_id
        certificate = self._certificate(f"{name}-certificate", args, region=GLOBAL_REGION)
        record = self._proof(name, certificate)
        self.certificate_arn = self._validated(f"{name}-validation", certificate, record, region=GLOBAL_REGION)
        self.regional_certificate_arn = self.certificate_arn
        if args.region != GLOBAL_REGION:
            # ACM asks for the same record in every region of an account, so that it is made only once
            regional = self._certificate(f"{name}-regional-certificate", args, region=None)
            self.regional_certificate_arn = self._validated(f"{name}-regional-validation", regional, record)
        self.register_outputs(
            {
                "zone_id": self.zone_id,
                "name_servers": self.name_servers,
                "certificate_arn": self.certificate_arn,
                "regional_certificate_arn": self.regional_certificate_arn,
            }
        )

    def _zone(self, name: str, args: DnsArgs) -> aws.route53.Zone:
        child = pulumi.ResourceOptions(parent=self)
        zone = aws.route53.Zone(
            f"{name}-zone", name=args.zone, opts=pulumi.ResourceOptions(parent=self, protect=args.protect)
        )
        queries = aws.cloudwatch.LogGroup(
            f"{name}-queries",
            name=f"/aws/route53/{args.zone}",
            retention_in_days=args.log_retention_days,
            region=GLOBAL_REGION,
            opts=child,
        )
        document = resource_policies.query_logging(account_id=args.account_id, log_group=f"/aws/route53/{args.zone}")
        allowed = aws.cloudwatch.LogResourcePolicy(
            f"{name}-queries",
            policy_name=f"route53-{args.zone}",
            policy_document=json.dumps(document),
            region=GLOBAL_REGION,
            opts=child,
        )
        aws.route53.QueryLog(
            f"{name}-queries",
            zone_id=zone.zone_id,
            cloudwatch_log_group_arn=queries.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
        aws.route53.Record(
            f"{name}-issuers",
            zone_id=zone.zone_id,
            name=args.domain,
            type="CAA",
            ttl=3600,
            records=['0 issue "amazon.com"'],
            opts=child,
        )
        return zone

    def _certificate(self, name: str, args: DnsArgs, *, region: str | None) -> aws.acm.Certificate:
        return aws.acm.Certificate(
            name,
            domain_name=args.domain,
            validation_method="DNS",
            region=region,
            tags={"Name": args.domain},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _proof(self, name: str, certificate: aws.acm.Certificate) -> aws.route53.Record:
        option = certificate.domain_validation_options.apply(lambda options: options[0])
        return aws.route53.Record(
            f"{name}-proof",
            zone_id=self.zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=300,
            # another environment of the account may have the same domain's record already: it is the same one
            allow_overwrite=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _validated(
        self, name: str, certificate: aws.acm.Certificate, record: aws.route53.Record, *, region: str | None = None
    ) -> pulumi.Output[str]:
        """The ARN once ACM has issued the certificate: only then CloudFront and a load balancer take it."""
        return aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            region=region,
            opts=pulumi.ResourceOptions(parent=self),
        ).certificate_arn
