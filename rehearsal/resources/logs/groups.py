"""CloudWatch Logs: log groups, metric filters and the policies that let AWS services write to log groups."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id, put_again
from rehearsal.tagging import retag

RETENTION_DAYS = frozenset(
    (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
POLICY_LIMIT = 5120  # characters: CloudWatch Logs API Reference, PutResourcePolicy
PATTERN_LIMIT = 1024  # characters: CloudWatch Logs API Reference, PutMetricFilter
_CLOSING = {"{": "}", "[": "]"}
_SELECTOR = re.compile(r"\$(\.[A-Za-z0-9_@-]+|\[\d+\]|\.\[\"[^\"]+\"\])+")
_REGEX = re.compile(r"%[A-Za-z0-9:_#=@/;,^$?\[\]{}|\\*+. -]+%")
_TERM = re.compile(r'[?-]?(\w+|"[^"]*"|%[^%]+%)')


def group_name(inputs: Inputs) -> str | None:
    """Names beginning with aws/ are kept by AWS."""
    if str(inputs.get("name", "")).startswith("aws/"):
        return f"the log group name {inputs['name']} begins with aws/, which AWS keeps for itself: begin with /aws/"
    return None


def retention(inputs: Inputs) -> str | None:
    """Only certain numbers of days."""
    days = inputs.get("retentionInDays", 0)
    if days in RETENTION_DAYS:
        return None
    return f"CloudWatch Logs has no retention of {days} days: use one of {', '.join(map(str, sorted(RETENTION_DAYS)))}"


def pattern(inputs: Inputs) -> str | None:
    """The least that a filter pattern must be: a JSON expression, a list of fields, or terms."""
    text = str(inputs.get("pattern", "")).strip()
    if len(text) > PATTERN_LIMIT:
        return f"the filter pattern has {len(text)} characters of {PATTERN_LIMIT}: shorten it"
    fault = _pattern_fault(text)
    return f"CloudWatch Logs refuses the filter pattern {text}: {fault}" if fault else None


def _pattern_fault(text: str) -> str | None:
    if text.startswith("%"):
        return None if _REGEX.fullmatch(text) else "its regular expression has characters that are not supported"
    if text.count('"') % 2:
        return "a quotation mark is not closed, close it"
    if text[:1] in _CLOSING:
        if not text.endswith(_CLOSING[text[0]]):
            return f"it opens with {text[0]} and must end with {_CLOSING[text[0]]}"
        bare = re.sub(r'"[^"]*"', "", text)
        if bare.count("(") != bare.count(")"):
            return "its parentheses do not match, balance them"
        if text[0] == "{" and not _SELECTOR.search(text):
            return "a JSON pattern needs a selector, such as $.level"
        return None
    rest = _TERM.sub("", text).strip()
    return f"put the term with {rest.split()[0]} in quotation marks" if rest else None


def transformation(inputs: Inputs) -> str | None:
    """A default value and dimensions exclude each other, and AWS's namespaces are taken."""
    metric = inputs.get("metricTransformation", {})
    if metric.get("dimensions") and metric.get("defaultValue") is not None:
        return "a metric filter has either dimensions or a default value: remove one"
    if str(metric.get("namespace", "")).startswith("AWS/"):
        return f"the namespace {metric['namespace']} is AWS's own: choose one without AWS/"
    if ":" in str(metric.get("namespace", "")) or "*" in str(metric.get("name", "")):
        return "a metric's namespace has no colon and its name no asterisk: rename it"
    return None


def resource_policy(inputs: Inputs) -> str | None:
    """JSON of a limited size."""
    text = str(inputs.get("policyDocument", "{}"))
    if len(text) > POLICY_LIMIT:
        return f"the resource policy has {len(text)} characters of {POLICY_LIMIT}: shorten it"
    try:
        json.loads(text)
    except ValueError as error:
        return f"the resource policy is no JSON ({error}): write a policy document"
    return None


def create_group(aws: Aws, inputs: Inputs) -> Created:
    """CreateLogGroup, then its retention."""
    name = inputs["name"]
    tags = {"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {}
    key = {"kmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
    _logs(aws, inputs).create_log_group(logGroupName=name, **tags, **key)
    aws.made(name)
    _retain(aws, inputs)
    return Created(id=name, outputs={"arn": _group_arn(aws, inputs, name)})


def read_group(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The log group with exactly this name, its retention, key and tags."""
    client, arn = _logs(aws, state), _group_arn(aws, state, identifier)
    found = _group(client, identifier)
    if found is None:
        return None
    held = {
        "name": identifier,
        "retentionInDays": found.get("retentionInDays"),
        "kmsKeyId": found.get("kmsKeyId"),
        "arn": arn,
        "tagsAll": client.list_tags_for_resource(resourceArn=arn)["tags"],
    }
    return Created(id=identifier, outputs=held)


def update_group(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """Retention, key and tags."""
    client, arn = _logs(aws, inputs), _group_arn(aws, inputs, identifier)
    _retain(aws, inputs)
    if key := inputs.get("kmsKeyId"):
        client.associate_kms_key(logGroupName=identifier, kmsKeyId=key)
    elif state.get("kmsKeyId"):
        client.disassociate_kms_key(logGroupName=identifier)
    retag(
        client.list_tags_for_resource(resourceArn=arn)["tags"],
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(resourceArn=arn, tags=tags),
        untag=lambda keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
    )
    return {}


def delete_group(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteLogGroup, unless it is to outlive the stack."""
    if not state.get("skipDestroy"):
        _logs(aws, state).delete_log_group(logGroupName=identifier)


def every_group(aws: Aws, region: str) -> list[str]:
    """Names of all log groups of the region."""
    pages = aws.client("logs", region).get_paginator("describe_log_groups").paginate()
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def _logs(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("logs", inputs.get("region"))


def _group_arn(aws: Aws, inputs: Inputs, name: str) -> str:
    return f"arn:aws:logs:{inputs.get('region') or aws.region}:{aws.account_id}:log-group:{name}"


def _retain(aws: Aws, inputs: Inputs) -> None:
    client, name = _logs(aws, inputs), inputs["name"]
    if days := inputs.get("retentionInDays"):
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
    elif (_group(client, name) or {}).get("retentionInDays"):
        client.delete_retention_policy(logGroupName=name)


def _group(client: Any, name: str) -> dict[str, Any] | None:
    groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((group for group in groups if group["logGroupName"] == name), None)


def create_filter(aws: Aws, inputs: Inputs) -> Created:
    """PutMetricFilter."""
    client, group = _logs(aws, inputs), inputs["logGroupName"]
    if _group(client, group) is None:
        message = f"The specified log group {group} does not exist: make it first"
        raise refusal("PutMetricFilter", "ResourceNotFoundException", message)
    metric = inputs["metricTransformation"]
    wanted = {
        "metricName": metric["name"],
        "metricNamespace": metric["namespace"],
        "metricValue": metric["value"],
        "defaultValue": float(metric["defaultValue"]) if metric.get("defaultValue") is not None else None,
        "unit": metric.get("unit"),
        "dimensions": metric.get("dimensions"),
    }
    client.put_metric_filter(
        filterName=inputs["name"],
        filterPattern=inputs["pattern"],
        logGroupName=group,
        metricTransformations=[{name: value for name, value in wanted.items() if value is not None}],
    )
    return Created(id=inputs["name"])


def read_filter(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The filter of one log group; imported as `<log group>:<name>`."""
    group, name = state.get("logGroupName"), identifier
    if group is None:
        group, _, name = identifier.rpartition(":")
    filters = _logs(aws, state).describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]
    found = next((one for one in filters if one["filterName"] == name), None)
    if found is None:
        return None
    [metric] = found["metricTransformations"]
    default = metric.get("defaultValue")
    transformation = {
        "name": metric["metricName"],
        "namespace": metric["metricNamespace"],
        "value": metric["metricValue"],
        "defaultValue": None if default is None else f"{default:g}",
        "unit": metric.get("unit"),
        "dimensions": metric.get("dimensions"),
    }
    held = {"name": name, "logGroupName": group, "pattern": found["filterPattern"]}
    return Created(id=name, outputs={**held, "metricTransformation": transformation})


def delete_filter(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteMetricFilter."""
    _logs(aws, state).delete_metric_filter(logGroupName=state["logGroupName"], filterName=identifier)


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutResourcePolicy."""
    _logs(aws, inputs).put_resource_policy(policyName=inputs["policyName"], policyDocument=inputs["policyDocument"])
    return Created(id=inputs["policyName"])


def read_policy(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The policy with this name."""
    policies = _logs(aws, state).describe_resource_policies()["resourcePolicies"]
    found = next((one for one in policies if one["policyName"] == identifier), None)
    if found is None:
        return None
    return Created(id=identifier, outputs={"policyName": identifier, "policyDocument": found["policyDocument"]})


def delete_policy(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteResourcePolicy."""
    _logs(aws, state).delete_resource_policy(policyName=identifier)


def every_policy(aws: Aws, region: str) -> list[str]:
    """Names of the region's resource policies."""
    return [one["policyName"] for one in aws.client("logs", region).describe_resource_policies()["resourcePolicies"]]


RESOURCES = (
    ResourceType(
        token="aws:cloudwatch/logGroup:LogGroup",
        inputs=spec("name region retentionInDays kmsKeyId logGroupClass skipDestroy tags"),
        create=create_group,
        read=read_group,
        update=update_group,
        delete=delete_group,
        find=by_id(read_group, "name"),
        every=every_group,
        computed=("arn",),
        replace_on=frozenset({"name", "region", "logGroupClass"}),
        in_place=frozenset({"retentionInDays", "kmsKeyId", "skipDestroy", "tags"}),
        limits=(group_name, retention),
        auto_name="name",
        auto_name_limit=512,
        source="Terraform AWS provider docs: aws_cloudwatch_log_group",
    ),
    ResourceType(
        token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        inputs=spec(
            "name region pattern logGroupName",
            metricTransformation=spec("name namespace value defaultValue unit dimensions"),
        ),
        create=create_filter,
        read=read_filter,
        update=put_again(create_filter),
        delete=delete_filter,
        find=by_id(read_filter, "logGroupName", "name", separator=":"),
        replace_on=frozenset({"name", "logGroupName", "region"}),
        in_place=frozenset({"pattern", "metricTransformation"}),
        limits=(pattern, transformation),
        emulated="partial",
        not_emulated=("log events are not turned into metrics",),
        auto_name="name",
        auto_name_limit=512,
        source="Terraform AWS provider docs: aws_cloudwatch_log_metric_filter",
    ),
    ResourceType(
        token="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        inputs=spec("policyName policyDocument region"),
        create=create_policy,
        read=read_policy,
        update=put_again(create_policy),
        delete=delete_policy,
        find=by_id(read_policy, "policyName"),
        every=every_policy,
        replace_on=frozenset({"policyName", "region"}),
        in_place=frozenset({"policyDocument"}),
        limits=(resource_policy,),
        emulated="partial",
        not_emulated=("whether the policy lets a service write is not evaluated",),
        source="Terraform AWS provider docs: aws_cloudwatch_log_resource_policy",
    ),
)
