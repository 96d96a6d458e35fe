"""A database instance between the provider's inputs and RDS's requests and answers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.resource import Aws, Inputs
from rehearsal.tagging import as_mapping

CREATED: Final = {
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
    "iops": "Iops",
    "kmsKeyId": "KmsKeyId",
    "manageMasterUserPassword": "ManageMasterUserPassword",
    "maxAllocatedStorage": "MaxAllocatedStorage",
    "monitoringInterval": "MonitoringInterval",
    "monitoringRoleArn": "MonitoringRoleArn",
    "multiAz": "MultiAZ",
    "parameterGroupName": "DBParameterGroupName",
    "password": "MasterUserPassword",
    "passwordWo": "MasterUserPassword",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "port": "Port",
    "publiclyAccessible": "PubliclyAccessible",
    "storageEncrypted": "StorageEncrypted",
    "storageThroughput": "StorageThroughput",
    "storageType": "StorageType",
    "username": "MasterUsername",
    "vpcSecurityGroupIds": "VpcSecurityGroupIds",
}
_FIXED: Final = {"dbName", "engine", "kmsKeyId", "storageEncrypted", "username"}
_OWN_REQUEST: Final = {
    "enabledCloudwatchLogsExports",
    "identifier",
    "manageMasterUserPassword",
    "password",
    "passwordWo",
}
# What an instance has when the program stops saying so (defaults of aws_db_instance).
_OFF: Final = {
    "autoMinorVersionUpgrade": True,
    "copyTagsToSnapshot": False,
    "deletionProtection": False,
    "iamDatabaseAuthenticationEnabled": False,
    "monitoringInterval": 0,
    "performanceInsightsEnabled": False,
    "publiclyAccessible": False,
}
_SAME_NAME: Final = (
    "allocatedStorage",
    "autoMinorVersionUpgrade",
    "backupRetentionPeriod",
    "caCertIdentifier",
    "copyTagsToSnapshot",
    "dbName",
    "deletionProtection",
    "engine",
    "identifier",
    "instanceClass",
    "iops",
    "maxAllocatedStorage",
    "monitoringInterval",
    "monitoringRoleArn",
    "multiAz",
    "publiclyAccessible",
    "storageEncrypted",
    "storageThroughput",
    "storageType",
    "username",
)


def creation(inputs: Inputs) -> Inputs:
    """The request that makes an instance of these inputs."""
    return {CREATED[name]: value for name, value in inputs.items() if name in CREATED and value is not None}


def modification(held: Inputs, inputs: Inputs) -> Inputs:
    """The request that makes the instance that RDS holds (as `outputs` tells it) be one of these inputs."""
    wanted = {name: inputs.get(name) for name in CREATED if name not in _FIXED | _OWN_REQUEST}
    wanted = {name: _OFF.get(name) if value is None else value for name, value in wanted.items()}
    wanted["allocatedStorage"] = max(inputs.get("allocatedStorage") or 0, held["allocatedStorage"])
    wanted["maxAllocatedStorage"] = inputs.get("maxAllocatedStorage") or wanted["allocatedStorage"]
    if held["monitoringRoleArn"] and not wanted["monitoringRoleArn"]:
        wanted["monitoringRoleArn"] = ""
    call = {CREATED[name]: value for name, value in wanted.items() if value is not None and value != held.get(name)}
    if "Port" in call:
        call["DBPortNumber"] = call.pop("Port")
    call |= _logs(held, inputs) | _password(held, inputs)
    if inputs["identifier"] != held["identifier"]:
        call["NewDBInstanceIdentifier"] = inputs["identifier"]
    if "EngineVersion" in call:
        call["AllowMajorVersionUpgrade"] = bool(inputs.get("allowMajorVersionUpgrade"))
    return call


def _logs(held: Inputs, inputs: Inputs) -> Inputs:
    there, wanted = set(held["enabledCloudwatchLogsExports"]), set(inputs.get("enabledCloudwatchLogsExports") or [])
    change = {"EnableLogTypes": sorted(wanted - there), "DisableLogTypes": sorted(there - wanted)}
    given = {name: types for name, types in change.items() if types}
    return {"CloudwatchLogsExportConfiguration": given} if given else {}


def _password(held: Inputs, inputs: Inputs) -> Inputs:
    if bool(inputs.get("manageMasterUserPassword")) != held["manageMasterUserPassword"]:
        managed = {"ManageMasterUserPassword": bool(inputs.get("manageMasterUserPassword"))}
    else:
        managed = {}
    password = inputs.get("password") or inputs.get("passwordWo")
    return {**managed, "MasterUserPassword": password} if password else managed


def outputs(aws: Aws, instance: Mapping[str, Any], state: Inputs) -> Inputs:
    """All that RDS tells of an instance, with what the emulator has no place for."""
    held = {name: instance.get(CREATED[name]) for name in _SAME_NAME}
    region, identifier = state.get("region") or aws.region, instance["DBInstanceIdentifier"]
    beside = aws.records.get(record(region, identifier), {})
    port = beside.get("port", instance["Endpoint"]["Port"])
    group = instance["DBParameterGroups"][0]["DBParameterGroupName"]
    key, secret = instance.get("KmsKeyId"), instance.get("MasterUserSecret")
    return {
        **held,
        "allocatedStorage": _storage(instance, state),
        "dbSubnetGroupName": (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
        "enabledCloudwatchLogsExports": sorted(instance.get("EnabledCloudwatchLogsExports") or []),
        "engineVersion": _version(instance["EngineVersion"], state),
        "iamDatabaseAuthenticationEnabled": instance["IAMDatabaseAuthenticationEnabled"],
        "kmsKeyId": None if key == "default_kms_key_id" else key,
        "manageMasterUserPassword": secret is not None,
        "monitoringRoleArn": held["monitoringRoleArn"] or None,
        "parameterGroupName": None if group.startswith("default.") else group,
        "performanceInsightsEnabled": beside.get("performanceInsightsEnabled", False),
        "performanceInsightsRetentionPeriod": beside.get("performanceInsightsRetentionPeriod"),
        "port": port,
        "vpcSecurityGroupIds": [one["VpcSecurityGroupId"] for one in instance["VpcSecurityGroups"]],
        "tagsAll": as_mapping(instance.get("TagList")),
        "arn": instance["DBInstanceArn"],
        "address": instance["Endpoint"]["Address"],
        "endpoint": f"{instance['Endpoint']['Address']}:{port}",
        "engineVersionActual": instance["EngineVersion"],
        "masterUserSecrets": [_secret(secret)] if secret else [],
        "resourceId": beside.get("resourceId") or resource_id(aws, region, identifier),
        "status": instance["DBInstanceStatus"],
    }


def _secret(secret: Mapping[str, str]) -> Inputs:
    """The secret that RDS made; the provider waits until it is active."""
    return {"secretArn": secret["SecretArn"], "secretStatus": "active", "kmsKeyId": secret.get("KmsKeyId", "")}


def _storage(instance: Mapping[str, Any], state: Inputs) -> int:
    """Storage that RDS has let grow by itself is no drift, as in the provider."""
    held: int = instance["AllocatedStorage"]
    known = state.get("allocatedStorage", held)
    return int(known) if known < held < (state.get("maxAllocatedStorage") or 0) + 1 else held


def _version(actual: str, state: Inputs) -> str:
    """The version as the state spells it, where that is its beginning (17 of 17.5)."""
    known = str(state.get("engineVersion", ""))
    return known if known and f"{actual}.".startswith(f"{known}.") else actual


def record(region: str, identifier: str) -> str:
    """Where what the emulator does not hold of an instance is: port, Performance Insights, a renamed one's id."""
    return f"rds/instance/{region}/{identifier}"


def resource_id(aws: Aws, region: str, identifier: str) -> str:
    """An id of its own for each instance: the emulator gives all the same one."""
    digest = hashlib.sha256(f"{aws.account_id}/{region}/{identifier}".encode()).digest()
    return f"db-{base64.b32encode(digest).decode()[:26]}"
