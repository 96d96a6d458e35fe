"""The server as one EC2 instance: nginx answers HTTP on port 80."""

from __future__ import annotations

from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.components.server_machine import METADATA_OPTIONS, Machine, Served

PORT = 80


def single(
    parent: pulumi.Resource, machine: Machine, *, subnet_id: pulumi.Input[str], origin: Literal["vpc", "public"]
) -> Served:
    """One instance, with an Elastic IP where CloudFront comes over the internet: the address outlives the instance."""
    instance = aws.ec2.Instance(
        f"{machine.name}-instance",
        ami=machine.ami,
        instance_type=machine.instance_type,
        subnet_id=subnet_id,
        vpc_security_group_ids=[machine.security_group_id],
        iam_instance_profile=machine.instance_profile_name,
        user_data=machine.user_data,
        # Without it a changed script stops and starts the machine, and is not run.
        user_data_replace_on_change=True,
        metadata_options=METADATA_OPTIONS,
        root_block_device={
            "volume_type": "gp3",
            "volume_size": machine.root_volume_gb,
            "encrypted": True,
            "delete_on_termination": True,
        },
        tags=dict(machine.tags),
        volume_tags=dict(machine.tags),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(machine.ready)),
    )
    domain = instance.private_dns
    if origin == "public":
        domain = _address(parent, machine, instance).public_dns
    return Served(domain_name=domain, endpoint_arn=instance.arn, protocol="http", instance_id=instance.id)


def _address(parent: pulumi.Resource, machine: Machine, instance: aws.ec2.Instance) -> aws.ec2.Eip:
    address = aws.ec2.Eip(
        f"{machine.name}-address",
        domain="vpc",
        tags={"Name": machine.tags["Name"]},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.ec2.EipAssociation(
        f"{machine.name}-address-of-instance",
        allocation_id=address.allocation_id,
        instance_id=instance.id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return address
