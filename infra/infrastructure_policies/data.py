"""The database, parameters, secrets and keys."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, actions, allow, document, parameter_arn


def data(scope: Scope) -> Document:
    """The database, parameters, secrets and keys."""
    names = scope.names
    kinds = [scope.arn("rds", f"{kind}:*") for kind in ("db", "pg", "subgrp", "es", "snapshot")]
    makes = actions(
        "rds",
        "AddTagsToResource CreateDBInstance CreateDBParameterGroup CreateDBSnapshot CreateDBSubnetGroup"
        " CreateEventSubscription RestoreDBInstanceFromDBSnapshot",
    )
    changes = actions(
        "rds",
        "AddTagsToResource CreateDBInstance CreateDBSnapshot DeleteDBInstance DeleteDBParameterGroup"
        " DeleteDBSubnetGroup DeleteEventSubscription ModifyDBInstance ModifyDBParameterGroup ModifyDBSubnetGroup"
        " ModifyEventSubscription RebootDBInstance RemoveTagsFromResource ResetDBParameterGroup"
        " RestoreDBInstanceFromDBSnapshot",
    )
    parameters = actions(
        "ssm",
        "AddTagsToResource DeleteParameter GetParameter GetParameters ListTagsForResource PutParameter"
        " RemoveTagsFromResource",
    )
    secrets = actions(
        "secretsmanager",
        "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue ListSecretVersionIds PutSecretValue"
        " TagResource UntagResource UpdateSecret UpdateSecretVersionStage",
    )
    key_changes = actions(
        "kms",
        "CreateAlias DeleteAlias DescribeKey DisableKeyRotation EnableKeyRotation GetKeyPolicy GetKeyRotationStatus"
        " ListResourceTags PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription",
    )
    return document(
        allow(
            "ReadData",
            [
                "rds:Describe*",
                "rds:ListTagsForResource",
                "kms:ListAliases",
                "ssm:DescribeParameters",
            ],
            ["*"],
        ),
        allow("MakeDatabase", makes, kinds, StringEquals=scope.new),
        allow("ChangeDatabase", changes, kinds, StringEquals=scope.own),
        allow(
            "DefaultOptions",
            actions("rds", "CreateDBInstance ModifyDBInstance RestoreDBInstanceFromDBSnapshot"),
            [scope.arn("rds", "og:default*")],
        ),
        allow("Parameters", parameters, [parameter_arn(names, scope.region, f"{names.path}/*")]),
        allow("Secrets", secrets, [scope.arn("secretsmanager", f"secret:{names.path}/*")]),
        # RDS makes the master user's secret with its caller's rights.
        allow(
            "DatabaseSecret",
            actions("secretsmanager", "CreateSecret DescribeSecret RotateSecret TagResource"),
            [scope.arn("secretsmanager", "secret:rds!db-*")],
        ),
        # RDS asks for that of AWS's own key, which has no tags of ours, where it keeps the master user's secret.
        allow("DescribeKeys", ["kms:DescribeKey"], [scope.arn("kms", "key/*")]),
        allow("MakeKey", ["kms:CreateKey", "kms:TagResource"], ["*"], StringEquals=scope.new),
        allow("ChangeKey", key_changes, [scope.arn("kms", "key/*"), *_us_east_1_keys(scope)], StringEquals=scope.own),
        allow("KeyAliases", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], _aliases(scope)),
    )


def _us_east_1_keys(scope: Scope) -> list[str]:
    return [] if scope.region == "us-east-1" else [scope.arn("kms", "key/*", "us-east-1")]


def _aliases(scope: Scope) -> list[str]:
    return [scope.arn("kms", f"alias/{scope.names.prefix}-*", region) for region in sorted({scope.region, "us-east-1"})]
