"""RDS: which events of databases are published to a topic."""

from __future__ import annotations

from rehearsal import rds_limits
from rehearsal.rds_requests import rds, retag_resource, tags
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id


def create_subscription(aws: Aws, inputs: Inputs) -> Created:
    """CreateEventSubscription."""
    made = rds(aws, inputs).create_event_subscription(**_request(inputs), Tags=name_tags(inputs))["EventSubscription"]
    outputs = {"arn": made["EventSubscriptionArn"], "customerAwsId": aws.account_id}
    return Created(id=inputs["name"], outputs=outputs)


def read_subscription(aws: Aws, identifier: str, state: Inputs) -> Created:
    """The subscription and its tags."""
    client = rds(aws, state)
    held = client.describe_event_subscriptions(SubscriptionName=identifier)["EventSubscriptionsList"][0]
    outputs = {
        "name": held["CustSubscriptionId"],
        "snsTopic": held["SnsTopicArn"],
        "sourceType": held.get("SourceType"),
        "eventCategories": held.get("EventCategoriesList"),
        "sourceIds": held.get("SourceIdsList"),
        "enabled": held["Enabled"],
        "arn": held["EventSubscriptionArn"],
        "customerAwsId": held.get("CustomerAwsId", aws.account_id),
        "tagsAll": tags(client, held["EventSubscriptionArn"]),
    }
    return Created(id=identifier, outputs=outputs)


def update_subscription(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyEventSubscription and tags; the emulator only takes the subscription anew."""
    client = rds(aws, inputs)
    held = client.describe_event_subscriptions(SubscriptionName=identifier)["EventSubscriptionsList"][0]
    wanted = _request(inputs)
    aws.keep("rds", "ModifyEventSubscription", {key: wanted[key] for key in wanted if key != "SourceIds"})
    client.delete_event_subscription(SubscriptionName=identifier)
    client.create_event_subscription(**wanted, Tags=name_tags(inputs))
    retag_resource(client, held["EventSubscriptionArn"], inputs["tagsAll"])
    return {}


def delete_subscription(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteEventSubscription."""
    rds(aws, state).delete_event_subscription(SubscriptionName=identifier)


def every_subscription(aws: Aws, region: str) -> list[str]:
    """Names of the region's subscriptions."""
    pages = aws.client("rds", region).get_paginator("describe_event_subscriptions").paginate()
    return [one["CustSubscriptionId"] for page in pages for one in page["EventSubscriptionsList"]]


def _request(inputs: Inputs) -> Inputs:
    wanted = {
        "SubscriptionName": inputs["name"],
        "SnsTopicArn": inputs["snsTopic"],
        "SourceType": inputs.get("sourceType"),
        "EventCategories": inputs.get("eventCategories"),
        "SourceIds": inputs.get("sourceIds"),
        "Enabled": inputs.get("enabled", True),
    }
    return {name: value for name, value in wanted.items() if value is not None}


RESOURCES = (
    ResourceType(
        token="aws:rds/eventSubscription:EventSubscription",
        inputs=spec("name snsTopic sourceType eventCategories sourceIds enabled region tags"),
        create=create_subscription,
        read=read_subscription,
        update=update_subscription,
        delete=delete_subscription,
        find=by_id(read_subscription, "name"),
        every=every_subscription,
        computed=("arn", "customerAwsId"),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"enabled", "eventCategories", "snsTopic", "sourceIds", "sourceType", "tags"}),
        unordered=frozenset({"eventCategories", "sourceIds"}),
        defaults={"enabled": True},
        limits=(rds_limits.events,),
        emulated="partial",
        not_emulated=("RDS reports no events", "a subscription is not modified but made again"),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_db_event_subscription",
    ),
)
