"""IAM: what an account has one of: GitHub's identity provider and the password policy."""

from __future__ import annotations

from rehearsal import iam_limits
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id, put_again
from rehearsal.tagging import as_list, as_mapping, retag

PASSWORD_POLICY = "iam-account-password-policy"  # noqa: S105 - the id that the provider imports it by
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


def create_provider(aws: Aws, inputs: Inputs) -> Created:
    """CreateOpenIDConnectProvider, one for each URL; a thumbprint is not needed for GitHub."""
    client, arn = aws.client("iam"), _provider_arn(aws, inputs)
    if arn in every_provider(aws, ""):
        message = f"Provider with url {inputs['url']} already exists: adopt it by its ARN, {arn}"
        raise refusal("CreateOpenIDConnectProvider", "EntityAlreadyExists", message)
    thumbprints = inputs.get("thumbprintLists") or []
    made = client.create_open_id_connect_provider(
        Url=inputs["url"], ClientIDList=inputs["clientIdLists"], ThumbprintList=thumbprints, Tags=name_tags(inputs)
    )
    arn = made["OpenIDConnectProviderArn"]
    return Created(id=arn, outputs={"arn": arn, "thumbprintLists": thumbprints})


def read_provider(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """GetOpenIDConnectProvider, which tells the URL without https://."""
    found = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=identifier)
    outputs = {
        "url": f"https://{found['Url'].removeprefix('https://')}",
        "clientIdLists": aws.records.get(_audiences(identifier), {}).get("clientIds", found["ClientIDList"]),
        "thumbprintLists": found["ThumbprintList"],
        "arn": identifier,
        "tagsAll": as_mapping(found.get("Tags")),
    }
    return Created(id=identifier, outputs=outputs)


def update_provider(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Audiences, thumbprints (those that are there stay when the inputs name none, as in the provider) and tags."""
    client, held = aws.client("iam"), read_provider(aws, identifier, {}).outputs
    arn = {"OpenIDConnectProviderArn": identifier}
    wanted = inputs["clientIdLists"]
    for operation, audiences in (
        ("AddClientIDToOpenIDConnectProvider", set(wanted) - set(held["clientIdLists"])),
        ("RemoveClientIDFromOpenIDConnectProvider", set(held["clientIdLists"]) - set(wanted)),
    ):
        for audience in sorted(audiences):  # the emulator has neither operation
            aws.keep("iam", operation, {**arn, "ClientID": audience})
            aws.records[_audiences(identifier)] = {"clientIds": wanted}
    thumbprints = inputs.get("thumbprintLists") or held["thumbprintLists"]
    if thumbprints != held["thumbprintLists"]:
        client.update_open_id_connect_provider_thumbprint(**arn, ThumbprintList=thumbprints)
    retag(
        held["tagsAll"],
        inputs["tagsAll"],
        tag=lambda tags: client.tag_open_id_connect_provider(**arn, Tags=as_list(tags)),
        untag=lambda keys: client.untag_open_id_connect_provider(**arn, TagKeys=keys),
    )
    return {"thumbprintLists": thumbprints}


def delete_provider(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteOpenIDConnectProvider, which says nothing where there is none."""
    aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=identifier)
    aws.records.pop(_audiences(identifier), None)


def find_provider(aws: Aws, inputs: Inputs) -> list[str]:
    """The ARN is of the URL."""
    return [arn for arn in every_provider(aws, "") if arn == _provider_arn(aws, inputs)]


def every_provider(aws: Aws, _region: str) -> list[str]:
    """ARNs of all identity providers."""
    found = aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return [provider["Arn"] for provider in found]


def _audiences(arn: str) -> str:
    return f"iam/oidc-audiences/{arn}"


def _provider_arn(aws: Aws, inputs: Inputs) -> str:
    return f"arn:aws:iam::{aws.account_id}:oidc-provider/{inputs['url'].removeprefix('https://')}"


def set_password_policy(aws: Aws, inputs: Inputs) -> Created:
    """UpdateAccountPasswordPolicy, which sets all that is left out back to AWS's defaults."""
    wanted = {theirs: inputs[ours] for ours, theirs in _PASSWORD_INPUTS.items() if inputs.get(ours) is not None}
    aws.client("iam").update_account_password_policy(**wanted)
    return Created(id=PASSWORD_POLICY, outputs={"expirePasswords": (inputs.get("maxPasswordAge") or 0) > 0})


def read_password_policy(aws: Aws, _identifier: str, _state: Inputs) -> Created:
    """GetAccountPasswordPolicy."""
    found = aws.client("iam").get_account_password_policy()["PasswordPolicy"]
    held = {ours: found.get(theirs) for ours, theirs in _PASSWORD_INPUTS.items()}
    return Created(id=PASSWORD_POLICY, outputs={**held, "expirePasswords": found["ExpirePasswords"]})


def delete_password_policy(aws: Aws, _identifier: str, _state: Inputs) -> None:
    """DeleteAccountPasswordPolicy: AWS's own policy holds again."""
    aws.client("iam").delete_account_password_policy()


def every_password_policy(aws: Aws, _region: str) -> list[str]:
    """The one policy, where it is not AWS's own."""
    return list(by_id(read_password_policy, "id")(aws, {"id": PASSWORD_POLICY}))


RESOURCES = (
    ResourceType(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        inputs=spec("url clientIdLists thumbprintLists tags"),
        create=create_provider,
        read=read_provider,
        update=update_provider,
        delete=delete_provider,
        find=find_provider,
        every=every_provider,
        computed=("arn",),
        replace_on=frozenset({"url"}),
        in_place=frozenset({"clientIdLists", "thumbprintLists", "tags"}),
        unordered=frozenset({"clientIdLists"}),
        limits=(iam_limits.provider_url,),
        emulated="partial",
        not_emulated=("audiences that are changed are kept by the stand-in alone",),
        source="Terraform AWS provider: aws_iam_openid_connect_provider",
    ),
    ResourceType(
        token="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        inputs=spec(" ".join(_PASSWORD_INPUTS)),
        create=set_password_policy,
        read=read_password_policy,
        update=put_again(set_password_policy),
        delete=delete_password_policy,
        find=lambda aws, _inputs: every_password_policy(aws, ""),
        every=every_password_policy,
        computed=("expirePasswords",),
        renewed=frozenset({"expirePasswords"}),
        in_place=frozenset(_PASSWORD_INPUTS),
        defaults={"minimumPasswordLength": 6},
        source="Terraform AWS provider docs: aws_iam_account_password_policy",
    ),
)
