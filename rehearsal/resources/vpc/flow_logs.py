"""VPC flow logs, into CloudWatch Logs."""

from __future__ import annotations

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, described, ec2, held_tags, made_by, one, tagged, update_tags, where
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def flow_log(inputs: Inputs) -> str | None:
    """Records are gathered for one of two times, and go to CloudWatch Logs."""
    kind = inputs.get("logDestinationType", "cloud-watch-logs")
    if kind != "cloud-watch-logs":
        return f"the stand-in sends no flow logs to {kind}: use cloud-watch-logs"
    if str(inputs.get("logDestination", "")).endswith(":*"):
        return "logDestination is the log group's ARN without :* at its end: remove that"
    if inputs.get("maxAggregationInterval", 600) not in (60, 600):
        return f"flow logs are gathered for 60 or 600 seconds, not {inputs['maxAggregationInterval']}: choose one"
    return None


def create_flow_log(aws: Aws, inputs: Inputs) -> Created:
    """CreateFlowLogs for one VPC; refused where nothing would be delivered, which AWS says only later."""
    client, destination = ec2(aws, inputs), inputs["logDestination"]
    _deliverable(aws, inputs)
    made = client.create_flow_logs(
        ResourceIds=[inputs["vpcId"]],
        ResourceType="VPC",
        TrafficType=inputs["trafficType"],
        LogDestinationType="cloud-watch-logs",
        LogDestination=destination,
        DeliverLogsPermissionArn=inputs["iamRoleArn"],
        MaxAggregationInterval=inputs.get("maxAggregationInterval", 600),
        **tagged("vpc-flow-log", inputs),
    )
    identifier = made["FlowLogIds"][0]
    return Created(id=identifier, outputs={"arn": arn(aws, inputs, "vpc-flow-log", identifier)})


def _deliverable(aws: Aws, inputs: Inputs) -> None:
    """The log group is there, and the role: IAM itself refuses to show one that is not."""
    if not inputs.get("iamRoleArn"):
        raise refusal("CreateFlowLogs", "MissingParameter", "CloudWatch Logs needs a role: name it in iamRoleArn")
    name = inputs["logDestination"].rpartition(":log-group:")[2]
    groups = aws.client("logs", inputs.get("region")).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    if name not in [group["logGroupName"] for group in groups]:
        message = f"there is no log group {name}: make it first"
        raise refusal("CreateFlowLogs", "LogDestinationNotFoundException", message)
    aws.client("iam").get_role(RoleName=inputs["iamRoleArn"].rpartition("/")[2])


def read_flow_log(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The flow log as it was made: but for tags nothing of it changes."""
    client = ec2(aws, state)
    log = one(client.describe_flow_logs(FlowLogIds=[identifier])["FlowLogs"])
    if log is None:
        return None
    held = {
        "vpcId": log["ResourceId"],
        "trafficType": log["TrafficType"],
        "logDestination": log["LogDestination"],
        "logDestinationType": log["LogDestinationType"],
        "iamRoleArn": log["DeliverLogsPermissionArn"],
        "maxAggregationInterval": log["MaxAggregationInterval"],
        "tagsAll": held_tags(client, identifier),
        "arn": arn(aws, state, "vpc-flow-log", identifier),
    }
    return Created(id=identifier, outputs=held)


def delete_flow_log(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteFlowLogs."""
    ec2(aws, state).delete_flow_logs(FlowLogIds=[identifier])


def find_flow_log(aws: Aws, inputs: Inputs) -> list[str]:
    """Flow logs of this VPC into this log group."""
    mine = where("resource-id", inputs["vpcId"])
    items = described(ec2(aws, inputs), "describe_flow_logs", "FlowLogs", Filters=mine)
    return made_by(items, "FlowLogId", inputs, LogDestination=inputs["logDestination"])


def every_flow_log(aws: Aws, region: str) -> list[str]:
    """Ids of all flow logs of the region."""
    return [log["FlowLogId"] for log in described(aws.client("ec2", region), "describe_flow_logs", "FlowLogs")]


RESOURCES = (
    ResourceType(
        token="aws:ec2/flowLog:FlowLog",
        inputs=spec(
            "iamRoleArn logDestination logDestinationType maxAggregationInterval region tags trafficType vpcId"
        ),
        create=create_flow_log,
        read=read_flow_log,
        update=update_tags,
        delete=delete_flow_log,
        find=find_flow_log,
        every=every_flow_log,
        computed=("arn",),
        replace_on=frozenset(
            {
                *("iamRoleArn", "logDestination", "logDestinationType", "maxAggregationInterval"),
                *("region", "trafficType", "vpcId"),
            }
        ),
        in_place=frozenset({"tags"}),
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        limits=(flow_log,),
        emulated="partial",
        not_emulated=("no traffic flows, so that no record is written",),
        source="Terraform AWS provider docs: aws_flow_log",
    ),
)
