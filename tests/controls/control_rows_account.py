"""Rows for identities, keys, messages, secrets, machines' management and the account's own settings."""

from __future__ import annotations

from control_graphs import allow, changed, node, policy, row, without

from controls import account, ec2, iam, messaging

LOG_DESTINATION = "/ssm/automation/customer-script-log-destination"
PUBLIC_SHARING = "/ssm/documents/console/public-sharing-permission"

POLICIES = [
    node(iam.POLICY, "managed", policy=policy(allow(["s3:Get*", "kms:Decrypt"], "arn:aws:kms:eu-west-1:1:key/k"))),
    node(iam.INLINE[1], "inline", role="role-id", policy=policy(allow("kms:Decrypt", "arn:aws:kms:eu-west-1:1:key/k"))),
]
USER = [node(iam.USER, "media"), node("aws:iam/userGroupMembership:UserGroupMembership", "member", user="media-id")]
KEY = [node(iam.KEY, "key", policy=policy(allow("kms:*", "*", Principal={"AWS": "arn:aws:iam::1:root"})))]
TOPIC = [
    node(messaging.TOPIC, "alarms"),
    node(
        messaging.TOPIC_POLICY,
        "topic-policy",
        arn="alarms-id",
        policy=policy(allow("sns:Publish", Principal={"Service": "cloudwatch.amazonaws.com"})),
    ),
]
SECRET = [node(messaging.SECRET_TYPE, "key"), node(messaging.ROTATION, "rotation", secretId="key-id")]
MACHINE = [
    node(ec2.INSTANCE, "server", iamInstanceProfile="profile-id"),
    node(messaging.PROFILE, "profile", role="role-id"),
    node(messaging.ROLE, "role"),
    node(
        messaging.ATTACHMENT,
        "attached",
        role="role-id",
        policyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ),
]
DOCUMENT = [node(messaging.DOCUMENT, "release", content="{}")]
BLOCK = [
    node(
        account.ACCOUNT_BLOCK,
        "block",
        blockPublicAcls=True,
        blockPublicPolicy=True,
        ignorePublicAcls=True,
        restrictPublicBuckets=True,
    )
]
PASSWORDS = [
    node(
        account.PASSWORDS,
        "passwords",
        minimumPasswordLength=14.0,
        requireLowercaseCharacters=True,
        requireNumbers=True,
        requireSymbols=True,
        requireUppercaseCharacters=True,
    )
]
SETTINGS = [
    node(account.SERVICE_SETTING, "logs", settingId=LOG_DESTINATION, settingValue="CloudWatch"),
    node(account.SERVICE_SETTING, "sharing", settingId=PUBLIC_SHARING, settingValue="Disable"),
]
EBS = [node(account.EBS_DEFAULT, "ebs", enabled=True)]
SNAPSHOTS = [node(account.SNAPSHOT_BLOCK, "snapshots", state="block-all-sharing")]
VPCS = [node(account.VPC_BLOCK, "vpcs", internetGatewayBlockMode="block-ingress")]

ROWS = [
    row("IAM.1", POLICIES, changed(POLICIES, "managed", policy=policy(allow("*", "*")))),
    row("IAM.2", USER, [*USER, node(iam.INLINE[2], "own", user="media-id", policy=policy())]),
    row("IAM.21", POLICIES, changed(POLICIES, "managed", policy=policy(allow("s3:*", "arn:aws:s3:::b")))),
    row("KMS.1", POLICIES, changed(POLICIES, "managed", policy=policy(allow("kms:Decrypt", "*")))),
    row("KMS.2", POLICIES, changed(POLICIES, "inline", policy=policy(allow("kms:*", ["*"])))),
    row("KMS.5", KEY, changed(KEY, "key", policy=policy(allow("kms:*", "*", Principal={"AWS": "*"})))),
    row("SNS.4", TOPIC, changed(TOPIC, "topic-policy", policy=policy(allow("sns:Publish", Principal="*")))),
    row("SecretsManager.1", SECRET, without(SECRET, "rotation")),
    row("SSM.1", MACHINE, without(MACHINE, "attached")),
    row("SSM.4", DOCUMENT, changed(DOCUMENT, "release", permissions={"type": "Share", "accountIds": "All"})),
    row("S3.1", BLOCK, changed(BLOCK, "block", blockPublicPolicy=False)),
    row("IAM.7", PASSWORDS, changed(PASSWORDS, "passwords", minimumPasswordLength=7.0)),
    row("EC2.7", EBS, without(EBS, "ebs")),
    row("EC2.172", VPCS, changed(VPCS, "vpcs", internetGatewayBlockMode="off")),
    row("EC2.182", SNAPSHOTS, changed(SNAPSHOTS, "snapshots", state="unblocked")),
    row("SSM.6", SETTINGS, without(SETTINGS, "logs")),
    row("SSM.7", SETTINGS, changed(SETTINGS, "sharing", settingValue="Enable")),
]
