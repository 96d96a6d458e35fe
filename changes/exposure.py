"""What a resource leaves open: to everyone, to other accounts, or to whoever listens on the way.

An exposure that is there after a change and was not before is what the guard calls opened. Source of each: the AWS
user guide of its service; who is everyone in a policy is rehearsal/public_policies.py's answer, which S3 shares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from changes.exposed import Exposed
from changes.exposure_jobs import open_jobs
from changes.exposure_network import INGRESS, ingress
from changes.exposure_shared import (
    access_list,
    cors,
    cors_of_answers,
    document,
    is_open_to_sites,
    of_bucket,
    replication,
)
from changes.exposure_targets import LOGS, endpoint, keys, logs
from changes.grants import Grant, grants
from changes.policies import POLICY_TYPES, PROPERTIES
from changes.rule import OPEN, each_block
from changes.stack_titles import is_of_account
from changes.wildcards import covers
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed
from rehearsal.public_policies import lets_everyone_in

_PRIVATE = ("aws:ec2/vpcEndpoint:VpcEndpoint",)  # reached from its own network alone, whatever its policy says
_ADMINISTRATOR = ("/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess")
_PARTITIONS, _IDENTITIES = ("aws", "aws-cn", "aws-us-gov"), ("role", "user", "group", "policy")
# By which an identity gives itself, or one that it may work as, any right: with all of them it has all of IAM.
_ESCALATIONS = (
    "addusertogroup", "attachgrouppolicy", "attachrolepolicy", "attachuserpolicy", "createaccesskey",
    "createloginprofile", "createpolicyversion", "deleterolepermissionsboundary", "passrole", "putgrouppolicy",
    "putrolepolicy", "putuserpolicy", "setdefaultpolicyversion", "updateassumerolepolicy", "updateloginprofile",
)  # fmt: skip
_NAMES = tuple(letter * 64 for letter in "aZ0-")  # what covers all of them has no name in it
_ACCOUNT = re.compile(r"[^:]*:[^:]*:[^:]*:[^:]*:(?P<first>[\d?]*)(?:\*(?P<last>[\d?*]*):)?")
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")
_DISKS = ("rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings")
_ATTACHED = ("policyArn", "managedPolicyArns")
_MAY = ", as far as anybody can tell before the apply"


def exposures(node: Node) -> set[Exposed]:
    """All that the resource leaves open; what is not known yet is left to the rule `policy-not-known`."""
    found = _OF_TYPE.get(node.type)
    return {*(found[0](node) if found else ()), *_policies(node), *keys(node)}


def inputs_read(type_: str) -> tuple[str, ...]:
    """The inputs in which a resource of the type may leave something open."""
    return (*(_OF_TYPE[type_][1] if type_ in _OF_TYPE else ()), *(PROPERTIES if type_ in POLICY_TYPES else ()))


def _policies(node: Node) -> Iterator[Exposed]:
    for one in () if node.type in _PRIVATE else grants(node):
        if one.effect == "Allow":
            yield from _granted(one, services_may=not is_of_account(node.urn))


def _granted(one: Grant, *, services_may: bool) -> Iterator[Exposed]:
    """What one grant leaves open; `services_may` take roles, but for those that deploy, where a job of one would do."""
    if one.kind == "identity":
        if _is_administrators(one):
            words = f"may do {one.action} with {one.resource}, by which it may give itself any right"
            yield Exposed("administrator-rights", words, one)
        return
    if jobs := open_jobs(one):
        yield Exposed("opened-to-everyone", f"lets {jobs} become it", one)
    trust = one.kind == "trust"
    what = "become it" if trust else f"{one.action} on {one.resource}"
    condition = json.loads(one.condition) if one.condition else {}
    statement = {"Effect": "Allow", "Principal": one.who, "Condition": condition}
    if one.who == "*" and lets_everyone_in(statement):
        yield Exposed("opened-to-everyone", f"lets everyone {what}", one)
    elif not (trust and services_may and one.principal == "Service" and one.who.endswith(_SERVICES)):
        under = f" where {one.condition}" if one.condition else ""
        yield Exposed("trust-widened" if trust else "granted-to-another", f"lets {one.who} {what}{under}", one)


def _is_administrators(one: Grant) -> bool:
    """Whether it has all rights over all roles, users, groups or policies of an account."""
    return all(covers(one.action.lower(), f"iam:{name}") for name in _ESCALATIONS) and any(
        all(covers(one.resource, f"arn:{partition}:iam::{_an_account(one.resource)}:{kind}/{name}") for name in _NAMES)
        for partition in _PARTITIONS
        for kind in _IDENTITIES
    )


def _an_account(resource: str) -> str:
    """The number of one account that the pattern of an ARN may stand for."""
    found = _ACCOUNT.match(resource)
    first, last = ((found[name] or "") if found else "" for name in ("first", "last"))
    return (first + last.replace("*", "").rjust(12 - len(first), "0")).replace("?", "0")


def _listener(node: Node) -> Iterator[Exposed]:
    protocol = peek(node, "protocol") or (peek(node, "port") and "HTTP")  # one of a gateway has neither
    actions = list(each_block(node, "defaultActions"))
    if protocol in ("HTTP", *OPEN) and not (actions and all(_to_https(one) for one in actions)):
        yield Exposed("plain-http", f"takes requests without TLS{_MAY if protocol in OPEN else ''}")


def _to_https(action: Any) -> bool:
    redirect = action.get("redirect") if isinstance(action, Mapping) and action.get("type") == "redirect" else None
    return isinstance(redirect, Mapping) and redirect.get("protocol") == "HTTPS"


def _distribution(node: Node) -> Iterator[Exposed]:
    behaviors = [*each_block(node, "defaultCacheBehavior"), *each_block(node, "orderedCacheBehaviors")]
    for behavior in behaviors:
        held = behavior if isinstance(behavior, Mapping) else {"viewerProtocolPolicy": behavior}
        if held.get("viewerProtocolPolicy") in ("allow-all", *OPEN):
            may = _MAY if held["viewerProtocolPolicy"] in OPEN else ""
            yield Exposed("plain-http", f"takes requests for {held.get('pathPattern', 'all paths')} without TLS{may}")
        if is_open_to_sites(held.get("responseHeadersPolicyId")):
            paths = held.get("pathPattern", "all paths")
            yield Exposed("opened-to-everyone", f"lets the scripts of every site read the answers for {paths}")


def _disks(node: Node) -> Iterator[Exposed]:
    disks = [*each_block(node, "rootBlockDevice"), *each_block(node, "ebsBlockDevices")]
    disks += [one.get("ebs") or {} for one in each_block(node, "blockDeviceMappings") if isinstance(one, Mapping)]
    for disk in disks:
        encrypted = disk.get("encrypted") if isinstance(disk, Mapping) else disk
        if encrypted not in (True, "true"):
            yield Exposed("encryption-off", f"keeps a disk unencrypted{_MAY if encrypted in OPEN else ''}")


def _attached(node: Node) -> Iterator[Exposed]:
    for arn in [*listed(peek(node, "policyArn")), *listed(peek(node, "managedPolicyArns"))]:
        if str(arn).endswith(_ADMINISTRATOR):
            yield Exposed("administrator-rights", f"has {arn}, by which it may give itself any right")


# What reads the exposures of a type, and the inputs that it reads.
_OF_TYPE: Mapping[str, tuple[Callable[[Node], Iterator[Exposed]], tuple[str, ...]]] = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (ingress, INGRESS),
    "aws:ec2/securityGroup:SecurityGroup": (ingress, ("ingress",)),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (ingress, ("ingress",)),
    "aws:s3/bucketAcl:BucketAcl": (access_list, ("grants", "accessControlPolicy")),
    "aws:s3/bucket:Bucket": (
        of_bucket, ("grants", "accessControlPolicy", "corsRules", "replicationConfiguration", "policy")
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (replication, ("rules",)),
    "aws:lb/listener:Listener": (_listener, ("protocol", "port", "defaultActions")),
    "aws:cloudfront/distribution:Distribution": (_distribution, ("defaultCacheBehavior", "orderedCacheBehaviors")),
    "aws:ec2/instance:Instance": (_disks, _DISKS),
    "aws:ec2/launchTemplate:LaunchTemplate": (_disks, _DISKS),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": (cors, ("corsRules",)),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": (cors_of_answers, ("corsConfig",)),
    "aws:cloudfront/vpcOrigin:VpcOrigin": (endpoint, ("vpcOriginEndpointConfig",)),
    **{type_: (logs, paths) for type_, paths in LOGS.items()},
    "aws:ssm/document:Document": (document, ("permissions",)),
    "aws:iam/role:Role": (_attached, _ATTACHED),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (_attached, _ATTACHED),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": (_attached, _ATTACHED),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": (_attached, _ATTACHED),
}  # fmt: skip
