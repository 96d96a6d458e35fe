"""Small graphs to be priced, and a sheet of round prices."""

from __future__ import annotations

from typing import Any

from cost.sheet import Sheet, parse
from rehearsal.graph import Graph, Node

REGION = "eu-west-1"
PRICES = {
    "ec2": {"t3.micro": 0.01, "t3.small": 0.02},
    "ebs": {"gp3": 0.1},
    "rds": {"db.t4g.micro": 0.03},
    "rds-multi-az": {"db.t4g.micro": 0.06},
    "rds-storage": {"gp3": 0.2},
    "rds-storage-multi-az": {"gp3": 0.4},
    "rds-backup": {"beyond storage": 0.1},
    "nat": {"gateway": 0.05},
    "nat-gb": {"processed": 0.05},
    "endpoint": {"interface": 0.01},
    "endpoint-gb": {"processed": 0.01},
    "s3": {"standard": 0.02},
    "s3-writes": {"standard": 5},
    "s3-reads": {"standard": 0.4},
    "alb": {"balancer": 0.02},
    "logs-in": {"standard": 0.5},
    "logs-kept": {"compressed": 0.03},
}
EVERYWHERE = {
    "ipv4": {"address": 0.005},
    "secret": {"secret": 0.4},
    "alarm": {"standard": 0.1},
    "metric": {"custom": 0.3},
    "waf": {"acl": 5},
    "waf-rule": {"rule": 1},
    "waf-requests": {"all": 0.6},
    "alb-lcu": {"used": 0.008},
    "cdn-gb": {"North America and Europe": 0.08},
    "cdn-requests": {"HTTPS": 1},
    "cdn-functions": {"all": 0.1},
}
HOURLY = {"ec2", "ipv4", "nat", "endpoint", "alb", "rds", "rds-multi-az"}


def sheet() -> Sheet:
    """Hours are 100 a month, so that sums can be done in the head; two alarms are free."""
    from datetime import date

    services = [*PRICES, *EVERYWHERE]
    return parse(
        {
            "as_of": date(2026, 1, 1),
            "fetched": True,
            "hours_per_month": 100,
            "services": {one: {"unit": "hour" if one in HOURLY else "piece", "page": "P"} for one in services},
            "allowances": {"alarm": 2},
            "everywhere": EVERYWHERE,
            "regions": {REGION: PRICES, "us-east-1": {"s3": {"standard": 0.01}}},
        }
    )


def node(type_: str, name: str, **inputs: Any) -> Node:
    return Node(
        urn=f"urn:pulumi:t::p::{type_}::{name}",
        type=type_,
        name=name,
        parent=None,
        inputs=inputs,
        id=f"{name}-id",
        outputs={},
    )


PROVIDER = node("pulumi:providers:aws", "aws", region=REGION)


def graph(*nodes: Node) -> Graph:
    return Graph((PROVIDER, *nodes))


def server(**inputs: Any) -> Node:
    disk = {"volumeType": "gp3", "volumeSize": 8.0}
    return node(
        "aws:ec2/instance:Instance", "server", **{"instanceType": "t3.micro", "rootBlockDevice": disk, **inputs}
    )


def database(**inputs: Any) -> Node:
    given = {"engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20.0, "storageType": "gp3"}
    return node("aws:rds/instance:Instance", "database", **{**given, **inputs})


def alarms(count: int) -> list[Node]:
    return [node("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarm-{number}") for number in range(count)]


TEMPLATE = node(
    "aws:ec2/launchTemplate:LaunchTemplate",
    "template",
    instanceType="t3.micro",
    monitoring={"enabled": True},
    blockDeviceMappings=[{"ebs": {"volumeType": "gp3", "volumeSize": 10.0}}],
)
GROUP = node(
    "aws:autoscaling/group:Group",
    "group",
    minSize=1.0,
    maxSize=4.0,
    desiredCapacity=2.0,
    mixedInstancesPolicy={
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": "template-id"},
            "overrides": [{"instanceType": "t3.small"}, {"instanceType": "t3a.small"}],
        }
    },
)
