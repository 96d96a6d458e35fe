"""IAM: roles, users, groups, their policies, access keys, GitHub's identity provider, the password policy.

Quotas: IAM User Guide, "IAM and AWS STS quotas". IAM is global: no input names a region.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal import policy_documents
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, Limit, ResourceType, name_tags, spec

MANAGED_POLICIES_PER_ROLE = 10
KEYS_PER_USER = 2
GROUPS_PER_USER = 10
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]+/")
_UNEVALUATED = ("no request is checked against the policy: what it allows is shown by the policy tests instead",)


def names(inputs: Inputs) -> str | None:
    """Names and paths have the characters that IAM knows."""
    name, path = inputs.get("name"), inputs.get("path")
    if name is not None and not _NAME.fullmatch(str(name)):
        return f"IAM refuses the name {name}: use letters, digits and any of +=,.@_-"
    if path is not None and not _PATH.fullmatch(str(path)):
        return f"IAM refuses the path {path}: begin and end it with a slash"
    return None


def _length(limit: int) -> Limit:
    def check(inputs: Inputs) -> str | None:
        name = str(inputs.get("name", ""))
        return f"the name {name} has {len(name)} characters of {limit}: shorten it" if len(name) > limit else None

    return check


def _document(key: str, kind: policy_documents.Kind, limit: int) -> Limit:
    def check(inputs: Inputs) -> str | None:
        if key not in inputs:
            return None
        if found := policy_documents.fault(inputs[key], kind):
            return f"IAM refuses {key}: {found}"
        size = policy_documents.size(inputs[key])
        return f"{key} has {size:,} characters of {limit:,}: split it" if size > limit else None

    return check


def _inline(kind: str) -> Limit:
    return _document("policy", "identity", policy_documents.INLINE_SIZES[kind])


def session(inputs: Inputs) -> str | None:
    """A role's sessions last between one and twelve hours."""
    seconds = inputs.get("maxSessionDuration", 3600)
    return None if 3600 <= seconds <= 43_200 else f"maxSessionDuration is {seconds}: use 3600 to 43200 seconds"


def groups_per_user(inputs: Inputs) -> str | None:
    """A user is in ten groups at most."""
    count = len(inputs.get("groups", []))
    return None if count <= GROUPS_PER_USER else f"{count} groups for a user, IAM allows {GROUPS_PER_USER}"


def provider_url(inputs: Inputs) -> str | None:
    """An identity provider's URL is https, without port or query."""
    url = str(inputs.get("url", "https://x"))
    if re.fullmatch(r"https://[^:?#]+", url):
        return None
    return f"IAM refuses the provider URL {url}: write https:// and a host, with no port, query or fragment"


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def create_role(aws: Aws, inputs: Inputs) -> Created:
    """CreateRole, once the identities that it trusts and its boundary exist."""
    client = aws.client("iam")
    for kind, name in policy_documents.named_identities(inputs["assumeRolePolicy"], aws.account_id):
        _require_identity(client, kind, name)
    _require_boundary(client, inputs, "CreateRole")
    role = client.create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=name_tags(inputs),
        **_given(
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
        ),
    )["Role"]
    return Created(id=inputs["name"], outputs=_made(role, "RoleId", path=inputs.get("path", "/")))


def _made(entity: Inputs, unique: str, **known: Any) -> Inputs:
    return {**known, "arn": entity["Arn"], "uniqueId": entity[unique], "createDate": entity["CreateDate"].isoformat()}


def _require_identity(client: Any, kind: str, name: str) -> None:
    read = client.get_role if kind == "role" else client.get_user
    try:
        read(**{"RoleName" if kind == "role" else "UserName": name})
    except client.exceptions.NoSuchEntityException:
        raise refusal(
            "CreateRole", "MalformedPolicyDocument", f"Invalid principal in policy: there is no {kind} {name}; make it"
        ) from None


def _require_boundary(client: Any, inputs: Inputs, operation: str) -> None:
    arn = inputs.get("permissionsBoundary")
    try:
        if arn:
            client.get_policy(PolicyArn=arn)
    except client.exceptions.NoSuchEntityException:
        message = f"Scope ARN: {arn} does not exist or is not attachable: bring the account project up first"
        raise refusal(operation, "NoSuchEntity", message) from None


def put_role_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutRolePolicy, within the size of all inline policies of the role."""
    client, role = aws.client("iam"), inputs["role"]
    held = [
        client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in client.list_role_policies(RoleName=role)["PolicyNames"]
        if name != inputs["name"]
    ]
    _require_room("role", inputs, held)
    client.put_role_policy(RoleName=role, PolicyName=inputs["name"], PolicyDocument=inputs["policy"])
    return Created(id=f"{role}:{inputs['name']}")


def put_group_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutGroupPolicy, within the size of all inline policies of the group."""
    client, group = aws.client("iam"), inputs["group"]
    held = [
        client.get_group_policy(GroupName=group, PolicyName=name)["PolicyDocument"]
        for name in client.list_group_policies(GroupName=group)["PolicyNames"]
        if name != inputs["name"]
    ]
    _require_room("group", inputs, held)
    client.put_group_policy(GroupName=group, PolicyName=inputs["name"], PolicyDocument=inputs["policy"])
    return Created(id=f"{group}:{inputs['name']}")


def _require_room(kind: str, inputs: Inputs, held: list[Any]) -> None:
    documents = [inputs["policy"], *(one if isinstance(one, str) else json.dumps(one) for one in held)]
    total, limit = sum(map(policy_documents.size, documents)), policy_documents.INLINE_SIZES[kind]
    if total > limit:
        message = f"the inline policies of {inputs[kind]} have {total:,} characters of {limit:,}: use managed ones"
        raise refusal(f"Put{kind.title()}Policy", "LimitExceeded", message)


def attach_role_policy(aws: Aws, inputs: Inputs) -> Created:
    """AttachRolePolicy, ten at most."""
    client, role = aws.client("iam"), inputs["role"]
    held = client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    if len(held) >= MANAGED_POLICIES_PER_ROLE:
        message = f"Cannot exceed quota for PoliciesPerRole: {MANAGED_POLICIES_PER_ROLE}: merge policies of {role}"
        raise refusal("AttachRolePolicy", "LimitExceeded", message)
    client.attach_role_policy(RoleName=role, PolicyArn=inputs["policyArn"])
    return Created(id=f"{role}/{inputs['policyArn']}")


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """CreatePolicy."""
    policy = aws.client("iam").create_policy(
        PolicyName=inputs["name"],
        PolicyDocument=inputs["policy"],
        Tags=name_tags(inputs),
        **_given(Path=inputs.get("path"), Description=inputs.get("description")),
    )["Policy"]
    outputs = {"arn": policy["Arn"], "policyId": policy["PolicyId"], "path": inputs.get("path", "/")}
    return Created(id=policy["Arn"], outputs={**outputs, "attachmentCount": 0})


def create_instance_profile(aws: Aws, inputs: Inputs) -> Created:
    """CreateInstanceProfile with its role."""
    client, name = aws.client("iam"), inputs["name"]
    profile = client.create_instance_profile(
        InstanceProfileName=name, Tags=name_tags(inputs), **_given(Path=inputs.get("path"))
    )["InstanceProfile"]
    if inputs.get("role"):
        client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=inputs["role"])
    return Created(id=name, outputs=_made(profile, "InstanceProfileId", path=inputs.get("path", "/")))


def create_user(aws: Aws, inputs: Inputs) -> Created:
    """CreateUser."""
    client = aws.client("iam")
    _require_boundary(client, inputs, "CreateUser")
    user = client.create_user(
        UserName=inputs["name"],
        Tags=name_tags(inputs),
        **_given(Path=inputs.get("path"), PermissionsBoundary=inputs.get("permissionsBoundary")),
    )["User"]
    return Created(id=inputs["name"], outputs=_made(user, "UserId", path=inputs.get("path", "/")))


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateGroup."""
    group = aws.client("iam").create_group(GroupName=inputs["name"], **_given(Path=inputs.get("path")))["Group"]
    outputs = {"arn": group["Arn"], "uniqueId": group["GroupId"], "path": inputs.get("path", "/")}
    return Created(id=inputs["name"], outputs=outputs)


def add_to_groups(aws: Aws, inputs: Inputs) -> Created:
    """AddUserToGroup for each group."""
    for group in inputs["groups"]:
        aws.client("iam").add_user_to_group(GroupName=group, UserName=inputs["user"])
    return Created(id="/".join((inputs["user"], *inputs["groups"])))


def create_access_key(aws: Aws, inputs: Inputs) -> Created:
    """CreateAccessKey, two at most."""
    client, user = aws.client("iam"), inputs["user"]
    if len(client.list_access_keys(UserName=user)["AccessKeyMetadata"]) >= KEYS_PER_USER:
        message = f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}: remove a key of {user} first"
        raise refusal("CreateAccessKey", "LimitExceeded", message)
    key = client.create_access_key(UserName=user)["AccessKey"]
    if inputs.get("status", "Active") != "Active":
        client.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status=inputs["status"])
    created = client.list_access_keys(UserName=user)["AccessKeyMetadata"][-1]["CreateDate"].isoformat()
    outputs = {"secret": key["SecretAccessKey"], "createDate": created, "status": inputs.get("status", "Active")}
    return Created(id=key["AccessKeyId"], outputs=outputs)


def create_provider(aws: Aws, inputs: Inputs) -> Created:
    """CreateOpenIDConnectProvider, one for each URL; a thumbprint is not needed for GitHub."""
    client, url = aws.client("iam"), inputs["url"]
    held = [one["Arn"] for one in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    arn = f"arn:aws:iam::{aws.account_id}:oidc-provider/{url.removeprefix('https://')}"
    if arn in held:
        message = f"Provider with url {url} already exists: adopt it by its ARN, {arn}"
        raise refusal("CreateOpenIDConnectProvider", "EntityAlreadyExists", message)
    made = client.create_open_id_connect_provider(
        Url=url,
        ClientIDList=inputs["clientIdLists"],
        ThumbprintList=inputs.get("thumbprintLists") or [],
        Tags=name_tags(inputs),
    )
    thumbprints = inputs.get("thumbprintLists") or []
    return Created(
        id=made["OpenIDConnectProviderArn"],
        outputs={"arn": made["OpenIDConnectProviderArn"], "thumbprintLists": thumbprints},
    )


_PASSWORD_INPUTS = {
    "allowUsersToChangePassword": "AllowUsersToChangePassword",
    "hardExpiry": "HardExpiry",
    "maxPasswordAge": "MaxPasswordAge",
    "minimumPasswordLength": "MinimumPasswordLength",
    "passwordReusePrevention": "PasswordReusePrevention",
    "requireLowercaseCharacters": "RequireLowercaseCharacters",
    "requireNumbers": "RequireNumbers",
    "requireSymbols": "RequireSymbols",
    "requireUppercaseCharacters": "RequireUppercaseCharacters",
}


def set_password_policy(aws: Aws, inputs: Inputs) -> Created:
    """UpdateAccountPasswordPolicy."""
    wanted = {theirs: inputs[ours] for ours, theirs in _PASSWORD_INPUTS.items() if inputs.get(ours) is not None}
    aws.client("iam").update_account_password_policy(**wanted)
    return Created(
        id="iam-account-password-policy", outputs={"expirePasswords": (inputs.get("maxPasswordAge") or 0) > 0}
    )


RESOURCES = (
    ResourceType(
        token="aws:iam/role:Role",
        inputs=spec(
            "name path description assumeRolePolicy forceDetachPolicies maxSessionDuration permissionsBoundary tags"
        ),
        create=create_role,
        computed=("arn", "uniqueId", "createDate"),
        replace_on=frozenset({"name", "path"}),
        limits=(names, session, _document("assumeRolePolicy", "trust", policy_documents.TRUST_SIZE), _length(64)),
        emulated="partial",
        not_emulated=_UNEVALUATED,
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs: aws_iam_role",
    ),
    ResourceType(
        token="aws:iam/rolePolicy:RolePolicy",
        inputs=spec("name role policy"),
        create=put_role_policy,
        replace_on=frozenset({"name", "role"}),
        limits=(names, _inline("role"), _length(128)),
        emulated="partial",
        not_emulated=_UNEVALUATED,
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_role_policy",
    ),
    ResourceType(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        inputs=spec("role policyArn"),
        create=attach_role_policy,
        replace_on=frozenset({"role", "policyArn"}),
        source="Terraform AWS provider docs: aws_iam_role_policy_attachment",
    ),
    ResourceType(
        token="aws:iam/policy:Policy",
        inputs=spec("name path description policy tags"),
        create=create_policy,
        computed=("arn", "policyId"),
        replace_on=frozenset({"name", "path", "description"}),
        limits=(names, _document("policy", "identity", policy_documents.MANAGED_SIZE), _length(128)),
        emulated="partial",
        not_emulated=_UNEVALUATED,
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_policy",
    ),
    ResourceType(
        token="aws:iam/instanceProfile:InstanceProfile",
        inputs=spec("name path role tags"),
        create=create_instance_profile,
        computed=("arn", "uniqueId", "createDate"),
        replace_on=frozenset({"name", "path"}),
        limits=(names, _length(128)),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_instance_profile",
    ),
    ResourceType(
        token="aws:iam/user:User",
        inputs=spec("name path forceDestroy permissionsBoundary tags"),
        create=create_user,
        computed=("arn", "uniqueId"),
        limits=(names, _length(64)),
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs: aws_iam_user",
    ),
    ResourceType(
        token="aws:iam/group:Group",
        inputs=spec("name path"),
        create=create_group,
        computed=("arn", "uniqueId"),
        limits=(names, _length(128)),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_group",
    ),
    ResourceType(
        token="aws:iam/groupPolicy:GroupPolicy",
        inputs=spec("name group policy"),
        create=put_group_policy,
        replace_on=frozenset({"name", "group"}),
        limits=(names, _inline("group"), _length(128)),
        emulated="partial",
        not_emulated=_UNEVALUATED,
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_iam_group_policy",
    ),
    ResourceType(
        token="aws:iam/userGroupMembership:UserGroupMembership",
        inputs=spec("user groups"),
        create=add_to_groups,
        replace_on=frozenset({"user"}),
        limits=(groups_per_user,),
        source="Terraform AWS provider docs: aws_iam_user_group_membership",
    ),
    ResourceType(
        token="aws:iam/accessKey:AccessKey",
        inputs=spec("user status"),
        create=create_access_key,
        computed=("secret", "createDate"),
        replace_on=frozenset({"user"}),
        secret_outputs=frozenset({"secret"}),
        source="Terraform AWS provider docs: aws_iam_access_key",
    ),
    ResourceType(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        inputs=spec("url clientIdLists thumbprintLists tags"),
        create=create_provider,
        computed=("arn",),
        replace_on=frozenset({"url"}),
        limits=(provider_url,),
        source="Terraform AWS provider docs: aws_iam_openid_connect_provider",
    ),
    ResourceType(
        token="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        inputs=spec(" ".join(_PASSWORD_INPUTS)),
        create=set_password_policy,
        computed=("expirePasswords",),
        source="Terraform AWS provider docs: aws_iam_account_password_policy",
    ),
)
