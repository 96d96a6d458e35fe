"""Rows for buckets and the database."""

from __future__ import annotations

from control_graphs import allow, changed, node, policy, row, without

from controls import rds, s3, vpc

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::media-id", "arn:aws:s3:::media-id/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
FOR_CDN = allow(
    "s3:GetObject",
    Principal={"Service": "cloudfront.amazonaws.com"},
    Condition={"StringEquals": {"aws:SourceArn": "d"}},
)
READ_ALL = allow("s3:GetObject", Principal="*")
WRITE_ALL = allow("s3:Put*", Principal={"AWS": "*"})
FOREIGN = allow("s3:PutBucketPolicy", Principal={"AWS": "arn:aws:iam::222222222222:root"})
OPEN_BLOCK = {"blockPublicPolicy": False, "restrictPublicBuckets": False}

BUCKET = [
    node(s3.BUCKET, "media"),
    node(
        s3.BLOCK,
        "block",
        bucket="media-id",
        blockPublicAcls=True,
        blockPublicPolicy=True,
        ignorePublicAcls=True,
        restrictPublicBuckets=True,
    ),
    node(s3.POLICY, "policy", bucket="media-id", policy=policy(TLS_ONLY, FOR_CDN)),
    node(s3.OWNERSHIP, "ownership", bucket="media-id", rule={"objectOwnership": "BucketOwnerEnforced"}),
    node(s3.LIFECYCLE, "lifecycle", bucket="media-id", rules=[{"id": "uploads", "status": "Enabled"}]),
    node(s3.LOGGING, "logging", bucket="media-id", targetBucket="logs"),
]
OPEN_BUCKET = changed(BUCKET, "block", **OPEN_BLOCK)

DATABASE = [
    node(
        rds.DATABASE,
        "db",
        publiclyAccessible=False,
        storageEncrypted=True,
        multiAz=True,
        monitoringInterval=60.0,
        monitoringRoleArn="arn:role",
        deletionProtection=True,
        enabledCloudwatchLogsExports=["postgresql", "upgrade"],
        iamDatabaseAuthenticationEnabled=True,
        backupRetentionPeriod=7.0,
        autoMinorVersionUpgrade=True,
        copyTagsToSnapshot=True,
        port=5433.0,
        username="platform",
        manageMasterUserPassword=True,
        dbSubnetGroupName="group-id",
    ),
    node(rds.SUBNET_GROUP, "group", subnetIds=["isolated-id"]),
    node(vpc.SUBNET, "isolated", vpcId="vpc-id"),
    node(rds.ASSOCIATION, "association", subnetId="isolated-id", routeTableId="table-id"),
    node(rds.ROUTE_TABLE, "table", vpcId="vpc-id"),
    node(rds.GATEWAY, "gateway", vpcId="vpc-id"),
    node(rds.ROUTE, "route", routeTableId="other", destinationCidrBlock="0.0.0.0/0", gatewayId="gateway-id"),
    node(
        rds.SUBSCRIPTION,
        "instances",
        sourceType="db-instance",
        eventCategories=["maintenance", "configuration change", "failure"],
    ),
    node(rds.SUBSCRIPTION, "parameters", sourceType="db-parameter-group", eventCategories=["configuration change"]),
    node(rds.SUBSCRIPTION, "groups", sourceType="db-security-group", eventCategories=[]),
]

ROWS = [
    row("S3.2", BUCKET, changed(OPEN_BUCKET, "policy", policy=policy(TLS_ONLY, READ_ALL))),
    row("S3.3", BUCKET, changed(OPEN_BUCKET, "policy", policy=policy(TLS_ONLY, WRITE_ALL))),
    row("S3.5", BUCKET, changed(BUCKET, "policy", policy=policy(FOR_CDN))),
    row("S3.6", BUCKET, changed(BUCKET, "policy", policy=policy(TLS_ONLY, FOREIGN))),
    row("S3.8", BUCKET, changed(BUCKET, "block", ignorePublicAcls=False)),
    row("S3.9", BUCKET, without(BUCKET, "logging")),
    row("S3.12", BUCKET, changed(BUCKET, "ownership", rule={"objectOwnership": "ObjectWriter"})),
    row("S3.13", BUCKET, changed(BUCKET, "lifecycle", rules=[{"id": "uploads", "status": "Disabled"}])),
    row("RDS.2", DATABASE, changed(DATABASE, "db", publiclyAccessible=True)),
    row("RDS.3", DATABASE, changed(DATABASE, "db", storageEncrypted=False)),
    row("RDS.5", DATABASE, changed(DATABASE, "db", multiAz=False)),
    row("RDS.6", DATABASE, changed(DATABASE, "db", monitoringInterval=0.0)),
    row("RDS.8", DATABASE, changed(DATABASE, "db", deletionProtection=None)),
    row("RDS.9", DATABASE, changed(DATABASE, "db", enabledCloudwatchLogsExports=["postgresql"])),
    row("RDS.10", DATABASE, changed(DATABASE, "db", iamDatabaseAuthenticationEnabled=False)),
    row("RDS.11", DATABASE, changed(DATABASE, "db", backupRetentionPeriod=6.0)),
    row("RDS.13", DATABASE, changed(DATABASE, "db", autoMinorVersionUpgrade=False)),
    row("RDS.17", DATABASE, changed(DATABASE, "db", copyTagsToSnapshot=False)),
    row("RDS.20", DATABASE, changed(DATABASE, "instances", eventCategories=["failure"])),
    row("RDS.21", DATABASE, without(DATABASE, "parameters")),
    row("RDS.22", DATABASE, changed(DATABASE, "groups", enabled=False)),
    row("RDS.23", DATABASE, changed(DATABASE, "db", port=None)),
    row("RDS.25", DATABASE, changed(DATABASE, "db", username="postgres")),
    row("RDS.36", DATABASE, changed(DATABASE, "db", enabledCloudwatchLogsExports=["upgrade"])),
    row("RDS.46", DATABASE, changed(DATABASE, "route", routeTableId="table-id")),
]
