"""AWS Budgets: the account's budget with its notifications.

The emulator keeps the budget and its notifications, and tells neither subscribers nor tags: the stand-in holds these.
"""

from __future__ import annotations

from typing import Any

from rehearsal.api import camel
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

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
    account, budget = inputs.get("accountId") or aws.account_id, _budget(inputs)
    aws.client("budgets").create_budget(
        AccountId=account,
        Budget=budget,
        NotificationsWithSubscribers=[_notification(one) for one in inputs.get("notifications") or []],
        ResourceTags=name_tags(inputs),
    )
    identifier = f"{account}:{inputs['name']}"
    aws.records[f"budgets/budget/{identifier}"] = {
        "notifications": inputs.get("notifications") or [],
        "tagsAll": inputs["tagsAll"],
    }
    arn = f"arn:aws:budgets::{account}:budget/{inputs['name']}"
    return Created(id=identifier, outputs={"arn": arn, "accountId": account})


def _budget(inputs: Inputs) -> dict[str, Any]:
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": str(inputs["limitAmount"]), "Unit": inputs["limitUnit"]},
    }


def read_budget(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """DescribeBudget with its notifications. Imported as `<account>:<name>`."""
    account, _, name = identifier.partition(":")
    client = aws.client("budgets")
    found = client.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    sent = client.describe_notifications_for_budget(AccountId=account, BudgetName=name)["Notifications"]
    record = aws.records.get(f"budgets/budget/{identifier}", {})
    known = {_key(one): one for one in record.get("notifications", [])}
    amount = float(found["BudgetLimit"]["Amount"])
    held = {
        "name": found["BudgetName"],
        "accountId": account,
        "budgetType": found["BudgetType"],
        "timeUnit": found["TimeUnit"],
        "limitAmount": f"{amount:g}",
        "limitUnit": found["BudgetLimit"]["Unit"],
        "notifications": [{**known.get(_key(one), {}), **one} for one in map(camel, sent)],
        "arn": f"arn:aws:budgets::{account}:budget/{name}",
        "tagsAll": record.get("tagsAll", {}),
    }
    return Created(id=identifier, outputs=held)


def _key(one: Inputs) -> tuple[str, str, float]:
    return one["notificationType"], one["comparisonOperator"], float(one["threshold"])


def update_budget(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """The emulator cannot change one, so that the stand-in makes it again under its name."""
    account = identifier.partition(":")[0]
    aws.keep("budgets", "UpdateBudget", {"AccountId": account, "NewBudget": _budget(inputs)})
    delete_budget(aws, identifier, state)
    create_budget(aws, inputs)
    return {}


def delete_budget(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteBudget."""
    account, _, name = identifier.partition(":")
    aws.client("budgets").delete_budget(AccountId=account, BudgetName=name)
    aws.records.pop(f"budgets/budget/{identifier}", None)


def find_budget(aws: Aws, inputs: Inputs) -> list[str]:
    """The one of that name."""
    account = inputs.get("accountId") or aws.account_id
    return [one for one in _all(aws, account) if one == f"{account}:{inputs['name']}"]


def every_budget(aws: Aws, region: str) -> list[str]:
    """Ids of all; a budget has no region, so that they are told for one."""
    return _all(aws, aws.account_id) if region == "us-east-1" else []


def _all(aws: Aws, account: str) -> list[str]:
    found = aws.client("budgets").describe_budgets(AccountId=account).get("Budgets") or []
    return [f"{account}:{one['BudgetName']}" for one in found]


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
        unordered=frozenset({"notifications", "notifications.subscriberEmailAddresses"}),
        spelled={"limitAmount": lambda amount: f"{float(amount):g}"},
        limits=(notifications,),
        auto_name="name",
        auto_name_limit=100,
        emulated="partial",
        not_emulated=("no cost is counted and no message is sent",),
        source="Terraform AWS provider docs: aws_budgets_budget",
    ),
)
