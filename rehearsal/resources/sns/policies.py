"""SNS: who may publish to a topic."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.sns.topics import sns
from rehearsal.tables import by_id, put_again

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
DEFAULT_POLICY = "__default_policy_ID"
DEFAULT_ACTIONS = POLICY_ACTIONS - {"GetDataProtectionPolicy", "ListTagsForResource", "PutDataProtectionPolicy"}


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


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """SetTopicAttributes."""
    _set_policy(aws, inputs["arn"], inputs, inputs["policy"])
    return Created(id=inputs["arn"], outputs={"owner": aws.account_id})


def read_policy(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The topic's policy, unless it is the one that AWS gives to a topic without."""
    held = sns(aws, state).get_topic_attributes(TopicArn=identifier)["Attributes"]
    if json.loads(held["Policy"]).get("Id") == DEFAULT_POLICY:
        return None
    return Created(id=identifier, outputs={"arn": identifier, "policy": held["Policy"], "owner": held["Owner"]})


def delete_policy(aws: Aws, identifier: str, state: Inputs) -> None:
    """A topic is never without a policy: AWS's default one, as the provider sets it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in sorted(DEFAULT_ACTIONS)],
        "Resource": identifier,
        "Condition": {"StringEquals": {"AWS:SourceOwner": aws.account_id}},
    }
    policy = {"Version": "2008-10-17", "Id": DEFAULT_POLICY, "Statement": [statement]}
    _set_policy(aws, identifier, state, json.dumps(policy))


def _set_policy(aws: Aws, arn: str, inputs: Inputs, policy: str) -> None:
    sns(aws, inputs).set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


RESOURCES = (
    ResourceType(
        token="aws:sns/topicPolicy:TopicPolicy",
        inputs=spec("arn policy region"),
        create=create_policy,
        read=read_policy,
        update=put_again(create_policy),
        delete=delete_policy,
        find=by_id(read_policy, "arn"),
        computed=("owner",),
        replace_on=frozenset({"arn", "region"}),
        in_place=frozenset({"policy"}),
        limits=(topic_policy,),
        emulated="partial",
        not_emulated=("topic policies are kept, but not evaluated when a service publishes",),
        source="Terraform AWS provider docs: aws_sns_topic_policy; SNS Developer Guide: access policies",
    ),
)
