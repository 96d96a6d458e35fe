"""The one AWS provider of a stack: region, the only account it may touch, and the tags of everything."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws


def environment_tags(*, product: str, environment: str, extra: Mapping[str, str]) -> dict[str, str]:
    """Tags of every resource, also set by hand where default tags do not reach (launched instances and volumes)."""
    return {"Product": product, "Environment": environment, "ManagedBy": "pulumi", **extra}


def aws_provider(*, region: str, account_id: str, tags: Mapping[str, str]) -> aws.Provider:
    """A provider that refuses any other account."""
    return aws.Provider(
        "aws",
        region=region,
        allowed_account_ids=[account_id],
        default_tags={"tags": dict(tags)},
    )
