"""What a resource leaves open: to everyone, to other accounts, or to whoever listens on the way.

An exposure that is there after a change and was not before is what the guard calls opened. Source of each: the AWS
user guide of its service; who is everyone in a policy is rehearsal/public_policies.py's answer, which S3 shares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from changes.grants import Grant, grants
from changes.rule import OPEN, each_block, number
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed
from rehearsal.public_policies import BROADEST, lets_everyone_in

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_PRIVATE = ("aws:ec2/vpcEndpoint:VpcEndpoint",)  # reached from its own network alone, whatever its policy says

_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")  # principals that are AWS's own services
_ADMINISTRATOR = ("/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess")


@dataclass(frozen=True)
class Exposed:
    """One thing that is open: the rule that finds it, and in words.

    `by` is what is compared where it is more than the words.
    """

    rule: str
    sentence: str
    by: Grant | Ports | None = None

    def covers(self, other: Exposed) -> bool:
        """Whether all that the other one leaves open is open by this one already."""
        if self.rule != other.rule:
            return False
        if isinstance(self.by, Grant) and isinstance(other.by, Grant):
            return self.by.covers(other.by)
        if isinstance(self.by, Ports) and isinstance(other.by, Ports):
            return self.by.covers(other.by)
        return self.sentence == other.sentence


@dataclass(frozen=True)
class Ports:
    """Ports that a network may connect to; all of them for every protocol are 0 to 65535 of `-1`."""

    source: str
    protocol: str
    first: int
    last: int

    def covers(self, other: Ports) -> bool:
        """Whether the other's network and ports are among these."""
        same = self.source == other.source and self.protocol in ("-1", other.protocol)
        return same and self.first <= other.first and other.last <= self.last


def exposures(node: Node) -> set[Exposed]:
    """All that the resource leaves open; what is not known yet is left to the rule `policy-not-known`."""
    read = _OF_TYPE.get(node.type)
    return {*(read(node) if read else ()), *_policies(node)}


def _policies(node: Node) -> Iterator[Exposed]:
    for one in () if node.type in _PRIVATE else grants(node):
        if one.effect == "Allow":
            yield from _granted(one)


def _granted(one: Grant) -> Iterator[Exposed]:
    if one.kind == "identity":
        if not one.action.strip("*:") and not one.resource.strip("*"):
            yield Exposed("administrator-rights", "may do everything with everything in the account", one)
        return
    trust = one.kind == "trust"
    what = "become it" if trust else f"{one.action} on {one.resource}"
    condition = json.loads(one.condition) if one.condition else {}
    statement = {"Effect": "Allow", "Principal": one.who, "Condition": condition}
    if one.who == "*" and lets_everyone_in(statement):
        yield Exposed("opened-to-everyone", f"lets everyone {what}", one)
    elif not (trust and one.who.endswith(_SERVICES)):
        under = f" where {one.condition}" if one.condition else ""
        yield Exposed("trust-widened" if trust else "granted-to-another", f"lets {one.who} {what}{under}", one)


def _ingress(node: Node) -> Iterator[Exposed]:
    """Of one rule of a security group, or of the rules within a group."""
    if node.type.endswith("SecurityGroupIngressRule"):
        yield from _sources(node.inputs, [peek(node, "cidrIpv4"), peek(node, "cidrIpv6")])
    if peek(node, "ingress") in OPEN:
        yield Exposed("source-not-known", "lets in whom only the apply will tell")
    for rule in each_block(node, "ingress"):
        if isinstance(rule, Mapping):
            yield from _sources(rule, [*listed(rule.get("cidrBlocks")), *listed(rule.get("ipv6CidrBlocks"))])


def _sources(rule: Mapping[str, Any], sources: list[Any]) -> Iterator[Exposed]:
    protocol = str(rule.get("ipProtocol", rule.get("protocol", "-1")))
    first, last = number(rule.get("fromPort")), number(rule.get("toPort"))
    every = protocol == "-1" or first is None or last is None
    low, high = (0, 65535) if every else (int(first or 0), int(last or 0))
    what = "all ports" if every else f"port {low}" if low == high else f"ports {low} to {high}"
    for source in sources:
        if source in OPEN:
            yield Exposed("source-not-known", f"lets in whom only the apply will tell, to {what}")
        elif _is_everyone(source):
            ports = Ports(str(source), "-1" if every else protocol, low, high)
            yield Exposed("opened-to-everyone", f"lets {source} connect to {what}", ports)


def _is_everyone(source: Any) -> bool:
    try:
        network = ip_network(str(source), strict=False)
    except ValueError:
        return False
    return network.prefixlen < BROADEST[network.version]


def _public_access(node: Node) -> Iterator[Exposed]:
    for flag in _BLOCKS:
        if peek(node, flag) not in (True, "true"):
            yield Exposed("public-access-unblocked", f"does not block public access: {flag} is off")


def _acl(node: Node) -> Iterator[Exposed]:
    if peek(node, "acl") in _PUBLIC_ACLS:
        yield Exposed(
            "opened-to-everyone", f"opens its files to everyone by the access control list {peek(node, 'acl')}"
        )


def _database(node: Node) -> Iterator[Exposed]:
    if peek(node, "publiclyAccessible") in (True, "true", *OPEN):
        yield Exposed("opened-to-everyone", "gets an address on the internet")
    if peek(node, "storageEncrypted") not in (True, "true"):
        yield Exposed("encryption-off", "keeps its data unencrypted")


def _balancer(node: Node) -> Iterator[Exposed]:
    if peek(node, "internal") not in (True, "true"):
        yield Exposed("opened-to-everyone", "gets an address on the internet")


def _listener(node: Node) -> Iterator[Exposed]:
    actions = [one.get("type") for one in each_block(node, "defaultActions") if isinstance(one, Mapping)]
    if peek(node, "protocol") == "HTTP" and actions != ["redirect"]:
        yield Exposed("plain-http", "takes requests without TLS")


def _distribution(node: Node) -> Iterator[Exposed]:
    behaviors = [*each_block(node, "defaultCacheBehavior"), *each_block(node, "orderedCacheBehaviors")]
    for behavior in behaviors:
        if isinstance(behavior, Mapping) and behavior.get("viewerProtocolPolicy") == "allow-all":
            path = behavior.get("pathPattern", "all paths")
            yield Exposed("plain-http", f"takes requests for {path} without TLS")
    if peek(node, "webAclId") in (None, ""):
        yield Exposed("firewall-detached", "is behind no web application firewall")


def _metadata(node: Node) -> Iterator[Exposed]:
    if peek(node, "metadataOptions.httpTokens") != "required":
        yield Exposed("metadata-opened", "answers the metadata service without a token (IMDSv1)")
    disks = [*each_block(node, "rootBlockDevice"), *each_block(node, "ebsBlockDevices")]
    disks += [one.get("ebs") or {} for one in each_block(node, "blockDeviceMappings") if isinstance(one, Mapping)]
    if any(isinstance(one, Mapping) and one.get("encrypted") not in (True, "true", *OPEN) for one in disks):
        yield Exposed("encryption-off", "keeps a disk unencrypted")


def _cors(node: Node) -> Iterator[Exposed]:
    for rule in each_block(node, "corsRules"):
        if isinstance(rule, Mapping) and "*" in listed(rule.get("allowedOrigins")):
            yield Exposed("opened-to-everyone", "lets the scripts of every site call the bucket")


def _key(node: Node) -> Iterator[Exposed]:
    if peek(node, "enableKeyRotation") not in (True, "true"):
        yield Exposed("key-rotation-off", "is not rotated each year")


def _attached(node: Node) -> Iterator[Exposed]:
    for arn in [*listed(peek(node, "policyArn")), *listed(peek(node, "managedPolicyArns"))]:
        if str(arn).endswith(_ADMINISTRATOR):
            yield Exposed("administrator-rights", f"has {arn}, by which it may give itself any right")


def _document(node: Node) -> Iterator[Exposed]:
    if "all" in str(peek(node, "permissions")).lower():
        yield Exposed("opened-to-everyone", "is shared with every account")


_OF_TYPE: Mapping[str, Callable[[Node], Iterator[Exposed]]] = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ingress,
    "aws:ec2/securityGroup:SecurityGroup": _ingress,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _ingress,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _public_access,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _public_access,
    "aws:s3/bucketAcl:BucketAcl": _acl,
    "aws:s3/bucket:Bucket": _acl,
    "aws:rds/instance:Instance": _database,
    "aws:rds/cluster:Cluster": _database,
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:lb/listener:Listener": _listener,
    "aws:cloudfront/distribution:Distribution": _distribution,
    "aws:ec2/instance:Instance": _metadata,
    "aws:ec2/launchTemplate:LaunchTemplate": _metadata,
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _cors,
    "aws:kms/key:Key": _key,
    "aws:ssm/document:Document": _document,
    "aws:iam/role:Role": _attached,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attached,
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": _attached,
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": _attached,
}
