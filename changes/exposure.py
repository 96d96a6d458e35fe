"""What a resource leaves open: to everyone, to other accounts, or to whoever listens on the way.

An exposure that is there after a change and was not before is what the guard calls opened. Source of each: the AWS
user guide of its service; who is everyone in a policy is rehearsal/public_policies.py's answer, which S3 shares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from changes.exposed import Exposed
from changes.exposure_network import ingress
from changes.grants import Grant, grants
from changes.own import SERVICES
from changes.rule import OPEN, each_block
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed
from rehearsal.public_policies import lets_everyone_in

_PRIVATE = ("aws:ec2/vpcEndpoint:VpcEndpoint",)  # reached from its own network alone, whatever its policy says
_ADMINISTRATOR = ("/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess")
_EVERYONE = ("/AllUsers", "/AuthenticatedUsers")  # groups of S3's access control lists
_MAY = ", as far as anybody can tell before the apply"


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
    elif not (trust and one.who.endswith(SERVICES)):
        under = f" where {one.condition}" if one.condition else ""
        yield Exposed("trust-widened" if trust else "granted-to-another", f"lets {one.who} {what}{under}", one)


def _grants(node: Node) -> Iterator[Exposed]:
    """Of an access control list: groups by their address, others by their id."""
    for grant in (*each_block(node, "grants"), *each_block(node, "accessControlPolicy.grants")):
        held = grant if isinstance(grant, Mapping) else {"uri": grant}
        grantee = held.get("grantee", {})
        who = {**held, **(grantee if isinstance(grantee, Mapping) else {"uri": grantee})}
        what = ", ".join(str(one) for one in listed(held.get("permissions") or held.get("permission")))
        if who.get("uri") in OPEN or str(who.get("uri")).endswith(_EVERYONE):
            yield Exposed("opened-to-everyone", f"lets everyone in by an access control list: {what or 'not known'}")
        elif who.get("id"):
            yield Exposed("granted-to-another", f"lets {who['id']} in by an access control list: {what}")


def _listener(node: Node) -> Iterator[Exposed]:
    actions = [one.get("type") for one in each_block(node, "defaultActions") if isinstance(one, Mapping)]
    if peek(node, "protocol") == "HTTP" and actions != ["redirect"]:
        yield Exposed("plain-http", "takes requests without TLS")


def _distribution(node: Node) -> Iterator[Exposed]:
    behaviors = [*each_block(node, "defaultCacheBehavior"), *each_block(node, "orderedCacheBehaviors")]
    for behavior in behaviors:
        held = behavior if isinstance(behavior, Mapping) else {"viewerProtocolPolicy": behavior}
        if held.get("viewerProtocolPolicy") in ("allow-all", *OPEN):
            may = _MAY if held["viewerProtocolPolicy"] in OPEN else ""
            yield Exposed("plain-http", f"takes requests for {held.get('pathPattern', 'all paths')} without TLS{may}")


def _disks(node: Node) -> Iterator[Exposed]:
    disks = [*each_block(node, "rootBlockDevice"), *each_block(node, "ebsBlockDevices")]
    disks += [one.get("ebs") or {} for one in each_block(node, "blockDeviceMappings") if isinstance(one, Mapping)]
    for disk in disks:
        encrypted = disk.get("encrypted") if isinstance(disk, Mapping) else disk
        if encrypted not in (True, "true"):
            yield Exposed("encryption-off", f"keeps a disk unencrypted{_MAY if encrypted in OPEN else ''}")


def _cors(node: Node) -> Iterator[Exposed]:
    for rule in each_block(node, "corsRules"):
        if isinstance(rule, Mapping) and "*" in listed(rule.get("allowedOrigins")):
            yield Exposed("opened-to-everyone", "lets the scripts of every site call the bucket")


def _of_bucket(node: Node) -> Iterator[Exposed]:
    yield from _grants(node)
    yield from _cors(node)


def _attached(node: Node) -> Iterator[Exposed]:
    for arn in [*listed(peek(node, "policyArn")), *listed(peek(node, "managedPolicyArns"))]:
        if str(arn).endswith(_ADMINISTRATOR):
            yield Exposed("administrator-rights", f"has {arn}, by which it may give itself any right")


def _document(node: Node) -> Iterator[Exposed]:
    if "all" in str(peek(node, "permissions")).lower():
        yield Exposed("opened-to-everyone", "is shared with every account")


_OF_TYPE: Mapping[str, Callable[[Node], Iterator[Exposed]]] = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ingress,
    "aws:ec2/securityGroup:SecurityGroup": ingress,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ingress,
    "aws:s3/bucketAcl:BucketAcl": _grants,
    "aws:s3/bucket:Bucket": _of_bucket,
    "aws:lb/listener:Listener": _listener,
    "aws:cloudfront/distribution:Distribution": _distribution,
    "aws:ec2/instance:Instance": _disks,
    "aws:ec2/launchTemplate:LaunchTemplate": _disks,
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _cors,
    "aws:ssm/document:Document": _document,
    "aws:iam/role:Role": _attached,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attached,
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": _attached,
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": _attached,
}
