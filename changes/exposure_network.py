"""Whom a security group's rules let connect: everyone, strangers, the own network, a named group or list, or not known.

Source of what is no address on the internet: RFC 1918, 3927, 4193, 4291, 6598.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from changes.exposed import Exposed, Ports, network
from changes.rule import OPEN, each_block, number
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed
from rehearsal.public_policies import BROADEST

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
            "fc00::/7", "fe80::/10", "::1/128")  # fmt: skip
_GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/managedPrefixList:ManagedPrefixList")
_ADDRESSES = ("aws:ec2/eip:Eip",)
_NAMED = ("prefixListId", "referencedSecurityGroupId")
INGRESS = ("cidrIpv4", "cidrIpv6", *_NAMED, "ipProtocol", "fromPort", "toPort", "ingress")
_NAMED_WITHIN = ("prefixListIds", "securityGroups")


def ingress(node: Node) -> Iterator[Exposed]:
    """Of one rule of a security group, or of the rules within a group."""
    if node.type.endswith("SecurityGroupIngressRule"):
        for name in ("cidrIpv4", "cidrIpv6"):
            yield from _networks(node.inputs, [peek(node, name)], own=_made(node, name, _ADDRESSES))
        for name in _NAMED:
            yield from _named(node.inputs, [peek(node, name)], own=_made(node, name, _GROUPS))
    if peek(node, "ingress") in OPEN:
        yield Exposed("source-not-known", "lets in whom only the apply will tell")
    within = _made(node, "ingress", (*_GROUPS, *_ADDRESSES))
    for rule in each_block(node, "ingress"):
        if isinstance(rule, Mapping):
            yield from _networks(
                rule, [*listed(rule.get("cidrBlocks")), *listed(rule.get("ipv6CidrBlocks"))], own=False
            )
            for source in (one for name in _NAMED_WITHIN for one in listed(rule.get(name))):
                yield from _named(rule, [source], own=within and source in OPEN)


def _made(node: Node, name: str, types: Collection[str]) -> bool:
    """Whether all that the input is made of are resources of these types, by their URNs."""
    urns = node.property_dependencies.get(name, ())
    return bool(urns) and all(_type(one) in types for one in urns)


def _type(urn: str) -> str:
    return "".join(urn.split("::")[2:3]).rpartition("$")[2]


def _networks(rule: Mapping[str, Any], sources: list[Any], *, own: bool) -> Iterator[Exposed]:
    for source in sources:
        ports, what = _ports(rule, str(source), own=own)
        if source in OPEN:
            yield Exposed("source-not-known", f"lets in whom only the apply will tell, to {what}")
        elif _is_everyone(source):
            yield Exposed("opened-to-everyone", f"lets {source} connect to {what}", ports)
        elif _is_public(source):
            yield Exposed("let-in-another", f"lets {source}, which is on the internet, connect to {what}", ports)
        elif network(source) is not None:
            yield Exposed("network-opened", f"lets {source} of the private network connect to {what}", ports)


def _named(rule: Mapping[str, Any], sources: list[Any], *, own: bool) -> Iterator[Exposed]:
    for source in sources:
        if source is not None:
            ports, what = _ports(rule, str(source), own=own)
            who = "whom only the apply will tell" if source in OPEN else source
            yield Exposed("let-in-another", f"lets {who} connect to {what}", ports)


def _ports(rule: Mapping[str, Any], source: str, *, own: bool) -> tuple[Ports, str]:
    protocol = str(rule.get("ipProtocol", rule.get("protocol", "-1")))
    first, last = number(rule.get("fromPort")), number(rule.get("toPort"))
    every = protocol == "-1" or first is None or last is None
    low, high = (0, 65535) if every else (int(first or 0), int(last or 0))
    what = "all ports" if every else f"port {low}" if low == high else f"ports {low} to {high}"
    return Ports(source, "-1" if every else protocol, low, high, own), what


def _is_everyone(source: Any) -> bool:
    found = network(source)
    return found is not None and found.prefixlen < BROADEST[found.version]


def _is_public(source: Any) -> bool:
    """Whether an address of the range may be on the internet."""
    private = (Ports(one, "-1", 0, 0) for one in _PRIVATE)
    return network(source) is not None and not any(one.covers(Ports(str(source), "-1", 0, 0)) for one in private)
