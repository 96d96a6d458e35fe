"""SNS: who gets what is published to a topic."""

from __future__ import annotations

import re

from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.sns.topics import sns

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def endpoint(inputs: Inputs) -> str | None:
    """An endpoint that fits its protocol."""
    protocol, where = str(inputs.get("protocol", "")), str(inputs.get("endpoint", ""))
    if protocol.startswith("email") and "endpoint" in inputs and not _EMAIL.fullmatch(where):
        return f"{where} is no e-mail address: correct it"
    if protocol == "https" and not where.startswith("https://"):
        return f"{where} does not begin with https://: correct it"
    return None


def create_subscription(aws: Aws, inputs: Inputs) -> Created:
    """Subscribe."""
    arn = sns(aws, inputs).subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(id=arn, outputs=_subscribed(arn, aws.account_id, inputs["protocol"]))


def read_subscription(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetSubscriptionAttributes."""
    held = sns(aws, state).get_subscription_attributes(SubscriptionArn=identifier)["Attributes"]
    outputs = {"topic": held["TopicArn"], "protocol": held["Protocol"], "endpoint": held["Endpoint"]}
    known = _subscribed(identifier, held["Owner"], held["Protocol"])
    return Created(id=identifier, outputs={**outputs, **known})


def delete_subscription(aws: Aws, identifier: str, state: Inputs) -> None:
    """Unsubscribe."""
    sns(aws, state).unsubscribe(SubscriptionArn=identifier)


def find_subscription(aws: Aws, inputs: Inputs) -> list[str]:
    """The topic's subscriptions of this endpoint; AWS tells no ARN of those that are not confirmed."""
    client = sns(aws, inputs)
    try:
        pages = list(client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=inputs["topic"]))
    except client.exceptions.NotFoundException:
        return []
    held = [one for page in pages for one in page["Subscriptions"]]
    same = [one for one in held if (one["Protocol"], one["Endpoint"]) == (inputs["protocol"], inputs["endpoint"])]
    return [one["SubscriptionArn"] for one in same if one["SubscriptionArn"].startswith("arn:")]


def every_subscription(aws: Aws, region: str) -> list[str]:
    """ARNs of the region's subscriptions."""
    pages = aws.client("sns", region).get_paginator("list_subscriptions").paginate()
    return [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]


def _subscribed(arn: str, owner: str, protocol: str) -> Inputs:
    """Nobody answers the message that asks for confirmation, so that it stays out."""
    return {"arn": arn, "ownerId": owner, "pendingConfirmation": protocol.startswith(("email", "http"))}


RESOURCES = (
    ResourceType(
        token="aws:sns/topicSubscription:TopicSubscription",
        inputs=spec("topic protocol endpoint region"),
        create=create_subscription,
        read=read_subscription,
        delete=delete_subscription,
        find=find_subscription,
        every=every_subscription,
        computed=("arn", "ownerId", "pendingConfirmation"),
        replace_on=frozenset({"topic", "protocol", "endpoint", "region"}),
        limits=(endpoint,),
        emulated="partial",
        not_emulated=("nobody gets e-mail: neither the message that asks for confirmation nor an alarm",),
        source="Terraform AWS provider docs: aws_sns_topic_subscription",
    ),
)
