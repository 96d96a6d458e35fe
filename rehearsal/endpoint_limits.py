"""What AWS PrivateLink refuses in a VPC endpoint: services, kinds and policies."""

from __future__ import annotations

import json
from collections.abc import Iterable

from rehearsal.resource import Inputs

POLICY_LIMIT = 20_480  # characters: Amazon VPC User Guide, quotas of AWS PrivateLink
GATEWAY_SERVICES = ("s3", "dynamodb")
INTERFACE_SERVICES = frozenset(
    {
        *("autoscaling", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "elasticloadbalancing", "kms", "logs"),
        *("monitoring", "rds", "s3", "secretsmanager", "sns", "ssm", "ssm-contacts", "ssm-incidents"),
        *("ssmmessages", "sts"),
    }
)


def service(inputs: Inputs) -> str | None:
    """Services that have an endpoint of that kind: moto makes one for any name."""
    kind, name = inputs.get("vpcEndpointType", "Gateway"), inputs.get("serviceName")
    if name is None:
        return None
    known = INTERFACE_SERVICES if kind == "Interface" else GATEWAY_SERVICES
    if name.split(".", 3)[-1] in known and name.startswith("com.amazonaws."):
        return None
    return f"the stand-in knows no {kind.lower()} endpoint {name}: use com.amazonaws.<region>.<one of {_names(known)}>"


def _names(known: Iterable[str]) -> str:
    return ", ".join(sorted(known))


def kind(inputs: Inputs) -> str | None:
    """Route tables belong to gateway endpoints, subnets and security groups to interface endpoints."""
    gateway = inputs.get("vpcEndpointType", "Gateway") == "Gateway"
    foreign = ("subnetIds", "securityGroupIds", "privateDnsEnabled") if gateway else ("routeTableIds",)
    extra = [name for name in foreign if inputs.get(name)]
    wrong = f"{'a gateway' if gateway else 'an interface'} endpoint has no {', '.join(extra)}: remove it"
    return wrong if extra else None


def policy(inputs: Inputs) -> str | None:
    """JSON of a limited size."""
    text = inputs.get("policy")
    if text is None:
        return None
    if len(text) > POLICY_LIMIT:
        return f"the endpoint's policy has {len(text):,} characters of {POLICY_LIMIT:,}: shorten it"
    try:
        json.loads(text)
    except ValueError as error:
        return f"the endpoint's policy is no JSON ({error}): write a policy document"
    return None
