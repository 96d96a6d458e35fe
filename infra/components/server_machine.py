"""What a single server and each one of a fleet have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pulumi

Os = Literal["debian-13", "ubuntu-24.04"]

# A mapping of another device adds a second volume and leaves the root as the image has it: unencrypted.
ROOT_DEVICES: Mapping[Os, str] = {"debian-13": "/dev/xvda", "ubuntu-24.04": "/dev/sda1"}


# IMDSv2 only, for the machine itself and no container on it. Any: an instance's and a launch template's are two types.
METADATA_OPTIONS: Any = {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine: `tags` are all its tags, also for its volume; `ready` is what must exist before its first boot."""

    name: str
    tags: Mapping[str, str]
    os: Os
    ami: str
    instance_type: str
    root_volume_gb: int
    user_data: str
    instance_profile_name: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    ready: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where the backend answers: `endpoint_arn` is the instance's or the load balancer's."""

    domain_name: pulumi.Output[str]
    endpoint_arn: pulumi.Output[str]
    protocol: Literal["http", "https"]
    instance_id: pulumi.Output[str] | None = None
    autoscaling_group_name: pulumi.Output[str] | None = None
    load_balancer_arn_suffix: pulumi.Output[str] | None = None
    target_group_arn_suffix: pulumi.Output[str] | None = None
