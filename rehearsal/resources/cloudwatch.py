"""CloudWatch: metric alarms and dashboards."""

from __future__ import annotations

import json
import re

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

DAY = 86_400
ACTION_LIMIT = 5
WIDGET_LIMIT = 500
MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
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
    renamed = {
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
    wanted = {renamed[name]: value for name, value in inputs.items() if name in renamed and value is not None}
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(inputs.get("dimensions", {}).items())]
    aws.client("cloudwatch", region).put_metric_alarm(
        AlarmName=inputs["name"], Dimensions=dimensions, Tags=name_tags(inputs), **wanted
    )
    arn = f"arn:aws:cloudwatch:{region}:{aws.account_id}:alarm:{inputs['name']}"
    return Created(id=inputs["name"], outputs={"arn": arn})


def create_dashboard(aws: Aws, inputs: Inputs) -> Created:
    """PutDashboard."""
    name = inputs["dashboardName"]
    aws.client("cloudwatch", inputs.get("region")).put_dashboard(
        DashboardName=name, DashboardBody=inputs["dashboardBody"]
    )
    return Created(id=name, outputs={"dashboardArn": f"arn:aws:cloudwatch::{aws.account_id}:dashboard/{name}"})


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
        computed=("arn", "tagsAll"),
        replace_on=frozenset({"name", "region"}),
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
        computed=("dashboardArn",),
        replace_on=frozenset({"dashboardName", "region"}),
        limits=(dashboard,),
        source="Terraform AWS provider docs: aws_cloudwatch_dashboard; CloudWatch: Dashboard body structure",
    ),
)
