"""The server as an auto scaling group over all its subnets: nginx answers HTTPS on port 443."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.components.server_balancer import Balancer
from infra.components.server_machine import METADATA_OPTIONS, ROOT_DEVICES, Machine, Served
from infra.names import Names

BOOT_SECONDS = 300  # from launch to an installed release, packages included
GIVEN_UP_SECONDS = 900  # a machine that is no target by then is replaced: its boot hangs


@dataclass(frozen=True, kw_only=True)
class FleetArgs:
    """Sizes in instances; `instance_types` are tried in turn after the machine's own; None: no scaling."""

    min: int
    max: int
    instance_types: Sequence[str]
    target_cpu_percent: int | None


def fleet(
    parent: pulumi.Resource,
    machine: Machine,
    args: FleetArgs,
    *,
    names: Names,
    subnet_ids: Sequence[pulumi.Input[str]],
    balancer: Balancer,
) -> Served:
    """Launch template, group and, unless its size is fixed, the policy that scales it."""
    template = _template(parent, names, machine)
    group = _group(parent, machine, args, names=names, subnet_ids=subnet_ids, balancer=balancer, template=template)
    if args.target_cpu_percent is not None:
        aws.autoscaling.Policy(
            f"{machine.name}-scaling",
            autoscaling_group_name=group.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration={
                "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
                "target_value": args.target_cpu_percent,
            },
            opts=pulumi.ResourceOptions(parent=parent),
        )
    return Served(
        domain_name=balancer.load_balancer.dns_name,
        endpoint_arn=balancer.load_balancer.arn,
        protocol=balancer.protocol,
        autoscaling_group_name=group.name,
        load_balancer_arn_suffix=balancer.load_balancer.arn_suffix,
        target_group_arn_suffix=balancer.target_group.arn_suffix,
    )


def _template(parent: pulumi.Resource, names: Names, machine: Machine) -> aws.ec2.LaunchTemplate:
    return aws.ec2.LaunchTemplate(
        names.part("server"),
        image_id=machine.ami,
        instance_type=machine.instance_type,
        user_data=base64.b64encode(machine.user_data.encode()).decode(),
        iam_instance_profile={"name": machine.instance_profile_name},
        vpc_security_group_ids=[machine.security_group_id],
        metadata_options=METADATA_OPTIONS,
        monitoring={"enabled": True},  # by the minute: scaling would react to five-minute means otherwise
        block_device_mappings=[
            {
                "device_name": ROOT_DEVICES[machine.os],
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": machine.root_volume_gb,
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            }
        ],
        tag_specifications=[{"resource_type": kind, "tags": dict(machine.tags)} for kind in ("instance", "volume")],
        update_default_version=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _group(
    parent: pulumi.Resource,
    machine: Machine,
    args: FleetArgs,
    *,
    names: Names,
    subnet_ids: Sequence[pulumi.Input[str]],
    balancer: Balancer,
    template: aws.ec2.LaunchTemplate,
) -> aws.autoscaling.Group:
    version = template.latest_version.apply(str)
    mixed = _mixed(machine, args, template, version) if args.instance_types else None
    return aws.autoscaling.Group(
        names.part("server"),
        min_size=args.min,
        max_size=args.max,
        desired_capacity=args.min,
        vpc_zone_identifiers=list(subnet_ids),
        target_group_arns=[balancer.target_group.arn],
        launch_template=None if mixed else {"id": template.id, "version": version},
        mixed_instances_policy=mixed,
        health_check_type="ELB",
        health_check_grace_period=GIVEN_UP_SECONDS,
        default_instance_warmup=BOOT_SECONDS,
        wait_for_capacity_timeout="0",
        instance_refresh=_refresh(),
        enabled_metrics=[
            aws.autoscaling.Metric.GROUP_DESIRED_CAPACITY,
            aws.autoscaling.Metric.GROUP_IN_SERVICE_INSTANCES,
        ],
        tags=[{"key": key, "value": value, "propagate_at_launch": True} for key, value in sorted(machine.tags.items())],
        opts=pulumi.ResourceOptions(
            parent=parent, depends_on=[*machine.ready, balancer.listener], ignore_changes=["desired_capacity"]
        ),
    )


def _mixed(
    machine: Machine, args: FleetArgs, template: aws.ec2.LaunchTemplate, version: pulumi.Output[str]
) -> aws.autoscaling.GroupMixedInstancesPolicyArgsDict:
    types = dict.fromkeys((machine.instance_type, *args.instance_types))
    return {
        "instances_distribution": {
            "on_demand_allocation_strategy": "prioritized",
            "on_demand_percentage_above_base_capacity": 100,
        },
        "launch_template": {
            "launch_template_specification": {"launch_template_id": template.id, "version": version},
            "overrides": [{"instance_type": instance_type} for instance_type in types],
        },
    }


def _refresh() -> aws.autoscaling.GroupInstanceRefreshArgsDict:
    """New machines first, old ones after: a change of image or type never leaves less than the whole fleet."""
    return {
        "strategy": "Rolling",
        "preferences": {
            "min_healthy_percentage": 100,
            "max_healthy_percentage": 150,
            "instance_warmup": str(BOOT_SECONDS),
            "skip_matching": True,
            "auto_rollback": True,
        },
    }
