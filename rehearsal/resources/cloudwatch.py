"""CloudWatch: metric alarms and dashboards."""

from __future__ import annotations

import json
import re

from rehearsal import tagging
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id, put_again

DAY = 86_400
ACTION_LIMIT = 5
WIDGET_LIMIT = 500
MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
_RENAMED = {
    "alarmDescription": "AlarmDescription",
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "okActions": "OKActions",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "statistic": "Statistic",
    "extendedStatistic": "ExtendedStatistic",
    "period": "Period",
    "unit": "Unit",
    "evaluationPeriods": "EvaluationPeriods",
    "datapointsToAlarm": "DatapointsToAlarm",
    "threshold": "Threshold",
    "comparisonOperator": "ComparisonOperator",
    "treatMissingData": "TreatMissingData",
}
_DASHBOARD_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_WIDGET_TYPES = frozenset(("metric", "text", "log", "alarm", "explorer", "custom"))


def evaluation(inputs: Inputs) -> str | None:
    """Periods that CloudWatch accepts (PutMetricAlarm: Period, EvaluationPeriods, DatapointsToAlarm)."""
    period, count = inputs.get("period"), inputs.get("evaluationPeriods", 1)
    if period is not None and period not in (10, 20, 30) and (period < 60 or period % 60):
        return f"an alarm's period is 10, 20, 30 or a multiple of 60 seconds, not {period}: change it"
    longest = DAY if (period or 0) < 3600 else 7 * DAY
    if count < 1 or (period or 0) * count > longest:
        return f"{count} periods of {period} seconds are not within 1 to {longest} seconds: evaluate fewer"
    if not 1 <= inputs.get("datapointsToAlarm", 1) <= count:
        return f"datapoints_to_alarm is not within 1 to {count} evaluation periods: change it"
    return None


def measure(inputs: Inputs) -> str | None:
    """Exactly one way to compute the value, a threshold, and a known treatment of missing data."""
    if "metricName" not in inputs:
        return "an alarm has either a metric name or metric queries, which the stand-in does not know: set metricName"
    if ("statistic" in inputs) == ("extendedStatistic" in inputs):
        return "an alarm has either a statistic or an extended statistic: set one of them"
    if "threshold" not in inputs and "thresholdMetricId" not in inputs:
        return "an alarm needs a threshold: set one"
    if inputs.get("treatMissingData", "missing") not in MISSING_DATA:
        return f"treat_missing_data is none of {', '.join(MISSING_DATA)}: choose one"
    return None


def actions(inputs: Inputs) -> str | None:
    """At most five per state."""
    for name in ("alarmActions", "okActions", "insufficientDataActions"):
        if len(inputs.get(name, [])) > ACTION_LIMIT:
            return f"an alarm has at most {ACTION_LIMIT} {name}: remove some"
    return None


def dashboard(inputs: Inputs) -> str | None:
    """The name's characters, and a body with known widgets on the grid of 24 columns."""
    if not _DASHBOARD_NAME.fullmatch(str(inputs.get("dashboardName", "x"))):
        return "a dashboard's name has up to 255 letters, digits, - and _: rename it"
    try:
        widgets = json.loads(str(inputs.get("dashboardBody", '{"widgets": []}')))["widgets"]
    except (ValueError, KeyError) as error:
        return f"the dashboard's body is no JSON object with widgets ({error}): correct it"
    if len(widgets) > WIDGET_LIMIT:
        return f"a dashboard has at most {WIDGET_LIMIT} widgets: remove some"
    for widget in widgets:
        if widget.get("type") not in _WIDGET_TYPES:
            return f"a dashboard has no widgets of type {widget.get('type')}: use {', '.join(sorted(_WIDGET_TYPES))}"
        if widget.get("x", 0) + widget.get("width", 6) > 24:
            return f"a widget at column {widget['x']} is wider than the grid's 24 columns: make it narrower"
    return None


def create_alarm(aws: Aws, inputs: Inputs) -> Created:
    """PutMetricAlarm."""
    region = inputs.get("region") or aws.region
    _same_region(inputs, region)
    wanted = {_RENAMED[name]: value for name, value in inputs.items() if name in _RENAMED and value is not None}
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(inputs.get("dimensions", {}).items())]
    aws.client("cloudwatch", region).put_metric_alarm(
        AlarmName=inputs["name"], Dimensions=dimensions, Tags=name_tags(inputs), **wanted
    )
    return Created(id=inputs["name"], outputs={"arn": _alarm_arn(aws, inputs, inputs["name"])})


def _alarm_arn(aws: Aws, inputs: Inputs, name: str) -> str:
    return f"arn:aws:cloudwatch:{inputs.get('region') or aws.region}:{aws.account_id}:alarm:{name}"


def read_alarm(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """DescribeAlarms."""
    client, arn = aws.client("cloudwatch", state.get("region")), _alarm_arn(aws, state, identifier)
    alarms = client.describe_alarms(AlarmNames=[identifier])["MetricAlarms"]
    if not alarms:
        return None
    [found] = alarms
    held = {ours: found.get(theirs) for ours, theirs in _RENAMED.items()}
    dimensions = {one["Name"]: one["Value"] for one in found.get("Dimensions") or []}
    tags = tagging.as_mapping(client.list_tags_for_resource(ResourceARN=arn)["Tags"])
    outputs = {**held, "name": identifier, "dimensions": dimensions, "arn": arn, "tagsAll": tags}
    return Created(id=identifier, outputs=outputs)


def update_alarm(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """PutMetricAlarm over the one that is there, which leaves its tags; then these."""
    client, arn = aws.client("cloudwatch", inputs.get("region")), _alarm_arn(aws, inputs, identifier)
    create_alarm(aws, inputs)
    tagging.retag(
        tagging.as_mapping(client.list_tags_for_resource(ResourceARN=arn)["Tags"]),
        inputs["tagsAll"],
        tag=lambda tags: client.tag_resource(ResourceARN=arn, Tags=tagging.as_list(tags)),
        untag=lambda keys: client.untag_resource(ResourceARN=arn, TagKeys=keys),
    )
    return {}


def delete_alarm(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteAlarms."""
    aws.client("cloudwatch", state.get("region")).delete_alarms(AlarmNames=[identifier])


def every_alarm(aws: Aws, region: str) -> list[str]:
    """Names of the region's alarms."""
    pages = aws.client("cloudwatch", region).get_paginator("describe_alarms").paginate()
    return [one["AlarmName"] for page in pages for one in page["MetricAlarms"]]


def create_dashboard(aws: Aws, inputs: Inputs) -> Created:
    """PutDashboard."""
    name = inputs["dashboardName"]
    aws.client("cloudwatch", inputs.get("region")).put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    return Created(id=name, outputs={"dashboardArn": _dashboard_arn(aws, name)})


def _dashboard_arn(aws: Aws, name: str) -> str:
    return f"arn:aws:cloudwatch::{aws.account_id}:dashboard/{name}"


def read_dashboard(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetDashboard."""
    found = aws.client("cloudwatch", state.get("region")).get_dashboard(DashboardName=identifier)
    held = {"dashboardName": identifier, "dashboardBody": found["DashboardBody"]}
    return Created(id=identifier, outputs={**held, "dashboardArn": _dashboard_arn(aws, identifier)})


def delete_dashboard(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteDashboards."""
    aws.client("cloudwatch", state.get("region")).delete_dashboards(DashboardNames=[identifier])


def every_dashboard(aws: Aws, region: str) -> list[str]:
    """Names of the region's dashboards."""
    return [one["DashboardName"] for one in aws.client("cloudwatch", region).list_dashboards()["DashboardEntries"]]


def _same_region(inputs: Inputs, region: str) -> None:
    for name in ("alarmActions", "okActions", "insufficientDataActions"):
        for arn in inputs.get(name, []):
            if arn.startswith("arn:aws:sns:") and arn.split(":")[3] != region:
                message = f"Invalid region {arn.split(':')[3]} specified. Only {region} is supported: use a topic there"
                raise refusal("PutMetricAlarm", "ValidationError", message)


RESOURCES = (
    ResourceType(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        inputs=spec(
            "name alarmDescription actionsEnabled alarmActions okActions insufficientDataActions metricName namespace "
            "statistic extendedStatistic period unit evaluationPeriods datapointsToAlarm threshold comparisonOperator "
            "treatMissingData dimensions region tags"
        ),
        create=create_alarm,
        read=read_alarm,
        update=update_alarm,
        delete=delete_alarm,
        find=by_id(read_alarm, "name"),
        every=every_alarm,
        computed=("arn",),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset({*_RENAMED, "dimensions", "tags"}),
        unordered=frozenset({"alarmActions", "okActions", "insufficientDataActions"}),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        limits=(evaluation, measure, actions),
        emulated="partial",
        not_emulated=("alarms are kept, but no metric is measured and no alarm goes off",),
        auto_name="name",
        auto_name_limit=255,
        source="Terraform AWS provider docs: aws_cloudwatch_metric_alarm; CloudWatch API Reference: PutMetricAlarm",
    ),
    ResourceType(
        token="aws:cloudwatch/dashboard:Dashboard",
        inputs=spec("dashboardName dashboardBody region"),
        create=create_dashboard,
        read=read_dashboard,
        update=put_again(create_dashboard),
        delete=delete_dashboard,
        find=by_id(read_dashboard, "dashboardName"),
        every=every_dashboard,
        computed=("dashboardArn",),
        replace_on=frozenset({"dashboardName", "region"}),
        in_place=frozenset({"dashboardBody"}),
        limits=(dashboard,),
        source="Terraform AWS provider docs: aws_cloudwatch_dashboard; CloudWatch: Dashboard body structure",
    ),
)
