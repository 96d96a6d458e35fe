"""Settings of a whole AWS account or region."""

from __future__ import annotations

from rehearsal.api import unless_gone
from rehearsal.resource import Aws, Created, Find, Inputs, Read, ResourceType, spec
from rehearsal.tables import put_again

_KEPT = ("the setting itself: the request is checked and kept",)
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


def read_block(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """GetPublicAccessBlock of the account."""
    found = aws.client("s3control").get_public_access_block(AccountId=identifier)["PublicAccessBlockConfiguration"]
    held = {ours: found[theirs] for ours, theirs in _BLOCKS.items()}
    return Created(id=identifier, outputs={**held, "accountId": identifier})


def delete_block(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeletePublicAccessBlock of the account."""
    aws.client("s3control").delete_public_access_block(AccountId=identifier)


def find_block(aws: Aws, inputs: Inputs) -> list[str]:
    """The account, if it has a block."""
    account = inputs.get("accountId") or aws.account_id
    return [] if unless_gone(lambda: read_block(aws, account, {})) is None else [account]


def encrypt_volumes(aws: Aws, inputs: Inputs) -> Created:
    """EnableEbsEncryptionByDefault, or its opposite, for a region."""
    region = inputs.get("region") or aws.region
    client = aws.client("ec2", region)
    if inputs.get("enabled", True):
        client.enable_ebs_encryption_by_default()
    else:
        client.disable_ebs_encryption_by_default()
    return Created(id=region, outputs={"enabled": inputs.get("enabled", True)})


def read_encryption(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """GetEbsEncryptionByDefault."""
    enabled = aws.client("ec2", identifier).get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    return Created(id=identifier, outputs={"enabled": enabled}) if enabled else None


def stop_encrypting(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DisableEbsEncryptionByDefault."""
    aws.client("ec2", identifier).disable_ebs_encryption_by_default()


def find_encryption(aws: Aws, inputs: Inputs) -> list[str]:
    """The region, if it encrypts."""
    region = inputs.get("region") or aws.region
    return [] if read_encryption(aws, region, {}) is None else [region]


def block_snapshots(aws: Aws, inputs: Inputs) -> Created:
    """EnableSnapshotBlockPublicAccess for a region."""
    region = inputs.get("region") or aws.region
    aws.keep("ec2", "EnableSnapshotBlockPublicAccess", {"State": inputs["state"]})
    aws.records[_record(aws, "snapshot-block", region)] = {"state": inputs["state"]}
    return Created(id=region)


def unblock_snapshots(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DisableSnapshotBlockPublicAccess."""
    aws.keep("ec2", "DisableSnapshotBlockPublicAccess", {})
    aws.records.pop(_record(aws, "snapshot-block", identifier), None)


def _record(aws: Aws, setting: str, region: str) -> str:
    return f"ec2/{setting}/{aws.account_id}/{region}"


def _read_record(setting: str) -> Read:
    def read(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
        record = _record(aws, setting, identifier)
        return Created(id=identifier, outputs=aws.records[record]) if record in aws.records else None

    return read


def _find_record(setting: str) -> Find:
    def find(aws: Aws, inputs: Inputs) -> list[str]:
        region = inputs.get("region") or aws.region
        return [region] if _record(aws, setting, region) in aws.records else []

    return find


def block_internet(aws: Aws, inputs: Inputs) -> Created:
    """ModifyVpcBlockPublicAccessOptions for a region."""
    mode, region = inputs["internetGatewayBlockMode"], inputs.get("region") or aws.region
    aws.keep("ec2", "ModifyVpcBlockPublicAccessOptions", {"InternetGatewayBlockMode": mode})
    outputs = {"awsAccountId": aws.account_id, "awsRegion": region}
    aws.records[_record(aws, "vpc-block", region)] = {"internetGatewayBlockMode": mode, **outputs}
    return Created(id=region, outputs=outputs)


def unblock_internet(aws: Aws, identifier: str, _state: Inputs) -> None:
    """ModifyVpcBlockPublicAccessOptions back to `off`."""
    aws.keep("ec2", "ModifyVpcBlockPublicAccessOptions", {"InternetGatewayBlockMode": "off"})
    aws.records.pop(_record(aws, "vpc-block", identifier), None)


RESOURCES = (
    ResourceType(
        token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        inputs=spec("accountId " + " ".join(_BLOCKS)),
        create=block_public_access,
        read=read_block,
        update=put_again(block_public_access),
        delete=delete_block,
        find=find_block,
        in_place=frozenset(_BLOCKS),
        computed=("accountId",),
        replace_on=frozenset({"accountId"}),
        emulated="partial",
        not_emulated=("the emulator keeps the account's block but lets a public policy through",),
        source="Terraform AWS provider docs: aws_s3_account_public_access_block",
    ),
    ResourceType(
        token="aws:ebs/encryptionByDefault:EncryptionByDefault",
        inputs=spec("enabled region"),
        create=encrypt_volumes,
        read=read_encryption,
        update=put_again(encrypt_volumes),
        delete=stop_encrypting,
        find=find_encryption,
        in_place=frozenset({"enabled"}),
        defaults={"enabled": True},
        replace_on=frozenset({"region"}),
        source="Terraform AWS provider docs: aws_ebs_encryption_by_default",
    ),
    ResourceType(
        token="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        inputs=spec("state region"),
        create=block_snapshots,
        read=_read_record("snapshot-block"),
        update=put_again(block_snapshots),
        delete=unblock_snapshots,
        find=_find_record("snapshot-block"),
        in_place=frozenset({"state"}),
        replace_on=frozenset({"region"}),
        emulated="none",
        not_emulated=_KEPT,
        source="Terraform AWS provider docs: aws_ebs_snapshot_block_public_access",
    ),
    ResourceType(
        token="aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        inputs=spec("internetGatewayBlockMode region"),
        create=block_internet,
        read=_read_record("vpc-block"),
        update=put_again(block_internet),
        delete=unblock_internet,
        find=_find_record("vpc-block"),
        in_place=frozenset({"internetGatewayBlockMode"}),
        computed=("awsAccountId", "awsRegion"),
        replace_on=frozenset({"region"}),
        emulated="none",
        not_emulated=_KEPT,
        source="Terraform AWS provider docs: aws_vpc_block_public_access_options",
    ),
)
