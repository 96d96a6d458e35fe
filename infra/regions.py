"""Regions that AWS fixes, wherever an environment is."""

from __future__ import annotations

GLOBAL_REGION = "us-east-1"
"""Where CloudFront has its certificates, web ACLs, metrics and log deliveries, and Route 53 its query logs."""

# Commercial regions: the `aws` partition of botocore's endpoints. ARNs here begin with `arn:aws:`, so that China and
# GovCloud, which have partitions of their own, are refused.
REGIONS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
        "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
        "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    }
)  # fmt: skip
NOT_COMMERCIAL = "is no commercial AWS region (China and GovCloud are not supported)"
COMMERCIAL = "use one such as us-east-1 or eu-central-1"
