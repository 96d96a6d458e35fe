"""FSBP controls of Amazon EC2 that speak of machines: instances, launch templates, volumes, network interfaces."""

from __future__ import annotations

from controls.control import Control, each
from controls.inputs import block, is_true, rows, value
from controls.references import pointed_at, pointing
from controls.vpc import SUBNET
from rehearsal.graph import Graph, Node

INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME = "aws:ebs/volume:Volume"
INTERFACE = "aws:ec2/networkInterface:NetworkInterface"
INTERFACE_ATTACHMENT = "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment"
ADDRESS = "aws:ec2/eip:Eip"
ADDRESS_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"

# Families with paravirtual images: docs.aws.amazon.com, "Amazon EC2 AMI virtualization types".
_PARAVIRTUAL_FAMILIES = {"c1", "c3", "hs1", "m1", "m2", "m3", "t1"}


def _encrypted_volumes(node: Node, _: Graph) -> str | None:
    if node.type == VOLUME:
        return None if is_true(value(node, "encrypted")) else "it is not encrypted"
    root = value(node, "rootBlockDevice", {})
    disks = {"root": root, **{str(row.get("deviceName")): row for row in rows(node, "ebsBlockDevices")}}
    plain = [name for name, disk in disks.items() if not is_true(disk.get("encrypted"))]
    return f"its volume {plain[0]} is not said to be encrypted" if plain else None


def _encrypted_template(template: Node, _: Graph) -> str | None:
    disks = [block(row, "ebs", template) for row in rows(template, "blockDeviceMappings") if row.get("ebs")]
    if disks and all(is_true(disk.get("encrypted")) for disk in disks):
        return None
    return "it does not say that its volumes are encrypted"


def _session_tokens(node: Node, _: Graph) -> str | None:
    if value(node, "metadataOptions.httpTokens") == "required":
        return None
    return "it answers metadata requests without a session token (IMDSv1)"


def _no_public_address(instance: Node, graph: Graph) -> str | None:
    asked = value(instance, "associatePublicIpAddress")
    if is_true(asked):
        return "it asks for a public address"
    elastic = ((ADDRESS, "instance"), (ADDRESS_ASSOCIATION, "instanceId"))
    if any(pointing(graph, type_, path, instance) for type_, path in elastic):
        return "an elastic address is attached to it"
    subnets = pointed_at(graph, instance, "subnetId", SUBNET)
    if asked is None and any(is_true(value(subnet, "mapPublicIpOnLaunch")) for subnet in subnets):
        return "its subnet gives it a public address"
    return None


def _no_public_template(template: Node, _: Graph) -> str | None:
    interfaces = rows(template, "networkInterfaces")
    if any(is_true(interface.get("associatePublicIpAddress")) for interface in interfaces):
        return "its network interface asks for a public address"
    return None


def _one_interface(instance: Node, graph: Graph) -> str | None:
    extra = pointing(graph, INTERFACE_ATTACHMENT, "instanceId", instance)
    return "it has several network interfaces" if extra or len(rows(instance, "networkInterfaces")) > 1 else None


def _addresses_checked(node: Node, _: Graph) -> str | None:
    if value(node, "sourceDestCheck", True) is False:
        return "it forwards traffic that is not its own"
    return None


def _hardware_virtual(node: Node, _: Graph) -> str | None:
    kind = str(value(node, "instanceType", ""))
    return f"{kind} may run paravirtual" if kind.split(".")[0] in _PARAVIRTUAL_FAMILIES else None


def has_launch_template(group: Node) -> bool:
    """Whether an Auto Scaling group starts its machines from a launch template."""
    return bool(value(group, "launchTemplate") or value(group, "mixedInstancesPolicy"))


CONTROLS = (
    Control(
        id="EC2.3",
        title="Attached Amazon EBS volumes should be encrypted at-rest",
        severity="medium",
        rule=each((INSTANCE, VOLUME), _encrypted_volumes),
        remedy="state encrypted: true on the volume, as the server component does",
        differs="Encryption must be stated on the volume; the account's default alone does not show in a plan.",
    ),
    Control(
        id="EC2.8",
        title="EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)",
        severity="high",
        rule=each(INSTANCE, _session_tokens),
        remedy="set metadataOptions.httpTokens to required, as the server component does",
    ),
    Control(
        id="EC2.9",
        title="Amazon EC2 instances should not have a public IPv4 address",
        severity="high",
        rule=each(INSTANCE, _no_public_address),
        remedy="set server.origin to vpc and network.egress to nat",
    ),
    Control(
        id="EC2.17",
        title="Amazon EC2 instances should not use multiple ENIs",
        severity="low",
        rule=each(INSTANCE, _one_interface),
        remedy="leave the machine one network interface",
    ),
    Control(
        id="EC2.24",
        title="Amazon EC2 paravirtual instance types should not be used",
        severity="medium",
        rule=each((INSTANCE, TEMPLATE), _hardware_virtual),
        remedy="choose a current server.instance_type, or server.fleet.instance_types",
    ),
    Control(
        id="EC2.25",
        title="Amazon EC2 launch templates should not assign public IPs to network interfaces",
        severity="high",
        rule=each(TEMPLATE, _no_public_template),
        remedy="set server.origin to vpc and network.egress to nat",
    ),
    Control(
        id="EC2.170",
        title="EC2 launch templates should use Instance Metadata Service Version 2 (IMDSv2)",
        severity="low",
        rule=each(TEMPLATE, _session_tokens),
        remedy="set metadataOptions.httpTokens to required, as the server component does",
    ),
    Control(
        id="EC2.180",
        title="EC2 network interfaces should have source/destination checking enabled",
        severity="medium",
        rule=each((INSTANCE, INTERFACE), _addresses_checked),
        remedy="leave sourceDestCheck on; use a NAT gateway (network.egress: nat), not a NAT instance",
    ),
    Control(
        id="EC2.181",
        title="EC2 launch templates should enable encryption for attached EBS volumes",
        severity="medium",
        rule=each(TEMPLATE, _encrypted_template),
        remedy='state encrypted: "true" on every volume of the launch template, as the server component does',
    ),
)
