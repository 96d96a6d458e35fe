"""IAM policies of the network: its flow logs' role, and what may pass the VPC's S3 endpoint."""

from __future__ import annotations

from infra.policies import Document, allow, document, service_trust


def flow_log_trust(*, account_id: str, region: str) -> Document:
    """Trust of the role that writes VPC flow logs: this account's flow logs only, not another's through the service."""
    return service_trust(
        "vpc-flow-logs.amazonaws.com",
        StringEquals={"aws:SourceAccount": account_id},
        ArnLike={"aws:SourceArn": f"arn:aws:ec2:{region}:{account_id}:vpc-flow-log/*"},
    )


def flow_log_writer(*, account_id: str, region: str, log_group: str) -> Document:
    """Writes to one log group that exists: no CreateLogGroup, so that its retention stays ours."""
    group = f"arn:aws:logs:{region}:{account_id}:log-group:{log_group}"
    write = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return document(allow("FlowLogs", write, [group, f"{group}:*"]))


def s3_endpoint(*, account_id: str, region: str) -> Document:
    """What may pass the VPC's S3 endpoint: this account's identities to this account's buckets, and AWS's packages.

    Names of buckets are free, so the account is the condition: a stolen machine cannot carry data to another's bucket
    with another's keys. The named buckets are Amazon's own, read by the Systems Manager and CloudWatch agents (AWS
    Systems Manager User Guide, "SSM Agent communications with AWS managed S3 buckets").
    """
    own = {"aws:PrincipalAccount": account_id, "aws:ResourceAccount": account_id}
    packages = [
        *(f"amazon-ssm-{region}", f"amazon-ssm-packages-{region}", f"aws-ssm-{region}"),
        *(f"aws-ssm-distributor-file-{region}", f"aws-ssm-document-attachments-{region}"),
        *(f"patch-baseline-snapshot-{region}", f"{region}-birdwatcher-prod", f"amazoncloudwatch-agent-{region}"),
    ]
    objects = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject"]
    more = ["s3:GetObjectVersion", "s3:ListBucket", "s3:ListMultipartUploadParts", "s3:PutObject"]
    statements = (
        allow("OwnBuckets", [*objects, *more], ["arn:aws:s3:::*"], StringEquals=own),
        allow("AmazonPackages", ["s3:GetObject"], [f"arn:aws:s3:::{bucket}/*" for bucket in packages]),
    )
    return document(*({**statement, "Principal": "*"} for statement in statements))
