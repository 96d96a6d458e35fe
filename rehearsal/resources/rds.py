"""RDS: PostgreSQL instances, their subnet and parameter groups, and event subscriptions."""

from __future__ import annotations

from typing import Any, Final

from rehearsal import rds_limits
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

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


def create_parameter_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBParameterGroup, then its parameters, 20 at a time as the API takes them."""
    client = aws.client("rds", inputs.get("region"))
    made = client.create_db_parameter_group(
        DBParameterGroupName=inputs["name"],
        DBParameterGroupFamily=inputs["family"],
        Description=inputs.get("description") or "Managed by Pulumi",
        Tags=name_tags(inputs),
    )["DBParameterGroup"]
    wanted = [
        {
            "ParameterName": parameter["name"],
            "ParameterValue": parameter["value"],
            "ApplyMethod": parameter.get("applyMethod", "immediate"),
        }
        for parameter in inputs.get("parameters", [])
    ]
    for start in range(0, len(wanted), 20):
        client.modify_db_parameter_group(DBParameterGroupName=inputs["name"], Parameters=wanted[start : start + 20])
    return Created(id=inputs["name"], outputs={"arn": made["DBParameterGroupArn"]})


def create_instance(aws: Aws, inputs: Inputs) -> Created:
    """CreateDBInstance."""
    region = inputs.get("region")
    client = aws.client("rds", region)
    _same_network(aws, client, inputs)
    call = {_RENAMED[name]: value for name, value in inputs.items() if name in _RENAMED and value is not None}
    made = client.create_db_instance(**call, Tags=name_tags(inputs))["DBInstance"]
    endpoint = made["Endpoint"]
    outputs: dict[str, Any] = {
        "arn": made["DBInstanceArn"],
        "address": endpoint["Address"],
        "port": endpoint["Port"],
        "endpoint": f"{endpoint['Address']}:{endpoint['Port']}",
        "resourceId": made["DbiResourceId"],
        "status": "available",
        "engineVersionActual": made["EngineVersion"],
        "masterUserSecrets": [],
    }
    if secret := made.get("MasterUserSecret"):
        outputs["masterUserSecrets"] = [
            {
                "secretArn": secret["SecretArn"],
                "secretStatus": secret["SecretStatus"],
                "kmsKeyId": secret.get("KmsKeyId", ""),
            }
        ]
    return Created(id=made["DbiResourceId"], outputs=outputs)


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
        token="aws:rds/subnetGroup:SubnetGroup",
        inputs=spec("name description subnetIds region tags"),
        create=create_subnet_group,
        computed=("arn", "vpcId", "tagsAll"),
        replace_on=frozenset({"name", "region"}),
        limits=(rds_limits.group_name,),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_subnet_group",
    ),
    ResourceType(
        token="aws:rds/parameterGroup:ParameterGroup",
        inputs=spec("name family description region tags skipDestroy", parameters=spec("name value applyMethod")),
        create=create_parameter_group,
        computed=("arn", "tagsAll"),
        replace_on=frozenset({"name", "family", "description", "region"}),
        limits=(rds_limits.group_name, rds_limits.parameters),
        emulated="partial",
        not_emulated=("names and values of PostgreSQL parameters are not checked",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_parameter_group",
    ),
    ResourceType(
        token="aws:rds/instance:Instance",
        inputs=spec(
            " ".join(_RENAMED) + " allowMajorVersionUpgrade applyImmediately deleteAutomatedBackups "
            "finalSnapshotIdentifier skipFinalSnapshot iops storageThroughput passwordWo region tags"
        ),
        create=create_instance,
        computed=(
            "address",
            "arn",
            "endpoint",
            "engineVersionActual",
            "masterUserSecrets",
            "resourceId",
            "status",
            "tagsAll",
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
            "every instance has the same resource id",
        ),
        secret_outputs=frozenset({"password"}),
        source="Terraform AWS provider docs: aws_db_instance; RDS API Reference: CreateDBInstance",
    ),
    ResourceType(
        token="aws:rds/eventSubscription:EventSubscription",
        inputs=spec("name snsTopic sourceType eventCategories sourceIds enabled region tags"),
        create=create_subscription,
        computed=("arn", "customerAwsId", "tagsAll"),
        replace_on=frozenset({"name", "region"}),
        limits=(rds_limits.events,),
        emulated="partial",
        not_emulated=("RDS reports no events",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_event_subscription",
    ),
)
