"""Tags of what RDS holds, by ARN."""

from __future__ import annotations

from typing import Any

from rehearsal.resource import Inputs, name_tags


def held_tags(client: Any, arn: str) -> dict[str, str]:  # Any: boto3 has no types
    """The tags that RDS holds."""
    return {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceName=arn)["TagList"]}


def retag(client: Any, arn: str, inputs: Inputs) -> None:
    """Makes them those of the inputs."""
    if gone := sorted(held_tags(client, arn).keys() - inputs["tagsAll"].keys()):
        client.remove_tags_from_resource(ResourceName=arn, TagKeys=gone)
    if inputs["tagsAll"]:
        client.add_tags_to_resource(ResourceName=arn, Tags=name_tags(inputs))
