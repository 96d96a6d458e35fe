"""Elastic Load Balancing: listeners."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal
from rehearsal.ec2_requests import described
from rehearsal.elbv2_requests import elbv2, retag, tags_of
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec


def listener_certificate(inputs: Inputs) -> str | None:
    """HTTPS has a certificate and HTTP has none."""
    secure = inputs.get("protocol") == "HTTPS"
    unknown = "certificateArn" not in inputs
    if secure and not unknown and not inputs["certificateArn"]:
        return "an HTTPS listener needs a certificate: give it one, or speak HTTP"
    if not secure and (inputs.get("certificateArn") or inputs.get("sslPolicy")):
        return "an HTTP listener has neither certificate nor TLS policy: speak HTTPS, or leave them out"
    return None


def create_listener(aws: Aws, inputs: Inputs) -> Created:
    """CreateListener."""
    made = elbv2(aws, inputs).create_listener(
        LoadBalancerArn=inputs["loadBalancerArn"], Tags=name_tags(inputs), **_wanted(inputs)
    )["Listeners"][0]
    return Created(id=made["ListenerArn"], outputs={"arn": made["ListenerArn"]})


def read_listener(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The listener with its certificate, its default actions and its tags."""
    client = elbv2(aws, state)
    [listener] = client.describe_listeners(ListenerArns=[identifier])["Listeners"]
    secure = listener["Protocol"] == "HTTPS"
    held = {
        "loadBalancerArn": listener["LoadBalancerArn"],
        "port": listener["Port"],
        "protocol": listener["Protocol"],
        "certificateArn": listener["Certificates"][0]["CertificateArn"] if secure else None,
        "sslPolicy": listener["SslPolicy"] if secure else None,
        "defaultActions": [
            {"type": action["Type"], "targetGroupArn": action.get("TargetGroupArn")}
            for action in listener["DefaultActions"]
        ],
        "tagsAll": tags_of(client, identifier),
        "arn": identifier,
    }
    return Created(id=identifier, outputs=held)


def update_listener(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """ModifyListener and tags."""
    client = elbv2(aws, inputs)
    client.modify_listener(ListenerArn=identifier, **_wanted(inputs))
    retag(client, identifier, inputs["tagsAll"])
    return {}


def delete_listener(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteListener."""
    elbv2(aws, state).delete_listener(ListenerArn=identifier)


def find_listener(aws: Aws, inputs: Inputs) -> list[str]:
    """The load balancer's listener on this port."""
    mine = {"LoadBalancerArn": inputs["loadBalancerArn"]}
    items = described(elbv2(aws, inputs), "describe_listeners", "Listeners", **mine)
    return [item["ListenerArn"] for item in items if item["Port"] == inputs["port"]]


def _wanted(inputs: Inputs) -> dict[str, Any]:
    secure: dict[str, Any] = {}
    if inputs["protocol"] == "HTTPS":
        secure = {"Certificates": [{"CertificateArn": inputs["certificateArn"]}], "SslPolicy": inputs["sslPolicy"]}
    return {
        "Protocol": inputs["protocol"],
        "Port": inputs["port"],
        "DefaultActions": pascal(inputs["defaultActions"]),
        **secure,
    }


RESOURCES = (
    ResourceType(
        token="aws:lb/listener:Listener",
        inputs=spec(
            "certificateArn loadBalancerArn port protocol region sslPolicy tags",
            defaultActions=spec("targetGroupArn type"),
        ),
        create=create_listener,
        read=read_listener,
        update=update_listener,
        delete=delete_listener,
        find=find_listener,
        computed=("arn",),
        replace_on=frozenset({"loadBalancerArn", "region"}),
        in_place=frozenset({"certificateArn", "defaultActions", "port", "protocol", "sslPolicy", "tags"}),
        limits=(listener_certificate,),
        source="Terraform AWS provider docs: aws_lb_listener",
    ),
)
