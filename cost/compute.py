"""Prices of machines, their disks and addresses. Source: AWS's pages "Amazon EC2 On-Demand Pricing", "EBS", "VPC"."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from controls.inputs import UndecidedError, known, rows, value
from controls.references import pointed_at
from cost.item import Item
from cost.pricing import Priced, Rule
from rehearsal.graph import Node

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
# Source: Amazon EC2 User Guide, "Manage detailed monitoring": seven metrics, each paid as a custom one.
_DETAILED_METRICS = 7


def _instance(asked: Priced) -> Iterator[Item]:
    node = asked.node
    type_ = str(value(node, "instanceType", "unknown type"))
    yield asked.fixed(f"machine {type_}", "ec2", type_)
    for disk in (*rows(node, "rootBlockDevice"), *rows(node, "ebsBlockDevices")):
        kind = str(disk.get("volumeType") or "gp2")
        yield asked.fixed(f"disk {kind}", "ebs", kind, _gigabytes(disk.get("volumeSize"), node))
    if value(node, "associatePublicIpAddress", False):
        yield asked.fixed("public IPv4 address", "ipv4", "address")
    if value(node, "monitoring", False):
        yield asked.fixed("detailed monitoring", "metric", "custom", _DETAILED_METRICS)


def _group(asked: Priced) -> Iterator[Item]:
    group = asked.node
    template = _template(asked)
    low, high = int(value(group, "minSize", 0)), int(value(group, "maxSize", 0))
    size = int(value(group, "desiredCapacity", low))
    type_ = _type(group, template)
    yield asked.fixed(f"machines {type_} ({size} of {low} to {high})", "ec2", type_, size, low=low, high=high)
    for mapping in rows(template, "blockDeviceMappings"):
        disk = known(mapping.get("ebs"), f"a disk of {template.name}", {})
        kind, each = str(disk.get("volumeType") or "gp2"), _gigabytes(disk.get("volumeSize"), template)
        yield asked.fixed(f"their disks {kind}", "ebs", kind, size * each, low=low * each, high=high * each)
    if value(template, "monitoring.enabled", False):
        each = Decimal(_DETAILED_METRICS)
        what = "their detailed monitoring"
        yield asked.fixed(what, "metric", "custom", size * each, low=low * each, high=high * each)


def _template(asked: Priced) -> Node:
    paths = (
        "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId",
        "launchTemplate.id",
        "launchTemplate.name",
    )
    for path in paths:
        found = pointed_at(asked.graph, asked.node, path, TEMPLATE)
        if found:
            return found[0]
    raise UndecidedError("the launch template of the group is not part of this graph")


def _type(group: Node, template: Node) -> str:
    """The first type that the group tries; AWS takes it as long as it has it."""
    overrides: list[Any] = value(group, "mixedInstancesPolicy.launchTemplate.overrides", [])
    first = known(overrides[0].get("instanceType"), f"an instance type of {group.name}") if overrides else None
    return str(first or value(template, "instanceType", "unknown type"))


def _gigabytes(found: Any, node: Node) -> Decimal:
    size = known(found, f"the size of a disk of {node.name}")
    if size is None:
        raise UndecidedError(f"the image, not the plan, says how large a disk of {node.name} is")
    return Decimal(str(size))


def _volume(asked: Priced) -> Iterator[Item]:
    kind = str(value(asked.node, "type", "gp2"))
    yield asked.fixed(f"disk {kind}", "ebs", kind, _gigabytes(value(asked.node, "size"), asked.node))


def _address(asked: Priced) -> Iterator[Item]:
    yield asked.fixed("public IPv4 address", "ipv4", "address")


RULES: dict[str, Rule] = {
    "aws:autoscaling/group:Group": _group,
    "aws:ebs/volume:Volume": _volume,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/instance:Instance": _instance,
}
FREE = {
    TEMPLATE: "the machines that are started from it are paid",
    "aws:autoscaling/attachment:Attachment": "paid with the group",
    "aws:autoscaling/policy:Policy": "scaling is free; its alarms are made by AWS",
    "aws:ec2/eipAssociation:EipAssociation": "the address is paid",
}
