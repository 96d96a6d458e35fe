"""CloudFront: VPC origins, which the emulator lacks; the stand-in checks them and holds them in its records."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import has_internet_gateway
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

KINDS = (":instance/", ":loadbalancer/app/", ":loadbalancer/net/")


def endpoint_kind(inputs: Inputs) -> str | None:
    """VPC origins are EC2 instances and application or network load balancers."""
    arn = (inputs.get("vpcOriginEndpointConfig") or {}).get("arn", KINDS[0])
    if any(kind in arn for kind in KINDS):
        return None
    return f"{arn} is no instance and no load balancer: CloudFront has VPC origins for these alone"


def create_vpc_origin(aws: Aws, inputs: Inputs) -> Created:
    """CreateVpcOrigin, held; AWS also makes the VPC's CloudFront-VPCOrigins-Service-SG, which nothing here needs."""
    wanted = inputs["vpcOriginEndpointConfig"]
    _check_gateway(aws, _vpc_of(aws, wanted["arn"]))
    if find_vpc_origin(aws, inputs):
        message = f"the name {wanted['name']} is taken: choose another"
        raise refusal("CreateVpcOrigin", "EntityAlreadyExists", message)
    request = {"VpcOriginEndpointConfig": _endpoint(wanted), "Tags": {"Items": name_tags(inputs)}}
    aws.keep("cloudfront", "CreateVpcOrigin", request)
    made = f"vo_{_digest(aws.account_id + ' ' + wanted['name'])[:22]}"
    aws.records[record(made)] = _held(inputs)
    return Created(id=made, outputs=_outputs(aws, made))


def read_vpc_origin(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """The VPC origin as it is held."""
    held = aws.records.get(record(identifier))
    if held is None:
        return None
    return Created(id=identifier, outputs={**deepcopy(held), **_outputs(aws, identifier)})


def update_vpc_origin(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateVpcOrigin, of one that no distribution uses: not even its tags change in use."""
    _refuse_in_use(aws, identifier, "UpdateVpcOrigin", "CannotUpdateEntityWhileInUse")
    wanted = inputs["vpcOriginEndpointConfig"]
    _check_gateway(aws, _vpc_of(aws, wanted["arn"]))
    request = {"Id": identifier, "IfMatch": _etag(aws, identifier), "VpcOriginEndpointConfig": _endpoint(wanted)}
    aws.keep("cloudfront", "UpdateVpcOrigin", request)
    aws.records[record(identifier)] = _held(inputs)
    return _outputs(aws, identifier)


def delete_vpc_origin(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteVpcOrigin, of one that no distribution uses."""
    if record(identifier) not in aws.records:
        return
    _refuse_in_use(aws, identifier, "DeleteVpcOrigin", "CannotDeleteEntityWhileInUse")
    aws.keep("cloudfront", "DeleteVpcOrigin", {"Id": identifier, "IfMatch": _etag(aws, identifier)})
    del aws.records[record(identifier)]


def find_vpc_origin(aws: Aws, inputs: Inputs) -> list[str]:
    """The VPC origin of this name."""
    name = inputs["vpcOriginEndpointConfig"]["name"]
    return [one for one in _all(aws) if aws.records[record(one)]["vpcOriginEndpointConfig"]["name"] == name]


def every_vpc_origin(aws: Aws, region: str) -> list[str]:  # noqa: ARG001 - CloudFront is in no region
    """Ids of all VPC origins of the account."""
    return _all(aws)


def record(identifier: str) -> str:
    """Where a VPC origin is held."""
    return f"cloudfront/vpc-origin/{identifier}"


def _all(aws: Aws) -> list[str]:
    return [path.removeprefix(record("")) for path in sorted(aws.records) if path.startswith(record(""))]


def _held(inputs: Inputs) -> Inputs:
    return {"vpcOriginEndpointConfig": deepcopy(inputs["vpcOriginEndpointConfig"]), "tagsAll": dict(inputs["tagsAll"])}


def _endpoint(wanted: Inputs) -> dict[str, Any]:
    protocols = wanted["originSslProtocols"]
    return {
        "Name": wanted["name"],
        "Arn": wanted["arn"],
        "HTTPPort": wanted["httpPort"],
        "HTTPSPort": wanted["httpsPort"],
        "OriginProtocolPolicy": wanted["originProtocolPolicy"],
        "OriginSslProtocols": {"Quantity": protocols["quantity"], "Items": protocols["items"]},
    }


def _outputs(aws: Aws, identifier: str) -> Inputs:
    return {"arn": f"arn:aws:cloudfront::{aws.account_id}:vpcorigin/{identifier}", "etag": _etag(aws, identifier)}


def _etag(aws: Aws, identifier: str) -> str:
    return f"E{_digest(json.dumps(aws.records[record(identifier)], sort_keys=True))[:13].upper()}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_in_use(aws: Aws, identifier: str, operation: str, code: str) -> None:
    """The emulator's distributions lose their VPC origin: those of the stand-in's records name it still."""
    users = [
        path.rpartition("/")[2]
        for path, held in sorted(aws.records.items())
        if path.startswith("cloudfront/distribution/") and identifier in json.dumps(held)
    ]
    if users:
        message = f"the VPC origin {identifier} is used by the distribution {', '.join(users)}: move that first"
        raise refusal(operation, code, message)


def _vpc_of(aws: Aws, arn: str) -> str:
    """The VPC of the instance or load balancer; AWS's own error where there is none."""
    found: Any
    if KINDS[0] in arn:
        found = aws.client("ec2").describe_instances(InstanceIds=[arn.rsplit("/", 1)[1]])
        return str(found["Reservations"][0]["Instances"][0]["VpcId"])
    found = aws.client("elbv2").describe_load_balancers(LoadBalancerArns=[arn])
    return str(found["LoadBalancers"][0]["VpcId"])


def _check_gateway(aws: Aws, vpc_id: str) -> None:
    if not has_internet_gateway(aws.client("ec2"), vpc_id):
        raise refusal(
            "CreateVpcOrigin",
            "InvalidArgument",
            f"{vpc_id} has no internet gateway, which CloudFront asks for although no request passes it: attach one",
        )


RESOURCES = (
    ResourceType(
        token="aws:cloudfront/vpcOrigin:VpcOrigin",
        inputs=spec(
            "tags",
            vpcOriginEndpointConfig=spec(
                "arn httpPort httpsPort name originProtocolPolicy", originSslProtocols=spec("items quantity")
            ),
        ),
        create=create_vpc_origin,
        read=read_vpc_origin,
        update=update_vpc_origin,
        delete=delete_vpc_origin,
        find=find_vpc_origin,
        every=every_vpc_origin,
        computed=("arn", "etag"),
        renewed=frozenset({"etag"}),
        in_place=frozenset({"tags", "vpcOriginEndpointConfig"}),
        unordered=frozenset({"vpcOriginEndpointConfig.originSslProtocols.items"}),
        limits=(endpoint_kind,),
        emulated="none",
        not_emulated=("VPC origins: the way from CloudFront into the private subnets",),
        source="Terraform AWS provider docs: aws_cloudfront_vpc_origin; CloudFront Developer Guide, VPC origins",
    ),
)
