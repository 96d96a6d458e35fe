"""Policies of resources as pure functions: which AWS services may use a key, a topic, a log group or a role.

Every service acts on behalf of this account only (`aws:SourceAccount`).
"""

from __future__ import annotations

from collections.abc import Sequence

from infra.policies import Document, allow, deny, document, service_trust

# KMS Developer Guide, "Key administrators": everything but the use of the key
_ADMINISTER_KEY = (
    "CancelKeyDeletion",
    "CreateAlias",
    "DeleteAlias",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListResourceTags",
    "PutKeyPolicy",
    "RevokeGrant",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
)


def monitoring_trust(*, account_id: str, region: str, identifier: str) -> Document:
    """Lets RDS take the role of enhanced monitoring for one database (RDS User Guide, "Enhanced Monitoring")."""
    return service_trust(
        "monitoring.rds.amazonaws.com",
        StringEquals={"aws:SourceAccount": account_id},
        ArnLike={"aws:SourceArn": f"arn:aws:rds:{region}:{account_id}:db:{identifier}"},
    )


def alarm_key(*, account_id: str, publishers: Sequence[str]) -> Document:
    """Key policy of an alarm topic: the account administers but does not use it, the services that publish do.

    In a key policy `*` is the key itself. The key that AWS manages for SNS lets no service in, so that alarms would be
    dropped in silence (SNS Developer Guide, "Enable compatibility between event sources from AWS services and
    encrypted topics").
    """
    administer = allow("KeyAdministration", [f"kms:{verb}" for verb in _ADMINISTER_KEY], ["*"])
    encrypt = allow(
        "KeyUse", ["kms:Decrypt", "kms:GenerateDataKey"], ["*"], StringEquals={"aws:SourceAccount": account_id}
    )
    return document(
        {**administer, "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"}},
        {**encrypt, "Principal": {"Service": list(publishers)}},
    )


def alarm_topic(*, account_id: str, topic_arn: str, publishers: Sequence[str]) -> Document:
    """Topic policy: the account's own alarms and events are published, and nothing without TLS."""
    publish = allow("Publishers", ["sns:Publish"], [topic_arn], StringEquals={"aws:SourceAccount": account_id})
    plain = deny("TlsOnly", ["sns:Publish"], [topic_arn], Bool={"aws:SecureTransport": "false"})
    return document({**publish, "Principal": {"Service": list(publishers)}}, {**plain, "Principal": "*"})


def query_logging(*, account_id: str, log_group: str) -> Document:
    """Lets Route 53 write DNS queries to one log group (Route 53 Developer Guide, "Public DNS query logging")."""
    write = allow(
        "QueryLogs",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [f"arn:aws:logs:us-east-1:{account_id}:log-group:{log_group}:*"],
        StringEquals={"aws:SourceAccount": account_id},
    )
    return document({**write, "Principal": {"Service": "route53.amazonaws.com"}})
