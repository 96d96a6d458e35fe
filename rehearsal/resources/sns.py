"""SNS: topics, their policies and subscriptions."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

DISPLAY_NAME_LIMIT = 100  # characters: SNS API Reference, CreateTopic
POLICY_LIMIT = 30_720  # bytes: Amazon SNS quotas
POLICY_ACTIONS = frozenset(
    [
        "AddPermission",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "Publish",
        "PutDataProtectionPolicy",
        "Receive",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    ]
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def topic_names(inputs: Inputs) -> str | None:
    """Characters and lengths of the name and the display name."""
    if not _NAME.fullmatch(str(inputs.get("name", ""))):
        return f"SNS refuses the topic name {inputs.get('name')}: use up to 256 letters, digits, - and _"
    if len(str(inputs.get("displayName", ""))) > DISPLAY_NAME_LIMIT:
        return f"the display name is longer than {DISPLAY_NAME_LIMIT} characters: shorten it"
    return None


def topic_policy(inputs: Inputs) -> str | None:
    """SNS accepts its own policy actions only, each by its name."""
    if "policy" not in inputs:
        return None
    text = str(inputs["policy"])
    if len(text) > POLICY_LIMIT:
        return f"the topic policy is larger than {POLICY_LIMIT} bytes: shorten it"
    for statement in json.loads(text)["Statement"]:
        for action in _list(statement.get("Action", [])):
            service, _, verb = str(action).partition(":")
            if service.lower() != "sns" or verb not in POLICY_ACTIONS:
                return f"policy statement action out of service scope: {action}; name actions such as sns:Publish"
    return None


def endpoint(inputs: Inputs) -> str | None:
    """An endpoint that fits its protocol."""
    protocol, where = str(inputs.get("protocol", "")), str(inputs.get("endpoint", ""))
    if protocol.startswith("email") and "endpoint" in inputs and not _EMAIL.fullmatch(where):
        return f"{where} is no e-mail address: correct it"
    if protocol == "https" and not where.startswith("https://"):
        return f"{where} does not begin with https://: correct it"
    return None


def create_topic(aws: Aws, inputs: Inputs) -> Created:
    """CreateTopic."""
    attributes = {
        "DisplayName": inputs.get("displayName"),
        "KmsMasterKeyId": inputs.get("kmsMasterKeyId"),
        "SignatureVersion": str(inputs["signatureVersion"]) if inputs.get("signatureVersion") else None,
    }
    arn = aws.client("sns", inputs.get("region")).create_topic(
        Name=inputs["name"],
        Attributes={name: value for name, value in attributes.items() if value is not None},
        Tags=name_tags(inputs),
    )["TopicArn"]
    return Created(id=arn, outputs={"arn": arn, "owner": aws.account_id})


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """SetTopicAttributes."""
    client = aws.client("sns", inputs.get("region"))
    client.set_topic_attributes(TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"])
    return Created(id=inputs["arn"], outputs={"owner": aws.account_id})


def create_subscription(aws: Aws, inputs: Inputs) -> Created:
    """Subscribe."""
    arn = aws.client("sns", inputs.get("region")).subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    pending = inputs["protocol"].startswith(("email", "http"))
    outputs = {"arn": arn, "ownerId": aws.account_id, "pendingConfirmation": pending}
    return Created(id=arn, outputs=outputs)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


RESOURCES = (
    ResourceType(
        token="aws:sns/topic:Topic",
        inputs=spec("name displayName kmsMasterKeyId signatureVersion region tags"),
        create=create_topic,
        computed=("arn", "owner", "tagsAll"),
        replace_on=frozenset({"name", "region"}),
        limits=(topic_names,),
        auto_name="name",
        auto_name_limit=256,
        source="Terraform AWS provider docs: aws_sns_topic; SNS API Reference: CreateTopic",
    ),
    ResourceType(
        token="aws:sns/topicPolicy:TopicPolicy",
        inputs=spec("arn policy region"),
        create=create_policy,
        computed=("owner",),
        replace_on=frozenset({"arn", "region"}),
        limits=(topic_policy,),
        emulated="partial",
        not_emulated=("topic policies are kept, but not evaluated when a service publishes",),
        source="Terraform AWS provider docs: aws_sns_topic_policy; SNS Developer Guide: access policies",
    ),
    ResourceType(
        token="aws:sns/topicSubscription:TopicSubscription",
        inputs=spec("topic protocol endpoint region"),
        create=create_subscription,
        computed=("arn", "ownerId", "pendingConfirmation"),
        replace_on=frozenset({"topic", "protocol", "endpoint", "region"}),
        limits=(endpoint,),
        emulated="partial",
        not_emulated=("nobody gets e-mail: neither the message that asks for confirmation nor an alarm",),
        source="Terraform AWS provider docs: aws_sns_topic_subscription",
    ),
)
