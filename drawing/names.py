"""What the picture calls and colours things: friendly names of types, families of components."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Family:
    """A role that components share; `strong` carries white text and draws arrows, `tint` lies under dark text."""

    label: str
    strong: str
    tint: str


NETWORK = Family(label="network", strong="#1d4ed8", tint="#eff4ff")
EDGE = Family(label="edge", strong="#7e22ce", tint="#faf3ff")
COMPUTE = Family(label="compute", strong="#c2410c", tint="#fff5ed")
DATA = Family(label="data", strong="#0e7490", tint="#ecf9fc")
STORAGE = Family(label="storage", strong="#15803d", tint="#effaf2")
IDENTITY = Family(label="identity", strong="#be185d", tint="#fff1f6")
OBSERVABILITY = Family(label="observability", strong="#7a5d00", tint="#fdf9e6")
OTHER = Family(label="other", strong="#475569", tint="#f4f6f9")
FAMILIES = (NETWORK, EDGE, COMPUTE, DATA, STORAGE, IDENTITY, OBSERVABILITY, OTHER)

_FAMILY_OF = {
    "Network": NETWORK,
    "Dns": EDGE,
    "SiteRecords": EDGE,
    "Website": EDGE,
    "Server": COMPUTE,
    "Database": DATA,
    "Artifacts": STORAGE,
    "Bucket": STORAGE,
    "LogsBucket": STORAGE,
    "Media": STORAGE,
    "DeployRoles": IDENTITY,
    "Identity": IDENTITY,
    "Alarms": OBSERVABILITY,
    "Dashboard": OBSERVABILITY,
    "LogGroups": OBSERVABILITY,
    "Topics": OBSERVABILITY,
}

_FRIENDLY = {
    "aws:acm/certificate:Certificate": "TLS certificate",
    "aws:autoscaling/group:Group": "Auto Scaling group",
    "aws:autoscaling/policy:Policy": "Scaling policy",
    "aws:cloudfront/distribution:Distribution": "CloudFront distribution",
    "aws:cloudfront/function:Function": "CloudFront function",
    "aws:cloudwatch/dashboard:Dashboard": "CloudWatch dashboard",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "Metric filter",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "Alarm",
    "aws:ec2/eip:Eip": "Elastic IP address",
    "aws:ec2/eipAssociation:EipAssociation": "Address association",
    "aws:ec2/instance:Instance": "EC2 instance",
    "aws:iam/group:Group": "IAM group",
    "aws:iam/policy:Policy": "IAM policy",
    "aws:iam/role:Role": "IAM role",
    "aws:iam/user:User": "IAM user",
    "aws:lb/targetGroup:TargetGroup": "Target group",
    "aws:rds/instance:Instance": "RDS instance",
    "aws:rds/subnetGroup:SubnetGroup": "DB subnet group",
    "aws:rds/parameterGroup:ParameterGroup": "DB parameter group",
    "aws:rds/eventSubscription:EventSubscription": "DB event subscription",
    "aws:route53/record:Record": "DNS record",
    "aws:route53/zone:Zone": "DNS zone",
    "aws:s3/bucket:Bucket": "S3 bucket",
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": "CORS rules",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "Lifecycle rules",
    "aws:s3/bucketLogging:BucketLogging": "Access logging",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "Ownership controls",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "Public-access block",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "Encryption",
    "aws:s3/bucketVersioning:BucketVersioning": "Versioning",
    "aws:sns/topicPolicy:TopicPolicy": "SNS topic policy",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "Rule out",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "Rule in",
}
_SERVICES_IN_LABEL = {"kms": "KMS", "sns": "SNS", "ssm": "SSM"}
_SPELLED = {
    "acl": "ACL",
    "dns": "DNS",
    "eip": "Elastic IP",
    "nat": "NAT",
    "open id connect": "OIDC",
    "vpc": "VPC",
}


def family_of(type_: str) -> Family:
    """The family of a component's type token; OTHER for one that is not known."""
    return _FAMILY_OF.get(type_.rsplit(":", 1)[-1], OTHER)


def friendly(type_: str) -> str:
    """A person's name for a type token: `aws:ec2/natGateway:NatGateway` is a NAT gateway."""
    if type_ in _FRIENDLY:
        return _FRIENDLY[type_]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", type_.rsplit(":", 1)[-1]).lower()
    for word, spelled in _SPELLED.items():
        words = re.sub(rf"\b{word}\b", spelled, words)
    service = _SERVICES_IN_LABEL.get(type_.removeprefix("aws:").split("/")[0])
    label = f"{service} {words}" if service and type_.startswith("aws:") else words
    return label[:1].upper() + label[1:]
