"""What EC2 refuses in a machine, be it an instance or a launch template: user data, volumes, tags and images."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import ec2
from rehearsal.resource import Aws, Inputs, Spec, name_tags, spec

METADATA: Spec = spec("httpEndpoint httpTokens httpPutResponseHopLimit httpProtocolIpv6 instanceMetadataTags")
VOLUME: Spec = spec("deleteOnTermination encrypted iops throughput volumeSize volumeType")
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


def tag_specifications(tags: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Tags by kind of what is launched, as RunInstances and launch templates take them."""
    return [{"ResourceType": kind, "Tags": name_tags({"tagsAll": values})} for kind, values in tags.items() if values]
