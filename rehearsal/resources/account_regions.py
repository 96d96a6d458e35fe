"""Settings that an AWS account has in each region."""

from __future__ import annotations

from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import put_again

_KEPT = ("the setting itself: the request is checked and kept",)


def encrypt_volumes(aws: Aws, inputs: Inputs) -> Created:
    """EnableEbsEncryptionByDefault, or its opposite, for a region."""
    _encrypt(aws, inputs, enabled=inputs.get("enabled", True))
    return Created(id=inputs.get("region") or aws.region, outputs={"enabled": inputs.get("enabled", True)})


def read_encryption(aws: Aws, _identifier: str, state: Inputs) -> Created | None:
    """GetEbsEncryptionByDefault; imported as `default`. Off, unless the program wants that, is as if it were not."""
    region = state.get("region") or aws.region
    enabled = aws.client("ec2", region).get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    if not enabled and state.get("enabled", True):
        return None
    return Created(id=region, outputs={"enabled": enabled})


def stop_encryption(aws: Aws, _identifier: str, state: Inputs) -> None:
    """DisableEbsEncryptionByDefault, as the provider does when the resource goes."""
    _encrypt(aws, state, enabled=False)


def find_encryption(aws: Aws, inputs: Inputs) -> list[str]:
    """`default`, where the region has the setting."""
    return ["default"] if read_encryption(aws, "default", inputs) else []


def every_encryption(aws: Aws, region: str) -> list[str]:
    """The region, where volumes are encrypted."""
    return [region] if read_encryption(aws, "default", {"region": region}) else []


def _encrypt(aws: Aws, inputs: Inputs, *, enabled: bool) -> None:
    client = aws.client("ec2", inputs.get("region"))
    if enabled:
        client.enable_ebs_encryption_by_default()
    else:
        client.disable_ebs_encryption_by_default()


class RegionalSetting:
    """A setting of a region that the emulator lacks: `key` is the input, `off` the value without the resource."""

    def __init__(self, *, name: str, key: str, operation: str, member: str, off: str, off_operation: str) -> None:
        self.name, self.key, self.operation, self.member = name, key, operation, member
        self.off, self.off_operation = off, off_operation

    def put(self, aws: Aws, inputs: Inputs) -> Created:
        """Checks the request, and holds the value."""
        region = inputs.get("region") or aws.region
        aws.keep("ec2", self.operation, {self.member: inputs[self.key]})
        aws.records[self._record(region)] = {self.key: inputs[self.key]}
        return Created(id=region, outputs=self._computed(aws, region))

    def read(self, aws: Aws, _identifier: str, state: Inputs) -> Created | None:
        """The value of the region; the identifier says nothing else."""
        region = state.get("region") or aws.region
        held = aws.records.get(self._record(region))
        return None if held is None else Created(id=region, outputs={**held, **self._computed(aws, region)})

    def delete(self, aws: Aws, _identifier: str, state: Inputs) -> None:
        """Back to AWS's default."""
        params = {self.member: self.off} if self.off_operation == self.operation else {}
        aws.keep("ec2", self.off_operation, params)
        aws.records.pop(self._record(state.get("region") or aws.region), None)

    def every(self, aws: Aws, region: str) -> list[str]:
        """The region, where it has a value."""
        return [region] if self._record(region) in aws.records else []

    def _record(self, region: str) -> str:
        return f"ec2/{self.name}/{region}"

    def _computed(self, aws: Aws, region: str) -> Inputs:
        return {"awsAccountId": aws.account_id, "awsRegion": region} if self.key == "internetGatewayBlockMode" else {}


SNAPSHOTS = RegionalSetting(
    name="snapshot-block-public-access",
    key="state",
    operation="EnableSnapshotBlockPublicAccess",
    member="State",
    off="unblocked",
    off_operation="DisableSnapshotBlockPublicAccess",
)
INTERNET = RegionalSetting(
    name="vpc-block-public-access",
    key="internetGatewayBlockMode",
    operation="ModifyVpcBlockPublicAccessOptions",
    member="InternetGatewayBlockMode",
    off="off",
    off_operation="ModifyVpcBlockPublicAccessOptions",
)


def find_snapshots(aws: Aws, inputs: Inputs) -> list[str]:
    """`default`, where the region has the setting."""
    return ["default"] if SNAPSHOTS.read(aws, "default", inputs) else []


def find_internet(aws: Aws, inputs: Inputs) -> list[str]:
    """The region, where it has the setting."""
    return INTERNET.every(aws, inputs.get("region") or aws.region)


RESOURCES = (
    ResourceType(
        token="aws:ebs/encryptionByDefault:EncryptionByDefault",
        inputs=spec("enabled region"),
        create=encrypt_volumes,
        read=read_encryption,
        update=put_again(encrypt_volumes),
        delete=stop_encryption,
        find=find_encryption,
        every=every_encryption,
        replace_on=frozenset({"region"}),
        in_place=frozenset({"enabled"}),
        defaults={"enabled": True},
        source="Terraform AWS provider docs: aws_ebs_encryption_by_default",
    ),
    ResourceType(
        token="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        inputs=spec("state region"),
        create=SNAPSHOTS.put,
        read=SNAPSHOTS.read,
        update=put_again(SNAPSHOTS.put),
        delete=SNAPSHOTS.delete,
        find=find_snapshots,
        every=SNAPSHOTS.every,
        replace_on=frozenset({"region"}),
        in_place=frozenset({"state"}),
        emulated="none",
        not_emulated=_KEPT,
        source="Terraform AWS provider docs: aws_ebs_snapshot_block_public_access",
    ),
    ResourceType(
        token="aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        inputs=spec("internetGatewayBlockMode region"),
        create=INTERNET.put,
        read=INTERNET.read,
        update=put_again(INTERNET.put),
        delete=INTERNET.delete,
        find=find_internet,
        every=INTERNET.every,
        replace_on=frozenset({"region"}),
        in_place=frozenset({"internetGatewayBlockMode"}),
        computed=("awsAccountId", "awsRegion"),
        emulated="none",
        not_emulated=_KEPT,
        source="Terraform AWS provider docs: aws_vpc_block_public_access_options",
    ),
)
