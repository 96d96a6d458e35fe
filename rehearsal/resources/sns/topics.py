"""SNS: topics."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id
from rehearsal.tagging import as_list, as_mapping, retag

DISPLAY_NAME_LIMIT = 100  # characters: SNS API Reference, CreateTopic
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")


def topic_names(inputs: Inputs) -> str | None:
    """Characters and lengths of the name and the display name."""
    if not _NAME.fullmatch(str(inputs.get("name", ""))):
        return f"SNS refuses the topic name {inputs.get('name')}: use up to 256 letters, digits, - and _"
    if len(str(inputs.get("displayName", ""))) > DISPLAY_NAME_LIMIT:
        return f"the display name is longer than {DISPLAY_NAME_LIMIT} characters: shorten it"
    return None


def create_topic(aws: Aws, inputs: Inputs) -> Created:
    """CreateTopic."""
    arn = sns(aws, inputs).create_topic(
        Name=inputs["name"],
        Attributes={name: value for name, value in _attributes(inputs).items() if value},
        Tags=name_tags(inputs),
    )["TopicArn"]
    _sign(aws, arn, inputs)
    return Created(id=arn, outputs={"arn": arn, "owner": aws.account_id})


def read_topic(aws: Aws, identifier: str, state: Inputs) -> Created:
    """The topic's attributes and tags."""
    client = sns(aws, state)
    held = client.get_topic_attributes(TopicArn=identifier)["Attributes"]
    outputs = {
        "name": identifier.rpartition(":")[2],
        "displayName": held.get("DisplayName"),
        "kmsMasterKeyId": held.get("KmsMasterKeyId"),
        "signatureVersion": aws.records.get(_signature(identifier), {}).get("version"),
        "arn": identifier,
        "owner": held["Owner"],
        "tagsAll": as_mapping(client.list_tags_for_resource(ResourceArn=identifier)["Tags"]),
    }
    return Created(id=identifier, outputs=outputs)


def update_topic(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """SetTopicAttributes for each attribute, and tags."""
    client = sns(aws, inputs)
    for name, value in _attributes(inputs).items():
        client.set_topic_attributes(TopicArn=identifier, AttributeName=name, AttributeValue=value)
    _sign(aws, identifier, inputs)
    retag(
        as_mapping(client.list_tags_for_resource(ResourceArn=identifier)["Tags"]),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(ResourceArn=identifier, Tags=as_list(tags)),
        untag=lambda keys: client.untag_resource(ResourceArn=identifier, TagKeys=keys),
    )
    return {}


def delete_topic(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteTopic, with its subscriptions."""
    sns(aws, state).delete_topic(TopicArn=identifier)
    aws.records.pop(_signature(identifier), None)


def find_topic(aws: Aws, inputs: Inputs) -> list[str]:
    """The ARN is of the name."""
    region = inputs.get("region") or aws.region
    arn = f"arn:aws:sns:{region}:{aws.account_id}:{inputs['name']}"
    return list(by_id(read_topic, "arn")(aws, {"arn": arn, "region": region}))


def every_topic(aws: Aws, region: str) -> list[str]:
    """ARNs of the region's topics."""
    pages = aws.client("sns", region).get_paginator("list_topics").paginate()
    return [topic["TopicArn"] for page in pages for topic in page["Topics"]]


def sns(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    """The SNS client of the resource's region."""
    return aws.client("sns", inputs.get("region"))


def _attributes(inputs: Inputs) -> dict[str, str]:
    return {"DisplayName": inputs.get("displayName") or "", "KmsMasterKeyId": inputs.get("kmsMasterKeyId") or ""}


def _sign(aws: Aws, arn: str, inputs: Inputs) -> None:
    """Holds the signature's version, which the emulator does not tell."""
    aws.records.pop(_signature(arn), None)
    if version := inputs.get("signatureVersion"):
        wanted = {"TopicArn": arn, "AttributeName": "SignatureVersion", "AttributeValue": str(version)}
        aws.keep("sns", "SetTopicAttributes", wanted)
        aws.records[_signature(arn)] = {"version": version}


def _signature(arn: str) -> str:
    return f"sns/signature-version/{arn}"


RESOURCES = (
    ResourceType(
        token="aws:sns/topic:Topic",
        inputs=spec("name displayName kmsMasterKeyId signatureVersion region tags"),
        create=create_topic,
        read=read_topic,
        update=update_topic,
        delete=delete_topic,
        find=find_topic,
        every=every_topic,
        computed=("arn", "owner"),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"displayName", "kmsMasterKeyId", "signatureVersion", "tags"}),
        defaults={"signatureVersion": 1},
        limits=(topic_names,),
        emulated="partial",
        not_emulated=("the version of a topic's signatures is kept by the stand-in alone",),
        auto_name="name",
        auto_name_limit=256,
        source="Terraform AWS provider docs: aws_sns_topic; SNS API Reference: CreateTopic",
    ),
)
