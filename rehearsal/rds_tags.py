"""Tags of what RDS holds, by ARN."""

from __future__ import annotations

from typing import Any

from rehearsal import tagging
from rehearsal.resource import Inputs


def held_tags(client: Any, arn: str) -> tagging.Tags:  # Any: boto3 has no types
    """The tags that RDS holds."""
    return tagging.as_mapping(client.list_tags_for_resource(ResourceName=arn)["TagList"])


def retag(client: Any, arn: str, inputs: Inputs) -> None:
    """Makes them those of the inputs."""
    tagging.retag(
        held_tags(client, arn),
        inputs["tagsAll"],
        tag=lambda tags: client.add_tags_to_resource(ResourceName=arn, Tags=tagging.as_list(tags)),
        untag=lambda keys: client.remove_tags_from_resource(ResourceName=arn, TagKeys=keys),
    )
