"""VPC endpoints, gateway and interface, and flow logs."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, ec2, tagged
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec

POLICY_LIMIT = 20_480  # characters: Amazon VPC User Guide, quotas of AWS PrivateLink
GATEWAY_SERVICES = ("s3", "dynamodb")
INTERFACE_SERVICES = frozenset(
    {
        *(
            "autoscaling",
            "ec2",
            "ec2messages",
            "ecr.api",
            "ecr.dkr",
            "elasticloadbalancing",
            "kms",
            "logs",
            "monitoring",
        ),
        *("rds", "s3", "secretsmanager", "sns", "ssm", "ssm-contacts", "ssm-incidents", "ssmmessages", "sts"),
    }
)


def service(inputs: Inputs) -> str | None:
    """Services that have an endpoint of that kind: moto makes one for any name."""
    kind, name = inputs.get("vpcEndpointType", "Gateway"), inputs.get("serviceName")
    if name is None:
        return None
    known = INTERFACE_SERVICES if kind == "Interface" else GATEWAY_SERVICES
    if name.split(".", 3)[-1] in known and name.startswith("com.amazonaws."):
        return None
    return f"the stand-in knows no {kind.lower()} endpoint {name}: use com.amazonaws.<region>.<one of {_names(known)}>"


def _names(known: Any) -> str:
    return ", ".join(sorted(known))


def kind(inputs: Inputs) -> str | None:
    """Route tables belong to gateway endpoints, subnets and security groups to interface endpoints."""
    gateway = inputs.get("vpcEndpointType", "Gateway") == "Gateway"
    foreign = ("subnetIds", "securityGroupIds", "privateDnsEnabled") if gateway else ("routeTableIds",)
    extra = [name for name in foreign if inputs.get(name)]
    wrong = f"{'a gateway' if gateway else 'an interface'} endpoint has no {', '.join(extra)}: remove it"
    return wrong if extra else None


def policy(inputs: Inputs) -> str | None:
    """JSON of a limited size."""
    text = inputs.get("policy")
    if text is None:
        return None
    if len(text) > POLICY_LIMIT:
        return f"the endpoint's policy has {len(text):,} characters of {POLICY_LIMIT:,}: shorten it"
    try:
        json.loads(text)
    except ValueError as error:
        return f"the endpoint's policy is no JSON ({error}): write a policy document"
    return None


def create_endpoint(aws: Aws, inputs: Inputs) -> Created:
    """CreateVpcEndpoint, with what moto does not look at: the region, the zones and the VPC's DNS settings."""
    client = ec2(aws, inputs)
    interface = inputs.get("vpcEndpointType", "Gateway") == "Interface"
    region = inputs.get("region") or aws.region
    if f".{region}." not in inputs["serviceName"]:
        message = f"the service {inputs['serviceName']} is not in {region}: name the VPC's own region"
        raise refusal("CreateVpcEndpoint", "InvalidServiceName", message)
    if interface:
        _reachable(client, inputs)
    fields = {
        "PolicyDocument": inputs.get("policy"),
        "RouteTableIds": inputs.get("routeTableIds"),
        "SubnetIds": inputs.get("subnetIds"),
        "SecurityGroupIds": inputs.get("securityGroupIds"),
        "PrivateDnsEnabled": inputs.get("privateDnsEnabled", False) if interface else None,
    }
    made = client.create_vpc_endpoint(
        VpcId=inputs["vpcId"],
        ServiceName=inputs["serviceName"],
        VpcEndpointType="Interface" if interface else "Gateway",
        **{name: value for name, value in fields.items() if value is not None},
        **tagged("vpc-endpoint", inputs),
    )["VpcEndpoint"]
    return Created(id=made["VpcEndpointId"], outputs=_outputs(aws, inputs, made))


def _outputs(aws: Aws, inputs: Inputs, made: dict[str, Any]) -> Inputs:
    named = {"Name": "prefix-list-name", "Values": [made["ServiceName"]]}
    found = ec2(aws, inputs).describe_managed_prefix_lists(Filters=[named])["PrefixLists"]
    gateway = made["VpcEndpointType"] == "Gateway"
    return {
        "arn": arn(aws, inputs, "vpc-endpoint", made["VpcEndpointId"]),
        "ownerId": aws.account_id,
        "state": "available",
        "policy": made["PolicyDocument"],
        "networkInterfaceIds": made["NetworkInterfaceIds"],
        "prefixListId": found[0]["PrefixListId"] if gateway and found else None,
        "dnsEntries": [
            {"dnsName": entry["DnsName"], "hostedZoneId": entry["HostedZoneId"]} for entry in made["DnsEntries"]
        ],
    }


def _reachable(client: Any, inputs: Inputs) -> None:
    """One subnet in each zone, and a VPC that resolves the service's name to the endpoint."""
    subnets = client.describe_subnets(SubnetIds=inputs["subnetIds"])["Subnets"]
    zones = [subnet["AvailabilityZone"] for subnet in subnets]
    if len(set(zones)) < len(zones):
        message = f"two of {', '.join(inputs['subnetIds'])} are in one zone: name one subnet in each zone"
        raise refusal("CreateVpcEndpoint", "DuplicateSubnetsInSameZone", message)
    if not inputs.get("privateDnsEnabled"):
        return
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = client.describe_vpc_attribute(VpcId=inputs["vpcId"], Attribute=attribute)
        if not answer[attribute[0].upper() + attribute[1:]]["Value"]:
            message = f"private DNS names need {attribute} on {inputs['vpcId']}: enable it"
            raise refusal("CreateVpcEndpoint", "InvalidParameter", message)


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


RESOURCES = (
    ResourceType(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs=spec(
            "policy privateDnsEnabled region routeTableIds securityGroupIds serviceName subnetIds tags "
            "vpcEndpointType vpcId"
        ),
        create=create_endpoint,
        computed=("arn", "dnsEntries", "networkInterfaceIds", "ownerId", "prefixListId", "state"),
        replace_on=frozenset({"region", "serviceName", "vpcEndpointType", "vpcId"}),
        limits=(service, kind, policy),
        emulated="partial",
        not_emulated=("an endpoint carries no traffic, and its policy is not evaluated",),
        source="Terraform AWS provider docs: aws_vpc_endpoint; AWS PrivateLink Guide",
    ),
    ResourceType(
        token="aws:ec2/flowLog:FlowLog",
        inputs=spec(
            "iamRoleArn logDestination logDestinationType maxAggregationInterval region tags trafficType vpcId"
        ),
        create=create_flow_log,
        computed=("arn",),
        replace_on=frozenset(
            {
                *("iamRoleArn", "logDestination", "logDestinationType", "maxAggregationInterval"),
                *("region", "trafficType", "vpcId"),
            }
        ),
        limits=(flow_log,),
        emulated="partial",
        not_emulated=("no traffic flows, so that no record is written",),
        source="Terraform AWS provider docs: aws_flow_log",
    ),
)
