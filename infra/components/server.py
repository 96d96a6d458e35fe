"""The machines that run Django: one of them, or a fleet behind a load balancer; CloudFront alone reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from infra.components import server_balancer, server_single
from infra.components.server_access import Access
from infra.components.server_fleet import FleetArgs, fleet
from infra.components.server_machine import Machine, Os, Served
from infra.names import Names
from infra.origin import BackendOrigin, refuse_zones_without_vpc_origins, vpc_origin_name

__all__ = ["FleetArgs", "Server", "ServerArgs"]


@dataclass(frozen=True, kw_only=True)
class ServerArgs:
    """Where the machines stand, what they are and who gets in.

    `subnet_ids` are in the order of `zones`, and exist once their ways out do; a single server takes the first. `tags`
    are the environment's, which the provider cannot put on what AWS launches. `user_data` and `release_document` are
    rendered text. `logs_bucket` is known once its policy is there. `ready` is what else a machine needs at its first
    boot: the attachments of its profile's policies. `protect` is the load balancer's deletion protection. Without
    `certificate_arn`, or with a single server, CloudFront speaks HTTP.
    """

    mode: Literal["single", "fleet"]
    origin: Literal["vpc", "public"]
    names: Names
    vpc_id: pulumi.Input[str]
    zones: Sequence[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    load_balancer_subnet_ids: Sequence[pulumi.Input[str]]
    os: Os
    ami: str
    instance_type: str
    root_volume_gb: int
    user_data: str
    release_document: str
    instance_profile_name: pulumi.Input[str]
    fleet: FleetArgs
    certificate_arn: pulumi.Input[str] | None
    origin_secret: pulumi.Input[str] = field(repr=False)
    database_security_group_id: pulumi.Input[str]
    database_port: int
    logs_bucket: pulumi.Input[str]
    tags: Mapping[str, str]
    protect: bool
    ready: Sequence[pulumi.Resource] = ()


class Server(pulumi.ComponentResource):
    """The backend's machines, the document that deploys to them, and the origin that the CDN reaches them by."""

    def __init__(self, name: str, args: ServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Server", name, None, opts)
        vpc_id = self._vpc_with_origins(args) if args.origin == "vpc" else args.vpc_id
        role = args.names.part("server")
        tags = {**args.tags, "Role": role, "Name": role}
        access = Access(parent=self, name=name, vpc_id=vpc_id, tags=tags)
        group = access.group("machines", "Machines that run the backend")
        rules = access.to_web(group)
        rules += access.between("database", group.id, args.database_security_group_id, args.database_port)
        machine = Machine(
            name=name,
            tags=tags,
            os=args.os,
            ami=args.ami,
            instance_type=args.instance_type,
            root_volume_gb=args.root_volume_gb,
            user_data=args.user_data,
            instance_profile_name=args.instance_profile_name,
            security_group_id=group.id,
            ready=[*args.ready, *rules],
        )
        build = self._single if args.mode == "single" else self._fleet
        served = build(args, machine, access, group)
        document = aws.ssm.Document(
            f"{name}-release",
            name=args.names.part("release"),
            document_type="Command",
            document_format="JSON",
            target_type="/AWS::EC2::Instance",
            content=args.release_document,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.origin = self._origin(name, args, served)
        self.security_group_id = group.id
        self.tag = f"Role={role}"
        self.document_name = document.name
        self.instance_id = served.instance_id
        self.autoscaling_group_name = served.autoscaling_group_name
        self.load_balancer_arn_suffix = served.load_balancer_arn_suffix
        self.target_group_arn_suffix = served.target_group_arn_suffix
        self.register_outputs(
            {
                "security_group_id": self.security_group_id,
                "tag": self.tag,
                "document_name": self.document_name,
                "instance_id": self.instance_id,
                "autoscaling_group_name": self.autoscaling_group_name,
                "load_balancer_arn_suffix": self.load_balancer_arn_suffix,
                "target_group_arn_suffix": self.target_group_arn_suffix,
            }
        )

    def _vpc_with_origins(self, args: ServerArgs) -> pulumi.Output[str]:
        """The VPC's id, once its zones are known to have VPC origins: nothing of the server is made before that."""
        used = list(args.zones[:1] if args.mode == "single" else args.zones)
        found = aws.get_availability_zones_output(
            filters=[{"name": "zone-name", "values": used}], opts=pulumi.InvokeOutputOptions(parent=self)
        )

        def checked(answer: Sequence[Any]) -> str:
            vpc_id, names, zone_ids = answer
            refuse_zones_without_vpc_origins(dict(zip(names, zone_ids, strict=True)))
            return str(vpc_id)

        return pulumi.Output.all(args.vpc_id, found.names, found.zone_ids).apply(checked)

    def _single(self, args: ServerArgs, machine: Machine, access: Access, group: aws.ec2.SecurityGroup) -> Served:
        access.from_cloudfront(group, server_single.PORT)
        return server_single.single(self, machine, subnet_id=args.subnet_ids[0], origin=args.origin)

    def _fleet(self, args: ServerArgs, machine: Machine, access: Access, group: aws.ec2.SecurityGroup) -> Served:
        front = access.group("balancer", "Load balancer of the backend")
        access.from_cloudfront(front, server_balancer.port(args.certificate_arn))
        access.between("machines", front.id, group.id, server_balancer.TARGET_PORT)
        balancer = server_balancer.balancer(
            self,
            machine.name,
            server_balancer.BalancerArgs(
                names=args.names,
                vpc_id=args.vpc_id,
                subnet_ids=args.load_balancer_subnet_ids,
                security_group_id=front.id,
                internal=args.origin == "vpc",
                certificate_arn=args.certificate_arn,
                logs_bucket=args.logs_bucket,
                protect=args.protect,
            ),
        )
        return fleet(self, machine, args.fleet, names=args.names, subnet_ids=args.subnet_ids, balancer=balancer)

    def _origin(self, name: str, args: ServerArgs, served: Served) -> BackendOrigin:
        return BackendOrigin(
            domain_name=served.domain_name,
            kind=args.origin,
            vpc_origin_id=self._vpc_origin(name, args, served).id if args.origin == "vpc" else None,
            protocol=served.protocol,
            header_value=args.origin_secret,
        )

    def _vpc_origin(self, name: str, args: ServerArgs, served: Served) -> aws.cloudfront.VpcOrigin:
        """Replaced at any change, since AWS updates none in use; the distribution moves before the old one goes."""
        return aws.cloudfront.VpcOrigin(
            f"{name}-vpc-origin",
            vpc_origin_endpoint_config={
                "name": served.endpoint_arn.apply(
                    lambda arn: vpc_origin_name(args.names, arn=arn, protocol=served.protocol, tags=args.tags)
                ),
                "arn": served.endpoint_arn,
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": f"{served.protocol}-only",
                "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
            },
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["*"], delete_before_replace=False),
        )
