"""CloudWatch Logs: delivery of a service's logs, such as CloudFront's, to a bucket.

Sources besides the provider's documentation: CloudWatch Logs API Reference, "PutDeliverySource", and User Guide, "Logs
sent to Amazon S3"; Amazon CloudFront Developer Guide, "Configure standard logging (v2)".
"""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from rehearsal import tagging
from rehearsal.api import refusal
from rehearsal.policy_documents import listed
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id

SERVICE = "delivery.logs.amazonaws.com"
_NAME = re.compile(r"[\w-]{1,60}", re.ASCII)


def delivery_name(inputs: Inputs) -> str | None:
    """Names of sources and destinations."""
    name = str(inputs.get("name", "x"))
    return None if _NAME.fullmatch(name) else f"Logs refuses the name {name}: use 1 to 60 letters, digits, - and _"


def _tags(inputs: Inputs) -> dict[str, Any]:
    return {"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {}


def create_source(aws: Aws, inputs: Inputs) -> Created:
    """PutDeliverySource; CloudFront's are in us-east-1, and of a distribution that exists."""
    region, arn = inputs.get("region") or aws.region, inputs["resourceArn"]
    if arn.split(":")[2] == "cloudfront":
        if region != "us-east-1":
            message = f"CloudFront's logs are delivered from us-east-1, not {region}: set the region"
            raise refusal("PutDeliverySource", "ValidationException", message)
        aws.client("cloudfront").get_distribution(Id=arn.rpartition("/")[2])
    found = aws.client("logs", region).put_delivery_source(
        name=inputs["name"], resourceArn=arn, logType=inputs["logType"], **_tags(inputs)
    )["deliverySource"]
    return Created(id=inputs["name"], outputs={"arn": found["arn"], "service": found["service"]})


def read_source(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetDeliverySource."""
    found = _logs(aws, state).get_delivery_source(name=identifier)["deliverySource"]
    held = {
        "name": identifier,
        "logType": found["logType"],
        "resourceArn": found["resourceArns"][0],
        "arn": found["arn"],
        "service": found["service"],
        "tagsAll": _held_tags(aws, state, found["arn"]),
    }
    return Created(id=identifier, outputs=held)


def delete_source(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDeliverySource, refused while it is delivered."""
    _refuse_in_use(aws, state, "deliverySourceName", identifier, "DeleteDeliverySource")
    _logs(aws, state).delete_delivery_source(name=identifier)


def every_source(aws: Aws, region: str) -> list[str]:
    """Names of all."""
    return [one["name"] for one in aws.client("logs", region).describe_delivery_sources()["deliverySources"]]


def create_destination(aws: Aws, inputs: Inputs) -> Created:
    """PutDeliveryDestination, to a bucket that exists."""
    configuration = inputs["deliveryDestinationConfiguration"]
    bucket = configuration["destinationResourceArn"].split(":::")[1].partition("/")[0]
    _policy(aws, bucket)
    found = aws.client("logs", inputs.get("region")).put_delivery_destination(
        name=inputs["name"],
        outputFormat=inputs.get("outputFormat", "json"),
        deliveryDestinationConfiguration=configuration,
        **_tags(inputs),
    )["deliveryDestination"]
    return Created(id=inputs["name"], outputs={"arn": found["arn"], "deliveryDestinationType": "S3"})


def read_destination(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetDeliveryDestination."""
    found = _logs(aws, state).get_delivery_destination(name=identifier)["deliveryDestination"]
    held = {
        "name": identifier,
        "outputFormat": found.get("outputFormat"),
        "deliveryDestinationConfiguration": found["deliveryDestinationConfiguration"],
        "arn": found["arn"],
        "deliveryDestinationType": "S3",
        "tagsAll": _held_tags(aws, state, found["arn"]),
    }
    return Created(id=identifier, outputs=held)


def update_destination(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """PutDeliveryDestination over the one that is there; tags go by a call of their own."""
    _logs(aws, inputs).put_delivery_destination(
        name=identifier,
        outputFormat=inputs.get("outputFormat", "json"),
        deliveryDestinationConfiguration=inputs["deliveryDestinationConfiguration"],
    )
    return update_tags(aws, identifier, state, inputs)


def delete_destination(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDeliveryDestination, refused while something is delivered there."""
    client = _logs(aws, state)
    arn = client.get_delivery_destination(name=identifier)["deliveryDestination"]["arn"]
    _refuse_in_use(aws, state, "deliveryDestinationArn", arn, "DeleteDeliveryDestination")
    client.delete_delivery_destination(name=identifier)


def every_destination(aws: Aws, region: str) -> list[str]:
    """Names of all."""
    return [one["name"] for one in aws.client("logs", region).describe_delivery_destinations()["deliveryDestinations"]]


def update_tags(aws: Aws, _identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """TagResource and UntagResource."""
    client, arn = _logs(aws, inputs), state["arn"]
    tagging.retag(
        _held_tags(aws, inputs, arn),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(resourceArn=arn, tags=tags),
        untag=lambda keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
    )
    return {}


def _held_tags(aws: Aws, inputs: Inputs, arn: str) -> tagging.Tags:
    """ListTagsForResource: what the emulator says of a delivery itself are the tags it was made with."""
    found: tagging.Tags = _logs(aws, inputs).list_tags_for_resource(resourceArn=arn)["tags"]
    return found


def _logs(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("logs", inputs.get("region"))


def _deliveries(aws: Aws, region: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.client("logs", region).describe_deliveries()["deliveries"]
    return found


def _refuse_in_use(aws: Aws, state: Inputs, key: str, value: str, operation: str) -> None:
    for delivery in _deliveries(aws, state.get("region")):
        if delivery[key] == value:
            message = f"{value} is used by the delivery {delivery['id']}: delete that first"
            raise refusal(operation, "ConflictException", message)


def _policy(aws: Aws, bucket: str) -> list[dict[str, Any]]:
    client = aws.client("s3")
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError:
        message = f"there is no bucket {bucket}: make it first"
        raise refusal("PutDeliveryDestination", "ResourceNotFoundException", message) from None
    try:
        return list(listed(json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]))
    except ClientError:
        return []


def create_delivery(aws: Aws, inputs: Inputs) -> Created:
    """CreateDelivery, refused where the bucket's policy does not let the service write.

    AWS would try to add that statement itself: the next `pulumi up` would take it away again.
    """
    client = aws.client("logs", inputs.get("region"))
    name = inputs["deliveryDestinationArn"].rpartition(":")[2]
    destination = client.get_delivery_destination(name=name)["deliveryDestination"]
    target = destination["deliveryDestinationConfiguration"]["destinationResourceArn"]
    bucket = target.split(":::")[1].partition("/")[0]
    if not any(_lets_in(statement) for statement in _policy(aws, bucket)):
        message = f"the policy of {bucket} does not let {SERVICE} put objects: add the statement"
        raise refusal("CreateDelivery", "AccessDeniedException", message)
    found = client.create_delivery(
        deliverySourceName=inputs["deliverySourceName"],
        deliveryDestinationArn=inputs["deliveryDestinationArn"],
        **_tags(inputs),
    )["delivery"]
    return Created(id=found["id"], outputs={"arn": found["arn"]})


def read_delivery(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetDelivery."""
    found = _logs(aws, state).get_delivery(id=identifier)["delivery"]
    held = {
        "deliverySourceName": found["deliverySourceName"],
        "deliveryDestinationArn": found["deliveryDestinationArn"],
        "arn": found["arn"],
        "tagsAll": _held_tags(aws, state, found["arn"]),
    }
    return Created(id=identifier, outputs=held)


def delete_delivery(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDelivery."""
    _logs(aws, state).delete_delivery(id=identifier)


def find_delivery(aws: Aws, inputs: Inputs) -> list[str]:
    """The one from that source to that destination."""
    wanted = (inputs["deliverySourceName"], inputs["deliveryDestinationArn"])
    return [
        one["id"]
        for one in _deliveries(aws, inputs.get("region"))
        if (one["deliverySourceName"], one["deliveryDestinationArn"]) == wanted
    ]


def every_delivery(aws: Aws, region: str) -> list[str]:
    """Ids of all."""
    return [one["id"] for one in _deliveries(aws, region)]


def _lets_in(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = listed(principal.get("Service")) if isinstance(principal, dict) else []
    return statement["Effect"] == "Allow" and SERVICE in services and "s3:PutObject" in listed(statement["Action"])


_LACKING = ("no log is delivered",)

RESOURCES = (
    ResourceType(
        token="aws:cloudwatch/logDeliverySource:LogDeliverySource",
        inputs=spec("name region logType resourceArn tags"),
        create=create_source,
        read=read_source,
        update=update_tags,
        delete=delete_source,
        find=by_id(read_source, "name"),
        every=every_source,
        computed=("arn", "service"),
        in_place=frozenset({"tags"}),
        replace_on=frozenset({"name", "region", "logType", "resourceArn"}),
        limits=(delivery_name,),
        emulated="partial",
        not_emulated=_LACKING,
        auto_name="name",
        auto_name_limit=60,
        source="Terraform AWS provider docs: aws_cloudwatch_log_delivery_source",
    ),
    ResourceType(
        token="aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        inputs=spec("name region outputFormat tags", deliveryDestinationConfiguration=spec("destinationResourceArn")),
        create=create_destination,
        read=read_destination,
        update=update_destination,
        delete=delete_destination,
        find=by_id(read_destination, "name"),
        every=every_destination,
        computed=("arn", "deliveryDestinationType"),
        in_place=frozenset({"deliveryDestinationConfiguration", "tags"}),
        defaults={"outputFormat": "json"},
        replace_on=frozenset({"name", "region", "outputFormat"}),
        limits=(delivery_name,),
        emulated="partial",
        not_emulated=_LACKING,
        auto_name="name",
        auto_name_limit=60,
        source="Terraform AWS provider docs: aws_cloudwatch_log_delivery_destination",
    ),
    ResourceType(
        token="aws:cloudwatch/logDelivery:LogDelivery",
        inputs=spec("region deliverySourceName deliveryDestinationArn tags"),
        create=create_delivery,
        read=read_delivery,
        update=update_tags,
        delete=delete_delivery,
        find=find_delivery,
        every=every_delivery,
        computed=("arn",),
        in_place=frozenset({"tags"}),
        replace_on=frozenset({"region", "deliverySourceName", "deliveryDestinationArn"}),
        emulated="partial",
        not_emulated=_LACKING,
        source="Terraform AWS provider docs: aws_cloudwatch_log_delivery",
    ),
)
