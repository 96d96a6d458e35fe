"""EC2: instances; the changes of one that runs are in rehearsal/instance_changes.py."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal
from rehearsal.ec2_in_use import remove_interfaces
from rehearsal.ec2_requests import arn, described, ec2, made_by, retag, tags_in, where
from rehearsal.instance_changes import (
    instance_of,
    monitored,
    root_volume_of,
    set_monitoring,
    set_profile,
    set_root_volume,
    set_type,
    set_user_data,
    user_data_of,
)
from rehearsal.machine_limits import (
    METADATA,
    VOLUME,
    image_of,
    reserved_tags,
    root_volume,
    tag_specifications,
    user_data_size,
)
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def create_instance(aws: Aws, inputs: Inputs) -> Created:
    """RunInstances with one root volume and, unless a public address is asked for, no network interface of its own."""
    client = ec2(aws, inputs)
    image = image_of(aws, inputs, ami=inputs["ami"], operation="RunInstances")
    wanted: dict[str, Any] = {
        "ImageId": inputs["ami"],
        "InstanceType": inputs["instanceType"],
        "UserData": inputs.get("userData", ""),
        "TagSpecifications": tag_specifications(
            {"instance": inputs["tagsAll"], "volume": inputs.get("volumeTags") or {}}
        ),
        **_place(inputs),
    }
    if profile := inputs.get("iamInstanceProfile"):
        wanted["IamInstanceProfile"] = {"Name": profile}
    if metadata := inputs.get("metadataOptions"):
        wanted["MetadataOptions"] = pascal(metadata)
    if root := inputs.get("rootBlockDevice"):
        shaped = pascal({"deleteOnTermination": True, **root})
        wanted["BlockDeviceMappings"] = [{"DeviceName": image["RootDeviceName"], "Ebs": shaped}]
    if monitoring := inputs.get("monitoring"):
        wanted["Monitoring"] = {"Enabled": monitoring}
    [made] = client.run_instances(MinCount=1, MaxCount=1, **wanted)["Instances"]
    return Created(id=made["InstanceId"], outputs=_outputs(aws, inputs, made))


def _place(inputs: Inputs) -> dict[str, Any]:
    subnet, groups = inputs["subnetId"], inputs["vpcSecurityGroupIds"]
    if inputs.get("associatePublicIpAddress") is None:
        return {"SubnetId": subnet, "SecurityGroupIds": groups}
    public = inputs["associatePublicIpAddress"]
    card = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": groups, "AssociatePublicIpAddress": public}
    return {"NetworkInterfaces": [card]}


def read_instance(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The instance and its root volume; a terminated one is gone, though AWS shows it for another hour."""
    client = ec2(aws, state)
    instance = instance_of(client, identifier)
    if instance is None:
        return None
    profile = instance.get("IamInstanceProfile", {}).get("Arn", "").rpartition("/")[2]
    mapping, volume = root_volume_of(client, instance)
    metadata = instance["MetadataOptions"]
    held = {
        "ami": instance["ImageId"],
        "instanceType": instance["InstanceType"],
        "subnetId": instance["SubnetId"],
        "vpcSecurityGroupIds": [group["GroupId"] for group in instance["SecurityGroups"]],
        "iamInstanceProfile": profile or None,
        "userData": user_data_of(client, identifier) or None,
        "monitoring": monitored(aws, instance),
        "metadataOptions": {name: metadata.get(name[0].upper() + name[1:]) for name in METADATA},
        "rootBlockDevice": {
            "deleteOnTermination": mapping["Ebs"]["DeleteOnTermination"],
            "encrypted": volume["Encrypted"],
            "iops": volume.get("Iops"),
            "throughput": volume.get("Throughput"),
            "volumeSize": volume["Size"],
            "volumeType": volume["VolumeType"],
        },
        "volumeTags": tags_in(volume) or None,
        "tagsAll": tags_in(instance),
    }
    return Created(id=identifier, outputs={**held, **_outputs(aws, state, instance)})


def update_instance(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Each setting by its own call; another type or other user data stops the machine meanwhile."""
    client = ec2(aws, inputs)
    instance = client.describe_instances(InstanceIds=[identifier])["Reservations"][0]["Instances"][0]
    retag(client, identifier, inputs["tagsAll"])
    set_type(aws, instance, inputs)
    set_user_data(client, instance, inputs)
    client.modify_network_interface_attribute(
        NetworkInterfaceId=instance["NetworkInterfaces"][0]["NetworkInterfaceId"],
        Groups=inputs["vpcSecurityGroupIds"],
    )
    client.modify_instance_attribute(InstanceId=identifier, Groups=inputs["vpcSecurityGroupIds"])
    set_profile(client, identifier, inputs.get("iamInstanceProfile"))
    set_monitoring(aws, instance, inputs)
    if metadata := inputs.get("metadataOptions"):
        kept = {name: value for name, value in instance["MetadataOptions"].items() if name != "State"}
        client.modify_instance_metadata_options(InstanceId=identifier, **{**kept, **pascal(metadata)})
    set_root_volume(client, instance, inputs)
    changed = client.describe_instances(InstanceIds=[identifier])["Reservations"][0]["Instances"][0]
    return _outputs(aws, inputs, changed)


def delete_instance(aws: Aws, identifier: str, state: Inputs) -> None:
    """TerminateInstances, which frees elastic addresses and removes the network interface; the emulator leaves both."""
    client = ec2(aws, state)
    if instance_of(client, identifier) is None:
        return
    for address in client.describe_addresses(Filters=where("instance-id", identifier))["Addresses"]:
        client.disassociate_address(AssociationId=address["AssociationId"])
    client.terminate_instances(InstanceIds=[identifier])
    aws.records.pop(f"ec2/instance/{identifier}", None)
    remove_interfaces(client, [identifier])


def find_instance(aws: Aws, inputs: Inputs) -> list[str]:
    """Instances of this subnet and image with these tags."""
    mine = _living(ec2(aws, inputs), where("subnet-id", inputs["subnetId"]))
    return made_by(mine, "InstanceId", inputs, ImageId=inputs["ami"])


def every_instance(aws: Aws, region: str) -> list[str]:
    """Ids of all instances of the region that are not terminated."""
    return [instance["InstanceId"] for instance in _living(aws.client("ec2", region), [])]


def _living(client: Any, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    states = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
    reservations = described(client, "describe_instances", "Reservations", Filters=[*filters, states])
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def _outputs(aws: Aws, inputs: Inputs, instance: dict[str, Any]) -> Inputs:
    """An elastic address is not among them: it comes after the launch, and has outputs of its own."""
    public = instance.get("PublicIpAddress", "")
    elastic = public and ec2(aws, inputs).describe_addresses(Filters=where("public-ip", public))["Addresses"]
    return {
        "arn": arn(aws, inputs, "instance", instance["InstanceId"]),
        "availabilityZone": instance["Placement"]["AvailabilityZone"],
        "instanceState": "running" if instance["State"]["Name"] == "pending" else instance["State"]["Name"],
        "primaryNetworkInterfaceId": instance["NetworkInterfaces"][0]["NetworkInterfaceId"],
        "privateDns": instance["PrivateDnsName"],
        "privateIp": instance["PrivateIpAddress"],
        "publicDns": "" if elastic else instance.get("PublicDnsName", ""),
        "publicIp": "" if elastic else public,
    }


RESOURCES = (
    ResourceType(
        token="aws:ec2/instance:Instance",
        inputs=spec(
            "ami associatePublicIpAddress iamInstanceProfile instanceType monitoring region subnetId tags userData "
            "userDataReplaceOnChange volumeTags vpcSecurityGroupIds",
            metadataOptions=METADATA,
            rootBlockDevice=VOLUME,
        ),
        create=create_instance,
        read=read_instance,
        update=update_instance,
        delete=delete_instance,
        find=find_instance,
        every=every_instance,
        computed=(
            *("arn", "availabilityZone", "instanceState", "primaryNetworkInterfaceId"),
            *("privateDns", "privateIp", "publicDns", "publicIp"),
        ),
        # userData: where userDataReplaceOnChange says so, which is the risk to count with.
        replace_on=frozenset(
            {"ami", "associatePublicIpAddress", "region", "subnetId", "userData", "rootBlockDevice.encrypted"}
        ),
        in_place=frozenset(
            {
                *("iamInstanceProfile", "instanceType", "metadataOptions", "monitoring", "rootBlockDevice", "tags"),
                *("userDataReplaceOnChange", "volumeTags", "vpcSecurityGroupIds"),
            }
        ),
        # An elastic address makes the answer to associatePublicIpAddress another one.
        untold=frozenset({"associatePublicIpAddress", "userDataReplaceOnChange"}),
        unordered=frozenset({"vpcSecurityGroupIds"}),
        defaults={
            "metadataOptions.httpEndpoint": "enabled",
            "metadataOptions.httpProtocolIpv6": "disabled",
            "metadataOptions.instanceMetadataTags": "disabled",
            "rootBlockDevice.deleteOnTermination": True,
            "rootBlockDevice.iops": 3000,  # of gp3
            "rootBlockDevice.throughput": 125,
        },
        limits=(user_data_size, root_volume, reserved_tags),
        emulated="partial",
        not_emulated=(
            "the machine does not boot: its user data is kept, not run",
            "monitoring that is changed after the launch",
        ),
        source="Terraform AWS provider docs: aws_instance",
    ),
)
