"""CloudWatch Logs: log groups, metric filters and the policies that let AWS services write to log groups."""

from __future__ import annotations

import json
import re

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec

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
    client = aws.client("logs", inputs.get("region"))
    name = inputs["name"]
    tags = {"tags": inputs["tagsAll"]} if inputs["tagsAll"] else {}
    key = {"kmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
    client.create_log_group(logGroupName=name, **tags, **key)
    if inputs.get("retentionInDays"):
        client.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    region = inputs.get("region") or aws.region
    return Created(id=name, outputs={"arn": f"arn:aws:logs:{region}:{aws.account_id}:log-group:{name}"})


def create_filter(aws: Aws, inputs: Inputs) -> Created:
    """PutMetricFilter."""
    client, group = aws.client("logs", inputs.get("region")), inputs["logGroupName"]
    groups = client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if group not in {found["logGroupName"] for found in groups}:
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


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutResourcePolicy."""
    aws.client("logs", inputs.get("region")).put_resource_policy(
        policyName=inputs["policyName"], policyDocument=inputs["policyDocument"]
    )
    return Created(id=inputs["policyName"])


RESOURCES = (
    ResourceType(
        token="aws:cloudwatch/logGroup:LogGroup",
        inputs=spec("name region retentionInDays kmsKeyId logGroupClass skipDestroy tags"),
        create=create_group,
        computed=("arn", "tagsAll"),
        replace_on=frozenset({"name", "region", "logGroupClass"}),
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
        replace_on=frozenset({"name", "logGroupName", "region"}),
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
        replace_on=frozenset({"policyName", "region"}),
        limits=(resource_policy,),
        emulated="partial",
        not_emulated=("whether the policy lets a service write is not evaluated",),
        source="Terraform AWS provider docs: aws_cloudwatch_log_resource_policy",
    ),
)
