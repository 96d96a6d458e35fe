"""What the RDS tables share: the client, and tags by ARN."""

from __future__ import annotations

from typing import Any

from rehearsal.resource import Aws, Inputs
from rehearsal.tagging import as_list, as_mapping, retag


def rds(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The RDS client of the resource's region."""
    return aws.client("rds", inputs.get("region"))


def tags(client: Any, arn: str) -> dict[str, str]:
    """The tags of what has this ARN."""
    return as_mapping(client.list_tags_for_resource(ResourceName=arn)["TagList"])


def retag_resource(client: Any, arn: str, wanted: dict[str, str]) -> None:
    """Makes what has this ARN have these tags and no others."""
    retag(
        tags(client, arn),
        wanted,
        tag=lambda changed: client.add_tags_to_resource(ResourceName=arn, Tags=as_list(changed)),
        untag=lambda keys: client.remove_tags_from_resource(ResourceName=arn, TagKeys=keys),
    )
