"""CloudFront: VPC origins, which the emulator lacks; the stand-in checks and keeps them."""

from __future__ import annotations

import hashlib
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
    """CreateVpcOrigin, kept; AWS also makes the VPC's CloudFront-VPCOrigins-Service-SG, which nothing here needs."""
    wanted = inputs["vpcOriginEndpointConfig"]
    _check_gateway(aws, _vpc_of(aws, wanted["arn"]))
    protocols = wanted["originSslProtocols"]
    aws.keep(
        "cloudfront",
        "CreateVpcOrigin",
        {
            "VpcOriginEndpointConfig": {
                "Name": wanted["name"],
                "Arn": wanted["arn"],
                "HTTPPort": wanted["httpPort"],
                "HTTPSPort": wanted["httpsPort"],
                "OriginProtocolPolicy": wanted["originProtocolPolicy"],
                "OriginSslProtocols": {"Quantity": protocols["quantity"], "Items": protocols["items"]},
            },
            "Tags": {"Items": name_tags(inputs)},
        },
    )
    digest = hashlib.sha256(f"{aws.account_id} {wanted['name']}".encode()).hexdigest()
    made = f"vo_{digest[:22]}"
    arn = f"arn:aws:cloudfront::{aws.account_id}:vpcorigin/{made}"
    return Created(id=made, outputs={"arn": arn, "etag": f"E{digest[:13].upper()}"})


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
        computed=("arn", "etag", "tagsAll"),
        limits=(endpoint_kind,),
        emulated="none",
        not_emulated=("VPC origins: the way from CloudFront into the private subnets",),
        source="Terraform AWS provider docs: aws_cloudfront_vpc_origin; CloudFront Developer Guide, VPC origins",
    ),
)
