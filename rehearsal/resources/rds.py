"""RDS: subnet and parameter groups, and event subscriptions. The instance is in rds_instance.py."""

from __future__ import annotations

from typing import Any

from rehearsal import rds_limits
from rehearsal.api import refusal
from rehearsal.rds_tags import held_tags as _tags
from rehearsal.rds_tags import retag as _retag
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id


def create_subnet_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBSubnetGroup, over two zones at least."""
    region = inputs.get("region")
    subnets = aws.client("ec2", region).describe_subnets(SubnetIds=inputs["subnetIds"])["Subnets"]
    if len({subnet["AvailabilityZone"] for subnet in subnets}) < 2:
        raise refusal(
            "CreateDBSubnetGroup",
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "the subnets are all in one availability zone: add one in a second zone",
        )
    made = aws.client("rds", region).create_db_subnet_group(
        DBSubnetGroupName=inputs["name"],
        DBSubnetGroupDescription=inputs.get("description") or "Managed by Pulumi",
        SubnetIds=inputs["subnetIds"],
        Tags=name_tags(inputs),
    )["DBSubnetGroup"]
    return Created(id=inputs["name"], outputs={"arn": made["DBSubnetGroupArn"], "vpcId": made["VpcId"]})


def read_subnet_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The group with its subnets."""
    client = _rds(aws, state)
    [found] = client.describe_db_subnet_groups(DBSubnetGroupName=identifier)["DBSubnetGroups"]
    held = {
        "name": found["DBSubnetGroupName"],
        "description": found["DBSubnetGroupDescription"],
        "subnetIds": [subnet["SubnetIdentifier"] for subnet in found["Subnets"]],
        "arn": found["DBSubnetGroupArn"],
        "vpcId": found["VpcId"],
        "tagsAll": _tags(client, found["DBSubnetGroupArn"]),
    }
    return Created(id=identifier, outputs=held)


def update_subnet_group(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyDBSubnetGroup, then the tags."""
    client = _rds(aws, inputs)
    client.modify_db_subnet_group(
        DBSubnetGroupName=identifier,
        DBSubnetGroupDescription=inputs.get("description") or "Managed by Pulumi",
        SubnetIds=inputs["subnetIds"],
    )
    [found] = client.describe_db_subnet_groups(DBSubnetGroupName=identifier)["DBSubnetGroups"]
    _retag(client, found["DBSubnetGroupArn"], inputs)
    return {}


def delete_subnet_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDBSubnetGroup, refused while an instance is in it."""
    client = _rds(aws, state)
    for one in client.describe_db_instances()["DBInstances"]:
        if one.get("DBSubnetGroup", {}).get("DBSubnetGroupName") == identifier:
            message = f"Cannot delete the subnet group '{identifier}': {one['DBInstanceIdentifier']} is still in it"
            raise refusal("DeleteDBSubnetGroup", "InvalidDBSubnetGroupStateFault", message)
    client.delete_db_subnet_group(DBSubnetGroupName=identifier)


def create_parameter_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBParameterGroup, then its parameters, 20 at a time as the API takes them."""
    client = aws.client("rds", inputs.get("region"))
    made = client.create_db_parameter_group(
        DBParameterGroupName=inputs["name"],
        DBParameterGroupFamily=inputs["family"],
        Description=inputs.get("description") or "Managed by Pulumi",
        Tags=name_tags(inputs),
    )["DBParameterGroup"]
    aws.made(inputs["name"])
    _set_parameters(client, inputs["name"], inputs.get("parameters", []))
    return Created(id=inputs["name"], outputs={"arn": made["DBParameterGroupArn"]})


def _set_parameters(client: Any, name: str, parameters: list[dict[str, Any]]) -> None:
    wanted = [
        {
            "ParameterName": parameter["name"],
            "ParameterValue": parameter["value"],
            "ApplyMethod": parameter.get("applyMethod", "immediate"),
        }
        for parameter in parameters
    ]
    for start in range(0, len(wanted), 20):
        client.modify_db_parameter_group(DBParameterGroupName=name, Parameters=wanted[start : start + 20])


def read_parameter_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The group with the parameters that are not the engine's own."""
    client = _rds(aws, state)
    groups = client.describe_db_parameter_groups(DBParameterGroupName=identifier)["DBParameterGroups"]
    if not groups:
        return None
    [found] = groups
    held = {
        "name": identifier,
        "family": found["DBParameterGroupFamily"],
        "description": found["Description"],
        "parameters": _parameters(client, identifier),
        "arn": found["DBParameterGroupArn"],
        "tagsAll": _tags(client, found["DBParameterGroupArn"]),
    }
    return Created(id=identifier, outputs=held)


def _parameters(client: Any, name: str) -> list[dict[str, str]]:
    pages = client.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=name)
    return [
        {"name": one["ParameterName"], "value": one["ParameterValue"], "applyMethod": one["ApplyMethod"]}
        for page in pages
        for one in page["Parameters"]
        if one.get("ParameterValue") is not None
    ]


def update_parameter_group(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyDBParameterGroup for those that are set, ResetDBParameterGroup for those that are not any more."""
    client, wanted = _rds(aws, inputs), inputs.get("parameters", [])
    _set_parameters(client, identifier, wanted)
    gone = {one["name"] for one in _parameters(client, identifier)} - {one["name"] for one in wanted}
    if gone:
        reset = [{"ParameterName": name, "ApplyMethod": "pending-reboot"} for name in sorted(gone)]
        aws.keep("rds", "ResetDBParameterGroup", {"DBParameterGroupName": identifier, "Parameters": reset})
    [found] = client.describe_db_parameter_groups(DBParameterGroupName=identifier)["DBParameterGroups"]
    _retag(client, found["DBParameterGroupArn"], inputs)
    return {}


def delete_parameter_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDBParameterGroup, refused while an instance uses it."""
    client = _rds(aws, state)
    if state.get("skipDestroy"):
        return
    for one in client.describe_db_instances()["DBInstances"]:
        if identifier in [group["DBParameterGroupName"] for group in one.get("DBParameterGroups", [])]:
            message = f"One or more database instances are still members of this parameter group {identifier}"
            raise refusal("DeleteDBParameterGroup", "InvalidDBParameterGroupState", message)
    client.delete_db_parameter_group(DBParameterGroupName=identifier)


def create_subscription(aws: Aws, inputs: Inputs) -> Created:
    """CreateEventSubscription."""
    wanted = {
        "SourceType": inputs.get("sourceType"),
        "EventCategories": inputs.get("eventCategories"),
        "SourceIds": inputs.get("sourceIds"),
        "Enabled": inputs.get("enabled", True),
    }
    made = aws.client("rds", inputs.get("region")).create_event_subscription(
        SubscriptionName=inputs["name"],
        SnsTopicArn=inputs["snsTopic"],
        Tags=name_tags(inputs),
        **{name: value for name, value in wanted.items() if value is not None},
    )["EventSubscription"]
    outputs = {"arn": made["EventSubscriptionArn"], "customerAwsId": aws.account_id}
    return Created(id=inputs["name"], outputs=outputs)


def read_subscription(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The subscription with its sources and tags."""
    client = _rds(aws, state)
    [found] = client.describe_event_subscriptions(SubscriptionName=identifier)["EventSubscriptionsList"]
    held = {
        "name": identifier,
        "snsTopic": found["SnsTopicArn"],
        "sourceType": found.get("SourceType"),
        "eventCategories": found.get("EventCategoriesList") or [],
        "sourceIds": found.get("SourceIdsList") or [],
        "enabled": found.get("Enabled", True),
        "arn": found["EventSubscriptionArn"],
        "customerAwsId": aws.account_id,
        "tagsAll": _tags(client, found["EventSubscriptionArn"]),
    }
    return Created(id=identifier, outputs=held)


def update_subscription(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """The emulator cannot modify one, so that the stand-in makes it again under its name."""
    client = _rds(aws, inputs)
    optional = {"SourceType": inputs.get("sourceType"), "EventCategories": inputs.get("eventCategories")}
    call = {"SubscriptionName": identifier, "SnsTopicArn": inputs["snsTopic"], "Enabled": inputs.get("enabled", True)}
    aws.keep("rds", "ModifyEventSubscription", call | {name: one for name, one in optional.items() if one is not None})
    client.delete_event_subscription(SubscriptionName=identifier)
    return create_subscription(aws, inputs).outputs


def delete_subscription(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteEventSubscription."""
    _rds(aws, state).delete_event_subscription(SubscriptionName=identifier)


def every_subscription(aws: Aws, region: str) -> list[str]:
    """Names of all."""
    found = aws.client("rds", region).describe_event_subscriptions()["EventSubscriptionsList"]
    return [one["CustSubscriptionId"] for one in found]


def every_subnet_group(aws: Aws, region: str) -> list[str]:
    """Names of all."""
    found = aws.client("rds", region).describe_db_subnet_groups()["DBSubnetGroups"]
    return [one["DBSubnetGroupName"] for one in found]


def every_parameter_group(aws: Aws, region: str) -> list[str]:
    """Names of all but AWS's own."""
    found = aws.client("rds", region).describe_db_parameter_groups()["DBParameterGroups"]
    return [name for one in found if not (name := one["DBParameterGroupName"]).startswith("default.")]


def _rds(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("rds", inputs.get("region"))


RESOURCES = (
    ResourceType(
        token="aws:rds/subnetGroup:SubnetGroup",
        inputs=spec("name description subnetIds region tags"),
        create=create_subnet_group,
        read=read_subnet_group,
        update=update_subnet_group,
        delete=delete_subnet_group,
        find=by_id(read_subnet_group, "name"),
        every=every_subnet_group,
        computed=("arn", "vpcId"),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"description", "subnetIds", "tags"}),
        unordered=frozenset({"subnetIds"}),
        defaults={"description": "Managed by Pulumi"},
        limits=(rds_limits.group_name,),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_subnet_group",
    ),
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
        defaults={"description": "Managed by Pulumi"},
        limits=(rds_limits.group_name, rds_limits.parameters),
        emulated="partial",
        not_emulated=("names and values of PostgreSQL parameters are not checked",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_parameter_group",
    ),
    ResourceType(
        token="aws:rds/eventSubscription:EventSubscription",
        inputs=spec("name snsTopic sourceType eventCategories sourceIds enabled region tags"),
        create=create_subscription,
        read=read_subscription,
        update=update_subscription,
        delete=delete_subscription,
        find=by_id(read_subscription, "name"),
        every=every_subscription,
        computed=("arn", "customerAwsId"),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"snsTopic", "sourceType", "eventCategories", "sourceIds", "enabled", "tags"}),
        unordered=frozenset({"eventCategories", "sourceIds"}),
        defaults={"enabled": True},
        limits=(rds_limits.events,),
        emulated="partial",
        not_emulated=("RDS reports no events",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_event_subscription",
    ),
)
