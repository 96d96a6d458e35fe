"""Systems Manager: parameters, looking them up, and settings of the service."""

from __future__ import annotations

import re
from typing import Any

from rehearsal import tagging
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, spec
from rehearsal.tables import by_id, put_again

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
    optional = {
        "Description": inputs.get("description"),
        "KeyId": inputs.get("keyId"),
        "Tier": inputs.get("tier"),
        "AllowedPattern": inputs.get("allowedPattern"),
        "DataType": inputs.get("dataType"),
    }
    name, region = inputs["name"], inputs.get("region") or aws.region
    client = aws.client("ssm", region)
    # AWS refuses tags together with Overwrite, so that the provider sets them after it, too.
    made = client.put_parameter(
        Name=name,
        Type=inputs["type"],
        Value=str(inputs.get("value") if inputs.get("value") is not None else inputs.get("insecureValue", "")),
        Overwrite=bool(inputs.get("overwrite")),
        **{key: given for key, given in optional.items() if given},
    )
    aws.made(name)
    retag(client, "Parameter", name, inputs)
    outputs = {"arn": _arn(aws, region, name), "version": made["Version"]}
    if inputs.get("insecureValue") is not None:
        outputs["value"] = inputs["insecureValue"]
    return Created(id=name, outputs=outputs)


def _arn(aws: Aws, region: str, name: str) -> str:
    return f"arn:aws:ssm:{region}:{aws.account_id}:parameter/{name.removeprefix('/')}"


def held_parameter(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The parameter with its value, description and tags."""
    region = state.get("region") or aws.region
    client = aws.client("ssm", region)
    found = client.get_parameter(Name=identifier, WithDecryption=True)["Parameter"]
    [described] = client.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [identifier]}])["Parameters"]
    secret = found["Type"] == "SecureString"
    held = {
        "name": found["Name"],
        "type": found["Type"],
        "value": found["Value"],
        "insecureValue": None if secret or state.get("insecureValue") is None else found["Value"],
        "description": described.get("Description"),
        "keyId": described.get("KeyId") if secret else None,
        "tier": described.get("Tier"),
        "allowedPattern": described.get("AllowedPattern"),
        "dataType": described.get("DataType"),
        "arn": _arn(aws, region, identifier),
        "version": found["Version"],
        "tagsAll": held_tags(client, "Parameter", identifier),
    }
    return Created(id=identifier, outputs=held)


def update_parameter(aws: Aws, _identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """PutParameter over the one that is there."""
    return put_parameter(aws, {**inputs, "overwrite": True}).outputs


def delete_parameter(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteParameter."""
    aws.client("ssm", state.get("region")).delete_parameter(Name=identifier)


def every_parameter(aws: Aws, region: str) -> list[str]:
    """Names of the region's own parameters; AWS's public ones are not listed."""
    pages = aws.client("ssm", region).get_paginator("describe_parameters").paginate()
    return [one["Name"] for page in pages for one in page["Parameters"]]


def held_tags(client: Any, kind: str, name: str) -> dict[str, str]:
    """The tags of a parameter or a document."""
    return tagging.as_mapping(client.list_tags_for_resource(ResourceType=kind, ResourceId=name).get("TagList"))


def retag(client: Any, kind: str, name: str, inputs: Inputs) -> None:
    """Makes the tags of a parameter or a document those of the inputs."""
    where = {"ResourceType": kind, "ResourceId": name}
    tagging.retag(
        held_tags(client, kind, name),
        inputs["tagsAll"],
        tag=lambda tags: client.add_tags_to_resource(**where, Tags=tagging.as_list(tags)),
        untag=lambda keys: client.remove_tags_from_resource(**where, TagKeys=keys),
    )


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


def setting(inputs: Inputs) -> str | None:
    """A setting is named by its path or ARN."""
    found = str(inputs.get("settingId", "/ssm/x"))
    if re.fullmatch(r"(arn:aws:ssm:[a-z0-9-]+:\d{12}:servicesetting)?/ssm/[a-z0-9/-]+", found):
        return None
    return f"SSM has no service setting {found}: write /ssm/... or its ARN"


def update_setting(aws: Aws, inputs: Inputs) -> Created:
    """UpdateServiceSetting."""
    region, named = inputs.get("region") or aws.region, inputs["settingId"]
    aws.keep("ssm", "UpdateServiceSetting", {"SettingId": named, "SettingValue": inputs["settingValue"]})
    path = named.partition(":servicesetting")[2] or named
    arn = f"arn:aws:ssm:{region}:{aws.account_id}:servicesetting{path}"
    record = {"settingId": named, "settingValue": inputs["settingValue"], "arn": arn, "status": "Customized"}
    aws.records[_record(aws, region, named)] = record
    return Created(id=named, outputs={"arn": arn, "status": "Customized"})


def read_setting(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The setting that was customized."""
    record = _record(aws, state.get("region") or aws.region, identifier)
    return Created(id=identifier, outputs=aws.records[record]) if record in aws.records else None


def reset_setting(aws: Aws, identifier: str, state: Inputs) -> None:
    """ResetServiceSetting."""
    aws.keep("ssm", "ResetServiceSetting", {"SettingId": identifier})
    aws.records.pop(_record(aws, state.get("region") or aws.region, identifier), None)


def _record(aws: Aws, region: str, named: str) -> str:
    return f"ssm/service-setting/{aws.account_id}/{region}/{named}"


RESOURCES = (
    ResourceType(
        token="aws:ssm/parameter:Parameter",
        inputs=spec(
            "name region type value insecureValue description keyId tier allowedPattern dataType overwrite tags"
        ),
        create=put_parameter,
        read=held_parameter,
        update=update_parameter,
        delete=delete_parameter,
        find=by_id(held_parameter, "name"),
        every=every_parameter,
        computed=("arn", "version"),
        replace_on=frozenset({"name", "region", "dataType"}),
        in_place=frozenset(
            {"type", "value", "insecureValue", "description", "keyId", "tier", "allowedPattern", "overwrite", "tags"}
        ),
        untold=frozenset({"overwrite", "insecureValue"}),
        defaults={"tier": "Standard", "dataType": "text"},
        renewed=frozenset({"version"}),
        limits=(parameter_name, parameter_type, parameter_value),
        secret_outputs=frozenset({"value"}),
        auto_name="name",
        auto_name_limit=NAME_LIMIT,
        source="Terraform AWS provider docs: aws_ssm_parameter",
    ),
    ResourceType(
        token="aws:ssm/serviceSetting:ServiceSetting",
        inputs=spec("settingId settingValue region"),
        create=update_setting,
        read=read_setting,
        update=put_again(update_setting),
        delete=reset_setting,
        find=by_id(read_setting, "settingId"),
        computed=("arn", "status"),
        replace_on=frozenset({"region"}),
        in_place=frozenset({"settingId", "settingValue"}),
        limits=(setting,),
        emulated="none",
        not_emulated=("the setting itself: the request is checked and kept",),
        source="Terraform AWS provider docs: aws_ssm_service_setting",
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
