"""VPC endpoints, gateway and interface."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, described, ec2, held_tags, made_by, one, retag, standing, tagged, where
from rehearsal.endpoint_limits import kind, policy, service
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec

# Of an endpoint without a policy of its own: AWS PrivateLink Guide, "Control access using endpoint policies".
DEFAULT_POLICY = json.dumps(
    {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)
PARTS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "Groups"}


def create_endpoint(aws: Aws, inputs: Inputs) -> Created:
    """CreateVpcEndpoint, with what moto does not look at: the region, the zones and the VPC's DNS settings."""
    client = ec2(aws, inputs)
    interface = _is_interface(inputs)
    region = inputs.get("region") or aws.region
    if f".{region}." not in inputs["serviceName"]:
        message = f"the service {inputs['serviceName']} is not in {region}: name the VPC's own region"
        raise refusal("CreateVpcEndpoint", "InvalidServiceName", message)
    if interface:
        _reachable(client, inputs, "CreateVpcEndpoint")
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
    aws.made(made["VpcEndpointId"])
    return Created(id=made["VpcEndpointId"], outputs=_outputs(aws, inputs, made))


def read_endpoint(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The endpoint, where it stands and who may use it."""
    client = ec2(aws, state)
    endpoint = _endpoint(client, identifier)
    if endpoint is None:
        return None
    interface = endpoint["VpcEndpointType"] == "Interface"
    held = {
        "vpcId": endpoint["VpcId"],
        "serviceName": endpoint["ServiceName"],
        "vpcEndpointType": endpoint["VpcEndpointType"],
        **{name: _held(endpoint, field) for name, field in PARTS.items()},
        "privateDnsEnabled": _private_dns(aws, endpoint) if interface else None,
        "tagsAll": held_tags(client, identifier),
    }
    return Created(id=identifier, outputs={**held, **_outputs(aws, state, endpoint)})


def update_endpoint(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyVpcEndpoint by what is added and removed, and tags."""
    client = ec2(aws, inputs)
    endpoint = _endpoint(client, identifier)
    if endpoint is None:
        message = f"The Vpc Endpoint Id '{identifier}' does not exist: run pulumi refresh"
        raise refusal("ModifyVpcEndpoint", "InvalidVpcEndpointId.NotFound", message)
    interface = _is_interface(inputs)
    if interface:
        _reachable(client, inputs, "ModifyVpcEndpoint")
    changes: dict[str, Any] = {"PolicyDocument": inputs.get("policy") or DEFAULT_POLICY}
    for name, field in PARTS.items():
        held, wanted = _held(endpoint, field) or [], inputs.get(name) or []
        singular = field.replace("Groups", "SecurityGroupIds")
        changes[f"Add{singular}"] = [one for one in wanted if one not in held]
        changes[f"Remove{singular}"] = [one for one in held if one not in wanted]
    given = {name: value for name, value in changes.items() if value}
    client.modify_vpc_endpoint(VpcEndpointId=identifier, **given)
    if interface:
        _set_private_dns(aws, identifier, inputs)
    else:
        _route(client, endpoint, changes["AddRouteTableIds"], changes["RemoveRouteTableIds"])
    retag(client, identifier, inputs["tagsAll"])
    return {}


def delete_endpoint(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteVpcEndpoints, with their routes and network interfaces."""
    aws.records.pop(_record(identifier), None)
    ec2(aws, state).delete_vpc_endpoints(VpcEndpointIds=[identifier])


def find_endpoint(aws: Aws, inputs: Inputs) -> list[str]:
    """The VPC's endpoints to this service with these tags."""
    mine = where("vpc-id", inputs["vpcId"], "service-name", inputs["serviceName"])
    items = described(ec2(aws, inputs), "describe_vpc_endpoints", "VpcEndpoints", Filters=mine)
    return made_by(standing(items), "VpcEndpointId", inputs, VpcId=inputs["vpcId"], ServiceName=inputs["serviceName"])


def every_endpoint(aws: Aws, region: str) -> list[str]:
    """Ids of all endpoints of the region that are not deleted."""
    items = described(aws.client("ec2", region), "describe_vpc_endpoints", "VpcEndpoints")
    return [item["VpcEndpointId"] for item in standing(items)]


def _is_interface(inputs: Inputs) -> bool:
    return bool(inputs.get("vpcEndpointType", "Gateway") == "Interface")


def _endpoint(client: Any, identifier: str) -> dict[str, Any] | None:
    found = one(client.describe_vpc_endpoints(VpcEndpointIds=[identifier])["VpcEndpoints"])
    return None if found is None or found["State"] in ("deleted", "deleting") else found


def _held(endpoint: dict[str, Any], field: str) -> list[str] | None:
    held = [item["GroupId"] if field == "Groups" else item for item in endpoint.get(field) or []]
    return held or None


def _record(identifier: str) -> str:
    return f"ec2/vpc-endpoint/{identifier}"


def _private_dns(aws: Aws, endpoint: dict[str, Any]) -> bool:
    """The emulator changes it no more after the creation."""
    changed = aws.records.get(_record(endpoint["VpcEndpointId"]), {})
    return bool(changed.get("privateDnsEnabled", endpoint["PrivateDnsEnabled"]))


def _set_private_dns(aws: Aws, identifier: str, inputs: Inputs) -> None:
    wanted = inputs.get("privateDnsEnabled", False)
    aws.keep("ec2", "ModifyVpcEndpoint", {"VpcEndpointId": identifier, "PrivateDnsEnabled": wanted})
    aws.records[_record(identifier)] = {"privateDnsEnabled": wanted}


def _route(client: Any, endpoint: dict[str, Any], added: list[str], removed: list[str]) -> None:
    """The routes to a gateway endpoint, which AWS itself writes into the tables that are added."""
    prefixes = _prefix_list(client, endpoint["ServiceName"])
    for table in added:
        client.create_route(RouteTableId=table, DestinationPrefixListId=prefixes, GatewayId=endpoint["VpcEndpointId"])
    for table in removed:
        client.delete_route(RouteTableId=table, DestinationPrefixListId=prefixes)


def _prefix_list(client: Any, service_name: str) -> str | None:
    found = client.describe_managed_prefix_lists(Filters=where("prefix-list-name", service_name))["PrefixLists"]
    return found[0]["PrefixListId"] if found else None


def _outputs(aws: Aws, inputs: Inputs, endpoint: dict[str, Any]) -> Inputs:
    document = endpoint["PolicyDocument"]
    gateway = endpoint["VpcEndpointType"] == "Gateway"
    return {
        "arn": arn(aws, inputs, "vpc-endpoint", endpoint["VpcEndpointId"]),
        "ownerId": aws.account_id,
        "state": endpoint["State"],
        "policy": DEFAULT_POLICY if json.loads(document) == json.loads(DEFAULT_POLICY) else document,
        "networkInterfaceIds": endpoint["NetworkInterfaceIds"],
        "prefixListId": _prefix_list(ec2(aws, inputs), endpoint["ServiceName"]) if gateway else None,
        "dnsEntries": [
            {"dnsName": entry["DnsName"], "hostedZoneId": entry["HostedZoneId"]} for entry in endpoint["DnsEntries"]
        ],
    }


def _reachable(client: Any, inputs: Inputs, operation: str) -> None:
    """One subnet in each zone, and a VPC that resolves the service's name to the endpoint."""
    subnets = client.describe_subnets(SubnetIds=inputs["subnetIds"])["Subnets"]
    zones = [subnet["AvailabilityZone"] for subnet in subnets]
    if len(set(zones)) < len(zones):
        message = f"two of {', '.join(inputs['subnetIds'])} are in one zone: name one subnet in each zone"
        raise refusal(operation, "DuplicateSubnetsInSameZone", message)
    if not inputs.get("privateDnsEnabled"):
        return
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = client.describe_vpc_attribute(VpcId=inputs["vpcId"], Attribute=attribute)
        if not answer[attribute[0].upper() + attribute[1:]]["Value"]:
            message = f"private DNS names need {attribute} on {inputs['vpcId']}: enable it"
            raise refusal(operation, "InvalidParameter", message)


RESOURCES = (
    ResourceType(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs=spec(
            "policy privateDnsEnabled region routeTableIds securityGroupIds serviceName subnetIds tags "
            "vpcEndpointType vpcId"
        ),
        create=create_endpoint,
        read=read_endpoint,
        update=update_endpoint,
        delete=delete_endpoint,
        find=find_endpoint,
        every=every_endpoint,
        computed=("arn", "dnsEntries", "networkInterfaceIds", "ownerId", "prefixListId", "state"),
        replace_on=frozenset({"region", "serviceName", "vpcEndpointType", "vpcId"}),
        in_place=frozenset({"policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds", "subnetIds", "tags"}),
        unordered=frozenset(PARTS),
        defaults={"policy": DEFAULT_POLICY, "vpcEndpointType": "Gateway"},
        limits=(service, kind, policy),
        emulated="partial",
        not_emulated=(
            "an endpoint carries no traffic, and its policy is not evaluated",
            "a subnet that is added later gets no network interface",
            "private DNS names that are switched after the creation",
        ),
        source="Terraform AWS provider docs: aws_vpc_endpoint; AWS PrivateLink Guide",
    ),
)
