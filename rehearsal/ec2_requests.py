"""What the EC2 tables share: tags, lists in pages, what is in use, and the form of ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from typing import Any

from rehearsal import tagging
from rehearsal.resource import Aws, Inputs, Limit, name_tags


def ec2(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The EC2 client of the resource's region."""
    return aws.client("ec2", inputs.get("region"))


def tagged(kind: str, inputs: Inputs) -> dict[str, Any]:
    """The part of a request that tags what it makes; nothing where there are no tags."""
    tags = name_tags(inputs)
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def described(client: Any, operation: str, key: str, **params: Any) -> list[dict[str, Any]]:
    """All pages of a Describe call: the items under `key`."""
    pages = client.get_paginator(operation).paginate(**params)
    return [item for page in pages for item in page[key]]


def one(items: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The only item of a Describe call by id, or None."""
    return items[0] if items else None


def standing(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Endpoints or NAT gateways that are there or still coming: AWS shows those that are gone for another hour."""
    return [item for item in items if str(item["State"]).casefold() not in ("deleting", "deleted", "failed")]


def tags_in(item: Mapping[str, Any]) -> dict[str, str]:
    """Tags as the API shows them in `Tags`, without AWS's own."""
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags") or () if not tag["Key"].startswith("aws:")}


def held_tags(client: Any, identifier: str) -> dict[str, str]:
    """Tags of one EC2 resource, without AWS's own."""
    return tags_in({"Tags": described(client, "describe_tags", "Tags", Filters=where("resource-id", identifier))})


def where(*pairs: str) -> list[dict[str, Any]]:
    """Filters of a Describe call, from names and values in turn: `where("vpc-id", vpc_id, "group-name", "default")`."""
    return [{"Name": name, "Values": [value]} for name, value in zip(pairs[::2], pairs[1::2], strict=True)]


def retag(client: Any, identifier: str, wanted: Mapping[str, str]) -> None:
    """Makes the tags of one EC2 resource the wanted ones, and takes all others away."""
    tagging.retag(
        held_tags(client, identifier),
        wanted,
        tag=lambda tags: client.create_tags(Resources=[identifier], Tags=tagging.as_list(tags)),
        untag=lambda keys: client.delete_tags(Resources=[identifier], Tags=[{"Key": key} for key in keys]),
    )


def update_tags(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """The update of an EC2 resource of which only the tags change in place."""
    retag(ec2(aws, inputs), identifier, inputs["tagsAll"])
    return {}


def made_by(items: Iterable[Mapping[str, Any]], key: str, inputs: Inputs, **fields: Any) -> list[str]:
    """Ids, under `key`, of the items that have the inputs' tags and these fields."""
    return [
        str(item[key])
        for item in items
        if tags_in(item) == inputs["tagsAll"] and all(item.get(name) == value for name, value in fields.items())
    ]


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
