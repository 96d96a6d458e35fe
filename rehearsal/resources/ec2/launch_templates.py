"""EC2: launch templates."""

from __future__ import annotations

from typing import Any

from rehearsal.api import pascal, refusal
from rehearsal.ec2_requests import arn, described, ec2, held_tags, retag, tagged
from rehearsal.machine_limits import (
    METADATA,
    VOLUME,
    image_of,
    reserved_tags,
    tag_specifications,
    template_user_data,
    template_volumes,
)
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec

_PLAIN = ("imageId", "instanceType", "userData", "iamInstanceProfile", "metadataOptions", "monitoring")
_FLAGS = ("encrypted", "deleteOnTermination")  # strings in the provider, booleans in AWS


def create_template(aws: Aws, inputs: Inputs) -> Created:
    """CreateLaunchTemplate; its first version is the default one."""
    _check_image(aws, inputs, "CreateLaunchTemplate")
    made = ec2(aws, inputs).create_launch_template(
        LaunchTemplateName=inputs["name"],
        LaunchTemplateData=_template_data(inputs),
        **tagged("launch-template", inputs),
    )["LaunchTemplate"]
    return Created(id=made["LaunchTemplateId"], outputs=_outputs(aws, inputs, made))


def _check_image(aws: Aws, inputs: Inputs, operation: str) -> None:
    image = image_of(aws, inputs, ami=inputs["imageId"], operation=operation)
    disks = inputs.get("blockDeviceMappings", [])
    if disks and image["RootDeviceName"] not in {disk["deviceName"] for disk in disks}:
        raise refusal(
            operation,
            "InvalidBlockDeviceMapping",
            f"no mapping names {image['RootDeviceName']}, the root device of {inputs['imageId']}, which would be left "
            "unencrypted beside a second volume: map the image's own root device",
        )


def read_template(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The template and its latest version, which is what the provider reads."""
    client = ec2(aws, state)
    found = client.describe_launch_templates(LaunchTemplateIds=[identifier])["LaunchTemplates"]
    if not found:
        return None
    held = {
        "name": found[0]["LaunchTemplateName"],
        **_template_inputs(_latest(client, identifier)),
        "tagsAll": held_tags(client, identifier),
    }
    return Created(id=identifier, outputs={**held, **_outputs(aws, state, found[0])})


def _latest(client: Any, identifier: str) -> dict[str, Any]:
    wanted = {"LaunchTemplateId": identifier, "Versions": ["$Latest"]}
    version = client.describe_launch_template_versions(**wanted)["LaunchTemplateVersions"][0]
    held: dict[str, Any] = version["LaunchTemplateData"]
    return held


def update_template(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """A new version where the machine changes, the default one if asked for; versions themselves never change."""
    client = ec2(aws, inputs)
    wanted = _template_data(inputs)
    if _template_inputs(_latest(client, identifier)) != _template_inputs(wanted):
        _check_image(aws, inputs, "CreateLaunchTemplateVersion")
        client.create_launch_template_version(LaunchTemplateId=identifier, LaunchTemplateData=wanted)
    retag(client, identifier, inputs["tagsAll"])
    [made] = client.describe_launch_templates(LaunchTemplateIds=[identifier])["LaunchTemplates"]
    if inputs.get("updateDefaultVersion") and made["DefaultVersionNumber"] != made["LatestVersionNumber"]:
        version = str(made["LatestVersionNumber"])
        made = client.modify_launch_template(LaunchTemplateId=identifier, DefaultVersion=version)["LaunchTemplate"]
    return _outputs(aws, inputs, made)


def delete_template(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteLaunchTemplate with all its versions."""
    client = ec2(aws, state)
    if client.describe_launch_templates(LaunchTemplateIds=[identifier])["LaunchTemplates"]:
        client.delete_launch_template(LaunchTemplateId=identifier)


def find_template(aws: Aws, inputs: Inputs) -> list[str]:
    """The template of this name."""
    items = described(ec2(aws, inputs), "describe_launch_templates", "LaunchTemplates")
    return [item["LaunchTemplateId"] for item in items if item["LaunchTemplateName"] == inputs["name"]]


def every_template(aws: Aws, region: str) -> list[str]:
    """Ids of all launch templates of the region."""
    items = described(aws.client("ec2", region), "describe_launch_templates", "LaunchTemplates")
    return [item["LaunchTemplateId"] for item in items]


def _outputs(aws: Aws, inputs: Inputs, template: dict[str, Any]) -> Inputs:
    return {
        "arn": arn(aws, inputs, "launch-template", template["LaunchTemplateId"]),
        "defaultVersion": template["DefaultVersionNumber"],
        "latestVersion": template["LatestVersionNumber"],
    }


def _template_data(inputs: Inputs) -> dict[str, Any]:
    data: dict[str, Any] = pascal({name: inputs[name] for name in _PLAIN if inputs.get(name) is not None})
    data["SecurityGroupIds"] = inputs["vpcSecurityGroupIds"]
    data["TagSpecifications"] = tag_specifications(
        {row["resourceType"]: row["tags"] for row in inputs.get("tagSpecifications", [])}
    )
    data["BlockDeviceMappings"] = [
        {"DeviceName": disk["deviceName"], "Ebs": _template_disk(disk["ebs"])}
        for disk in inputs.get("blockDeviceMappings", [])
    ]
    return data


def _template_disk(disk: dict[str, Any]) -> dict[str, Any]:
    flags = {name: disk[name] == "true" for name in _FLAGS if name in disk}
    shaped: dict[str, Any] = pascal({**disk, **flags})
    return shaped


def _template_inputs(data: dict[str, Any]) -> Inputs:
    """A version's data as inputs: what _template_data makes of them, backwards."""
    plain = _camel({name: data.get(name[0].upper() + name[1:]) for name in _PLAIN})
    disks = [
        {"deviceName": disk["DeviceName"], "ebs": _disk_inputs(disk.get("Ebs", {}))}
        for disk in data.get("BlockDeviceMappings") or []
    ]
    tags = [
        {"resourceType": row["ResourceType"], "tags": {tag["Key"]: tag["Value"] for tag in row["Tags"]}}
        for row in data.get("TagSpecifications") or []
        if row["ResourceType"] != "launch-template"  # the emulator lists the template's own tags there too
    ]
    groups = data.get("SecurityGroupIds") or None
    return {**plain, "vpcSecurityGroupIds": groups, "blockDeviceMappings": disks, "tagSpecifications": tags}


def _disk_inputs(disk: dict[str, Any]) -> Inputs:
    shown: Inputs = _camel(disk)
    return {name: str(value).lower() if name in _FLAGS else value for name, value in shown.items()}


def _camel(value: Any) -> Any:  # Any: plain JSON, in and out
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _camel(item) for key, item in value.items()}
    return value


RESOURCES = (
    ResourceType(
        token="aws:ec2/launchTemplate:LaunchTemplate",
        inputs=spec(
            "imageId instanceType name region tags updateDefaultVersion userData vpcSecurityGroupIds",
            blockDeviceMappings=spec("deviceName", ebs=VOLUME),
            iamInstanceProfile=spec("arn name"),
            metadataOptions=METADATA,
            monitoring=spec("enabled"),
            tagSpecifications=spec("resourceType tags"),
        ),
        create=create_template,
        read=read_template,
        update=update_template,
        delete=delete_template,
        find=find_template,
        every=every_template,
        computed=("arn", "defaultVersion", "latestVersion"),
        renewed=frozenset({"defaultVersion", "latestVersion"}),
        replace_on=frozenset({"name", "region"}),
        in_place=frozenset(
            {
                *("blockDeviceMappings", "iamInstanceProfile", "imageId", "instanceType", "metadataOptions"),
                *("monitoring", "tags", "tagSpecifications", "updateDefaultVersion", "userData", "vpcSecurityGroupIds"),
            }
        ),
        untold=frozenset({"updateDefaultVersion"}),
        unordered=frozenset({"vpcSecurityGroupIds"}),
        limits=(template_user_data, template_volumes, reserved_tags),
        auto_name="name",
        auto_name_limit=128,
        source="Terraform AWS provider docs: aws_launch_template",
    ),
)
