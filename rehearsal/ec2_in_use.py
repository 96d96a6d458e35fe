"""What in a VPC still uses a security group, a subnet or the internet gateway: AWS refuses to delete these."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import described, ec2, standing, where
from rehearsal.resource import Aws, Inputs


def refuse_in_use(operation: str, message: str, users: list[str]) -> None:
    """Raises AWS's DependencyViolation where there are users."""
    if users:
        raise refusal(operation, "DependencyViolation", f"{message}: delete {', '.join(sorted(set(users)))} first")


def users_of_group(aws: Aws, inputs: Inputs, group: str) -> list[str]:
    """Network interfaces, endpoints, load balancers, databases and rules of other groups that name the group."""
    client = ec2(aws, inputs)
    rules = described(client, "describe_security_group_rules", "SecurityGroupRules")
    endpoints = standing(described(client, "describe_vpc_endpoints", "VpcEndpoints"))
    return [
        *_interfaces(client, "group-id", group),
        *(one["VpcEndpointId"] for one in endpoints if group in [held["GroupId"] for held in one.get("Groups", [])]),
        *(one["LoadBalancerArn"] for one in _balancers(aws, inputs) if group in one.get("SecurityGroups", [])),
        *(
            one["DBInstanceArn"]
            for one in _databases(aws, inputs)
            if group in [held["VpcSecurityGroupId"] for held in one["VpcSecurityGroups"]]
        ),
        *(
            rule["SecurityGroupRuleId"]
            for rule in rules
            if rule["GroupId"] != group and rule.get("ReferencedGroupInfo", {}).get("GroupId") == group
        ),
    ]


def users_of_subnet(aws: Aws, inputs: Inputs, subnet: str) -> list[str]:
    """Network interfaces, load balancers and databases there; endpoints and NAT gateways have interfaces in it."""
    client = ec2(aws, inputs)
    free_after_nat_gateways(client)
    return [
        *_interfaces(client, "subnet-id", subnet),
        *(
            one["LoadBalancerArn"]
            for one in _balancers(aws, inputs)
            if subnet in [zone["SubnetId"] for zone in one["AvailabilityZones"]]
        ),
        *(one["DBInstanceArn"] for one in _databases(aws, inputs) if subnet in _database_subnets(one)),
    ]


def _database_subnets(instance: dict[str, Any]) -> list[str]:
    """Of its subnet group those in the zones where the instance runs: it may be any of them with Multi-AZ."""
    return [
        one["SubnetIdentifier"]
        for one in instance.get("DBSubnetGroup", {}).get("Subnets", [])
        if instance.get("MultiAZ") or one["SubnetAvailabilityZone"]["Name"] == instance["AvailabilityZone"]
    ]


def public_in(aws: Aws, inputs: Inputs, vpc_id: str) -> list[str]:
    """What has a public address in the VPC: NAT gateways, instances and load balancers."""
    client = ec2(aws, inputs)
    gateways = client.describe_nat_gateways(Filters=[*where("vpc-id", vpc_id), *where("state", "available")])
    reservations = described(client, "describe_instances", "Reservations", Filters=where("vpc-id", vpc_id))
    instances = [one for reservation in reservations for one in reservation["Instances"]]
    return [
        *(one["NatGatewayId"] for one in gateways["NatGateways"]),
        *(
            one["InstanceId"]
            for one in instances
            if one.get("PublicIpAddress") and one["State"]["Name"] not in ("terminated", "shutting-down")
        ),
        *(
            one["LoadBalancerArn"]
            for one in _balancers(aws, inputs)
            if one["VpcId"] == vpc_id and one["Scheme"] == "internet-facing"
        ),
    ]


def users_of_vpc(aws: Aws, inputs: Inputs, vpc_id: str) -> list[str]:
    """Gateways, endpoints and further security groups of the VPC; the emulator looks at subnets and route tables."""
    client = ec2(aws, inputs)
    groups = described(client, "describe_security_groups", "SecurityGroups", Filters=where("vpc-id", vpc_id))
    gateways = client.describe_internet_gateways(Filters=where("attachment.vpc-id", vpc_id))["InternetGateways"]
    endpoints = standing(described(client, "describe_vpc_endpoints", "VpcEndpoints"))
    return [
        *(one["GroupId"] for one in groups if one["GroupName"] != "default"),
        *(one["InternetGatewayId"] for one in gateways),
        *(one["VpcEndpointId"] for one in endpoints if one["VpcId"] == vpc_id),
    ]


def free_after_nat_gateways(client: Any) -> None:
    """Addresses and network interfaces of deleted NAT gateways: AWS frees them itself, the emulator does not."""
    for gateway in described(client, "describe_nat_gateways", "NatGateways", Filters=where("state", "deleted")):
        [address] = gateway["NatGatewayAddresses"]
        association, interface = address["AssociationId"], address["NetworkInterfaceId"]
        if client.describe_addresses(Filters=where("association-id", association))["Addresses"]:
            client.disassociate_address(AssociationId=association)
        mine = where("network-interface-id", interface)
        if described(client, "describe_network_interfaces", "NetworkInterfaces", Filters=mine):
            client.delete_network_interface(NetworkInterfaceId=interface)


def remove_interfaces(client: Any, instances: list[str]) -> None:
    """The network interfaces of terminated machines: AWS takes them away itself, the emulator leaves them."""
    for interface in _attached(client, instances):
        client.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])


def _attached(client: Any, instances: list[str]) -> list[dict[str, Any]]:
    mine = {"Name": "attachment.instance-id", "Values": instances}
    return described(client, "describe_network_interfaces", "NetworkInterfaces", Filters=[mine]) if instances else []


def _interfaces(client: Any, name: str, value: str) -> list[str]:
    found = described(client, "describe_network_interfaces", "NetworkInterfaces", Filters=where(name, value))
    ended = {"Name": "instance-state-name", "Values": ["shutting-down", "terminated"]}
    reservations = described(client, "describe_instances", "Reservations", Filters=[ended])
    gone = {one["InstanceId"] for reservation in reservations for one in reservation["Instances"]}
    return [one["NetworkInterfaceId"] for one in found if one.get("Attachment", {}).get("InstanceId") not in gone]


def _balancers(aws: Aws, inputs: Inputs) -> list[dict[str, Any]]:
    return described(aws.client("elbv2", inputs.get("region")), "describe_load_balancers", "LoadBalancers")


def _databases(aws: Aws, inputs: Inputs) -> list[dict[str, Any]]:
    return described(aws.client("rds", inputs.get("region")), "describe_db_instances", "DBInstances")
