"""RDS: PostgreSQL instances.

RDS addresses an instance by its identifier, which may change; the id in Pulumi's state is its resource id, which stays.
"""

from __future__ import annotations

from typing import Any

from rehearsal import rds_limits
from rehearsal.api import refusal
from rehearsal.rds_instance_requests import CREATED, creation, modification, outputs, record
from rehearsal.rds_requests import rds, retag_resource
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import is_there

_UNTOLD = frozenset(
    {
        "allowMajorVersionUpgrade",
        "applyImmediately",
        "deleteAutomatedBackups",
        "finalSnapshotIdentifier",
        "password",
        "passwordWo",
        "skipFinalSnapshot",
    }
)
_REPLACING = frozenset({"dbName", "engine", "kmsKeyId", "region", "storageEncrypted", "username"})


def create_instance(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBInstance."""
    client = rds(aws, inputs)
    _same_network(aws, client, "CreateDBInstance", inputs)
    made = client.create_db_instance(**creation(inputs), Tags=name_tags(inputs))["DBInstance"]
    _keep_beside(aws, inputs, {})
    told = outputs(aws, made, inputs)
    return Created(id=told["resourceId"], outputs=_computed(told))


def read_instance(aws: Aws, identifier: str, state: Inputs) -> Created:
    """The instance; imported by its identifier."""
    held = _instance(rds(aws, state), state.get("identifier", identifier))
    told = outputs(aws, held, state)
    return Created(id=told["resourceId"], outputs=told)


def update_instance(aws: Aws, _identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyDBInstance, at once or in the maintenance window as the inputs say (the emulator: at once), and tags."""
    client = rds(aws, inputs)
    _same_network(aws, client, "ModifyDBInstance", inputs)
    name = inputs["identifier"] if _exists(client, inputs["identifier"]) else state["identifier"]
    told = outputs(aws, _instance(client, name), {**state, "identifier": name})
    if change := modification(told, inputs):
        apply = bool(inputs.get("applyImmediately"))
        client.modify_db_instance(DBInstanceIdentifier=name, **change, ApplyImmediately=apply)
    region = inputs.get("region") or aws.region
    moved = {"resourceId": told["resourceId"]} if inputs["identifier"] != name else {}
    beside = {**aws.records.pop(record(region, name), {}), **moved}
    _keep_beside(aws, inputs, beside, port=inputs.get("port", told["port"]))
    held = _instance(client, inputs["identifier"])
    retag_resource(client, held["DBInstanceArn"], inputs["tagsAll"])
    return _computed(outputs(aws, held, inputs))


def delete_instance(aws: Aws, _identifier: str, state: Inputs) -> None:
    """DeleteDBInstance, with its final snapshot unless that is skipped; RDS refuses it under deletion protection."""
    client, name = rds(aws, state), state["identifier"]
    snapshot = {"SkipFinalSnapshot": True}
    if not state.get("skipFinalSnapshot"):
        if not state.get("finalSnapshotIdentifier"):
            message = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified: set one of them"
            raise refusal("DeleteDBInstance", "InvalidParameterCombination", message)
        snapshot = {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": state["finalSnapshotIdentifier"]}
    backups = state.get("deleteAutomatedBackups", True)
    client.delete_db_instance(DBInstanceIdentifier=name, DeleteAutomatedBackups=backups, **snapshot)
    aws.records.pop(record(state.get("region") or aws.region, name), None)


def find_instance(aws: Aws, inputs: Inputs) -> list[str]:
    """The identifier, where there is such an instance."""
    name = inputs.get("identifier")
    return [name] if name and _exists(rds(aws, inputs), name) else []


def every_instance(aws: Aws, region: str) -> list[str]:
    """Resource ids of the region's instances."""
    pages = aws.client("rds", region).get_paginator("describe_db_instances").paginate()
    held = [instance for page in pages for instance in page["DBInstances"]]
    return [outputs(aws, instance, {"region": region})["resourceId"] for instance in held]


def _instance(client: Any, name: str) -> Inputs:
    found: Inputs = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def _exists(client: Any, name: str) -> bool:
    return is_there(lambda: _instance(client, name))


def _computed(told: Inputs) -> Inputs:
    return {name: told[name] for name in (*COMPUTED, "port")}


def _keep_beside(aws: Aws, inputs: Inputs, held: Inputs, **values: Any) -> None:
    """Holds what the emulator forgets: Performance Insights, and a port that is not the first one."""
    insights = {
        name: inputs[name]
        for name in ("performanceInsightsEnabled", "performanceInsightsRetentionPeriod")
        if inputs.get(name) is not None
    }
    kept = {name: value for name, value in held.items() if name == "resourceId"}
    region = inputs.get("region") or aws.region
    aws.records[record(region, inputs["identifier"])] = {**kept, **insights, **values}


def _same_network(aws: Aws, client: Any, operation: str, inputs: Inputs) -> None:
    """The security groups are of the subnets' VPC (InvalidVPCNetworkStateFault otherwise)."""
    if not inputs.get("dbSubnetGroupName") or not inputs.get("vpcSecurityGroupIds"):
        return
    group = client.describe_db_subnet_groups(DBSubnetGroupName=inputs["dbSubnetGroupName"])["DBSubnetGroups"][0]
    found = aws.client("ec2", inputs.get("region")).describe_security_groups(GroupIds=inputs["vpcSecurityGroupIds"])
    for security_group in found["SecurityGroups"]:
        if security_group["VpcId"] != group["VpcId"]:
            message = f"{security_group['GroupId']} is not in {group['VpcId']}: use a security group of that VPC"
            raise refusal(operation, "InvalidParameterCombination", message)


COMPUTED = (
    "address",
    "arn",
    "endpoint",
    "engineVersionActual",
    "masterUserSecrets",
    "resourceId",
    "status",
)

RESOURCES = (
    ResourceType(
        token="aws:rds/instance:Instance",
        inputs=spec(
            " ".join(CREATED) + " allowMajorVersionUpgrade applyImmediately deleteAutomatedBackups "
            "finalSnapshotIdentifier skipFinalSnapshot region tags"
        ),
        create=create_instance,
        read=read_instance,
        update=update_instance,
        delete=delete_instance,
        find=find_instance,
        every=every_instance,
        computed=COMPUTED,
        renewed=frozenset({"address", "arn", "endpoint", "engineVersionActual", "masterUserSecrets"}),
        replace_on=_REPLACING,
        in_place=(_UNTOLD | CREATED.keys() | {"tags"}) - _REPLACING,
        untold=_UNTOLD,
        unordered=frozenset({"enabledCloudwatchLogsExports", "vpcSecurityGroupIds"}),
        defaults={
            "autoMinorVersionUpgrade": True,
            "deleteAutomatedBackups": True,
            "performanceInsightsRetentionPeriod": 7,
            "storageThroughput": 125,
            "iops": 3000,
            "port": 5432,
        },
        limits=(
            rds_limits.identifiers,
            rds_limits.words,
            rds_limits.engine,
            rds_limits.storage,
            rds_limits.ranges,
            rds_limits.password,
            rds_limits.final_snapshot,
        ),
        emulated="partial",
        not_emulated=(
            "no PostgreSQL runs behind the address",
            "Performance Insights is kept by the stand-in alone",
            "the master password never rotates",
            "the resource id, and a port that was changed, are the stand-in's own",
        ),
        secret_outputs=frozenset({"password"}),
        source="Terraform AWS provider docs: aws_db_instance; RDS API Reference: CreateDBInstance",
    ),
)
