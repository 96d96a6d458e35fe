"""Whom rules of a security group let connect: everyone, a named group or list, or somebody not known yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from changes.exposed import Exposed, Ports
from changes.rule import OPEN, each_block, number
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed
from rehearsal.public_policies import BROADEST

_NAMED = ("prefixListId", "referencedSecurityGroupId")
_NAMED_WITHIN = ("prefixListIds", "securityGroups")


def ingress(node: Node) -> Iterator[Exposed]:
    """Of one rule of a security group, or of the rules within a group."""
    if node.type.endswith("SecurityGroupIngressRule"):
        yield from _networks(node.inputs, [peek(node, "cidrIpv4"), peek(node, "cidrIpv6")])
        for name in _NAMED:
            yield from _named(node.inputs, [peek(node, name)], own=bool(node.property_dependencies.get(name)))
    if peek(node, "ingress") in OPEN:
        yield Exposed("source-not-known", "lets in whom only the apply will tell")
    within = bool(node.property_dependencies.get("ingress"))
    for rule in each_block(node, "ingress"):
        if isinstance(rule, Mapping):
            yield from _networks(rule, [*listed(rule.get("cidrBlocks")), *listed(rule.get("ipv6CidrBlocks"))])
            for source in (one for name in _NAMED_WITHIN for one in listed(rule.get(name))):
                yield from _named(rule, [source], own=within and source in OPEN)


def _networks(rule: Mapping[str, Any], sources: list[Any]) -> Iterator[Exposed]:
    for source in sources:
        ports, what = _ports(rule, str(source), own=False)
        if source in OPEN:
            yield Exposed("source-not-known", f"lets in whom only the apply will tell, to {what}")
        elif _is_everyone(source):
            yield Exposed("opened-to-everyone", f"lets {source} connect to {what}", ports)


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
    try:
        network = ip_network(str(source), strict=False)
    except ValueError:
        return False
    return network.prefixlen < BROADEST[network.version]
