"""RDS: settings of PostgreSQL that a database is started with."""

from __future__ import annotations

from typing import Any

from rehearsal import rds_limits
from rehearsal.api import refusal
from rehearsal.rds_requests import rds, retag_resource, tags
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id

DESCRIPTION = "Managed by Pulumi"
AT_ONCE = 20  # parameters of one request: RDS API Reference, ModifyDBParameterGroup


def create_parameter_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBParameterGroup, then its parameters."""
    client = rds(aws, inputs)
    made = _create(client, inputs)
    aws.made(inputs["name"])
    _modify(client, inputs)
    return Created(id=inputs["name"], outputs={"arn": made["DBParameterGroupArn"]})


def read_parameter_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The group, the parameters that somebody has set, and tags."""
    client = rds(aws, state)
    groups = client.describe_db_parameter_groups(DBParameterGroupName=identifier)["DBParameterGroups"]
    if not groups:
        return None
    [held] = groups
    outputs = {
        "name": held["DBParameterGroupName"],
        "family": held["DBParameterGroupFamily"],
        "description": held["Description"],
        "parameters": _parameters(client, identifier),
        "arn": held["DBParameterGroupArn"],
        "tagsAll": tags(client, held["DBParameterGroupArn"]),
    }
    return Created(id=identifier, outputs=outputs)


def update_parameter_group(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Parameters and tags; those that are no longer set go back to RDS's defaults."""
    client = rds(aws, inputs)
    wanted = {parameter["name"] for parameter in inputs.get("parameters") or []}
    gone = [parameter for parameter in _parameters(client, identifier) if parameter["name"] not in wanted]
    if gone:
        reset = [{"ParameterName": one["name"], "ApplyMethod": one["applyMethod"]} for one in gone]
        aws.keep("rds", "ResetDBParameterGroup", {"DBParameterGroupName": identifier, "Parameters": reset})
        # The emulator resets nothing, but lets a group that is in use be made again.
        client.delete_db_parameter_group(DBParameterGroupName=identifier)
        _create(client, inputs)
    _modify(client, inputs)
    held = client.describe_db_parameter_groups(DBParameterGroupName=identifier)["DBParameterGroups"][0]
    retag_resource(client, held["DBParameterGroupArn"], inputs["tagsAll"])
    return {}


def delete_parameter_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDBParameterGroup, unless a database uses it or it is to outlive the stack."""
    client = rds(aws, state)
    if state.get("skipDestroy"):
        return
    pages = client.get_paginator("describe_db_instances").paginate()
    for instance in (one for page in pages for one in page["DBInstances"]):
        if identifier in (group["DBParameterGroupName"] for group in instance["DBParameterGroups"]):
            message = (
                "One or more database instances are still members of this parameter group "
                f"{identifier}, so the group cannot be deleted: {instance['DBInstanceIdentifier']}; delete that first"
            )
            raise refusal("DeleteDBParameterGroup", "InvalidDBParameterGroupState", message)
    client.delete_db_parameter_group(DBParameterGroupName=identifier)


def every_parameter_group(aws: Aws, region: str) -> list[str]:
    """Names of the region's groups but RDS's own."""
    pages = aws.client("rds", region).get_paginator("describe_db_parameter_groups").paginate()
    names = [group["DBParameterGroupName"] for page in pages for group in page["DBParameterGroups"]]
    return [name for name in names if not name.startswith("default.")]


def _create(client: Any, inputs: Inputs) -> Inputs:
    made: Inputs = client.create_db_parameter_group(
        DBParameterGroupName=inputs["name"],
        DBParameterGroupFamily=inputs["family"],
        Description=inputs.get("description") or DESCRIPTION,
        Tags=name_tags(inputs),
    )["DBParameterGroup"]
    return made


def _modify(client: Any, inputs: Inputs) -> None:
    wanted = [
        {
            "ParameterName": parameter["name"],
            "ParameterValue": parameter["value"],
            "ApplyMethod": parameter.get("applyMethod", "immediate"),
        }
        for parameter in inputs.get("parameters") or []
    ]
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        client.modify_db_parameter_group(DBParameterGroupName=inputs["name"], Parameters=some)


def _parameters(client: Any, name: str) -> list[Inputs]:
    pages = client.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=name, Source="user")
    return [
        {"name": one["ParameterName"], "value": one["ParameterValue"], "applyMethod": one["ApplyMethod"]}
        for page in pages
        for one in page["Parameters"]
    ]


RESOURCES = (
    ResourceType(
        token="aws:rds/parameterGroup:ParameterGroup",
        inputs=spec("name family description region tags skipDestroy", parameters=spec("name value applyMethod")),
        create=create_parameter_group,
        read=read_parameter_group,
        update=update_parameter_group,
        delete=delete_parameter_group,
        find=by_id(read_parameter_group, "name"),
        every=every_parameter_group,
        computed=("arn",),
        replace_on=frozenset({"name", "family", "description", "region"}),
        in_place=frozenset({"parameters", "skipDestroy", "tags"}),
        untold=frozenset({"skipDestroy"}),
        unordered=frozenset({"parameters"}),
        defaults={"description": DESCRIPTION, "parameters.applyMethod": "immediate"},
        limits=(rds_limits.group_name, rds_limits.parameters),
        emulated="partial",
        not_emulated=("names and values of PostgreSQL parameters are not checked",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_parameter_group",
    ),
)
