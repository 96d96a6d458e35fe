"""Settings of a whole AWS account or region, and its budget."""

from __future__ import annotations

from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

_KEPT = ("the setting itself: the request is checked and kept",)
_BLOCKS = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}
NOTIFICATIONS = 10  # AWS Budgets: CreateBudget, NotificationsWithSubscribers
SUBSCRIBERS = 10  # e-mail addresses of one notification


def block_public_access(aws: Aws, inputs: Inputs) -> Created:
    """PutPublicAccessBlock of the account."""
    account = inputs.get("accountId") or aws.account_id
    wanted = {theirs: bool(inputs.get(ours)) for ours, theirs in _BLOCKS.items()}
    aws.client("s3control").put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=wanted)
    return Created(id=account, outputs={"accountId": account})


def encrypt_volumes(aws: Aws, inputs: Inputs) -> Created:
    """EnableEbsEncryptionByDefault, or its opposite, for a region."""
    region = inputs.get("region") or aws.region
    client = aws.client("ec2", region)
    if inputs.get("enabled", True):
        client.enable_ebs_encryption_by_default()
    else:
        client.disable_ebs_encryption_by_default()
    return Created(id=region, outputs={"enabled": inputs.get("enabled", True)})


def block_snapshots(aws: Aws, inputs: Inputs) -> Created:
    """EnableSnapshotBlockPublicAccess for a region."""
    aws.keep("ec2", "EnableSnapshotBlockPublicAccess", {"State": inputs["state"]})
    return Created(id=inputs.get("region") or aws.region)


def block_internet(aws: Aws, inputs: Inputs) -> Created:
    """ModifyVpcBlockPublicAccessOptions for a region."""
    mode, region = inputs["internetGatewayBlockMode"], inputs.get("region") or aws.region
    aws.keep("ec2", "ModifyVpcBlockPublicAccessOptions", {"InternetGatewayBlockMode": mode})
    return Created(id=region, outputs={"awsAccountId": aws.account_id, "awsRegion": region})


def notifications(inputs: Inputs) -> str | None:
    """A budget has ten notifications at most, each with one to ten addresses or a topic."""
    found = inputs.get("notifications") or []
    if len(found) > NOTIFICATIONS:
        return f"{len(found)} notifications, AWS Budgets allows {NOTIFICATIONS}: remove some"
    for one in found:
        addresses, topics = one.get("subscriberEmailAddresses") or [], one.get("subscriberSnsTopicArns") or []
        if not addresses and not topics:
            return "a notification of the budget has no subscriber: give it an address"
        if len(addresses) > SUBSCRIBERS or len(topics) > 1:
            return f"a notification goes to {SUBSCRIBERS} addresses and one topic at most: remove some"
    return None


def create_budget(aws: Aws, inputs: Inputs) -> Created:
    """CreateBudget with its notifications."""
    account = inputs.get("accountId") or aws.account_id
    budget = {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": str(inputs["limitAmount"]), "Unit": inputs["limitUnit"]},
    }
    aws.client("budgets").create_budget(
        AccountId=account,
        Budget=budget,
        NotificationsWithSubscribers=[_notification(one) for one in inputs.get("notifications") or []],
        ResourceTags=name_tags(inputs),
    )
    arn = f"arn:aws:budgets::{account}:budget/{inputs['name']}"
    return Created(id=f"{account}:{inputs['name']}", outputs={"arn": arn, "accountId": account})


def _notification(one: Inputs) -> Inputs:
    emails = [{"SubscriptionType": "EMAIL", "Address": each} for each in one.get("subscriberEmailAddresses") or []]
    topics = [{"SubscriptionType": "SNS", "Address": each} for each in one.get("subscriberSnsTopicArns") or []]
    return {
        "Notification": {
            "NotificationType": one["notificationType"],
            "ComparisonOperator": one["comparisonOperator"],
            "Threshold": float(one["threshold"]),
            "ThresholdType": one["thresholdType"],
        },
        "Subscribers": [*emails, *topics],
    }


RESOURCES = (
    ResourceType(
        token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        inputs=spec("accountId " + " ".join(_BLOCKS)),
        create=block_public_access,
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
        replace_on=frozenset({"region"}),
        source="Terraform AWS provider docs: aws_ebs_encryption_by_default",
    ),
    ResourceType(
        token="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        inputs=spec("state region"),
        create=block_snapshots,
        replace_on=frozenset({"region"}),
        emulated="none",
        not_emulated=_KEPT,
        source="Terraform AWS provider docs: aws_ebs_snapshot_block_public_access",
    ),
    ResourceType(
        token="aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        inputs=spec("internetGatewayBlockMode region"),
        create=block_internet,
        computed=("awsAccountId", "awsRegion"),
        replace_on=frozenset({"region"}),
        emulated="none",
        not_emulated=_KEPT,
        source="Terraform AWS provider docs: aws_vpc_block_public_access_options",
    ),
    ResourceType(
        token="aws:budgets/budget:Budget",
        inputs=spec(
            "name accountId budgetType limitAmount limitUnit timeUnit tags",
            notifications=spec(
                "comparisonOperator notificationType threshold thresholdType"
                " subscriberEmailAddresses subscriberSnsTopicArns"
            ),
        ),
        create=create_budget,
        computed=("arn", "accountId"),
        replace_on=frozenset({"accountId", "name"}),
        limits=(notifications,),
        auto_name="name",
        auto_name_limit=100,
        emulated="partial",
        not_emulated=("no cost is counted and no message is sent",),
        source="Terraform AWS provider docs: aws_budgets_budget",
    ),
)
