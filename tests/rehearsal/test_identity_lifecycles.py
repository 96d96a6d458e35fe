"""IAM, the account's settings and its budget: what is changed is changed in AWS, and what AWS refuses is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.emulator import EmulatedAws
from rehearsal.resource import Inputs
from rehearsal.servicer import ProviderError
from tests.rehearsal.lifecycles import Resource, Stack
from tests.rehearsal.lives import ACCOUNT, OTHER, Life, check_change, check_drift, empty, made, pairs, unchanged

ROLE, POLICY, USER = "aws:iam/role:Role", "aws:iam/policy:Policy", "aws:iam/user:User"
INLINE, ATTACHMENT = "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUP, GROUP_INLINE = "aws:iam/group:Group", "aws:iam/groupPolicy:GroupPolicy"
MEMBERSHIP, KEY = "aws:iam/userGroupMembership:UserGroupMembership", "aws:iam/accessKey:AccessKey"
PROFILE = "aws:iam/instanceProfile:InstanceProfile"
PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::bucket/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def told_role(aws: EmulatedAws, _: Resource) -> Inputs:
    role = aws.client("iam").get_role(RoleName="role")["Role"]
    return {
        "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
        "description": role["Description"],
        "maxSessionDuration": role["MaxSessionDuration"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": pairs(role.get("Tags", [])),
    }


def told_policy(aws: EmulatedAws, resource: Resource) -> Inputs:
    iam = aws.client("iam")
    found = iam.get_policy(PolicyArn=resource.id)["Policy"]
    version = iam.get_policy_version(PolicyArn=resource.id, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return {"policy": json.dumps(version["Document"]), "tags": pairs(found["Tags"])}


def told_profile(aws: EmulatedAws, _: Resource) -> Inputs:
    profile = aws.client("iam").get_instance_profile(InstanceProfileName="profile")["InstanceProfile"]
    return {"role": profile["Roles"][0]["RoleName"], "tags": pairs(profile["Tags"])}


def told_user(aws: EmulatedAws, resource: Resource) -> Inputs:
    user = aws.client("iam").get_user(UserName=resource.plain_inputs["name"])["User"]
    return {"name": user["UserName"], "path": user["Path"], "tags": pairs(user.get("Tags", []))}


def told_group(aws: EmulatedAws, resource: Resource) -> Inputs:
    group = aws.client("iam").get_group(GroupName=resource.plain_inputs["name"])["Group"]
    return {"name": group["GroupName"], "path": group["Path"]}


def told_inline(kind: str) -> Any:
    def told(aws: EmulatedAws, _: Resource) -> Inputs:
        owner = {f"{kind.title()}Name": f"other-{kind}"}
        found = getattr(aws.client("iam"), f"get_{kind}_policy")(**owner, PolicyName="inline")
        return {"policy": json.dumps(found["PolicyDocument"])}

    return told


def told_membership(aws: EmulatedAws, _: Resource) -> Inputs:
    groups = aws.client("iam").list_groups_for_user(UserName="other-user")["Groups"]
    return {"groups": sorted(group["GroupName"] for group in groups)}


def told_key(aws: EmulatedAws, _: Resource) -> Inputs:
    [key] = aws.client("iam").list_access_keys(UserName="other-user")["AccessKeyMetadata"]
    return {"status": key["Status"]}


def told_provider(aws: EmulatedAws, resource: Resource) -> Inputs:
    found = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=resource.id)
    tags = pairs(found["Tags"])
    return {"thumbprintLists": found["ThumbprintList"], "tags": tags}


def told_passwords(aws: EmulatedAws, _: Resource) -> Inputs:
    found = aws.client("iam").get_account_password_policy()["PasswordPolicy"]
    return {f"{name[0].lower()}{name[1:]}": value for name, value in found.items()}


def told_block(aws: EmulatedAws, _: Resource) -> Inputs:
    found = aws.client("s3control").get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
    return {f"{name[0].lower()}{name[1:]}": value for name, value in found.items()}


def told_encryption(aws: EmulatedAws, _: Resource) -> Inputs:
    return {"enabled": aws.client("ec2").get_ebs_encryption_by_default()["EbsEncryptionByDefault"]}


def told_budget(aws: EmulatedAws, _: Resource) -> Inputs:
    found = aws.client("budgets").describe_budget(AccountId=ACCOUNT, BudgetName="month")["Budget"]
    return {
        "budgetType": found["BudgetType"],
        "timeUnit": found["TimeUnit"],
        "limitAmount": found["BudgetLimit"]["Amount"],
        "limitUnit": found["BudgetLimit"]["Unit"],
    }


def notification(threshold: int) -> Inputs:
    return {
        "threshold": threshold,
        "notificationType": "ACTUAL",
        "comparisonOperator": "GREATER_THAN",
        "thresholdType": "PERCENTAGE",
        "subscriberEmailAddresses": ["ops@example.com"],
    }


def nothing(_aws: EmulatedAws, _: Resource) -> Inputs:
    return {}


LIVES = [
    Life(
        token=ROLE,
        inputs={"name": "role", "assumeRolePolicy": trust("ec2"), "description": "first"},
        changes={
            "assumeRolePolicy": trust("rds"),
            "description": "second",
            "maxSessionDuration": 7200,
            "permissionsBoundary": BOUNDARY,
            "tags": {"a": "b"},
        },
        told=told_role,
        drift=lambda aws, _: aws.client("iam").update_role(RoleName="role", MaxSessionDuration=43_200, Description="x"),
        drifted=frozenset({"description"}),
    ),
    Life(
        token=INLINE,
        inputs={"name": "inline", "role": "other-role", "policy": policy("s3:GetObject")},
        changes={"policy": policy("s3:PutObject")},
        told=told_inline("role"),
        drift=lambda aws, _: aws.client("iam").put_role_policy(
            RoleName="other-role", PolicyName="inline", PolicyDocument=policy("s3:*")
        ),
        drifted=frozenset({"policy"}),
    ),
    Life(
        token=POLICY,
        inputs={"name": "policy", "path": "/own/", "policy": policy("s3:GetObject")},
        changes={"policy": policy("s3:PutObject"), "tags": {"a": "b"}},
        told=told_policy,
        drift=lambda aws, resource: aws.client("iam").create_policy_version(
            PolicyArn=resource.id, PolicyDocument=policy("s3:*"), SetAsDefault=True
        ),
        drifted=frozenset({"policy"}),
    ),
    Life(
        token=PROFILE,
        inputs={"name": "profile", "role": "other-role"},
        changes={"role": "third-role", "tags": {"a": "b"}},
        told=told_profile,
        drift=lambda aws, _: aws.client("iam").remove_role_from_instance_profile(
            InstanceProfileName="profile", RoleName="other-role"
        ),
        drifted=frozenset({"role"}),
    ),
    Life(
        token=USER,
        inputs={"name": "user"},
        changes={"name": "renamed", "path": "/people/", "permissionsBoundary": BOUNDARY, "tags": {"a": "b"}},
        told=told_user,
        drift=lambda aws, _: aws.client("iam").tag_user(UserName="user", Tags=[{"Key": "who", "Value": "me"}]),
        drifted=frozenset({"tagsAll"}),
    ),
    Life(
        token=GROUP,
        inputs={"name": "group", "path": "/"},
        changes={"name": "renamed", "path": "/teams/"},
        told=told_group,
    ),
    Life(
        token=GROUP_INLINE,
        inputs={"name": "inline", "group": "other-group", "policy": policy("s3:GetObject")},
        changes={"policy": policy("s3:PutObject")},
        told=told_inline("group"),
    ),
    Life(
        token=MEMBERSHIP,
        inputs={"user": "other-user", "groups": ["other-group", "third-group"]},
        changes={"groups": ["third-group"]},
        told=told_membership,
        drift=lambda aws, _: aws.client("iam").remove_user_from_group(GroupName="third-group", UserName="other-user"),
        drifted=frozenset({"groups"}),
    ),
    Life(
        token=KEY,
        inputs={"user": "other-user", "status": "Active"},
        changes={"status": "Inactive"},
        told=told_key,
        drift=lambda aws, resource: aws.client("iam").update_access_key(
            UserName="other-user", AccessKeyId=resource.id, Status="Inactive"
        ),
        drifted=frozenset({"status"}),
    ),
    Life(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        inputs={"url": "https://token.example.com", "clientIdLists": ["sts"], "thumbprintLists": ["a" * 40]},
        changes={"clientIdLists": ["other"], "thumbprintLists": ["b" * 40], "tags": {"a": "b"}},
        told=told_provider,
        drift=lambda aws, resource: aws.client("iam").update_open_id_connect_provider_thumbprint(
            OpenIDConnectProviderArn=resource.id, ThumbprintList=["c" * 40]
        ),
        drifted=frozenset({"thumbprintLists"}),
    ),
    Life(
        token=PASSWORDS,
        inputs={"minimumPasswordLength": 14, "requireNumbers": True},
        changes={
            "allowUsersToChangePassword": True,
            "hardExpiry": True,
            "maxPasswordAge": 90,
            "minimumPasswordLength": 20,
            "passwordReusePrevention": 5,
            "requireLowercaseCharacters": True,
            "requireNumbers": False,
            "requireSymbols": True,
            "requireUppercaseCharacters": True,
        },
        told=told_passwords,
        drift=lambda aws, _: aws.client("iam").update_account_password_policy(
            MinimumPasswordLength=8, RequireNumbers=True
        ),
        drifted=frozenset({"minimumPasswordLength"}),
    ),
    Life(
        token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        inputs=dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls"), True),
        changes={
            "blockPublicAcls": False,
            "blockPublicPolicy": False,
            "ignorePublicAcls": False,
            "restrictPublicBuckets": True,
        },
        told=told_block,
        drift=lambda aws, _: aws.client("s3control").put_public_access_block(
            AccountId=ACCOUNT, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
        ),
        drifted=frozenset({"blockPublicPolicy"}),
    ),
    Life(
        token="aws:ebs/encryptionByDefault:EncryptionByDefault",
        inputs={"enabled": True},
        changes={"enabled": False},
        told=told_encryption,
    ),
    Life(
        token="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        inputs={"state": "block-all-sharing"},
        changes={"state": "block-new-sharing"},
        told=nothing,
    ),
    Life(
        token="aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        inputs={"internetGatewayBlockMode": "block-bidirectional"},
        changes={"internetGatewayBlockMode": "block-ingress"},
        told=nothing,
    ),
    Life(
        token="aws:budgets/budget:Budget",
        inputs={
            "name": "month",
            "budgetType": "COST",
            "timeUnit": "MONTHLY",
            "limitAmount": "300",
            "limitUnit": "USD",
            "notifications": [notification(80)],
        },
        changes={
            "budgetType": "USAGE",
            "timeUnit": "QUARTERLY",
            "limitAmount": "500",
            "limitUnit": "GB",
            "notifications": [notification(90), notification(100)],
            "tags": {"a": "b"},
        },
        told=told_budget,
        drift=lambda aws, _: aws.client("budgets").create_notification(
            AccountId=ACCOUNT,
            BudgetName="month",
            Notification={"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 1.0},
            Subscribers=[{"SubscriptionType": "EMAIL", "Address": "me@example.com"}],
        ),
        drifted=frozenset({"notifications"}),
    ),
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """With roles, groups, a user and a boundary that the lives refer to."""
    with empty() as stack:
        made(stack, POLICY, name="boundary", policy=policy("s3:*"))
        for name in ("other-role", "third-role"):
            made(stack, ROLE, name=name, assumeRolePolicy=trust("ec2"))
        for name in ("other-group", "third-group"):
            made(stack, GROUP, name=name)
        made(stack, USER, name="other-user")
        yield stack


@pytest.fixture(scope="module")
def alive(stack: Stack) -> dict[str, Resource]:
    """Each life's resource, as it is now."""
    return {life.token: made(stack, life.token, **life.inputs) for life in LIVES}


@pytest.mark.parametrize(
    ("life", "name"),
    [pytest.param(life, name, id=f"{life.name}-{name}") for life in LIVES for name in sorted(life.changes)],
)
def test_a_change_in_place_is_held_by_aws(stack: Stack, alive: dict[str, Resource], life: Life, name: str) -> None:
    alive[life.token] = check_change(stack, alive[life.token], life, name)


@pytest.mark.parametrize("life", [life for life in LIVES if life.drift], ids=lambda life: life.name)
def test_a_change_by_somebody_else_is_found_and_mended(stack: Stack, alive: dict[str, Resource], life: Life) -> None:
    check_drift(stack, alive[life.token], life)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_each_input_that_changes_in_place_has_been_changed(life: Life) -> None:
    assert unchanged(life) == set()


def test_a_role_with_policies_is_not_deleted() -> None:
    with empty(OTHER) as stack:
        role = made(stack, ROLE, name="kept", assumeRolePolicy=trust("ec2"))
        own = made(stack, POLICY, name="own", policy=policy("s3:GetObject"))
        inline = made(stack, INLINE, name="inline", role="kept", policy=policy("s3:GetObject"))
        attached = made(stack, ATTACHMENT, role="kept", policyArn=own.id)
        with pytest.raises(ProviderError, match="must detach all policies first"):
            stack.delete(role)
        with pytest.raises(ProviderError, match="must detach it from all"):
            stack.delete(own)
        stack.delete(attached)
        with pytest.raises(ProviderError, match="must delete policies first"):
            stack.delete(role)
        stack.delete(inline)
        stack.delete(role)
        assert stack.read(role).id == ""


def test_a_role_goes_with_its_policies_where_the_program_says_so() -> None:
    with empty(OTHER) as stack:
        role = made(stack, ROLE, name="loose", assumeRolePolicy=trust("ec2"), forceDetachPolicies=True)
        made(stack, INLINE, name="inline", role="loose", policy=policy("s3:GetObject"))
        made(stack, PROFILE, name="profile", role="loose")
        stack.delete(role)
        profile = stack.aws.client("iam").get_instance_profile(InstanceProfileName="profile")["InstanceProfile"]
        assert profile["Roles"] == []


def test_a_group_is_deleted_only_when_it_is_empty_and_a_user_only_without_keys() -> None:
    with empty(OTHER) as stack:
        group, user = made(stack, GROUP, name="team"), made(stack, USER, name="somebody")
        made(stack, MEMBERSHIP, user="somebody", groups=["team"])
        inline = made(stack, GROUP_INLINE, name="inline", group="team", policy=policy("s3:GetObject"))
        key = made(stack, KEY, user="somebody")
        with pytest.raises(ProviderError, match="must remove users from group first"):
            stack.delete(group)
        with pytest.raises(ProviderError, match="must delete access keys first"):
            stack.delete(user)
        stack.delete(key)
        stack.delete(user)
        with pytest.raises(ProviderError, match="must delete policies first"):
            stack.delete(group)
        stack.delete(inline)
        stack.delete(group)
        assert stack.aws.client("iam").list_groups()["Groups"] == []


def test_an_update_of_a_policy_makes_room_among_its_five_versions() -> None:
    with empty(OTHER) as stack:
        own = made(stack, POLICY, name="versioned", policy=policy("s3:GetObject0"))
        for number in range(1, 8):
            own = stack.update(own, policy=policy(f"s3:GetObject{number}"))
        versions = stack.aws.client("iam").list_policy_versions(PolicyArn=own.id)["Versions"]
        assert [version["VersionId"] for version in versions] == ["v4", "v5", "v6", "v7", "v8"]
        stack.delete(own)


def test_a_user_keeps_its_boundary_under_another_name() -> None:
    with empty(OTHER) as stack:
        made(stack, POLICY, name="boundary", policy=policy("s3:*"))
        user = made(stack, USER, name="before", permissionsBoundary=BOUNDARY.replace(ACCOUNT, OTHER))
        renamed = stack.update(user, name="after")
        assert stack.differences(renamed, stack.read(renamed).inputs) == {}
        loosened = stack.update(renamed, permissionsBoundary=None)
        assert set(stack.differences(renamed, stack.read(renamed).inputs)) == {"permissionsBoundary"}
        stack.delete(loosened)
        assert stack.aws.client("iam").list_users()["Users"] == []


def test_volumes_are_encrypted_no_more_when_the_setting_goes() -> None:
    with empty(OTHER) as stack:
        setting = made(stack, "aws:ebs/encryptionByDefault:EncryptionByDefault", enabled=True)
        stack.delete(setting)
        assert stack.aws.client("ec2").get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
        assert stack.read(setting).id == ""
