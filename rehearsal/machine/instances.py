"""The EC2 instances that the emulated AWS knows: what a machine is booted from, exactly as EC2 would have it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One EC2 instance; `role` is that of its profile, `memory_mib` its type's memory, `disk_gib` its root volume."""

    id: str
    private_ip: str
    private_dns: str
    instance_type: str
    image_id: str
    zone: str
    role: str
    memory_mib: int
    disk_gib: int
    tags: Mapping[str, str]

    def write(self, directory: Path) -> None:
        """Keeps it in the machine's directory, for the stand-ins, which read it at each request of a machine."""
        draft = directory / "instance.json.new"
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(directory / "instance.json")

    @classmethod
    def read(cls, directory: Path) -> Self:
        """What was kept."""
        return cls(**json.loads((directory / "instance.json").read_text(encoding="utf-8")))


def running(aws: Any, name_tag: str) -> list[Instance]:
    """Instances with this Name that are not stopped or terminated, the oldest first; `aws` gives boto3's clients."""
    ec2, iam = aws.client("ec2"), aws.client("iam")
    filters = [
        {"Name": "tag:Name", "Values": [name_tag]},
        {"Name": "instance-state-name", "Values": ["pending", "running"]},
    ]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    found = [one for page in pages for reservation in page["Reservations"] for one in reservation["Instances"]]
    return [_instance(ec2, iam, one) for one in sorted(found, key=lambda one: (one["LaunchTime"], one["InstanceId"]))]


def user_data(aws: Any, instance_id: str) -> bytes:
    """The instance's user data as its metadata service gives it."""
    answer = aws.client("ec2").describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
    return base64.b64decode(answer["UserData"].get("Value", ""))


def _profile(ec2: Any, found: Mapping[str, Any]) -> str:
    """Name of the instance's profile. moto leaves it out on what a group started, so the launch template is asked."""
    own = found.get("IamInstanceProfile", {})
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    if not own and (template := tags.get("aws:ec2launchtemplate:id")):
        version = tags["aws:ec2launchtemplate:version"]
        told = ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=[version])
        own = told["LaunchTemplateVersions"][0]["LaunchTemplateData"].get("IamInstanceProfile", {})
    return str(own.get("Name") or own.get("Arn", "").rpartition("/")[2])


def _instance(ec2: Any, iam: Any, found: Mapping[str, Any]) -> Instance:
    kind = ec2.describe_instance_types(InstanceTypes=[found["InstanceType"]])["InstanceTypes"][0]
    volume = found["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    profile = _profile(ec2, found)
    roles = iam.get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"] if profile else []
    return Instance(
        id=found["InstanceId"],
        private_ip=found["PrivateIpAddress"],
        private_dns=found["PrivateDnsName"],
        instance_type=found["InstanceType"],
        image_id=found["ImageId"],
        zone=found["Placement"]["AvailabilityZone"],
        role=roles[0]["RoleName"] if roles else "",
        memory_mib=int(kind["MemoryInfo"]["SizeInMiB"]),
        disk_gib=int(ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Size"]),
        tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
    )
