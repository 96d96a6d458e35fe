"""FSBP controls of Amazon EC2 that speak of networks: VPCs, subnets, security groups, network ACLs, endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from controls.control import Control, each
from controls.inputs import UndecidedError, is_true, known, peek, rows, value
from controls.references import pointing
from rehearsal.graph import UNKNOWN, Graph, Node

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
NETWORK_ACL = "aws:ec2/networkAcl:NetworkAcl"
ACL_ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

EVERYWHERE = {"0.0.0.0/0", "::/0"}
_AUTHORIZED_PORTS = (80, 443)  # EC2.18's default parameter authorizedTcpPorts
# The ports EC2.19 calls high risk.
_RISKY_PORTS = (20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601)
_RISKY_WEB_PORTS = (8080, 8088, 8888, 9200, 9300)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Ports, from `first` to `last`, that one rule opens to every address."""

    protocol: str
    first: int
    last: int

    def covers(self, port: int) -> bool:
        """Whether this TCP or UDP port is among them."""
        return self.protocol in {"tcp", "udp", "6", "17", "-1"} and self.first <= port <= self.last


def _openings(node: Node) -> list[Opening]:
    if node.type == INGRESS_RULE:
        found = _opening(node.inputs, ("cidrIpv4", "cidrIpv6"), "ipProtocol", node.name)
    elif node.type == GROUP_RULE:
        if value(node, "type") != "ingress":
            return []
        found = _opening(node.inputs, ("cidrBlocks", "ipv6CidrBlocks"), "protocol", node.name)
    else:
        inline = rows(node, "ingress")
        return [one for row in inline for one in _opening(row, ("cidrBlocks", "ipv6CidrBlocks"), "protocol", node.name)]
    return found


def _opening(row: Mapping[str, Any], sources: Iterable[str], protocol_key: str, name: str) -> list[Opening]:
    addresses = [item for source in sources for item in _listed(row.get(source))]
    if UNKNOWN in addresses or UNKNOWN in (row.get(protocol_key), row.get("fromPort"), row.get("toPort")):
        raise UndecidedError(f"what the ingress rule {name} opens is known only once the plan is applied")
    if EVERYWHERE.isdisjoint(addresses):
        return []
    protocol = str(row.get(protocol_key))
    if protocol in {"-1", "all"}:
        return [Opening(protocol="-1", first=0, last=65535)]
    first, last = int(row.get("fromPort") or 0), int(row.get("toPort") or row.get("fromPort") or 0)
    return [Opening(protocol=protocol, first=first, last=last)]


def _listed(found: Any) -> list[Any]:
    if found is None:
        return []
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _only_authorized_ports(node: Node, _: Graph) -> str | None:
    for one in _openings(node):
        authorized = one.protocol in {"tcp", "6"} and one.first == one.last and one.first in _AUTHORIZED_PORTS
        if not authorized and one.protocol not in {"icmp", "icmpv6", "1", "58"}:
            return f"it opens ports {one.first} to {one.last} to every address"
    return None


def _no_risky_port(node: Node, _: Graph) -> str | None:
    for port in (*_RISKY_PORTS, *_RISKY_WEB_PORTS):
        if any(one.covers(port) for one in _openings(node)):
            return f"it opens port {port} to every address"
    return None


def _default_group_empty(vpc: Node, graph: Graph) -> str | None:
    groups = pointing(graph, DEFAULT_GROUP, "vpcId", vpc)
    if not groups:
        return "its default security group is not adopted, so it still lets traffic through"
    if any(rows(group, side) for group in groups for side in ("ingress", "egress")):
        return "its default security group has rules"
    rules = ((INGRESS_RULE, "securityGroupId"), (EGRESS_RULE, "securityGroupId"), (GROUP_RULE, "securityGroupId"))
    if any(pointing(graph, type_, path, group) for group in groups for type_, path in rules):
        return "its default security group has rules"
    return None


def _flow_logged(vpc: Node, graph: Graph) -> str | None:
    kinds = [value(log, "trafficType", "ALL") for log in pointing(graph, FLOW_LOG, "vpcId", vpc)]
    return None if {"ALL", "REJECT"} & set(kinds) else "no flow log records the traffic it rejects"


def _no_public_address_by_default(subnet: Node, _: Graph) -> str | None:
    if is_true(value(subnet, "mapPublicIpOnLaunch")):
        return "it gives every machine a public address"
    return None


def _network_acl_used(acl: Node, graph: Graph) -> str | None:
    if value(acl, "subnetIds") or pointing(graph, ACL_ASSOCIATION, "networkAclId", acl):
        return None
    return "it belongs to no subnet"


def _no_remote_login(acl: Node, graph: Graph) -> str | None:
    entries = [dict(row) for row in rows(acl, "ingress")]
    for rule in pointing(graph, ACL_RULE, "networkAclId", acl):
        if not is_true(value(rule, "egress")):
            entries.append({**rule.inputs, "action": rule.inputs.get("ruleAction")})
    for entry in entries:
        if str(known(entry.get("action"), f"an action of {acl.name}")).lower() != "allow":
            continue
        openings = _opening(entry, ("cidrBlock", "ipv6CidrBlock"), "protocol", acl.name)
        for port in (22, 3389):
            if any(one.protocol in {"tcp", "6", "-1"} and one.covers(port) for one in openings):
                return f"it lets every address reach port {port}"
    return None


def _interface_endpoint(control: str, service: str, title: str) -> Control:
    def judge(vpc: Node, graph: Graph) -> str | None:
        for endpoint in pointing(graph, ENDPOINT, "vpcId", vpc):
            kind = value(endpoint, "vpcEndpointType", "Gateway")
            if kind == "Interface" and str(value(endpoint, "serviceName", "")).split(".", 3)[-1] == service:
                return None
        return f"it has no interface endpoint for {service}"

    return Control(
        id=control,
        title=title,
        severity="medium",
        rule=each(VPC, judge),
        remedy=f"add {service} to network.interface_endpoints",
    )


def covered_zones(subnets: list[Node]) -> set[str]:
    """The availability zones of these subnets; a subnet without a known one counts as a zone of its own."""
    return {
        str(peek(subnet, "availabilityZone") or peek(subnet, "availabilityZoneId") or subnet.urn) for subnet in subnets
    }


CONTROLS = (
    Control(
        id="EC2.2",
        title="VPC default security groups should not allow inbound or outbound traffic",
        severity="high",
        rule=each(VPC, _default_group_empty),
        remedy="adopt the VPC's DefaultSecurityGroup with no rules, as the network component does",
    ),
    Control(
        id="EC2.6",
        title="VPC flow logging should be enabled in all VPCs",
        severity="medium",
        rule=each(VPC, _flow_logged),
        remedy="set network.flow_log_retention_days",
    ),
    _interface_endpoint(
        "EC2.10",
        "ec2",
        "Amazon EC2 should be configured to use VPC endpoints that are created for the Amazon EC2 service",
    ),
    Control(
        id="EC2.15",
        title="Amazon EC2 subnets should not automatically assign public IP addresses",
        severity="medium",
        rule=each(SUBNET, _no_public_address_by_default),
        remedy="leave mapPublicIpOnLaunch false; a machine that needs an address gets an elastic one",
    ),
    Control(
        id="EC2.16",
        title="Unused Network Access Control Lists should be removed",
        severity="low",
        rule=each(NETWORK_ACL, _network_acl_used),
        remedy="attach the network ACL to a subnet or remove it",
    ),
    Control(
        id="EC2.18",
        title="Security groups should only allow unrestricted incoming traffic for authorized ports",
        severity="high",
        rule=each((GROUP, GROUP_RULE, INGRESS_RULE), _only_authorized_ports),
        remedy="name a source: a security group, or CloudFront's prefix list with server.origin public",
    ),
    Control(
        id="EC2.19",
        title="Security groups should not allow unrestricted access to ports with high risk",
        severity="critical",
        rule=each((GROUP, GROUP_RULE, INGRESS_RULE), _no_risky_port),
        remedy="name a source: a security group, or CloudFront's prefix list with server.origin public",
    ),
    Control(
        id="EC2.21",
        title="Network ACLs should not allow ingress from 0.0.0.0/0 to port 22 or port 3389",
        severity="medium",
        rule=each(NETWORK_ACL, _no_remote_login),
        remedy="leave ports 22 and 3389 out of the network ACL's allow entries",
    ),
    _interface_endpoint("EC2.55", "ecr.api", "VPCs should be configured with an interface endpoint for ECR API"),
    _interface_endpoint(
        "EC2.56", "ecr.dkr", "VPCs should be configured with an interface endpoint for Docker Registry"
    ),
    _interface_endpoint("EC2.57", "ssm", "VPCs should be configured with an interface endpoint for Systems Manager"),
    _interface_endpoint(
        "EC2.58",
        "ssm-contacts",
        "VPCs should be configured with an interface endpoint for Systems Manager Incident Manager Contacts",
    ),
    _interface_endpoint(
        "EC2.60",
        "ssm-incidents",
        "VPCs should be configured with an interface endpoint for Systems Manager Incident Manager",
    ),
)
