"""RDS: the subnets that a database may be in."""

from __future__ import annotations

from typing import Any

from rehearsal import rds_limits
from rehearsal.api import refusal
from rehearsal.rds_requests import rds, retag_resource, tags
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id

DESCRIPTION = "Managed by Pulumi"


def create_subnet_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBSubnetGroup, over two zones at least."""
    client = rds(aws, inputs)
    _require_zones(aws, "CreateDBSubnetGroup", inputs)
    if inputs["name"] in every_subnet_group(aws, client.meta.region_name):
        message = f"The DB subnet group '{inputs['name']}' already exists: choose another name"
        raise refusal("CreateDBSubnetGroup", "DBSubnetGroupAlreadyExists", message)
    made = _create(client, inputs)
    return Created(id=inputs["name"], outputs={"arn": made["DBSubnetGroupArn"], "vpcId": made["VpcId"]})


def read_subnet_group(aws: Aws, identifier: str, state: Inputs) -> Created:
    """The group, its subnets and tags."""
    client = rds(aws, state)
    held = client.describe_db_subnet_groups(DBSubnetGroupName=identifier)["DBSubnetGroups"][0]
    outputs = {
        "name": held["DBSubnetGroupName"],
        "description": held["DBSubnetGroupDescription"],
        "subnetIds": [subnet["SubnetIdentifier"] for subnet in held["Subnets"]],
        "arn": held["DBSubnetGroupArn"],
        "vpcId": held["VpcId"],
        "tagsAll": tags(client, held["DBSubnetGroupArn"]),
    }
    return Created(id=identifier, outputs=outputs)


def update_subnet_group(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyDBSubnetGroup and tags."""
    client = rds(aws, inputs)
    _require_zones(aws, "ModifyDBSubnetGroup", inputs)
    client.modify_db_subnet_group(
        DBSubnetGroupName=identifier,
        DBSubnetGroupDescription=inputs.get("description") or DESCRIPTION,
        SubnetIds=inputs["subnetIds"],
    )
    if identifier not in every_subnet_group(aws, client.meta.region_name):
        _create(client, inputs)  # the emulator forgets a group that it modifies
    retag_resource(client, read_subnet_group(aws, identifier, state).outputs["arn"], inputs["tagsAll"])
    return {}


def delete_subnet_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDBSubnetGroup, unless a database is in it."""
    client = rds(aws, state)
    pages = client.get_paginator("describe_db_instances").paginate()
    for instance in (one for page in pages for one in page["DBInstances"]):
        if instance.get("DBSubnetGroup", {}).get("DBSubnetGroupName") == identifier:
            message = (
                f"Cannot delete the subnet group '{identifier}' because at least one database instance: "
                f"{instance['DBInstanceIdentifier']} is still using it: delete that first"
            )
            raise refusal("DeleteDBSubnetGroup", "InvalidDBSubnetGroupStateFault", message)
    client.delete_db_subnet_group(DBSubnetGroupName=identifier)


def every_subnet_group(aws: Aws, region: str) -> list[str]:
    """Names of the region's groups."""
    pages = aws.client("rds", region).get_paginator("describe_db_subnet_groups").paginate()
    return [group["DBSubnetGroupName"] for page in pages for group in page["DBSubnetGroups"]]


def _require_zones(aws: Aws, operation: str, inputs: Inputs) -> None:
    subnets = aws.client("ec2", inputs.get("region")).describe_subnets(SubnetIds=inputs["subnetIds"])["Subnets"]
    if len({subnet["AvailabilityZone"] for subnet in subnets}) < 2:
        message = "the subnets are all in one availability zone: add one in a second zone"
        raise refusal(operation, "DBSubnetGroupDoesNotCoverEnoughAZs", message)


def _create(client: Any, inputs: Inputs) -> Inputs:
    made: Inputs = client.create_db_subnet_group(
        DBSubnetGroupName=inputs["name"],
        DBSubnetGroupDescription=inputs.get("description") or DESCRIPTION,
        SubnetIds=inputs["subnetIds"],
        Tags=name_tags(inputs),
    )["DBSubnetGroup"]
    return made


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
        defaults={"description": DESCRIPTION},
        limits=(rds_limits.group_name,),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_subnet_group",
    ),
)
