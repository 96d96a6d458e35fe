"""What the tables of Elastic Load Balancing share: names, tags and attributes."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.resource import Aws, Inputs, name_tags

NAME = re.compile(r"(?!internal-)(?!.*--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")


def elbv2(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The Elastic Load Balancing client of the resource's region."""
    return aws.client("elbv2", inputs.get("region"))


def tags_of(client: Any, arn: str) -> dict[str, str]:
    """The tags of one of them."""
    [found] = client.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def retag(client: Any, arn: str, wanted: dict[str, str]) -> None:
    """Makes the tags the wanted ones, and takes all others away."""
    held = tags_of(client, arn)
    if gone := sorted(held.keys() - wanted.keys()):
        client.remove_tags(ResourceArns=[arn], TagKeys=gone)
    if changed := {key: value for key, value in wanted.items() if held.get(key) != value}:
        client.add_tags(ResourceArns=[arn], Tags=name_tags({"tagsAll": changed}))


def attribute_pairs(attributes: dict[str, Any]) -> list[dict[str, str]]:
    """Attributes as the API takes them: all are text."""
    return [
        {"Key": key, "Value": str(value).lower() if isinstance(value, bool) else str(value)}
        for key, value in attributes.items()
    ]


def balancer_name(inputs: Inputs) -> str | None:
    """Names of load balancers and target groups: Elastic Load Balancing API Reference, CreateLoadBalancer."""
    name = str(inputs.get("name", ""))
    if NAME.fullmatch(name):
        return None
    return f"the name {name!r} is not allowed: use 1 to 32 letters, digits and single hyphens between them"
