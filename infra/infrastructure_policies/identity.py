"""Roles, users and groups by name, none without the boundary."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, Statement, actions, allow, deny, document

SERVICE_LINKED_ROLES = (
    "autoscaling",
    "elasticloadbalancing",
    "rds",
    "vpcorigin.cloudfront",
    "logger.cloudfront",
    "delivery.logs",
    "ssm",
)
ATTACHED = ("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",)  # all other policies are inline
PASSED_TO = ("ec2.amazonaws.com", "monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com")

_WRITES = (
    "AttachRolePolicy CreatePolicyVersion CreateRole DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePolicy"
    " DeleteRolePermissionsBoundary DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy SetDefaultPolicyVersion"
    " UpdateAssumeRolePolicy UpdateRole"
)


def identity(scope: Scope) -> Document:
    """Roles, users and groups by name, none without the boundary, and never the deployer's own.

    A group has no boundary, but its members do: the users that this role may make, and give keys to, carry it.
    """
    names = scope.names
    bound = {"iam:PermissionsBoundary": names.boundary_arn}
    roles, users, groups = scope.iam("role"), scope.iam("user"), scope.iam("group")
    profiles = scope.iam("instance-profile")
    bounded = "CreateRole DeleteRolePolicy PutRolePermissionsBoundary PutRolePolicy"
    linked = [scope.arn("iam", f"role/aws-service-role/{one}.amazonaws.com/*", "") for one in SERVICE_LINKED_ROLES]
    guarded = [scope.arn("iam", f"{kind}{names.deploy_path}*", "") for kind in ("role", "policy")]
    return document(
        allow("ReadIdentities", actions("iam", "Get* List*"), [roles, users, groups, profiles]),
        allow("BoundRoles", actions("iam", bounded), [roles], StringEquals=bound),
        allow(
            "AttachedPolicies",
            actions("iam", "AttachRolePolicy DetachRolePolicy"),
            [roles],
            StringEquals=bound,
            ArnEquals={"iam:PolicyARN": list(ATTACHED)},
        ),
        allow("Roles", actions("iam", "DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"), [roles]),
        allow("BoundUsers", actions("iam", "CreateUser PutUserPermissionsBoundary"), [users], StringEquals=bound),
        allow(
            "Users",
            actions("iam", "CreateAccessKey DeleteAccessKey DeleteUser TagUser UntagUser UpdateAccessKey"),
            [users],
        ),
        allow(
            "Groups",
            actions(
                "iam", "AddUserToGroup CreateGroup DeleteGroup DeleteGroupPolicy PutGroupPolicy RemoveUserFromGroup"
            ),
            [groups],
        ),
        allow(
            "Profiles",
            actions(
                "iam",
                "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile"
                " RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
            ),
            [profiles],
        ),
        allow("PassRole", ["iam:PassRole"], [roles], StringEquals={"iam:PassedToService": list(PASSED_TO)}),
        *_pass_replication(scope),
        allow("ServiceLinkedRoles", ["iam:CreateServiceLinkedRole"], linked),
        deny("NeverTheDeployersOwn", actions("iam", _WRITES), guarded),
        deny(
            "NeverWithoutBoundary",
            actions("iam", "DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary"),
            [roles, users],
        ),
    )


def _pass_replication(scope: Scope) -> list[Statement]:
    """S3 gets the role that copies the website, and no other: its trust policy cannot name the bucket."""
    if not scope.website_replica:
        return []
    role = scope.arn("iam", f"role/{scope.names.replication_role}", "")
    to_s3 = {"iam:PassedToService": "s3.amazonaws.com"}
    return [allow("PassReplicationRole", ["iam:PassRole"], [role], StringEquals=to_s3)]
