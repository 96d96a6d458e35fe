"""AWS Budgets: what a month may cost before somebody is told."""

from __future__ import annotations

from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import is_there

NOTIFICATIONS = 10  # AWS Budgets: CreateBudget, NotificationsWithSubscribers
SUBSCRIBERS = 10  # e-mail addresses of one notification


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
    aws.client("budgets").create_budget(
        AccountId=account,
        Budget=_budget(inputs),
        NotificationsWithSubscribers=[_notification(one) for one in inputs.get("notifications") or []],
        ResourceTags=name_tags(inputs),
    )
    identifier = f"{account}:{inputs['name']}"
    _keep_beside(aws, identifier, inputs)
    arn = f"arn:aws:budgets::{account}:budget/{inputs['name']}"
    return Created(id=identifier, outputs={"arn": arn, "accountId": account})


def read_budget(aws: Aws, identifier: str, state: Inputs) -> Created:
    """The budget and its notifications; who gets them, and the tags, are held beside the emulator."""
    client, (account, _, name) = aws.client("budgets"), identifier.partition(":")
    held = client.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    notifications = client.describe_notifications_for_budget(AccountId=account, BudgetName=name)["Notifications"]
    beside = aws.records.get(_record(identifier), {})
    amount, known = held["BudgetLimit"]["Amount"], state.get("limitAmount")
    outputs = {
        "name": name,
        "accountId": account,
        "budgetType": held["BudgetType"],
        "limitAmount": known if known is not None and float(known) == float(amount) else amount,
        "limitUnit": held["BudgetLimit"]["Unit"],
        "timeUnit": held["TimeUnit"],
        "notifications": [_told(one, beside.get("notifications", [])) for one in notifications],
        "arn": f"arn:aws:budgets::{account}:budget/{name}",
        "tagsAll": beside.get("tagsAll", {}),
    }
    return Created(id=identifier, outputs=outputs)


def update_budget(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateBudget, its notifications and tags; the emulator only takes the budget anew."""
    account, _, name = identifier.partition(":")
    aws.keep("budgets", "UpdateBudget", {"AccountId": account, "NewBudget": _budget(inputs)})
    aws.client("budgets").delete_budget(AccountId=account, BudgetName=name)
    return create_budget(aws, {**inputs, "accountId": account}).outputs


def delete_budget(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteBudget, with its notifications."""
    account, _, name = identifier.partition(":")
    aws.client("budgets").delete_budget(AccountId=account, BudgetName=name)
    aws.records.pop(_record(identifier), None)


def find_budget(aws: Aws, inputs: Inputs) -> list[str]:
    """`<account>:<name>`, where there is such a budget."""
    identifier = f"{inputs.get('accountId') or aws.account_id}:{inputs['name']}"
    return [identifier] if is_there(lambda: read_budget(aws, identifier, {})) else []


def every_budget(aws: Aws, _region: str) -> list[str]:
    """All budgets of the account."""
    pages = aws.client("budgets").get_paginator("describe_budgets").paginate(AccountId=aws.account_id)
    return [f"{aws.account_id}:{one['BudgetName']}" for page in pages for one in page.get("Budgets", [])]


def _budget(inputs: Inputs) -> Inputs:
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": str(inputs["limitAmount"]), "Unit": inputs["limitUnit"]},
    }


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


def _told(notification: Inputs, held: list[Inputs]) -> Inputs:
    """A notification as the program writes it, with the subscribers that are held for it."""
    told = {
        "comparisonOperator": notification["ComparisonOperator"],
        "notificationType": notification["NotificationType"],
        "threshold": notification["Threshold"],
        "thresholdType": notification.get("ThresholdType", "PERCENTAGE"),
    }
    same = next((one for one in held if told.items() <= one.items()), {})
    return {**same, **told}


def _keep_beside(aws: Aws, identifier: str, inputs: Inputs) -> None:
    notifications = inputs.get("notifications") or []
    aws.records[_record(identifier)] = {"notifications": notifications, "tagsAll": inputs["tagsAll"]}


def _record(identifier: str) -> str:
    return f"budgets/budget/{identifier}"


RESOURCES = (
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
        read=read_budget,
        update=update_budget,
        delete=delete_budget,
        find=find_budget,
        every=every_budget,
        computed=("arn", "accountId"),
        replace_on=frozenset({"accountId", "name"}),
        in_place=frozenset({"budgetType", "limitAmount", "limitUnit", "notifications", "tags", "timeUnit"}),
        unordered=frozenset({"notifications"}),
        limits=(notifications,),
        auto_name="name",
        auto_name_limit=100,
        emulated="partial",
        not_emulated=(
            "no cost is counted and no message is sent",
            "a budget's subscribers and tags are kept by the stand-in alone",
        ),
        source="Terraform AWS provider docs: aws_budgets_budget",
    ),
)
