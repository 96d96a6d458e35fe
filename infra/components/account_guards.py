"""Settings of the whole AWS account, made once: what nobody in it can switch off by accident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

PASSWORD_LENGTH = 14
SERVICE_SETTINGS = {
    "automation-logs": ("/ssm/automation/customer-script-log-destination", "CloudWatch"),
    "document-sharing": ("/ssm/documents/console/public-sharing-permission", "Disable"),
}


@dataclass(frozen=True, kw_only=True)
class AccountGuardsArgs:
    """The account, every region that it uses, and how VPCs are cut off from the internet (None: they are not)."""

    account_id: str
    regions: Sequence[str]
    vpc_block_public_access: str | None


class AccountGuards(pulumi.ComponentResource):
    """Public access to S3 and to snapshots blocked, volumes encrypted, strong passwords, Systems Manager's settings."""

    def __init__(self, name: str, args: AccountGuardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:AccountGuards", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.s3.AccountPublicAccessBlock(
            f"{name}-s3",
            account_id=args.account_id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.iam.AccountPasswordPolicy(
            f"{name}-passwords",
            minimum_password_length=PASSWORD_LENGTH,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            allow_users_to_change_password=True,
            password_reuse_prevention=24,
            opts=child,
        )
        for region in args.regions:
            self._region(f"{name}-{region}", region, args)
        self.register_outputs({"regions": list(args.regions)})

    def _region(self, name: str, region: str, args: AccountGuardsArgs) -> None:
        """What AWS keeps for each region apart."""
        child = pulumi.ResourceOptions(parent=self)
        aws.ebs.EncryptionByDefault(f"{name}-volumes", enabled=True, region=region, opts=child)
        aws.ebs.SnapshotBlockPublicAccess(f"{name}-snapshots", state="block-all-sharing", region=region, opts=child)
        for what, (path, value) in SERVICE_SETTINGS.items():
            aws.ssm.ServiceSetting(
                f"{name}-{what}",
                setting_id=f"arn:aws:ssm:{region}:{args.account_id}:servicesetting{path}",
                setting_value=value,
                region=region,
                opts=child,
            )
        if args.vpc_block_public_access is not None:
            aws.ec2.VpcBlockPublicAccessOptions(
                f"{name}-vpcs",
                internet_gateway_block_mode=args.vpc_block_public_access,
                region=region,
                opts=child,
            )
