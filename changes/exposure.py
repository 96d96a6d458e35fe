"""What a resource leaves open: to everyone, to other accounts, or to whoever listens on the way.

An exposure that is there after a change and was not before is what the guard calls opened. Source of each: the AWS
user guide of its service; who is everyone in a policy is rehearsal/public_policies.py's answer, which S3 shares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from changes.rule import OPEN, each_block
from controls.iam_documents import documents
from controls.inputs import UndecidedError, peek
from controls.policy_documents import allows, statements
from rehearsal.graph import Node
from rehearsal.policy_documents import listed
from rehearsal.public_policies import BROADEST, lets_everyone_in

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_PRIVATE = ("aws:ec2/vpcEndpoint:VpcEndpoint",)  # reached from its own network alone, whatever its policy says

Exposed = tuple[str, str, str]  # the rule, the property, and what is open in words


def exposures(node: Node) -> set[Exposed]:
    """All that the resource leaves open; what is not known yet is left to the rule `policy-not-known`."""
    read = _OF_TYPE.get(node.type)
    return {*(read(node) if read else ()), *_policies(node)}


def _policies(node: Node) -> Iterator[Exposed]:
    try:
        held = [] if node.type in _PRIVATE else list(documents(node))
    except UndecidedError:
        return
    for document in held:
        try:
            found = [one for one in statements(document.content, document.name) if allows(one)]
        except UndecidedError:
            continue
        for statement in found:
            yield from _statement(document.kind, statement)


def _statement(kind: str, statement: Mapping[str, Any]) -> Iterator[Exposed]:
    actions = ", ".join(str(one) for one in listed(statement.get("Action"))) or "all but some actions"
    where = ", ".join(str(one) for one in listed(statement.get("Resource")))
    if kind == "identity":
        if "*" in listed(statement.get("Action")) and "*" in listed(statement.get("Resource")):
            yield "administrator-rights", "policy", "may do everything with everything in the account"
        return
    what = "become it" if kind == "trust" else f"{actions}{f' on {where}' if where else ''}"
    property_ = "assumeRolePolicy" if kind == "trust" else "policy"
    if lets_everyone_in(statement):
        yield "opened-to-everyone", property_, f"lets everyone {what}"
    elif kind == "trust":
        for principal in _outsiders(statement):
            yield "trust-widened", property_, f"lets {principal} become it"


def _outsiders(statement: Mapping[str, Any]) -> Iterator[str]:
    """Accounts and tokens that may take a role, with the condition on them; AWS's own services are no outsiders."""
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping):
        return
    condition = statement.get("Condition")
    under = f" where {json.dumps(condition, sort_keys=True)}" if condition else ""
    for kind in ("AWS", "Federated"):
        yield from (f"{one}{under}" for one in listed(principal.get(kind)))


def _ingress(node: Node) -> Iterator[Exposed]:
    """Of one rule of a security group, or of the rules within a group."""
    if node.type.endswith("SecurityGroupIngressRule"):
        yield from _sources(node.inputs, [peek(node, "cidrIpv4"), peek(node, "cidrIpv6")])
    for rule in each_block(node, "ingress"):
        if isinstance(rule, Mapping):
            yield from _sources(rule, [*listed(rule.get("cidrBlocks")), *listed(rule.get("ipv6CidrBlocks"))])


def _sources(rule: Mapping[str, Any], sources: list[Any]) -> Iterator[Exposed]:
    protocol = str(rule.get("ipProtocol", rule.get("protocol", "")))
    first, last = rule.get("fromPort"), rule.get("toPort")
    ports = f"port {first}" if first == last else f"ports {first} to {last}"
    what = "all ports" if protocol == "-1" or first is None else ports
    for source in sources:
        if _is_everyone(source):
            yield "opened-to-everyone", "cidrIpv4", f"lets {source} connect to {what}"


def _is_everyone(source: Any) -> bool:
    try:
        network = ip_network(str(source), strict=False)
    except ValueError:
        return False
    return network.prefixlen < BROADEST[network.version]


def _public_access(node: Node) -> Iterator[Exposed]:
    for flag in _BLOCKS:
        if peek(node, flag) not in (True, "true"):
            yield "public-access-unblocked", flag, f"no longer blocks public access: {flag} is off"


def _acl(node: Node) -> Iterator[Exposed]:
    if peek(node, "acl") in _PUBLIC_ACLS:
        yield "opened-to-everyone", "acl", f"opens its files to everyone by the access control list {peek(node, 'acl')}"


def _database(node: Node) -> Iterator[Exposed]:
    if peek(node, "publiclyAccessible") in (True, "true", *OPEN):
        yield "opened-to-everyone", "publiclyAccessible", "gets an address on the internet"
    if peek(node, "storageEncrypted") not in (True, "true"):
        yield "encryption-off", "storageEncrypted", "keeps its data unencrypted"


def _balancer(node: Node) -> Iterator[Exposed]:
    if peek(node, "internal") not in (True, "true"):
        yield "opened-to-everyone", "internal", "gets an address on the internet"


def _listener(node: Node) -> Iterator[Exposed]:
    actions = [one.get("type") for one in each_block(node, "defaultActions") if isinstance(one, Mapping)]
    if peek(node, "protocol") == "HTTP" and actions != ["redirect"]:
        yield "plain-http", "protocol", "takes requests without TLS"


def _distribution(node: Node) -> Iterator[Exposed]:
    behaviors = [*each_block(node, "defaultCacheBehavior"), *each_block(node, "orderedCacheBehaviors")]
    for behavior in behaviors:
        if isinstance(behavior, Mapping) and behavior.get("viewerProtocolPolicy") == "allow-all":
            path = behavior.get("pathPattern", "all paths")
            yield "plain-http", "viewerProtocolPolicy", f"takes requests for {path} without TLS"
    if peek(node, "webAclId") in (None, ""):
        yield "firewall-detached", "webAclId", "is behind no web application firewall"


def _metadata(node: Node) -> Iterator[Exposed]:
    if peek(node, "metadataOptions.httpTokens") != "required":
        yield "metadata-opened", "metadataOptions", "answers the metadata service without a token (IMDSv1)"
    disks = [*each_block(node, "rootBlockDevice"), *each_block(node, "ebsBlockDevices")]
    disks += [one.get("ebs") or {} for one in each_block(node, "blockDeviceMappings") if isinstance(one, Mapping)]
    if any(isinstance(one, Mapping) and one.get("encrypted") not in (True, "true", *OPEN) for one in disks):
        yield "encryption-off", "encrypted", "keeps a disk unencrypted"


def _cors(node: Node) -> Iterator[Exposed]:
    for rule in each_block(node, "corsRules"):
        if isinstance(rule, Mapping) and "*" in listed(rule.get("allowedOrigins")):
            yield "opened-to-everyone", "corsRules", "lets the scripts of every site call the bucket"


def _key(node: Node) -> Iterator[Exposed]:
    if peek(node, "enableKeyRotation") not in (True, "true"):
        yield "key-rotation-off", "enableKeyRotation", "is not rotated each year"


def _document(node: Node) -> Iterator[Exposed]:
    if "all" in str(peek(node, "permissions")).lower():
        yield "opened-to-everyone", "permissions", "is shared with every account"


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
}
