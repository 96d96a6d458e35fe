"""Changes of an EC2 instance that runs, each setting by the call that AWS has for it."""

from __future__ import annotations

import base64
from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import ec2, retag, where
from rehearsal.machine_limits import image_of
from rehearsal.resource import Aws, Inputs


def instance_of(client: Any, identifier: str) -> dict[str, Any] | None:
    """The instance as an EC2 client shows it, or None when it is terminated; AWS's own error for an unknown id."""
    found: dict[str, Any] = client.describe_instances(InstanceIds=[identifier])["Reservations"][0]["Instances"][0]
    return None if found["State"]["Name"] in ("terminated", "shutting-down") else found


def root_volume_of(client: Any, instance: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The instance's mapping of its root device, and the volume there."""
    root = instance["RootDeviceName"]
    mapping = next(one for one in instance["BlockDeviceMappings"] if one["DeviceName"] == root)
    return mapping, client.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"][0]


def set_type(aws: Aws, instance: dict[str, Any], inputs: Inputs) -> None:
    """Another instance type, of the image's architecture: only a stopped machine takes it."""
    if instance["InstanceType"] == inputs["instanceType"]:
        return
    image_of(aws, inputs, ami=instance["ImageId"], operation="ModifyInstanceAttribute")
    _stopped(ec2(aws, inputs), instance, InstanceType={"Value": inputs["instanceType"]})


def user_data_of(client: Any, identifier: str) -> str:
    """The user data as plain text."""
    held = client.describe_instance_attribute(InstanceId=identifier, Attribute="userData")["UserData"].get("Value")
    return base64.b64decode(held or "").decode()


def set_user_data(client: Any, instance: dict[str, Any], inputs: Inputs) -> None:
    """Other user data, which the machine does not run again."""
    wanted = inputs.get("userData", "")
    if wanted != user_data_of(client, instance["InstanceId"]):
        # boto3 encodes it for AWS; the emulator wants it encoded once more.
        _stopped(client, instance, UserData={"Value": base64.b64encode(wanted.encode())})


def _stopped(client: Any, instance: dict[str, Any], **attribute: Any) -> None:
    identifier, running = instance["InstanceId"], instance["State"]["Name"] == "running"
    if running:
        client.stop_instances(InstanceIds=[identifier])
    client.modify_instance_attribute(InstanceId=identifier, **attribute)
    if running:
        client.start_instances(InstanceIds=[identifier])


def set_profile(client: Any, identifier: str, name: str | None) -> None:
    """Another instance profile, or none."""
    mine = where("instance-id", identifier)
    held = client.describe_iam_instance_profile_associations(Filters=mine)["IamInstanceProfileAssociations"]
    now = held[0]["IamInstanceProfile"]["Arn"].rpartition("/")[2] if held else None
    if name == now:
        return
    if name and held:
        client.replace_iam_instance_profile_association(
            AssociationId=held[0]["AssociationId"], IamInstanceProfile={"Name": name}
        )
    elif name:
        client.associate_iam_instance_profile(InstanceId=identifier, IamInstanceProfile={"Name": name})
    else:
        client.disassociate_iam_instance_profile(AssociationId=held[0]["AssociationId"])


def monitored(aws: Aws, instance: dict[str, Any]) -> bool:
    """Whether metrics come by the minute; the emulator changes it no more after the launch."""
    changed = aws.records.get(_record(instance["InstanceId"]), {})
    return bool(changed.get("monitoring", instance["Monitoring"]["State"] == "enabled"))


def set_monitoring(aws: Aws, instance: dict[str, Any], inputs: Inputs) -> None:
    """MonitorInstances or UnmonitorInstances, kept by the stand-in."""
    wanted, identifier = bool(inputs.get("monitoring")), instance["InstanceId"]
    if wanted != monitored(aws, instance):
        aws.keep("ec2", "MonitorInstances" if wanted else "UnmonitorInstances", {"InstanceIds": [identifier]})
        aws.records[_record(identifier)] = {"monitoring": wanted}


def _record(identifier: str) -> str:
    return f"ec2/instance/{identifier}"


def set_root_volume(client: Any, instance: dict[str, Any], inputs: Inputs) -> None:
    """ModifyVolume, its tags, and whether it goes with the machine; a volume never shrinks."""
    mapping, volume = root_volume_of(client, instance)
    root: Inputs = inputs.get("rootBlockDevice") or {}
    size = root.get("volumeSize", volume["Size"])
    if size < volume["Size"]:
        message = f"New size cannot be smaller than existing size {volume['Size']}: replace the machine instead"
        raise refusal("ModifyVolume", "InvalidParameterValue", message)
    names = {"volumeSize": "Size", "volumeType": "VolumeType", "iops": "Iops", "throughput": "Throughput"}
    changed = {names[name]: root[name] for name in names if root.get(name) not in (None, volume.get(names[name]))}
    if changed:
        client.modify_volume(VolumeId=volume["VolumeId"], **changed)
    retag(client, volume["VolumeId"], inputs.get("volumeTags") or {})
    goes = root.get("deleteOnTermination", True)
    if goes != mapping["Ebs"]["DeleteOnTermination"]:
        client.modify_instance_attribute(
            InstanceId=instance["InstanceId"],
            BlockDeviceMappings=[{"DeviceName": mapping["DeviceName"], "Ebs": {"DeleteOnTermination": goes}}],
        )
