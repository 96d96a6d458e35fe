"""RDS: PostgreSQL instances.

The state's id is the instance's resource id, as in the provider's version 7; the emulator gives every instance the same
one, so that the stand-in makes one of the ARN and the time of its creation. Calls name the identifier.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from rehearsal import rds_limits
from rehearsal.api import refusal
from rehearsal.rds_tags import held_tags, retag
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id

_RENAMED: Final = {
    "allocatedStorage": "AllocatedStorage",
    "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "backupRetentionPeriod": "BackupRetentionPeriod",
    "caCertIdentifier": "CACertificateIdentifier",
    "copyTagsToSnapshot": "CopyTagsToSnapshot",
    "dbName": "DBName",
    "dbSubnetGroupName": "DBSubnetGroupName",
    "deletionProtection": "DeletionProtection",
    "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
    "engine": "Engine",
    "engineVersion": "EngineVersion",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "identifier": "DBInstanceIdentifier",
    "instanceClass": "DBInstanceClass",
    "kmsKeyId": "KmsKeyId",
    "manageMasterUserPassword": "ManageMasterUserPassword",
    "maxAllocatedStorage": "MaxAllocatedStorage",
    "monitoringInterval": "MonitoringInterval",
    "monitoringRoleArn": "MonitoringRoleArn",
    "multiAz": "MultiAZ",
    "parameterGroupName": "DBParameterGroupName",
    "password": "MasterUserPassword",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "port": "Port",
    "publiclyAccessible": "PubliclyAccessible",
    "storageEncrypted": "StorageEncrypted",
    "storageType": "StorageType",
    "username": "MasterUsername",
    "vpcSecurityGroupIds": "VpcSecurityGroupIds",
}
_ONLY_AT_CREATE: Final = frozenset(
    {"DBName", "DBSubnetGroupName", "EnableCloudwatchLogsExports", "Engine", "KmsKeyId", "MasterUsername", "Port"}
) | {"StorageEncrypted"}
# What the emulator takes and does not tell: held beside it.
_UNTOLD_BY_MOTO: Final = (
    "copyTagsToSnapshot",
    "kmsKeyId",
    "performanceInsightsEnabled",
    "performanceInsightsRetentionPeriod",
)


def create_instance(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBInstance."""
    client = aws.client("rds", inputs.get("region"))
    _same_network(aws, client, inputs)
    call = {_RENAMED[name]: value for name, value in inputs.items() if name in _RENAMED and value is not None}
    client.create_db_instance(**call, Tags=name_tags(inputs))
    _remember(aws, inputs)
    made = read_instance(aws, inputs["identifier"], inputs)
    if made is None:
        raise refusal("DescribeDBInstances", "DBInstanceNotFound", f"{inputs['identifier']} is not there: try again")
    return made


def read_instance(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """DescribeDBInstances. Imported by its identifier."""
    client, name = aws.client("rds", state.get("region")), state.get("identifier") or identifier
    [found] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    held = {ours: found.get(theirs) for ours, theirs in _RENAMED.items() if theirs in found}
    remembered = aws.records.get(_record(aws, name, state), {})
    endpoint = found["Endpoint"]
    outputs: dict[str, Any] = {
        **held,
        **{ours: remembered.get(ours) for ours in _UNTOLD_BY_MOTO},
        "dbName": found.get("DBName"),
        "dbSubnetGroupName": found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "enabledCloudwatchLogsExports": found.get("EnabledCloudwatchLogsExports") or [],
        "iamDatabaseAuthenticationEnabled": found.get("IAMDatabaseAuthenticationEnabled"),
        "manageMasterUserPassword": "MasterUserSecret" in found or None,
        "parameterGroupName": found["DBParameterGroups"][0]["DBParameterGroupName"],
        "vpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in found["VpcSecurityGroups"]],
        "arn": found["DBInstanceArn"],
        "address": endpoint["Address"],
        "port": endpoint["Port"],
        "endpoint": f"{endpoint['Address']}:{endpoint['Port']}",
        "resourceId": _resource_id(found),
        "status": "available",
        "engineVersionActual": found["EngineVersion"],
        "masterUserSecrets": _secrets(found),
        "tagsAll": held_tags(client, found["DBInstanceArn"]),
    }
    if not outputs.get("monitoringInterval"):
        outputs["monitoringRoleArn"] = None
    return Created(id=outputs["resourceId"], outputs=outputs)


def update_instance(aws: Aws, _identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyDBInstance, at once; then the tags."""
    client, name = aws.client("rds", inputs.get("region")), state["identifier"]
    call = {
        _RENAMED[ours]: value
        for ours, value in inputs.items()
        if ours in _RENAMED and value is not None and _RENAMED[ours] not in _ONLY_AT_CREATE
    }
    [found] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    exported, wanted = set(found.get("EnabledCloudwatchLogsExports") or []), set(_exports(inputs))
    if exported != wanted:
        changed = {"EnableLogTypes": sorted(wanted - exported), "DisableLogTypes": sorted(exported - wanted)}
        call["CloudwatchLogsExportConfiguration"] = {key: types for key, types in changed.items() if types}
    if inputs.get("port"):
        call["DBPortNumber"] = inputs["port"]
    if inputs["identifier"] != name:
        call["NewDBInstanceIdentifier"] = inputs["identifier"]
    call |= {"DBInstanceIdentifier": name, "ApplyImmediately": True}
    call["AllowMajorVersionUpgrade"] = bool(inputs.get("allowMajorVersionUpgrade"))
    client.modify_db_instance(**call)
    _remember(aws, inputs)
    retag(client, found["DBInstanceArn"], inputs)
    held = read_instance(aws, inputs["identifier"], inputs)
    names = ("address", "endpoint", "port", "engineVersionActual", "masterUserSecrets", "status")
    return {name: held.outputs[name] for name in names} if held else {}


def delete_instance(aws: Aws, _identifier: str, state: Inputs) -> None:
    """DeleteDBInstance, with its final snapshot unless that is skipped; refused while it is protected."""
    client, name = aws.client("rds", state.get("region")), state["identifier"]
    [found] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    if found["DeletionProtection"]:
        message = f"Cannot delete protected DB Instance {name}: disable deletion protection and try again"
        raise refusal("DeleteDBInstance", "InvalidParameterCombination", message)
    last = (
        {"SkipFinalSnapshot": True}
        if state.get("skipFinalSnapshot")
        else {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": state["finalSnapshotIdentifier"]}
    )
    backups = state.get("deleteAutomatedBackups", True)
    client.delete_db_instance(DBInstanceIdentifier=name, DeleteAutomatedBackups=backups, **last)
    aws.records.pop(_record(aws, name, state), None)


def every_instance(aws: Aws, region: str) -> list[str]:
    """Resource ids of all."""
    pages = aws.client("rds", region).get_paginator("describe_db_instances").paginate()
    return [_resource_id(found) for page in pages for found in page["DBInstances"]]


def _exports(inputs: Inputs) -> list[str]:
    types: list[str] = inputs.get("enabledCloudwatchLogsExports") or []
    return types


def _remember(aws: Aws, inputs: Inputs) -> None:
    held = {name: inputs.get(name) for name in _UNTOLD_BY_MOTO}
    aws.records[_record(aws, inputs["identifier"], inputs)] = held


def _record(aws: Aws, name: str, inputs: Inputs) -> str:
    return f"rds/instance/{aws.account_id}/{inputs.get('region') or aws.region}/{name}"


def _resource_id(found: dict[str, Any]) -> str:
    digest = hashlib.sha256(f"{found['DBInstanceArn']} {found['InstanceCreateTime']:%s.%f}".encode()).digest()
    return f"db-{base64.b32encode(digest).decode()[:26]}"


def _secrets(found: dict[str, Any]) -> list[dict[str, str]]:
    secret = found.get("MasterUserSecret")
    if not secret:
        return []
    shown = {"secretArn": secret["SecretArn"], "secretStatus": secret["SecretStatus"]}
    return [{**shown, "kmsKeyId": secret.get("KmsKeyId", "")}]


def _same_network(aws: Aws, client: Any, inputs: Inputs) -> None:
    """The security groups are of the subnets' VPC (InvalidVPCNetworkStateFault otherwise)."""
    if not inputs.get("dbSubnetGroupName") or not inputs.get("vpcSecurityGroupIds"):
        return
    group = client.describe_db_subnet_groups(DBSubnetGroupName=inputs["dbSubnetGroupName"])["DBSubnetGroups"][0]
    found = aws.client("ec2", inputs.get("region")).describe_security_groups(GroupIds=inputs["vpcSecurityGroupIds"])
    for security_group in found["SecurityGroups"]:
        if security_group["VpcId"] != group["VpcId"]:
            message = f"{security_group['GroupId']} is not in {group['VpcId']}: use a security group of that VPC"
            raise refusal("CreateDBInstance", "InvalidParameterCombination", message)


RESOURCES = (
    ResourceType(
        token="aws:rds/instance:Instance",
        inputs=spec(
            " ".join(_RENAMED) + " allowMajorVersionUpgrade applyImmediately deleteAutomatedBackups "
            "finalSnapshotIdentifier skipFinalSnapshot iops storageThroughput passwordWo region tags"
        ),
        create=create_instance,
        read=read_instance,
        update=update_instance,
        delete=delete_instance,
        find=by_id(read_instance, "identifier"),
        every=every_instance,
        computed=(
            "address",
            "arn",
            "endpoint",
            "engineVersionActual",
            "masterUserSecrets",
            "resourceId",
            "status",
        ),
        replace_on=frozenset(
            {
                "dbName",
                "engine",
                "kmsKeyId",
                "region",
                "storageEncrypted",
                "username",
            }
        ),
        in_place=frozenset(
            {
                *("allocatedStorage", "allowMajorVersionUpgrade", "applyImmediately", "autoMinorVersionUpgrade"),
                *("backupRetentionPeriod", "caCertIdentifier", "copyTagsToSnapshot", "dbSubnetGroupName"),
                *("deleteAutomatedBackups", "deletionProtection", "enabledCloudwatchLogsExports", "engineVersion"),
                *("finalSnapshotIdentifier", "iamDatabaseAuthenticationEnabled", "identifier", "instanceClass", "iops"),
                *("manageMasterUserPassword", "maxAllocatedStorage", "monitoringInterval", "monitoringRoleArn"),
                *("multiAz", "parameterGroupName", "password", "passwordWo", "performanceInsightsEnabled"),
                *("performanceInsightsRetentionPeriod", "port", "publiclyAccessible", "skipFinalSnapshot"),
                *("storageThroughput", "storageType", "tags", "vpcSecurityGroupIds"),
            }
        ),
        untold=frozenset(
            {
                *("allowMajorVersionUpgrade", "applyImmediately", "deleteAutomatedBackups", "finalSnapshotIdentifier"),
                *("password", "passwordWo", "skipFinalSnapshot"),
            }
        ),
        unordered=frozenset({"enabledCloudwatchLogsExports", "vpcSecurityGroupIds"}),
        defaults={"applyImmediately": False, "deleteAutomatedBackups": True},
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
        ),
        secret_outputs=frozenset({"password"}),
        source="Terraform AWS provider docs: aws_db_instance; RDS API Reference: CreateDBInstance",
    ),
)
