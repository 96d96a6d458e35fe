"""IAM policies as pure functions that return the document: what each identity of an environment may do.

No action is `*` or `service:*`. A resource is `*` only in a statement that UNNAMEABLE explains. The deploy roles'
policies are in infra/deploy_policies.py, infra/infrastructure_policies/ and infra/plan_policies.py. Values may be
Pulumi outputs: serialise with `pulumi.Output.json_dumps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from infra.names import Names

Statement = dict[str, Any]
Document = dict[str, Any]

UNNAMEABLE = {
    "AgentChannels": "ssmmessages and ec2messages know no resources; both act on the calling instance only",
    "AgentReport": "as in AWS's least policy for Session Manager; the agent reports on the calling instance only",
    "Metrics": "cloudwatch:PutMetricData knows no resources; the namespace is a condition",
    "Commands": "ssm:CancelCommand and ssm:GetCommandInvocation know no resources",
    "ReadMachines": "ec2:DescribeInstances knows no resources",
    "ReadNetwork": "most of EC2's Describe actions know no resources",
    "ReadEdge": "CloudFront's lists and managed policies, and Route 53's look-ups by name, know no resources",
    "ReadData": "Describe and List actions of RDS, KMS, SSM and Secrets Manager that know no resources",
    "ReadObservability": "Describe and List actions of CloudWatch and Logs that know no resources",
    "ReadCompute": "Describe actions of Auto Scaling and Elastic Load Balancing know no resources",
    "MakeKey": "a key has no name before it exists; the request must carry the environment's tags",
    "MakePoliciesAndFunctions": "creating CloudFront's functions, policies and access controls knows no resources",
    "MakeDistribution": "a distribution has no id before it exists; the request must carry the environment's tags",
    "Subscriptions": "reading and ending an SNS subscription know no resources",
    "LogDelivery": "delivery of CloudFront's and the flow logs' records to a destination knows no resources",
    "RequestCertificate": "a certificate has no name before it exists; the request must carry the environment's tags",
    "MakeZone": "a hosted zone has no id before it exists",
}
"""Sid of each statement whose resource is `*`, and why it cannot be named."""

AGENT_CHANNELS = [
    *(f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")),
    *(
        f"ec2messages:{verb}"
        for verb in ("AcknowledgeMessage", "DeleteMessage", "FailMessage", "GetEndpoint", "GetMessages", "SendReply")
    ),
]


def actions(service: str, names: str) -> list[str]:
    """Actions of one service from space-separated names: `actions("kms", "Encrypt Decrypt")`."""
    return [f"{service}:{name}" for name in names.split()]


def document(*statements: Statement) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: Sequence[str], resources: Iterable[Any], **condition: Any) -> Statement:
    """A statement that allows; `condition` has an operator for each keyword: `StringLike={"s3:prefix": [...]}`."""
    statement: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement


def deny(sid: str, actions: Sequence[str], resources: Iterable[Any], **condition: Any) -> Statement:
    """A statement that forbids, whatever others allow."""
    return {**allow(sid, actions, resources, **condition), "Effect": "Deny"}


def service_trust(service: str, **condition: Any) -> Document:
    """A trust policy for one AWS service, such as `ec2.amazonaws.com`."""
    statement: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def secret_arns(names: Names, *, region: str, store: str, secrets: Iterable[str]) -> list[str]:
    """ARNs of application secrets in their store; Secrets Manager adds a hyphen and six characters to each."""
    found = [names.secret(name) for name in secrets]
    if store == "ssm":
        return [parameter_arn(names, region, name) for name in found]
    return [f"arn:aws:secretsmanager:{region}:{names.account_id}:secret:{name}-??????" for name in found]


def parameter_arn(names: Names, region: str, name: str) -> str:
    """ARN of the SSM parameter with this name; the name's leading slash is the ARN's own."""
    return f"arn:aws:ssm:{region}:{names.account_id}:parameter{name}"


def log_group_arns(names: Names, region: str, groups: Iterable[str]) -> list[str]:
    """ARNs of log groups with their streams, as Logs compares them."""
    return [f"arn:aws:logs:{region}:{names.account_id}:log-group:{group}:*" for group in groups]


def server_agent() -> Document:
    """What the Systems Manager agent needs for Session Manager and Run Command.

    AWS's AmazonSSMManagedInstanceCore would let the machine read every SSM parameter of the account.
    """
    return document(
        allow("AgentReport", ["ssm:UpdateInstanceInformation"], ["*"]),
        allow("AgentChannels", AGENT_CHANNELS, ["*"]),
    )


def server_application(
    *,
    names: Names,
    region: str,
    artifacts_bucket: str,
    secrets_store: str,
    secrets: Iterable[str],
    log_groups: Iterable[str],
    metric_namespace: str,
) -> Document:
    """What the release program and the application read and write, uploads and the database's secret apart.

    No KMS statement: SecureStrings and secrets are under AWS managed keys (aws/ssm, aws/secretsmanager), whose own
    policies let in whoever the account lets use the service.
    """
    read = ["ssm:GetParameter"] if secrets_store == "ssm" else ["secretsmanager:GetSecretValue"]
    logs = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    parameters = [parameter_arn(names, region, name) for name in (names.platform_parameter, *names.release_parameters)]
    return document(
        allow("Releases", ["s3:GetObject"], [f"arn:aws:s3:::{artifacts_bucket}/releases/*"]),
        allow("Parameters", ["ssm:GetParameter"], parameters),
        allow("Secrets", read, secret_arns(names, region=region, store=secrets_store, secrets=secrets)),
        allow("Logs", logs, log_group_arns(names, region, log_groups)),
        allow("Metrics", ["cloudwatch:PutMetricData"], ["*"], StringEquals={"cloudwatch:namespace": metric_namespace}),
    )


def server_media(*, bucket: str, prefixes: Iterable[str]) -> Document:
    """Uploaded files under the configured prefixes, for the server."""
    under = [f"{prefix}*" for prefix in prefixes]
    objects = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    return document(
        allow("MediaObjects", objects, [f"arn:aws:s3:::{bucket}/{prefix}" for prefix in under]),
        allow("MediaList", ["s3:ListBucket"], [f"arn:aws:s3:::{bucket}"], StringLike={"s3:prefix": under}),
    )


def server_database(*, secret_arn: Any) -> Document:
    """The database's own secret; `secret_arn` is text or an output."""
    read = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    return document(allow("DatabaseSecret", read, [secret_arn]))


def media_user(*, bucket: str) -> Document:
    """The platform guide's policy for uploads from outside AWS: get, put and delete objects, and list the bucket.

    The guide's s3:PutObjectAcl is left out: the bucket has ACLs switched off, and S3 refuses the call.
    """
    objects = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    return document(
        allow("MediaObjects", objects, [f"arn:aws:s3:::{bucket}/*"]),
        allow("MediaList", ["s3:ListBucket"], [f"arn:aws:s3:::{bucket}"]),
    )


def website_replication(*, bucket: str, replica: str, account_id: str) -> Document:
    """What S3 needs to copy the website to its replica.

    Source: Amazon S3 User Guide, "Setting up permissions for live replication".
    Both buckets must be the account's own: bucket names are global, and a name that is free can be anybody's.
    """
    mine = {"aws:ResourceAccount": account_id}
    source, copy = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{replica}"
    versions = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
    writes = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
    return document(
        allow("Website", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [source], StringEquals=mine),
        allow("WebsiteVersions", versions, [f"{source}/*"], StringEquals=mine),
        allow("Replica", writes, [f"{copy}/*"], StringEquals=mine),
    )
