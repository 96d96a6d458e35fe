"""Settings of a whole AWS account; those of a region are in account_regions.py."""

from __future__ import annotations

from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import is_there, put_again

_BLOCKS = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}


def block_public_access(aws: Aws, inputs: Inputs) -> Created:
    """PutPublicAccessBlock of the account."""
    account = inputs.get("accountId") or aws.account_id
    wanted = {theirs: bool(inputs.get(ours)) for ours, theirs in _BLOCKS.items()}
    aws.client("s3control").put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=wanted)
    return Created(id=account, outputs={"accountId": account})


def read_public_access(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """GetPublicAccessBlock of the account."""
    held = aws.client("s3control").get_public_access_block(AccountId=identifier)["PublicAccessBlockConfiguration"]
    blocks = {ours: held[theirs] for ours, theirs in _BLOCKS.items()}
    return Created(id=identifier, outputs={"accountId": identifier, **blocks})


def allow_public_access(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeletePublicAccessBlock of the account."""
    aws.client("s3control").delete_public_access_block(AccountId=identifier)


def find_public_access(aws: Aws, inputs: Inputs) -> list[str]:
    """The account, where it has a block."""
    account = inputs.get("accountId") or aws.account_id
    return [account] if is_there(lambda: read_public_access(aws, account, {})) else []


RESOURCES = (
    ResourceType(
        token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        inputs=spec("accountId " + " ".join(_BLOCKS)),
        create=block_public_access,
        read=read_public_access,
        update=put_again(block_public_access),
        delete=allow_public_access,
        find=find_public_access,
        every=lambda aws, _region: find_public_access(aws, {}),
        computed=("accountId",),
        replace_on=frozenset({"accountId"}),
        in_place=frozenset(_BLOCKS),
        emulated="partial",
        not_emulated=("the emulator keeps the account's block but lets a public policy through",),
        source="Terraform AWS provider docs: aws_s3_account_public_access_block",
    ),
)
