"""AWS services without the internet: the S3 gateway endpoint, which is free, and interface endpoints, which are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import network_policies


@dataclass(frozen=True, kw_only=True)
class EndpointsArgs:
    """`subnet_ids` (one in each zone) and `route_table_ids` are the servers'; services as in `ssm`, `ecr.api`."""

    label: str
    account_id: str
    region: str
    vpc_id: pulumi.Input[str]
    vpc_cidr: str
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_ids: Sequence[pulumi.Input[str]]
    interface_services: Sequence[str]


class Endpoints(pulumi.ComponentResource):
    """Endpoints for the servers' subnets: nothing else in the VPC speaks to AWS's APIs."""

    def __init__(self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Endpoints", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self)
        policy = network_policies.s3_endpoint(account_id=args.account_id, region=args.region)
        s3 = aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{args.region}.s3",
            route_table_ids=list(args.route_table_ids),
            policy=pulumi.Output.json_dumps(policy),
            tags={"Name": f"{args.label}-s3"},
            opts=self._opts,
        )
        if args.interface_services:
            self._interfaces(name, args)
        self.register_outputs({"s3_endpoint_id": s3.id})

    def _interfaces(self, name: str, args: EndpointsArgs) -> None:
        group = self._security_group(name, args)
        for service in args.interface_services:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=args.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{args.region}.{service}",
                subnet_ids=list(args.subnet_ids),
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{args.label}-{service}"},
                opts=self._opts,
            )

    def _security_group(self, name: str, args: EndpointsArgs) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{name}-interfaces",
            vpc_id=args.vpc_id,
            description="Interface endpoints: HTTPS from the VPC",
            tags={"Name": f"{args.label}-endpoints"},
            opts=self._opts,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-https",
            security_group_id=group.id,
            cidr_ipv4=args.vpc_cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="HTTPS from the VPC",
            opts=self._opts,
        )
        return group
