"""CloudFront functions, whose changes and publishing the emulator lacks.

It holds a function as it was made. The last change and what is published are beside it, in the record
`cloudfront/function/<name>`: {"made": the emulator's ETag of the function that they belong to, "etag", "code",
"comment", "runtime", "live": ETag of what is published or None, "liveCode"}.
"""

from __future__ import annotations

from infra.edge_functions import SIZE_LIMIT
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.resources.cloudfront.references import (
    check_unused,
    digest_tag,
    function_record,
    object_name,
    put_tags,
    tags_of,
)
from rehearsal.tables import by_id


def function_code(inputs: Inputs) -> str | None:
    """At most 10 KB with a handler, and a runtime that has the Buffer and digest that the code uses."""
    code = str(inputs.get("code", "function handler"))
    if (size := len(code.encode())) > SIZE_LIMIT:
        return f"FunctionSizeLimitExceeded: the function's code has {size:,} bytes of {SIZE_LIMIT:,}: shorten it"
    if "function handler" not in code:
        return "the function's code has no function handler(event): write one"
    return None


def create_function(aws: Aws, inputs: Inputs) -> Created:
    """CreateFunction, then PublishFunction, which the stand-in keeps."""
    name = inputs["name"]
    aws.client("cloudfront").create_function(
        Name=name,
        FunctionConfig={"Comment": inputs.get("comment", ""), "Runtime": inputs["runtime"]},
        FunctionCode=inputs["code"].encode(),
        Tags={"Items": name_tags(inputs)},
    )
    aws.made(name)
    held = _held(aws, name)
    if inputs.get("publish", True):
        held = _publish(aws, name, held)
    return Created(id=name, outputs={"arn": _arn(aws, name), **_stages(held)})


def read_function(aws: Aws, identifier: str, _state: Inputs) -> Created:
    """DescribeFunction and GetFunction of the development stage, and whether one is live."""
    held = _held(aws, identifier)
    told = {key: held[key] for key in ("code", "comment", "runtime")}
    tags = tags_of(aws, _arn(aws, identifier))
    outputs = {"name": identifier, **told, "arn": _arn(aws, identifier), **_stages(held), "tagsAll": tags}
    return Created(id=identifier, outputs=outputs)


def update_function(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateFunction and PublishFunction, both held beside the emulator, and tags."""
    held, comment, runtime = _held(aws, identifier), inputs.get("comment", ""), inputs["runtime"]
    if (held["code"], held["comment"], held["runtime"]) != (inputs["code"], comment, runtime):
        config = {"Comment": comment, "Runtime": runtime}
        sent = {"Name": identifier, "IfMatch": held["etag"], "FunctionConfig": config}
        aws.keep("cloudfront", "UpdateFunction", {**sent, "FunctionCode": inputs["code"].encode()})
        etag = digest_tag(identifier, inputs["code"], comment, runtime)
        held = {**held, "etag": etag, "code": inputs["code"], "comment": comment, "runtime": runtime}
        aws.records[function_record(identifier)] = held
    if inputs.get("publish", True) and held["live"] != held["etag"]:
        held = _publish(aws, identifier, held)
    put_tags(aws, _arn(aws, identifier), inputs["tagsAll"])
    return _stages(held)


def delete_function(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteFunction, refused while a distribution uses it."""
    client, arn = aws.client("cloudfront"), _arn(aws, identifier)
    etag = client.describe_function(Name=identifier)["ETag"]
    check_unused(aws, "function", arn, operation="DeleteFunction", code="FunctionInUse")
    put_tags(aws, arn, {})  # the emulator would give them to the next function of this name
    client.delete_function(Name=identifier, IfMatch=etag)
    aws.records.pop(function_record(identifier), None)


def every_function(aws: Aws, region: str) -> list[str]:
    """All names; CloudFront is in no region, which us-east-1 stands for."""
    if region != "us-east-1":
        return []
    found = aws.client("cloudfront").list_functions()["FunctionList"]
    return [one["Name"] for one in found.get("Items") or []]


def _held(aws: Aws, name: str) -> Inputs:
    """The record, unless the function was made anew since: then as the emulator has it, not published."""
    client = aws.client("cloudfront")
    found = client.describe_function(Name=name)
    record = aws.records.get(function_record(name), {})
    if record.get("made") == found["ETag"]:
        return record
    config = found["FunctionSummary"]["FunctionConfig"]
    return {
        "made": found["ETag"],
        "etag": found["ETag"],
        "code": client.get_function(Name=name)["FunctionCode"].read().decode(),
        "comment": config.get("Comment") or "",
        "runtime": config["Runtime"],
        "live": None,
        "liveCode": None,
    }


def _publish(aws: Aws, name: str, held: Inputs) -> Inputs:
    aws.keep("cloudfront", "PublishFunction", {"Name": name, "IfMatch": held["etag"]})
    published = {**held, "live": held["etag"], "liveCode": held["code"]}
    aws.records[function_record(name)] = published
    return published


def _stages(held: Inputs) -> Inputs:
    published = held["live"] == held["etag"]
    return {
        "etag": held["etag"],
        "liveStageEtag": held["live"] or "",
        "status": "UNASSOCIATED" if published else "UNPUBLISHED",
    }


def _arn(aws: Aws, name: str) -> str:
    return f"arn:aws:cloudfront::{aws.account_id}:function/{name}"


RESOURCES = (
    ResourceType(
        token="aws:cloudfront/function:Function",
        inputs=spec("name code comment publish runtime tags"),
        create=create_function,
        read=read_function,
        update=update_function,
        delete=delete_function,
        find=by_id(read_function, "name"),
        every=every_function,
        computed=("arn", "etag", "liveStageEtag", "status"),
        replace_on=frozenset({"name"}),
        in_place=frozenset({"code", "comment", "publish", "runtime", "tags"}),
        untold=frozenset({"publish"}),
        limits=(object_name, function_code),
        emulated="partial",
        not_emulated=("changing and publishing a function, and its code at the edge: no request runs it",),
        auto_name="name",
        auto_name_limit=64,
        source="Terraform AWS provider docs and code: aws_cloudfront_function, which does not read whether to publish",
    ),
)
