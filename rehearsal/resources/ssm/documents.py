"""Systems Manager: Command documents."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from rehearsal import ssm_document_limits
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id
from rehearsal.tagging import as_list, as_mapping, retag

ANY_TARGET = "/"  # any type of resource: Systems Manager API Reference, CreateDocument, TargetType


def create_document(aws: Aws, inputs: Inputs) -> Created:
    """CreateDocument."""
    made = _ssm(aws, inputs).create_document(
        Name=inputs["name"], DocumentType=inputs["documentType"], Tags=name_tags(inputs), **_content(inputs)
    )["DocumentDescription"]
    return Created(id=inputs["name"], outputs=_known(aws, inputs, made))


def read_document(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The document as described, and the content of its latest version."""
    client = _ssm(aws, state)
    try:
        held = client.describe_document(Name=identifier)["Document"]
    except client.exceptions.InvalidDocument:
        return None
    latest = client.get_document(Name=identifier, DocumentVersion="$LATEST")
    outputs = {
        "name": identifier,
        "content": latest["Content"],
        "documentFormat": held["DocumentFormat"],
        "documentType": held["DocumentType"],
        "targetType": held.get("TargetType"),
        "tagsAll": as_mapping(held.get("Tags")),
    }
    return Created(id=identifier, outputs={**outputs, **_known(aws, state, held)})


def update_document(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """A new version where the content, its format or its target differ, made the default one; and tags."""
    client, wanted = _ssm(aws, inputs), _content(inputs)
    held = client.describe_document(Name=identifier, DocumentVersion="$LATEST")["Document"]
    content = client.get_document(Name=identifier, DocumentVersion="$LATEST")["Content"]
    there = {"Content": content, "DocumentFormat": held["DocumentFormat"], "TargetType": held.get("TargetType")}
    if held.get("TargetType"):
        wanted = {"TargetType": ANY_TARGET, **wanted}
    version = held["LatestVersion"]
    client.update_document_default_version(Name=identifier, DocumentVersion=version)
    if {name: value for name, value in there.items() if value} != wanted:
        _make_way(client, identifier, int(version), wanted["Content"])
        made = client.update_document(Name=identifier, DocumentVersion="$LATEST", **wanted)["DocumentDescription"]
        client.update_document_default_version(Name=identifier, DocumentVersion=made["DocumentVersion"])
    resource = {"ResourceType": "Document", "ResourceId": identifier}
    retag(
        as_mapping(held.get("Tags")),
        inputs["tagsAll"],
        tag=lambda tags: client.add_tags_to_resource(**resource, Tags=as_list(tags)),
        untag=lambda keys: client.remove_tags_from_resource(**resource, TagKeys=keys),
    )
    return _known(aws, inputs, client.describe_document(Name=identifier)["Document"])


def _make_way(client: Any, identifier: str, latest: int, content: str) -> None:
    """Removes older versions of this content: AWS compares a new one with the latest, the emulator with all."""
    for version in map(str, range(1, latest)):
        with suppress(client.exceptions.InvalidDocument):
            if client.get_document(Name=identifier, DocumentVersion=version)["Content"] == content:
                client.delete_document(Name=identifier, DocumentVersion=version)


def delete_document(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDocument, with all versions."""
    client = _ssm(aws, state)
    with suppress(client.exceptions.InvalidDocument):
        client.delete_document(Name=identifier)


def every_document(aws: Aws, region: str) -> list[str]:
    """Names of the account's own documents in the region."""
    own = [{"Key": "Owner", "Values": ["Self"]}]
    pages = aws.client("ssm", region).get_paginator("list_documents").paginate(Filters=own)
    return [document["Name"] for page in pages for document in page["DocumentIdentifiers"]]


def _ssm(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("ssm", inputs.get("region"))


def _content(inputs: Inputs) -> Inputs:
    target = {"TargetType": inputs["targetType"]} if inputs.get("targetType") else {}
    return {"Content": inputs["content"], "DocumentFormat": inputs.get("documentFormat", "JSON"), **target}


def _known(aws: Aws, inputs: Inputs, described: Inputs) -> Inputs:
    region = inputs.get("region") or aws.region
    return {
        "arn": f"arn:aws:ssm:{region}:{aws.account_id}:document/{described['Name']}",
        "defaultVersion": described["DefaultVersion"],
        "hash": described["Hash"],
        "latestVersion": described["LatestVersion"],
        "schemaVersion": described["SchemaVersion"],
        "status": "Active",  # AWS says Creating or Updating for a while, and the provider waits
    }


RESOURCES = (
    ResourceType(
        token="aws:ssm/document:Document",
        inputs=spec("content documentFormat documentType name region tags targetType"),
        create=create_document,
        read=read_document,
        update=update_document,
        delete=delete_document,
        find=by_id(read_document, "name"),
        every=every_document,
        computed=("arn", "defaultVersion", "hash", "latestVersion", "schemaVersion", "status"),
        renewed=frozenset({"defaultVersion", "hash", "latestVersion"}),
        replace_on=frozenset({"documentType", "name", "region"}),
        in_place=frozenset({"content", "documentFormat", "tags", "targetType"}),
        defaults={"documentFormat": "JSON", "targetType": ANY_TARGET},
        limits=(ssm_document_limits.document_name, ssm_document_limits.command),
        emulated="partial",
        not_emulated=("sending the command runs nothing",),
        source="Terraform AWS provider docs: aws_ssm_document",
    ),
)
