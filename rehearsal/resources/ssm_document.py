"""Systems Manager: Command documents."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.resources.ssm import held_tags, retag
from rehearsal.tables import by_id

NAME = re.compile(r"[A-Za-z0-9_.-]{3,128}")
RESERVED = ("aws", "amazon", "amzn")
SIZE_LIMIT = 64 * 1024  # bytes: AWS Systems Manager endpoints and quotas, "SSM document size"
REFERENCE = re.compile(r"\{\{\s*([^}\s]+)\s*\}\}")


def document_name(inputs: Inputs) -> str | None:
    """Names that AWS has not kept for itself."""
    name = str(inputs.get("name", ""))
    if not NAME.fullmatch(name):
        return f"the document name {name!r} is not allowed: use 3 to 128 letters, digits, '_', '-' and '.'"
    if name.lower().startswith(RESERVED):
        return f"the document name {name} begins with a word that AWS keeps for itself: choose another"
    return None


def command(inputs: Inputs) -> str | None:
    """What AWS checks in a Command document of schema 2.2."""
    content = inputs.get("content")
    if content is None or inputs.get("documentFormat", "JSON") != "JSON" or inputs.get("documentType") != "Command":
        return None
    if len(content.encode()) > SIZE_LIMIT:
        return f"the document has {len(content.encode())} bytes of {SIZE_LIMIT}: shorten it"
    try:
        document = json.loads(content)
    except ValueError as error:
        return f"the document is no JSON ({error}): mend its template"
    if not isinstance(document, dict) or document.get("schemaVersion") != "2.2":
        return "a Command document has the schema version 2.2: set schemaVersion to it"
    return _steps(document) or _references(document)


def _steps(document: dict[str, Any]) -> str | None:
    steps = document.get("mainSteps") or []
    if not steps:
        return "the document has no mainSteps: add one"
    for step in steps:
        if not {"action", "name", "inputs"} <= step.keys():
            return "each step of a document has action, name and inputs: complete it"
        if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", step["name"]):
            return f"the step name {step['name']!r} is not allowed: use letters, digits and '_'"
    return None


def _references(document: dict[str, Any]) -> str | None:
    """Every `{{ name }}` is a parameter, and each default fits its own pattern."""
    parameters: dict[str, dict[str, Any]] = document.get("parameters") or {}
    for name in REFERENCE.findall(json.dumps(document["mainSteps"])):
        if name not in parameters and not name.startswith(("global:", "platformType")):
            return f"the document uses {{{{ {name} }}}}, which is no parameter of it: declare it"
    for name, parameter in parameters.items():
        pattern, default = parameter.get("allowedPattern"), parameter.get("default")
        if pattern and isinstance(default, str) and not re.search(pattern, default):
            return f"the default of the parameter {name} does not fit its pattern {pattern}: change one of them"
    return None


def create_document(aws: Aws, inputs: Inputs) -> Created:
    """CreateDocument."""
    given = {"TargetType": inputs["targetType"]} if inputs.get("targetType") else {}
    made = aws.client("ssm", inputs.get("region")).create_document(
        Name=inputs["name"],
        Content=inputs["content"],
        DocumentType=inputs["documentType"],
        DocumentFormat=inputs.get("documentFormat", "JSON"),
        Tags=name_tags(inputs),
        **given,
    )["DocumentDescription"]
    region = inputs.get("region") or aws.region
    return Created(
        id=inputs["name"],
        outputs={
            "arn": f"arn:aws:ssm:{region}:{aws.account_id}:document/{inputs['name']}",
            "defaultVersion": made["DefaultVersion"],
            "hash": made["Hash"],
            "latestVersion": made["LatestVersion"],
            "schemaVersion": made["SchemaVersion"],
            "status": "Active",
        },
    )


def read_document(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The document in its default version."""
    client, region = aws.client("ssm", state.get("region")), state.get("region") or aws.region
    found = client.describe_document(Name=identifier)["Document"]
    content = client.get_document(Name=identifier, DocumentFormat=found["DocumentFormat"])["Content"]
    held = {
        "name": found["Name"],
        "content": content,
        "documentType": found["DocumentType"],
        "documentFormat": found["DocumentFormat"],
        "targetType": found.get("TargetType"),
        "arn": f"arn:aws:ssm:{region}:{aws.account_id}:document/{identifier}",
        "defaultVersion": found["DefaultVersion"],
        "hash": found["Hash"],
        "latestVersion": found["LatestVersion"],
        "schemaVersion": found["SchemaVersion"],
        "status": "Active",
        "tagsAll": held_tags(client, "Document", identifier),
    }
    return Created(id=identifier, outputs=held)


def update_document(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateDocument where the content is another, which becomes the default; then the tags."""
    client = aws.client("ssm", inputs.get("region"))
    form = inputs.get("documentFormat", "JSON")
    if client.get_document(Name=identifier, DocumentFormat=form)["Content"] != inputs["content"]:
        made = client.update_document(
            Name=identifier, Content=inputs["content"], DocumentFormat=form, DocumentVersion="$LATEST"
        )["DocumentDescription"]
        client.update_document_default_version(Name=identifier, DocumentVersion=made["DocumentVersion"])
    retag(client, "Document", identifier, inputs)
    found = read_document(aws, identifier, inputs)
    names = ("defaultVersion", "hash", "latestVersion", "schemaVersion")
    return {name: found.outputs[name] for name in names} if found else {}


def delete_document(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDocument."""
    if read_document(aws, identifier, state) is not None:
        aws.client("ssm", state.get("region")).delete_document(Name=identifier)


def every_document(aws: Aws, region: str) -> list[str]:
    """Names of the region's own documents."""
    answer = aws.client("ssm", region).list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])
    return [one["Name"] for one in answer["DocumentIdentifiers"]]


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
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({"content", "documentFormat", "documentType", "tags", "targetType"}),
        defaults={"documentFormat": "JSON"},
        limits=(document_name, command),
        emulated="partial",
        not_emulated=("sending the command runs nothing",),
        source="Terraform AWS provider docs: aws_ssm_document",
    ),
)
