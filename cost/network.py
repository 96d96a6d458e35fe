"""Prices of the network and of load balancers. Source: AWS's pages "Amazon VPC pricing" and "AWS PrivateLink"."""

from __future__ import annotations

from collections.abc import Iterator

from controls.inputs import UndecidedError, value
from cost.item import Item
from cost.pricing import Priced, Rule


def _nat(asked: Priced) -> Iterator[Item]:
    yield asked.fixed("NAT gateway", "nat", "gateway")
    yield asked.usage("data through NAT gateways", "nat-gb", "processed")


def _endpoint(asked: Priced) -> Iterator[Item]:
    if value(asked.node, "vpcEndpointType", "Gateway") != "Interface":
        return
    zones = len(value(asked.node, "subnetIds", []))
    yield asked.fixed(f"interface endpoint in {zones} zones", "endpoint", "interface", zones)
    yield asked.usage("data through interface endpoints", "endpoint-gb", "processed")


def _balancer(asked: Priced) -> Iterator[Item]:
    kind = value(asked.node, "loadBalancerType", "application")
    if kind != "application":
        raise UndecidedError(f"the sheet prices application load balancers, not {kind}")
    yield asked.fixed("load balancer", "alb", "balancer")
    if not value(asked.node, "internal", False):
        addresses = len(value(asked.node, "subnets", []))
        yield asked.fixed(f"its {addresses} public IPv4 addresses", "ipv4", "address", addresses)
    yield asked.usage("load balancer capacity", "alb-lcu", "used")


RULES: dict[str, Rule] = {
    "aws:ec2/natGateway:NatGateway": _nat,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
}
_PART_OF_VPC = "a VPC and its parts are free"
FREE = {
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _PART_OF_VPC,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _PART_OF_VPC,
    "aws:ec2/flowLog:FlowLog": "what it writes is paid with its log group",
    "aws:ec2/internetGateway:InternetGateway": _PART_OF_VPC,
    "aws:ec2/route:Route": _PART_OF_VPC,
    "aws:ec2/routeTable:RouteTable": _PART_OF_VPC,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _PART_OF_VPC,
    "aws:ec2/securityGroup:SecurityGroup": _PART_OF_VPC,
    "aws:ec2/subnet:Subnet": _PART_OF_VPC,
    "aws:ec2/vpc:Vpc": _PART_OF_VPC,
    "aws:lb/listener:Listener": "paid with the load balancer",
    "aws:lb/listenerRule:ListenerRule": "paid with the load balancer",
    "aws:lb/targetGroup:TargetGroup": "paid with the load balancer",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _PART_OF_VPC,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _PART_OF_VPC,
}
