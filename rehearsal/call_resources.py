"""Which resources a call names: ARNs from its parameters and its answer, service by service.

ARN formats: AWS's Service Authorization Reference, "Resource types defined by …".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.policy_documents import listed
from rehearsal.recording import Call

# EC2's ids tell their kind.
EC2_KINDS: Final = {
    "acl": "network-acl", "ami": "image", "eipalloc": "elastic-ip", "eni": "network-interface", "fl": "vpc-flow-log",
    "i": "instance", "igw": "internet-gateway", "lt": "launch-template", "nat": "natgateway", "pl": "prefix-list",
    "rtb": "route-table", "sg": "security-group", "sgr": "security-group-rule", "subnet": "subnet", "vol": "volume",
    "vpc": "vpc", "vpce": "vpc-endpoint",
}  # fmt: skip
# Of other services the parameter, or the answer's member, that names a resource; `{}` is its value.
NAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "autoscaling": {"AutoScalingGroupName": "autoScalingGroup:0:autoScalingGroupName/{}"},
    "cloudwatch": {"AlarmName": "alarm:{}", "AlarmNames": "alarm:{}", "DashboardName": "dashboard/{}",
                   "DashboardNames": "dashboard/{}"},
    "iam": {"RoleName": "role/{}", "UserName": "user/{}", "GroupName": "group/{}",
            "InstanceProfileName": "instance-profile/{}"},
    "kms": {"KeyId": "key/{}", "TargetKeyId": "key/{}", "AliasName": "{}"},
    "logs": {"logGroupName": "log-group:{}"},
    "rds": {"DBInstanceIdentifier": "db:{}", "DBParameterGroupName": "pg:{}", "DBSubnetGroupName": "subgrp:{}",
            "SubscriptionName": "es:{}"},
    "route53": {"HostedZoneId": "hostedzone/{}"},
    "secretsmanager": {"Name": "secret:{}-AbCdEf", "SecretId": "secret:{}-AbCdEf"},
    "sns": {"Name": "{}"},
}  # fmt: skip
# `Name`, `name` and `Id` name what the operation is about.
BY_OPERATION: Final[Mapping[str, Mapping[str, str]]] = {
    "cloudfront": {"Function": "function/{}", "VpcOrigin": "vpcorigin/{}", "Distribution": "distribution/{}",
                   "OriginAccessControl": "origin-access-control/{}",
                   "ResponseHeadersPolicy": "response-headers-policy/{}"},
    "logs": {"DeliverySource": "delivery-source:{}", "DeliveryDestination": "delivery-destination:{}",
             "Delivery": "delivery:{}"},
    "route53": {"QueryLoggingConfig": "queryloggingconfig/{}", "HostedZone": "hostedzone/{}"},
    "ssm": {"Document": "document/{}", "Parameter": "parameter{}"},
}  # fmt: skip
GLOBAL: Final = ("iam", "cloudfront", "route53")
WITHOUT_ACCOUNT: Final = ("route53",)
MAKES: Final = ("Allocate", "Authorize", "Create", "Put", "Request", "Run")  # whose answers name what was made


def resources(call: Call, account_id: str) -> list[str]:
    """ARNs of what the call names, once each, those that it makes included."""
    found = [*_found(call, call.params, account_id)]
    if call.operation.startswith(MAKES):
        found += _found(call, call.answer or _kept(call), account_id)
    return list(dict.fromkeys(found))


def _kept(call: Call) -> dict[str, str]:
    """In the place of an answer, where the emulator has none: an id that nothing else has."""
    return {"Id": "NEW"} if call.operation.startswith("Create") and call.service == "cloudfront" else {}


def _found(call: Call, value: Mapping[str, Any], account_id: str) -> Iterator[str]:
    service = call.service
    if service == "wafv2" and {"Name", "Id"} <= value.keys():
        yield _arn(call, service, f"global/webacl/{value['Name']}/{value['Id']}", account_id)
        return
    if service == "s3":
        if bucket := value.get("Bucket"):
            objects = [one["Key"] for one in value.get("Delete", {}).get("Objects", ())] or listed(value.get("Key"))
            yield from [f"arn:aws:s3:::{bucket}/{key}" for key in objects] or [f"arn:aws:s3:::{bucket}"]
        return
    for name, text in _texts(value):
        if text.startswith("arn:aws:"):
            yield text
        elif service == "ec2":
            kind = EC2_KINDS.get(text.partition("-")[0])
            if kind and text.partition("-")[2] and ("Id" in name or name == "Resources"):
                yield _arn(call, "ec2", f"{kind}/{text}", account_id)
        elif form := _form(call, name):
            yield _arn(call, service, form.format(text.removeprefix("/hostedzone/")), account_id)


def _form(call: Call, name: str) -> str | None:
    service = call.service
    if form := NAMED.get(service, {}).get(name):
        return form
    if name not in ("Name", "name", "Id", "id", "ResourceId"):
        return None
    if service == "ssm" and name == "ResourceId":
        return BY_OPERATION["ssm"][str(call.params["ResourceType"])]
    if service == "route53" and name == "ResourceId":
        return "hostedzone/{}"
    about = [form for noun, form in BY_OPERATION.get(service, {}).items() if noun in call.operation]
    return about[0] if about else None


def _arn(call: Call, service: str, rest: str, account_id: str) -> str:
    region = "" if service in GLOBAL or rest.startswith("dashboard/") else call.region
    return f"arn:aws:{service}:{region}:{'' if service in WITHOUT_ACCOUNT else account_id}:{rest}"


def _texts(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts to a depth of one object, which is where calls name resources."""
    for name, inner in value.items():
        for one in listed(inner):
            if isinstance(one, str):
                yield name, one
            elif isinstance(one, Mapping):
                yield from (
                    (name_in, text) for name_in, texts in one.items() for text in listed(texts) if isinstance(text, str)
                )
