"""EC2: instances, launch templates and the addresses of instances."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from rehearsal.api import pascal, refusal
from rehearsal.ec2_requests import arn, ec2, tagged
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

USER_DATA_LIMIT = 16_384  # bytes before base64: Amazon EC2 User Guide, "Run commands when you launch an EC2 instance"


def user_data_size(inputs: Inputs) -> str | None:
    """User data of an instance, as plain text."""
    return _too_large(len(str(inputs.get("userData", "")).encode()))


def template_user_data(inputs: Inputs) -> str | None:
    """User data of a launch template, in base64."""
    try:
        return _too_large(len(base64.b64decode(inputs.get("userData", ""), validate=True)))
    except binascii.Error:
        return "a launch template's user data is not base64: encode it"


def _too_large(size: int) -> str | None:
    return (
        f"user data has {size} bytes of {USER_DATA_LIMIT}: move files into the release"
        if size > USER_DATA_LIMIT
        else None
    )


def root_volume(inputs: Inputs) -> str | None:
    """Size and type of the root volume."""
    root = inputs.get("rootBlockDevice") or {}
    return _volume(root.get("volumeType"), root.get("volumeSize"))


def template_volumes(inputs: Inputs) -> str | None:
    """Sizes and types of a launch template's volumes."""
    disks = [mapping.get("ebs") or {} for mapping in inputs.get("blockDeviceMappings", [])]
    return next(filter(None, (_volume(disk.get("volumeType"), disk.get("volumeSize")) for disk in disks)), None)


def _volume(kind: str | None, size: int | None) -> str | None:
    if kind == "gp3" and size is not None and not 1 <= size <= 65_536:
        return f"a gp3 volume cannot have {size} GiB: use 1 to 65536"
    return None


def reserved_tags(inputs: Inputs) -> str | None:
    """AWS keeps tags that begin with `aws:` to itself; keys have 128 characters, values 256."""
    groups = [inputs.get("tagsAll", {}), inputs.get("volumeTags", {})]
    groups += [specification.get("tags", {}) for specification in inputs.get("tagSpecifications", [])]
    for key, value in ((key, value) for group in groups for key, value in group.items()):
        if key.lower().startswith("aws:"):
            return f"the tag {key} is AWS's own: choose another key"
        if len(key) > 128 or len(str(value)) > 256:
            return f"the tag {key} is too long: keys have 128 characters at most, values 256"
    return None


def image_of(aws: Aws, inputs: Inputs, *, ami: str, operation: str) -> dict[str, Any]:
    """The image, which must exist and be of the instance type's architecture."""
    client = ec2(aws, inputs)
    image: dict[str, Any] = client.describe_images(ImageIds=[ami])["Images"][0]
    wanted = inputs["instanceType"]
    kinds = client.describe_instance_types(InstanceTypes=[wanted])["InstanceTypes"]
    supported = kinds[0]["ProcessorInfo"]["SupportedArchitectures"]
    if image["Architecture"] not in supported:
        raise refusal(
            operation,
            "InvalidParameterValue",
            f"the architecture '{image['Architecture']}' of {ami} does not match that of the instance type {wanted} "
            f"({', '.join(supported)}): choose an image of the type's architecture",
        )
    return image


def create_instance(aws: Aws, inputs: Inputs) -> Created:
    """RunInstances with one root volume and, as the provider does, no network interface of its own."""
    client = ec2(aws, inputs)
    image = image_of(aws, inputs, ami=inputs["ami"], operation="RunInstances")
    wanted: dict[str, Any] = {
        "ImageId": inputs["ami"],
        "InstanceType": inputs["instanceType"],
        "SubnetId": inputs["subnetId"],
        "SecurityGroupIds": inputs["vpcSecurityGroupIds"],
        "UserData": inputs.get("userData", ""),
        "TagSpecifications": _tag_specifications(
            {"instance": inputs["tagsAll"], "volume": inputs.get("volumeTags") or {}}
        ),
    }
    if profile := inputs.get("iamInstanceProfile"):
        wanted["IamInstanceProfile"] = {"Name": profile}
    if metadata := inputs.get("metadataOptions"):
        wanted["MetadataOptions"] = pascal(metadata)
    if root := inputs.get("rootBlockDevice"):
        wanted["BlockDeviceMappings"] = [{"DeviceName": image["RootDeviceName"], "Ebs": pascal(root)}]
    if monitoring := inputs.get("monitoring"):
        wanted["Monitoring"] = {"Enabled": monitoring}
    [made] = client.run_instances(MinCount=1, MaxCount=1, **wanted)["Instances"]
    return Created(
        id=made["InstanceId"],
        outputs={
            "arn": arn(aws, inputs, "instance", made["InstanceId"]),
            "availabilityZone": made["Placement"]["AvailabilityZone"],
            "instanceState": "running",
            "primaryNetworkInterfaceId": made["NetworkInterfaces"][0]["NetworkInterfaceId"],
            "privateDns": made["PrivateDnsName"],
            "privateIp": made["PrivateIpAddress"],
            "publicDns": made.get("PublicDnsName", ""),
            "publicIp": made.get("PublicIpAddress", ""),
        },
    )


def _tag_specifications(tags: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": name_tags({"tagsAll": values})} for kind, values in tags.items() if values]


def create_template(aws: Aws, inputs: Inputs) -> Created:
    """CreateLaunchTemplate; its first version is the default one."""
    client = ec2(aws, inputs)
    image = image_of(aws, inputs, ami=inputs["imageId"], operation="CreateLaunchTemplate")
    disks = inputs.get("blockDeviceMappings", [])
    if disks and image["RootDeviceName"] not in {disk["deviceName"] for disk in disks}:
        raise refusal(
            "CreateLaunchTemplate",
            "InvalidBlockDeviceMapping",
            f"no mapping names {image['RootDeviceName']}, the root device of {inputs['imageId']}, which would be left "
            "unencrypted beside a second volume: map the image's own root device",
        )
    made = client.create_launch_template(
        LaunchTemplateName=inputs["name"],
        LaunchTemplateData=_template_data(inputs),
        **tagged("launch-template", inputs),
    )["LaunchTemplate"]
    template_id = made["LaunchTemplateId"]
    return Created(
        id=template_id,
        outputs={
            "arn": arn(aws, inputs, "launch-template", template_id),
            "defaultVersion": made["DefaultVersionNumber"],
            "latestVersion": made["LatestVersionNumber"],
        },
    )


def _template_data(inputs: Inputs) -> dict[str, Any]:
    plain = ("imageId", "instanceType", "userData", "iamInstanceProfile", "metadataOptions", "monitoring")
    data: dict[str, Any] = pascal({name: inputs[name] for name in plain if inputs.get(name) is not None})
    data["SecurityGroupIds"] = inputs["vpcSecurityGroupIds"]
    data["TagSpecifications"] = _tag_specifications(
        {row["resourceType"]: row["tags"] for row in inputs.get("tagSpecifications", [])}
    )
    data["BlockDeviceMappings"] = [
        {"DeviceName": disk["deviceName"], "Ebs": _template_disk(disk["ebs"])}
        for disk in inputs.get("blockDeviceMappings", [])
    ]
    return data


def _template_disk(disk: dict[str, Any]) -> dict[str, Any]:
    flags = {name: disk[name] == "true" for name in ("encrypted", "deleteOnTermination") if name in disk}
    shaped: dict[str, Any] = pascal({**disk, **flags})
    return shaped


_METADATA = spec("httpEndpoint httpTokens httpPutResponseHopLimit httpProtocolIpv6 instanceMetadataTags")

RESOURCES = (
    ResourceType(
        token="aws:ec2/instance:Instance",
        inputs=spec(
            "ami associatePublicIpAddress iamInstanceProfile instanceType monitoring region subnetId tags userData "
            "userDataReplaceOnChange volumeTags vpcSecurityGroupIds",
            metadataOptions=_METADATA,
            rootBlockDevice=spec("deleteOnTermination encrypted iops throughput volumeSize volumeType"),
        ),
        create=create_instance,
        computed=(
            *("arn", "availabilityZone", "instanceState", "primaryNetworkInterfaceId"),
            *("privateDns", "privateIp", "publicDns", "publicIp", "tagsAll"),
        ),
        replace_on=frozenset({"ami", "associatePublicIpAddress", "region", "subnetId", "rootBlockDevice.encrypted"}),
        limits=(user_data_size, root_volume, reserved_tags),
        emulated="partial",
        not_emulated=("the machine does not boot: its user data is kept, not run",),
        source="Terraform AWS provider docs: aws_instance",
    ),
    ResourceType(
        token="aws:ec2/launchTemplate:LaunchTemplate",
        inputs=spec(
            "imageId instanceType name region tags updateDefaultVersion userData vpcSecurityGroupIds",
            blockDeviceMappings=spec(
                "deviceName", ebs=spec("deleteOnTermination encrypted iops throughput volumeSize volumeType")
            ),
            iamInstanceProfile=spec("arn name"),
            metadataOptions=_METADATA,
            monitoring=spec("enabled"),
            tagSpecifications=spec("resourceType tags"),
        ),
        create=create_template,
        computed=("arn", "defaultVersion", "latestVersion", "tagsAll"),
        replace_on=frozenset({"name", "region"}),
        limits=(template_user_data, template_volumes, reserved_tags),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_launch_template",
    ),
)
