"""FSBP controls for Amazon EC2 Auto Scaling groups."""

from __future__ import annotations

from controls.control import Control, each
from controls.ec2 import has_launch_template
from controls.inputs import known, peek, texts, value
from controls.references import pointed_at, pointing
from controls.vpc import SUBNET, covered_zones
from rehearsal.graph import Graph, Node

GROUP = "aws:autoscaling/group:Group"
ATTACHMENT = "aws:autoscaling/attachment:Attachment"


def _asks_the_load_balancer(group: Node, graph: Graph) -> str | None:
    balanced = any(peek(group, path) for path in ("targetGroupArns", "loadBalancers", "trafficSources"))
    if not balanced and not pointing(graph, ATTACHMENT, "autoscalingGroupName", group):
        return None
    return None if value(group, "healthCheckType") == "ELB" else "it keeps machines that the load balancer gave up"


def _zones(group: Node, graph: Graph) -> int:
    subnets = pointed_at(graph, group, "vpcZoneIdentifiers", SUBNET)
    if subnets:
        return len(covered_zones(subnets))
    return len(set(texts(group, "vpcZoneIdentifiers") or texts(group, "availabilityZones")))


def _spans_zones(group: Node, graph: Graph) -> str | None:
    return None if _zones(group, graph) >= 2 else "it stands in one availability zone"


def _several_types(group: Node, graph: Graph) -> str | None:
    overrides = value(group, "mixedInstancesPolicy.launchTemplate.overrides", [])
    types = {known(one.get("instanceType"), f"an instance type of {group.name}") for one in overrides} - {None}
    if len(types) < 2 and not any(one.get("instanceRequirements") for one in overrides):
        return "it can start one instance type only"
    return _spans_zones(group, graph)


def _from_template(group: Node, _: Graph) -> str | None:
    return None if has_launch_template(group) else "it starts its machines without a launch template"


CONTROLS = (
    Control(
        id="AutoScaling.1",
        title="Auto Scaling groups associated with a load balancer should use ELB health checks",
        severity="low",
        rule=each(GROUP, _asks_the_load_balancer),
        remedy="set healthCheckType to ELB, as the server component does",
    ),
    Control(
        id="AutoScaling.2",
        title="Amazon EC2 Auto Scaling group should cover multiple Availability Zones",
        severity="medium",
        rule=each(GROUP, _spans_zones),
        remedy="name two or more network.zones",
    ),
    Control(
        id="AutoScaling.6",
        title="Auto Scaling groups should use multiple instance types in multiple Availability Zones",
        severity="medium",
        rule=each(GROUP, _several_types),
        remedy="name a further type in server.fleet.instance_types, and two or more network.zones",
    ),
    Control(
        id="AutoScaling.9",
        title="Amazon EC2 Auto Scaling groups should use Amazon EC2 launch templates",
        severity="medium",
        rule=each(GROUP, _from_template),
        remedy="start the machines from a launch template, as the server component does",
    ),
)
