"""FSBP controls that are settings of the AWS account or region, made once by the account project."""

from __future__ import annotations

from controls.control import Control, Judge, Outcome, Severity, one_per_account
from controls.inputs import is_true, peek, value
from controls.s3 import BLOCK_SETTINGS
from rehearsal.graph import Graph, Node

ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
EBS_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
SNAPSHOT_BLOCK = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
VPC_BLOCK = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
SERVICE_SETTING = "aws:ssm/serviceSetting:ServiceSetting"

_PASSWORD_CLASSES = ("requireLowercaseCharacters", "requireNumbers", "requireSymbols", "requireUppercaseCharacters")


def _blocks_everything(block: Node, _: Graph) -> str | None:
    unset = [key for key in BLOCK_SETTINGS if not is_true(value(block, key))]
    return f"it leaves {', '.join(unset)} off" if unset else None


def _enabled(setting: Node, _: Graph) -> str | None:
    return None if value(setting, "enabled", True) is not False else "it is switched off"


def _strong_passwords(policy: Node, _: Graph) -> str | None:
    unset = [key for key in _PASSWORD_CLASSES if not is_true(value(policy, key))]
    if unset:
        return f"it leaves {', '.join(unset)} off"
    return None if int(value(policy, "minimumPasswordLength", 6)) >= 8 else "it accepts passwords under 8 characters"


def _is_one_of(path: str, *accepted: str) -> Judge:
    def judge(node: Node, _: Graph) -> str | None:
        found = value(node, path)
        return None if found in accepted else f"{path} is {found}, not {' or '.join(accepted)}"

    return judge


def _service_setting(control: str, title: str, setting: str, wanted: str, severity: Severity) -> Control:
    def rule(graph: Graph) -> list[Outcome]:
        about = [node for node in graph.of(SERVICE_SETTING) if str(peek(node, "settingId")).endswith(setting)]
        return one_per_account(
            SERVICE_SETTING, _is_one_of("settingValue", wanted), missing=f"the setting {setting} is not made"
        )(Graph(tuple(about)))

    return Control(
        id=control,
        title=title,
        severity=severity,
        scope="account",
        rule=rule,
        remedy=f"make the ServiceSetting {setting} with the value {wanted} in the account project",
    )


CONTROLS = (
    Control(
        id="EC2.7",
        title="EBS default encryption should be enabled",
        severity="medium",
        scope="account",
        rule=one_per_account(EBS_DEFAULT, _enabled, missing="EBS encryption by default is not switched on"),
        remedy="keep the account project's EncryptionByDefault",
    ),
    Control(
        id="EC2.172",
        title="EC2 VPC Block Public Access settings should block internet gateway traffic",
        severity="medium",
        scope="account",
        rule=one_per_account(
            VPC_BLOCK,
            _is_one_of("internetGatewayBlockMode", "block-ingress", "block-bidirectional"),
            missing="VPC Block Public Access is not switched on",
        ),
        remedy="make VpcBlockPublicAccessOptions with block-ingress in the account project; a VPC that machines are"
        " reached in from outside (server.origin: public) needs an exclusion first",
    ),
    Control(
        id="EC2.182",
        title="Block public access settings should be enabled for Amazon EBS snapshots",
        severity="high",
        scope="account",
        rule=one_per_account(
            SNAPSHOT_BLOCK,
            _is_one_of("state", "block-all-sharing"),
            missing="EBS snapshots may be shared with everyone",
        ),
        remedy="keep the account project's SnapshotBlockPublicAccess at block-all-sharing",
    ),
    Control(
        id="IAM.7",
        title="Password policies for IAM users should have strong configurations",
        severity="medium",
        scope="account",
        rule=one_per_account(PASSWORDS, _strong_passwords, missing="the account has no password policy"),
        remedy="keep the account project's AccountPasswordPolicy: 8 characters or more, of all four classes",
    ),
    Control(
        id="S3.1",
        title="S3 general purpose buckets should have block public access settings enabled",
        severity="medium",
        scope="account",
        rule=one_per_account(ACCOUNT_BLOCK, _blocks_everything, missing="the account blocks no public access to S3"),
        remedy="keep the account project's AccountPublicAccessBlock with all four settings on",
    ),
    _service_setting(
        "SSM.6",
        "SSM Automation should have CloudWatch logging enabled",
        "/ssm/automation/customer-script-log-destination",
        "CloudWatch",
        "medium",
    ),
    _service_setting(
        "SSM.7",
        "SSM documents should have the block public sharing setting enabled",
        "/ssm/documents/console/public-sharing-permission",
        "Disable",
        "critical",
    ),
)
