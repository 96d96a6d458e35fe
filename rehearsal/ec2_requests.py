"""What the EC2 tables share: tags at creation, a VPC's gateway, and the form of ranges."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from rehearsal.resource import Aws, Inputs, Limit, name_tags


def ec2(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The EC2 client of the resource's region."""
    return aws.client("ec2", inputs.get("region"))


def tagged(kind: str, inputs: Inputs) -> dict[str, Any]:
    """The part of a request that tags what it makes; nothing where there are no tags."""
    tags = name_tags(inputs)
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def arn(aws: Aws, inputs: Inputs, kind: str, identifier: str) -> str:
    """`arn:aws:ec2:<region>:<account>:<kind>/<id>`."""
    return f"arn:aws:ec2:{inputs.get('region') or aws.region}:{aws.account_id}:{kind}/{identifier}"


def has_internet_gateway(client: Any, vpc_id: str) -> bool:  # Any: boto3 has no types
    """Whether an internet gateway is attached to the VPC, as an EC2 client sees it."""
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    return bool(client.describe_internet_gateways(Filters=attached)["InternetGateways"])


def canonical(name: str) -> Limit:
    """A range is written with its network's first address, as the provider demands."""

    def check(inputs: Inputs) -> str | None:
        text = inputs.get(name)
        if text is None:
            return None
        try:
            network = IPv4Network(text, strict=False)
        except ValueError:
            return f"{name} {text} is no IPv4 range: write one such as 10.20.0.0/16"
        return None if str(network) == text else f"{name} {text} is not a network's first address: write {network}"

    return check


def between(name: str, largest: int, smallest: int) -> Limit:
    """A range has a prefix length from `largest` to `smallest`."""

    def check(inputs: Inputs) -> str | None:
        length = int(str(inputs.get(name, f"/{largest}")).rpartition("/")[2])
        if largest <= length <= smallest:
            return None
        return f"AWS refuses the size of {inputs[name]}: use /{largest} to /{smallest}"

    return check
