"""Systems Manager: parameters, and looking them up."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, spec
from rehearsal.tables import by_id
from rehearsal.tagging import as_list, as_mapping, retag

# Systems Manager User Guide, "Managing parameter tiers" and "Requirements and constraints for parameter names".
VALUE_LIMITS = {"Standard": 4_096, "Advanced": 8_192, "Intelligent-Tiering": 8_192}
NAME_LIMIT = 1_011  # characters of the whole ARN
LEVELS = 15
_NAME = re.compile(r"(/[A-Za-z0-9_.-]+)+|[A-Za-z0-9_.-]+")


def parameter_name(inputs: Inputs) -> str | None:
    """Slashes make a hierarchy of 15 levels; names that AWS keeps for itself are refused."""
    name = str(inputs.get("name", "x"))
    if not _NAME.fullmatch(name):
        return f"SSM refuses the parameter name {name}: use letters, digits and ._-, with / before each level"
    if re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        return f"SSM refuses the parameter name {name}: names that begin with aws or ssm are AWS's own"
    if name.count("/") > LEVELS:
        return f"the parameter name {name} has {name.count('/')} levels of {LEVELS}: use fewer"
    arn = len(f"arn:aws:ssm:us-east-1:123456789012:parameter/{name.removeprefix('/')}")
    return f"the parameter's ARN has {arn} characters of {NAME_LIMIT}: shorten the name" if arn > NAME_LIMIT else None


def parameter_value(inputs: Inputs) -> str | None:
    """A value has 1 to 4,096 characters, twice that in the advanced tier; what it holds is not shown."""
    tier = inputs.get("tier") or "Standard"
    if tier not in VALUE_LIMITS:
        return f"SSM has no tier {tier}: use one of {', '.join(VALUE_LIMITS)}"
    given = [inputs[key] for key in ("value", "insecureValue") if inputs.get(key) is not None]
    if len(given) > 1:
        return "a parameter has value or insecureValue, not both: remove one"
    size = len(str(given[0])) if given else 1
    if not size:
        return "the parameter's value is empty: SSM keeps no empty values"
    return (
        None
        if size <= VALUE_LIMITS[tier]
        else f"the value has {size:,} characters, {tier} takes {VALUE_LIMITS[tier]:,}"
    )


def parameter_type(inputs: Inputs) -> str | None:
    """A secret is not given as an insecure value, and only a secret has a key."""
    type_ = inputs.get("type")
    if type_ == "SecureString" and inputs.get("insecureValue") is not None:
        return "a SecureString takes value, not insecureValue"
    if inputs.get("keyId") and type_ not in (None, "SecureString"):
        return f"a parameter of type {type_} has no key: remove keyId, or use SecureString"
    return None


def put_parameter(aws: Aws, inputs: Inputs) -> Created:
    """PutParameter; a name that is taken is refused unless overwriting is asked for."""
    return _put(aws, inputs, overwrite=bool(inputs.get("overwrite")))


def read_held(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The parameter, decrypted; its value under the input that the state has it in."""
    client, name = aws.client("ssm", state.get("region")), identifier
    held = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    described = _described(client, name)
    if described is None:
        return None
    insecure = state.get("insecureValue") is not None and held["Type"] != "SecureString"
    outputs = {
        "name": name,
        "type": held["Type"],
        "value": held["Value"],
        "insecureValue": held["Value"] if insecure else None,
        "description": described.get("Description"),
        "keyId": described.get("KeyId"),
        "tier": described.get("Tier"),
        "allowedPattern": described.get("AllowedPattern"),
        "dataType": described.get("DataType"),
        "arn": _arn(aws, state.get("region") or aws.region, name),
        "version": held["Version"],
        "tagsAll": _tags(client, name),
    }
    return Created(id=name, outputs=outputs)


def update_parameter(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """PutParameter over what is there; neither the type changes that way, nor the tier back to Standard."""
    client = aws.client("ssm", inputs.get("region"))
    held = _described(client, identifier) or {}
    if held.get("Type", inputs["type"]) != inputs["type"]:
        message = f"{identifier} is a {held['Type']}, whose type SSM does not change: give the parameter another name"
        raise refusal("PutParameter", "HierarchyTypeMismatchException", message)
    if held.get("Tier") == "Advanced" and (inputs.get("tier") or "Standard") == "Standard":
        message = (
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the"
            " advanced-parameter tier to the standard-parameter tier: delete it and make it again"
        )
        raise refusal("PutParameter", "ValidationException", message)
    return _put(aws, inputs, overwrite=True).outputs


def delete_parameter(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteParameter."""
    aws.client("ssm", state.get("region")).delete_parameter(Name=identifier)


def every_parameter(aws: Aws, region: str) -> list[str]:
    """Names of the region's parameters."""
    pages = aws.client("ssm", region).get_paginator("describe_parameters").paginate()
    return [parameter["Name"] for page in pages for parameter in page["Parameters"]]


def _put(aws: Aws, inputs: Inputs, *, overwrite: bool) -> Created:
    optional = {
        "KeyId": inputs.get("keyId"),
        "Tier": inputs.get("tier"),
        "DataType": inputs.get("dataType"),
        "Description": inputs.get("description") or ("" if overwrite else None),
        "AllowedPattern": inputs.get("allowedPattern") or ("" if overwrite else None),
    }
    name, region = inputs["name"], inputs.get("region") or aws.region
    client = aws.client("ssm", region)
    # AWS refuses tags together with Overwrite, so that the provider sets them after it, too.
    made = client.put_parameter(
        Name=name,
        Type=inputs["type"],
        Value=str(inputs.get("value") if inputs.get("value") is not None else inputs.get("insecureValue", "")),
        Overwrite=overwrite,
        **{key: given for key, given in optional.items() if given is not None},
    )
    aws.made(name)
    retag(
        _tags(client, name),
        inputs["tagsAll"],
        tag=lambda tags: client.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=as_list(tags)),
        untag=lambda keys: client.remove_tags_from_resource(ResourceType="Parameter", ResourceId=name, TagKeys=keys),
    )
    outputs = {"arn": _arn(aws, region, name), "version": made["Version"]}
    if inputs.get("insecureValue") is not None:
        outputs["value"] = inputs["insecureValue"]
    return Created(id=name, outputs=outputs)


def _described(client: Any, name: str) -> Inputs | None:
    only = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    found: list[Inputs] = client.describe_parameters(ParameterFilters=only)["Parameters"]
    return found[0] if found else None


def _tags(client: Any, name: str) -> dict[str, str]:
    return as_mapping(client.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"])


def _arn(aws: Aws, region: str, name: str) -> str:
    return f"arn:aws:ssm:{region}:{aws.account_id}:parameter/{name.removeprefix('/')}"


def read_parameter(aws: Aws, inputs: Inputs) -> Inputs:
    """GetParameter, decrypted unless told otherwise; only an unencrypted value is also shown as insecure."""
    region, decrypt = inputs.get("region") or aws.region, inputs.get("withDecryption", True)
    found = aws.client("ssm", region).get_parameter(Name=inputs["name"], WithDecryption=decrypt)["Parameter"]
    secret = found["Type"] == "SecureString"
    return {
        "id": found["Name"],
        "arn": _arn(aws, region, found["Name"]),
        "name": found["Name"],
        "region": region,
        "type": found["Type"],
        "value": found["Value"],
        "insecureValue": "" if secret else found["Value"],
        "version": found["Version"],
        "withDecryption": decrypt,
    }


RESOURCES = (
    ResourceType(
        token="aws:ssm/parameter:Parameter",
        inputs=spec(
            "name region type value insecureValue description keyId tier allowedPattern dataType overwrite tags"
        ),
        create=put_parameter,
        read=read_held,
        update=update_parameter,
        delete=delete_parameter,
        find=by_id(read_held, "name"),
        every=every_parameter,
        computed=("arn", "version"),
        renewed=frozenset({"version"}),
        replace_on=frozenset({"name", "region", "dataType"}),
        in_place=frozenset(
            {
                "allowedPattern",
                "description",
                "insecureValue",
                "keyId",
                "overwrite",
                "tags",
                "tier",
                "type",
                "value",
            }
        ),
        untold=frozenset({"overwrite"}),
        defaults={"dataType": "text", "keyId": "alias/aws/ssm", "tier": "Standard"},
        limits=(parameter_name, parameter_type, parameter_value),
        secret_outputs=frozenset({"value"}),
        auto_name="name",
        auto_name_limit=NAME_LIMIT,
        source="Terraform AWS provider docs: aws_ssm_parameter",
    ),
)

FUNCTIONS = (
    Function(
        token="aws:ssm/getParameter:getParameter",
        inputs=spec("name region withDecryption"),
        read=read_parameter,
        secret_outputs=frozenset({"value"}),
        source="Terraform AWS provider docs: aws_ssm_parameter (data source)",
    ),
)
