"""A row for each switch: (rule, type, inputs before, inputs of what throws it, inputs of what does not)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Inputs = Mapping[str, Any]
Row = tuple[str, str, Inputs, Inputs, Inputs]
DB, CLUSTER, CACHE = "rds/instance:Instance", "rds/cluster:Cluster", "elasticache/replicationGroup:ReplicationGroup"
TABLE, QUEUE, BUCKET = "dynamodb/table:Table", "sqs/queue:Queue", "s3/bucket:Bucket"
VOLUME, FILES, IMAGES = "ebs/volume:Volume", "efs/fileSystem:FileSystem", "ecr/repository:Repository"
SECRET, POOL, ZONE = "secretsmanager/secret:Secret", "cognito/userPool:UserPool", "route53/zone:Zone"
LOGS, SERVER, TEMPLATE = "cloudwatch/logGroup:LogGroup", "ec2/instance:Instance", "ec2/launchTemplate:LaunchTemplate"
SUBNET, ROUTE, ROUTES = "ec2/subnet:Subnet", "ec2/route:Route", "ec2/routeTable:RouteTable"
BALANCER, LISTENER = "lb/loadBalancer:LoadBalancer", "lb/listener:Listener"
SITE, PASSWORDS = "cloudfront/distribution:Distribution", "iam/accountPasswordPolicy:AccountPasswordPolicy"
VERSIONING = "s3/bucketVersioning:BucketVersioning"
PARAMETERS = "rds/parameterGroup:ParameterGroup"
SETTING = "ssm/serviceSetting:ServiceSetting"
BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
FLAGS = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)


def disk(name: str) -> Inputs:
    return {"deviceName": name, "encrypted": True}


def lock(days: int) -> Inputs:
    return {"objectLockConfiguration": {"rule": {"defaultRetention": {"days": days}}}}


def countries(kind: str, *codes: str) -> Inputs:
    return {"restrictions": {"geoRestriction": {"restrictionType": kind, "locations": [*codes]}}}


def parameters(*held: tuple[str, str]) -> Inputs:
    return {"parameters": [{"name": name, "value": value} for name, value in held]}


def versions(**held: str) -> Inputs:
    return {"versioningConfiguration": held}


def passing_on(arn: str, *versions: str) -> Inputs:
    return {"vpcOriginEndpointConfig": {"arn": arn, "originSslProtocols": {"items": [*versions]}}}


ROWS: list[Row] = [
    *(("origin-in-clear", "cloudfront/vpcOrigin:VpcOrigin", passing_on("a", "TLSv1.2"), passing_on("a", *versions),
       passing_on("a", "TLSv1.2", "TLSv1.3")) for versions in (["TLSv1"], ["TLSv1.2", "TLSv1.1"])),
    ("origin-moved", "cloudfront/vpcOrigin:VpcOrigin", passing_on("a"), passing_on("b"),
     passing_on("[the arn of LoadBalancer/own]")),
    ("origin-moved", "cloudfront/vpcOrigin:VpcOrigin", passing_on("a"), passing_on("b[the id of LoadBalancer/own]"),
     passing_on("a", "TLSv1.2")),
    ("protection-weakened", "ec2/vpcEndpoint:VpcEndpoint", {"policy": "{}"}, {}, {"policy": "{}", "tags": {}}),
    ("protection-weakened", "ec2/vpcEndpoint:VpcEndpoint", {"policy": "{}"}, {"policy": ""}, {"policy": '{"a": 1}'}),
    *(
        ("filled-from-elsewhere", type_, {path: None}, {path: "another"}, {"port": 1})
        for type_, paths in (
            (DB, ("snapshotIdentifier", "restoreToPointInTime", "s3Import", "replicateSourceDb")),
            (CLUSTER, ("replicationSourceIdentifier", "globalClusterIdentifier")),
            (TABLE, ("restoreSourceName", "restoreSourceTableArn", "restoreBackupArn", "importTable")),
            (CACHE, ("snapshotName", "snapshotArns", "globalReplicationGroupId")),
            (VOLUME, ("snapshotId",)),
        )
        for path in paths
    ),
    ("filled-from-elsewhere", DB, {"snapshotIdentifier": "a"}, {"snapshotIdentifier": "b"}, {"port": 1}),
    ("engine-changed", DB, {"engine": "postgres"}, {"engine": "mysql"}, {"engine": "postgres", "port": 1}),
    ("engine-changed", DB, {"engine": "postgres"}, {}, {"engine": "postgres", "port": 2}),
    ("engine-changed", CACHE, {}, {"engine": "valkey"}, {"engine": "redis"}),
    ("backups-shortened", CACHE, {"snapshotRetentionLimit": 7}, {}, {"snapshotRetentionLimit": 8}),
    ("backups-shortened", CLUSTER, {"backtrackWindow": 60}, {"backtrackWindow": 0}, {"backtrackWindow": 61}),
    ("recovery-off", TABLE, {"pointInTimeRecovery": {"enabled": True}}, {"pointInTimeRecovery": {"enabled": False}},
     {"pointInTimeRecovery": {"enabled": True}, "tableClass": "STANDARD"}),
    ("recovery-off", TABLE, {"pointInTimeRecovery": {"enabled": True}},
     {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}},
     {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35}}),
    ("recovery-off", TABLE, {"replicas": [{"regionName": "a"}, {"regionName": "b"}]},
     {"replicas": [{"regionName": "a"}]},
     {"replicas": [{"regionName": "b"}, {"regionName": "a"}, {"regionName": "c"}]}),
    ("recovery-off", SECRET, {"replicas": [{"region": "a"}]}, {}, {"replicas": [{"region": "a"}, {"region": "b"}]}),
    ("recovery-off", BUCKET, lock(30), {}, {**lock(30), "bucket": "b"}),
    ("recovery-off", BUCKET, lock(30), lock(29), lock(31)),
    ("recovery-off", FILES, {}, {"protection": {"replicationOverwrite": "DISABLED"}},
     {"protection": {"replicationOverwrite": "ENABLED"}}),
    ("kept-shorter", TABLE, {"ttl": {"enabled": False}}, {"ttl": {"enabled": True}},
     {"ttl": {"enabled": False}, "name": "t"}),
    ("kept-shorter", TABLE, {"ttl": {"enabled": True, "attributeName": "a"}},
     {"ttl": {"enabled": True, "attributeName": "b"}}, {"ttl": {"enabled": True, "attributeName": "a"}, "name": "t"}),
    ("kept-shorter", QUEUE, {}, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": 345_600}),
    ("kept-shorter", QUEUE, {"redrivePolicy": "{}"}, {}, {"redrivePolicy": '{"maxReceiveCount": 3}'}),
    ("deletion-protection-off", POOL, {"deletionProtection": "ACTIVE"}, {"deletionProtection": "INACTIVE"},
     {"deletionProtection": "ACTIVE", "name": "p"}),
    ("deletion-protection-off", SERVER, {"disableApiTermination": True}, {},
     {"disableApiTermination": True, "ami": "a"}),
    ("deletion-protection-off", LOGS, {"skipDestroy": True}, {"skipDestroy": False},
     {"skipDestroy": True, "kmsKeyId": "k"}),
    ("force-destroy-on", ZONE, {}, {"forceDestroy": True}, {"forceDestroy": False}),
    ("force-destroy-on", IMAGES, {"forceDelete": False}, {"forceDelete": True}, {}),
    ("final-snapshot-off", VOLUME, {"finalSnapshot": True}, {}, {"finalSnapshot": True, "size": 9}),
    ("final-snapshot-off", CACHE, {"finalSnapshotIdentifier": "last"}, {}, {"finalSnapshotIdentifier": "the-last"}),
    ("versioning-off", VERSIONING, versions(status="Enabled"), versions(status="Disabled"), versions(status="Enabled",
     x="y")),
    ("versioning-off", BUCKET, {"versioning": {"enabled": True}}, {"versioning": {"enabled": False}},
     {"versioning": {"enabled": True}, "bucket": "b"}),
    ("versioning-off", VERSIONING, versions(mfaDelete="Enabled"), versions(mfaDelete="Disabled"),
     versions(mfaDelete="Enabled", a="b")),
    ("versioning-off", BUCKET, {"versioning": {"mfaDelete": True}}, {"versioning": {}},
     {"versioning": {"mfaDelete": True, "a": 1}}),
    ("secret-in-clear", "ssm/parameter:Parameter", {"type": "SecureString"}, {}, {"type": "SecureString", "tier": "a"}),
    ("encryption-off", CACHE, {"atRestEncryptionEnabled": True}, {}, {"atRestEncryptionEnabled": True, "port": 1}),
    ("encryption-off", CACHE, {"transitEncryptionEnabled": True}, {}, {"transitEncryptionEnabled": True, "port": 1}),
    ("encryption-off", QUEUE, {}, {"sqsManagedSseEnabled": False}, {"sqsManagedSseEnabled": True}),
    ("encryption-off", BUCKET, {"serverSideEncryptionConfiguration": {"rule": {}}}, {},
     {"serverSideEncryptionConfiguration": {"rule": {}}, "bucket": "b"}),
    ("encryption-off", DB, {"storageEncrypted": True}, {}, {"storageEncrypted": True, "port": 1}),
    ("encryption-off", VOLUME, {"encrypted": True}, {"encrypted": False}, {"encrypted": True, "size": 9}),
    ("encryption-off", FILES, {"encrypted": True}, {}, {"encrypted": True, "throughputMode": "bursting"}),
    ("public-address", SUBNET, {"mapPublicIpOnLaunch": False}, {"mapPublicIpOnLaunch": True}, {}),
    ("public-address", SUBNET, {}, {"assignIpv6AddressOnCreation": True}, {"assignIpv6AddressOnCreation": False}),
    ("public-address", SERVER, {}, {"associatePublicIpAddress": True}, {"associatePublicIpAddress": False}),
    ("public-address", TEMPLATE, {"networkInterfaces": [{"deviceIndex": 0}]},
     {"networkInterfaces": [{"associatePublicIpAddress": "true"}]},
     {"networkInterfaces": [{"associatePublicIpAddress": "false"}]}),
    ("routed-to-internet", ROUTE, {"natGatewayId": "nat-1"}, {"gatewayId": "igw-1"}, {"gatewayId": "vgw-1"}),
    ("routed-to-internet", ROUTES, {"routes": [{"gatewayId": "local"}]}, {"routes": [{"gatewayId": "local"},
     {"gatewayId": "igw-1"}]},
     {"routes": [{"gatewayId": "local"}, {"natGatewayId": "nat-1"}]}),
    ("routed-to-internet", "ec2/routeTableAssociation:RouteTableAssociation", {"subnetId": "s", "routeTableId": "a"},
     {"subnetId": "s", "routeTableId": "b"}, {"subnetId": "s", "routeTableId": "a", "region": "r"}),
    *(
        ("routed-to-internet", ROUTE, {"natGatewayId": "n"}, {path: "x-1"}, {"natGatewayId": "m"})
        for path in ("vpcPeeringConnectionId", "transitGatewayId", "networkInterfaceId")
    ),
    *(
        ("routed-to-internet", ROUTES, {"routes": [{path: "a"}]}, {"routes": [{path: "a"}, {path: "b"}]},
         {"routes": []})
        for path in ("vpcPeeringConnectionId", "transitGatewayId", "networkInterfaceId")
    ),
    *(
        ("security-groups-added", type_, {path: ["a", "b"]}, {path: ["a", "c"]}, {path: ["b"]})
        for type_, path in ((DB, "vpcSecurityGroupIds"), (SERVER, "vpcSecurityGroupIds"),
        (TEMPLATE, "vpcSecurityGroupIds"),
                            (BALANCER, "securityGroups"), (CACHE, "securityGroupIds"))
    ),
    ("security-groups-added", TEMPLATE, {"networkInterfaces": [{"securityGroups": ["a"]}]},
     {"networkInterfaces": [{"securityGroups": ["a", "b"]}]},
     {"networkInterfaces": [{"securityGroups": ["a"], "mtu": 1}]}),
    ("moved-in-network", DB, {"dbSubnetGroupName": "a"}, {"dbSubnetGroupName": "b"},
     {"dbSubnetGroupName": "a", "port": 1}),
    ("moved-in-network", "rds/subnetGroup:SubnetGroup", {"subnetIds": ["a", "b"]}, {"subnetIds": ["a", "c"]},
     {"subnetIds": ["b"]}),
    ("moved-in-network", CACHE, {"subnetGroupName": "a"}, {"subnetGroupName": "b"},
     {"subnetGroupName": "a", "port": 1}),
    ("moved-in-network", SERVER, {"subnetId": "a"}, {"subnetId": "b"}, {"subnetId": "a", "ami": "b"}),
    ("moved-in-network", "autoscaling/group:Group", {"vpcZoneIdentifiers": ["a"]},
     {"vpcZoneIdentifiers": ["a", "b"]}, {"maxSize": 2}),
    ("firewall-detached", SITE, {"webAclId": "a"}, {"webAclId": ""}, {"webAclId": "a", "comment": "c"}),
    ("key-rotation-off", "kms/key:Key", {"enableKeyRotation": True}, {"enableKeyRotation": False},
     {"enableKeyRotation": True, "a": 1}),
    ("login-off", LISTENER, {"mutualAuthentication": {"mode": "verify"}}, {"mutualAuthentication": {"mode": "off"}},
     {"mutualAuthentication": {"mode": "verify", "trustStoreArn": "b"}}),
    ("login-off", LISTENER, {"defaultActions": [{"type": "authenticate-oidc"}, {"type": "forward"}]},
     {"defaultActions": [{"type": "forward"}]}, {"defaultActions": [{"type": "forward"},
     {"type": "authenticate-oidc"}]}),
    ("login-off", POOL, {"mfaConfiguration": "ON"}, {"mfaConfiguration": "OPTIONAL"},
     {"mfaConfiguration": "ON", "name": "p"}),
    ("plain-http", LISTENER, {"protocol": "TLS"}, {"protocol": "TCP"}, {"protocol": "HTTPS"}),
    ("plain-http", "cloudfront/vpcOrigin:VpcOrigin",
     {"vpcOriginEndpointConfig": {"originProtocolPolicy": "https-only"}},
     {"vpcOriginEndpointConfig": {"originProtocolPolicy": "match-viewer"}},
     {"vpcOriginEndpointConfig": {"originProtocolPolicy": "https-only", "httpsPort": 8443}}),
    ("trust-widened", "iam/openIdConnectProvider:OpenIdConnectProvider", {"clientIdLists": ["a"]},
     {"clientIdLists": ["a", "b"]},
     {"clientIdLists": []}),
    ("trust-widened", "iam/openIdConnectProvider:OpenIdConnectProvider", {"url": "https://a.example"},
     {"url": "https://b.example"}, {"url": "https://a.example", "tags": {}}),
    ("trust-widened", "iam/openIdConnectProvider:OpenIdConnectProvider", {"thumbprintLists": ["a"]},
     {"thumbprintLists": ["a", "b"]}, {"thumbprintLists": []}),
    ("protection-weakened", "budgets/budget:Budget", {"notifications": [{"threshold": 80}]}, {"notifications": []},
     {"notifications": [{"threshold": 90}]}),
    ("protection-weakened", "ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", {"state": "block-all-sharing"},
     {"state": "block-new-sharing"}, {"state": "block-all-sharing", "region": "r"}),
    ("protection-weakened", "ebs/encryptionByDefault:EncryptionByDefault", {}, {"enabled": False}, {"enabled": True}),
    ("protection-weakened", "ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
     {"internetGatewayBlockMode": "block-ingress"}, {"internetGatewayBlockMode": "off"},
     {"internetGatewayBlockMode": "block-bidirectional"}),
    ("protection-weakened", SETTING, {"settingValue": "Disable"}, {"settingValue": "Enable"},
     {"settingValue": "Disable", "region": "r"}),
    ("protection-weakened", SETTING, {"settingId": "a"}, {"settingId": "b"},
     {"settingId": "a", "settingValue": "Disable"}),
    ("protection-weakened", "s3/bucketOwnershipControls:BucketOwnershipControls",
     {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
     {"rule": {"objectOwnership": "ObjectWriter"}},
     {"rule": {"objectOwnership": "BucketOwnerEnforced"}, "bucket": "b"}),
    ("protection-weakened", IMAGES, {"imageTagMutability": "IMMUTABLE"}, {},
     {"imageTagMutability": "IMMUTABLE", "name": "n"}),
    ("protection-weakened", BALANCER, {"internal": True, "dropInvalidHeaderFields": True}, {"internal": True},
     {"internal": True, "dropInvalidHeaderFields": True, "idleTimeout": 1}),
    ("protection-weakened", BALANCER, {"internal": True}, {"internal": True, "desyncMitigationMode": "monitor"},
     {"internal": True, "desyncMitigationMode": "strictest"}),
    ("protection-weakened", SITE, {"restrictions": {"geoRestriction": {"restrictionType": "whitelist"}}},
     {"restrictions": {"geoRestriction": {"restrictionType": "none"}}},
     {"restrictions": {"geoRestriction": {"restrictionType": "whitelist", "locations": []}}}),
    ("protection-weakened", SITE, countries("whitelist", "CH"), countries("whitelist", "CH", "US"),
     countries("whitelist")),
    ("protection-weakened", SITE, countries("blacklist", "CH", "US"), countries("blacklist", "CH"),
     countries("blacklist", "US", "CH", "DE")),
    ("protection-weakened", PARAMETERS, parameters(("rds.force_ssl", "1")), parameters(("rds.force_ssl", "0")),
     parameters(("rds.force_ssl", "1"), ("work_mem", "64"))),
    ("protection-weakened", PARAMETERS, parameters(), parameters(("rds.force_ssl", "0")),
     parameters(("rds.force_ssl", "1"))),
    ("protection-weakened", PARAMETERS, parameters(("require_secure_transport", "ON")), parameters(("work_mem", "64")),
     parameters(("require_secure_transport", "1"))),
    ("encryption-off", SERVER, {"rootBlockDevice": {"encrypted": True}}, {}, {"rootBlockDevice": {"encrypted": True},
     "ami": "b"}),
    ("encryption-off", SERVER, {"ebsBlockDevices": [disk("/dev/sdb"), disk("/dev/sdc")]},
     {"ebsBlockDevices": [disk("/dev/sdc")]}, {"ebsBlockDevices": [disk("/dev/sdc"), disk("/dev/sdb")]}),
    ("encryption-off", TEMPLATE, {"blockDeviceMappings": [{"deviceName": "a", "ebs": {"encrypted": "true"}}]}, {},
     {"blockDeviceMappings": [{"deviceName": a, "ebs": {"encrypted": "true"}} for a in ("a", "b")]}),
    ("protection-weakened", POOL, {"passwordPolicy": {"minimumLength": 12}}, {},
     {"passwordPolicy": {"minimumLength": 13}}),
    ("protection-weakened", PASSWORDS, {"minimumPasswordLength": 14}, {"minimumPasswordLength": 8},
     {"minimumPasswordLength": 15}),
    ("protection-weakened", PASSWORDS, {"passwordReusePrevention": 24}, {},
     {"passwordReusePrevention": 24, "requireNumbers": True}),
    ("protection-weakened", PASSWORDS, {"maxPasswordAge": 90}, {"maxPasswordAge": 0}, {"maxPasswordAge": 60}),
    *(
        ("protection-weakened", PASSWORDS, {f"require{kind}": True}, {}, {f"require{kind}": True, "hardExpiry": True})
        for kind in ("LowercaseCharacters", "UppercaseCharacters", "Numbers", "Symbols")
    ),
    *(("public-access-unblocked", BLOCK, FLAGS, {**FLAGS, flag: False}, {**FLAGS, "bucket": "b"}) for flag in FLAGS),
    ("opened-to-everyone", DB, {"storageEncrypted": True}, {"storageEncrypted": True, "publiclyAccessible": True},
     {"storageEncrypted": True, "publiclyAccessible": False}),
    ("opened-to-everyone", BALANCER, {"internal": True}, {}, {"internal": True, "idleTimeout": 5}),
    ("opened-to-everyone", BUCKET, {"acl": "private"}, {"acl": "public-read"}, {"acl": "log-delivery-write"}),
    ("metadata-opened", SERVER, {"metadataOptions": {"httpTokens": "required"}}, {"metadataOptions": {}},
     {"metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2}}),
    ("origin-opened", "cloudfront/originAccessControl:OriginAccessControl", {"signingBehavior": "always"},
     {"signingBehavior": "never"}, {"signingBehavior": "always", "description": "d"}),
]  # fmt: skip
