"""The load balancer in front of a fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.names import Names

TARGET_PORT = 443
LIVE_PATH = "/livez"  # answered by nginx itself, so that a machine without a release is healthy
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
LOG_PREFIX = "alb"


@dataclass(frozen=True, kw_only=True)
class BalancerArgs:
    """`internal` has no public address; without `certificate_arn` it speaks plain HTTP."""

    names: Names
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    internal: bool
    certificate_arn: pulumi.Input[str] | None
    logs_bucket: pulumi.Input[str]
    protect: bool


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """What the fleet and the CDN need of it."""

    load_balancer: aws.lb.LoadBalancer
    target_group: aws.lb.TargetGroup
    listener: aws.lb.Listener
    protocol: Literal["http", "https"]


def port(certificate_arn: pulumi.Input[str] | None) -> int:
    """The only port that the load balancer listens on."""
    return 80 if certificate_arn is None else 443


def balancer(parent: pulumi.Resource, name: str, args: BalancerArgs) -> Balancer:
    """Load balancer, one target group and one listener."""
    load_balancer = aws.lb.LoadBalancer(
        args.names.balancer("alb"),
        load_balancer_type="application",
        internal=args.internal,
        subnets=list(args.subnet_ids),
        security_groups=[args.security_group_id],
        access_logs={"bucket": args.logs_bucket, "prefix": LOG_PREFIX, "enabled": True},
        drop_invalid_header_fields=True,
        desync_mitigation_mode="defensive",
        enable_deletion_protection=args.protect,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    targets = _target_group(parent, args)
    return Balancer(
        load_balancer=load_balancer,
        target_group=targets,
        listener=_listener(parent, f"{name}-listener", load_balancer, targets, args.certificate_arn),
        protocol="http" if args.certificate_arn is None else "https",
    )


def _target_group(parent: pulumi.Resource, args: BalancerArgs) -> aws.lb.TargetGroup:
    """HTTPS to nginx's own certificate, which a load balancer does not check."""
    return aws.lb.TargetGroup(
        args.names.balancer("web"),
        vpc_id=args.vpc_id,
        target_type="instance",
        protocol="HTTPS",
        port=TARGET_PORT,
        health_check={
            "enabled": True,
            "protocol": "HTTPS",
            "path": LIVE_PATH,
            "matcher": "200",
            "interval": 10,
            "timeout": 5,
            "healthy_threshold": 2,
            "unhealthy_threshold": 3,
        },
        deregistration_delay=60,  # seconds; CloudFront gives up on an answer after 30
        slow_start=0,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _listener(
    parent: pulumi.Resource,
    name: str,
    load_balancer: aws.lb.LoadBalancer,
    targets: aws.lb.TargetGroup,
    certificate_arn: pulumi.Input[str] | None,
) -> aws.lb.Listener:
    return aws.lb.Listener(
        name,
        load_balancer_arn=load_balancer.arn,
        port=port(certificate_arn),
        protocol="HTTP" if certificate_arn is None else "HTTPS",
        ssl_policy=None if certificate_arn is None else TLS_POLICY,
        certificate_arn=certificate_arn,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
        opts=pulumi.ResourceOptions(parent=parent),
    )
