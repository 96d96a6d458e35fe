"""EC2: elastic IP addresses, and their association with instances."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_in_use import free_after_nat_gateways
from rehearsal.ec2_requests import arn, ec2, held_tags, made_by, one, retag, tagged, where
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def vpc_address(inputs: Inputs) -> str | None:
    """Only addresses for VPCs are left."""
    if inputs.get("domain", "vpc") != "vpc":
        return f"AWS gives no addresses of domain {inputs['domain']} any more: use vpc"
    return None


def create_address(aws: Aws, inputs: Inputs) -> Created:
    """AllocateAddress, associated where an instance or a network interface is named."""
    made = ec2(aws, inputs).allocate_address(Domain="vpc", **tagged("elastic-ip", inputs))
    aws.made(made["AllocationId"])
    association = _associate(aws, made["AllocationId"], inputs)
    return Created(id=made["AllocationId"], outputs={**_outputs(aws, inputs, made), **association})


def read_address(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The address; what it is associated with is told only where the state says that the address itself did it.

    An EipAssociation may have done it, and AWS shows both alike.
    """
    client = ec2(aws, state)
    address = one(client.describe_addresses(AllocationIds=[identifier])["Addresses"])
    if address is None:
        return None
    held = {"domain": address["Domain"], "tagsAll": held_tags(client, identifier), **_outputs(aws, state, address)}
    if state.get("instance") or state.get("networkInterface"):
        target = ("instance", "InstanceId") if state.get("instance") else ("networkInterface", "NetworkInterfaceId")
        held |= {target[0]: address.get(target[1]) or None, "associationId": address.get("AssociationId")}
    return Created(id=identifier, outputs=held)


def update_address(aws: Aws, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """What it is associated with, and tags."""
    client = ec2(aws, inputs)
    retag(client, identifier, inputs["tagsAll"])
    if not _target(inputs) and _target(state):
        _disassociate(client, _address(client, identifier))
    return _associate(aws, identifier, inputs)


def delete_address(aws: Aws, identifier: str, state: Inputs) -> None:
    """ReleaseAddress of one that is in no use; the emulator does not look."""
    client = ec2(aws, state)
    free_after_nat_gateways(client)
    address = _address(client, identifier)
    if _target(state):
        _disassociate(client, address)
    elif address.get("AssociationId"):
        message = f"Address {address['PublicIp']} is in use: disassociate it first"
        raise refusal("ReleaseAddress", "InvalidIPAddress.InUse", message)
    client.release_address(AllocationId=identifier)


def find_address(aws: Aws, inputs: Inputs) -> list[str]:
    """Addresses with these tags."""
    return made_by(ec2(aws, inputs).describe_addresses()["Addresses"], "AllocationId", inputs)


def every_address(aws: Aws, region: str) -> list[str]:
    """Allocation ids of the region."""
    return [address["AllocationId"] for address in aws.client("ec2", region).describe_addresses()["Addresses"]]


def _outputs(aws: Aws, inputs: Inputs, address: dict[str, Any]) -> Inputs:
    name = f"ec2-{address['PublicIp'].replace('.', '-')}"
    return {
        "arn": arn(aws, inputs, "elastic-ip", address["AllocationId"]),
        "allocationId": address["AllocationId"],
        "publicIp": address["PublicIp"],
        "publicDns": f"{name}.{_public_suffix(inputs.get('region') or aws.region)}",
    }


def _public_suffix(region: str) -> str:
    """Amazon EC2 User Guide, "EC2 instance hostnames and domains": us-east-1 is the exception."""
    return "compute-1.amazonaws.com" if region == "us-east-1" else f"{region}.compute.amazonaws.com"


def _target(inputs: Inputs) -> dict[str, str]:
    target = {"InstanceId": inputs.get("instance"), "NetworkInterfaceId": inputs.get("networkInterface")}
    return {name: value for name, value in target.items() if value}


def _address(client: Any, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = client.describe_addresses(AllocationIds=[identifier])["Addresses"][0]
    return found


def _associate(aws: Aws, identifier: str, inputs: Inputs) -> Inputs:
    client, target = ec2(aws, inputs), _target(inputs)
    if not target:
        return {}
    address = _address(client, identifier)
    if all(address.get(name) == value for name, value in target.items()):
        return {"associationId": address["AssociationId"]}
    made = client.associate_address(AllocationId=identifier, AllowReassociation=True, **target)
    return {"associationId": made["AssociationId"]}


def _disassociate(client: Any, address: dict[str, Any]) -> None:
    if association := address.get("AssociationId"):
        client.disassociate_address(AssociationId=association)


def create_association(aws: Aws, inputs: Inputs) -> Created:
    """AssociateAddress."""
    client = ec2(aws, inputs)
    made = client.associate_address(
        AllocationId=inputs["allocationId"],
        InstanceId=inputs["instanceId"],
        AllowReassociation=inputs.get("allowReassociation", False),
    )
    aws.made(made["AssociationId"])
    return Created(id=made["AssociationId"], outputs=_association_outputs(_address(client, inputs["allocationId"])))


def _association_outputs(address: dict[str, Any]) -> Inputs:
    return {
        "networkInterfaceId": address.get("NetworkInterfaceId", ""),
        "privateIpAddress": address.get("PrivateIpAddress", ""),
        "publicIp": address["PublicIp"],
    }


def read_association(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The address that has this association."""
    address = one(ec2(aws, state).describe_addresses(Filters=where("association-id", identifier))["Addresses"])
    if address is None:
        return None
    held = {"allocationId": address["AllocationId"], "instanceId": address.get("InstanceId") or None}
    return Created(id=identifier, outputs={**held, **_association_outputs(address)})


def delete_association(aws: Aws, identifier: str, state: Inputs) -> None:
    """DisassociateAddress."""
    ec2(aws, state).disassociate_address(AssociationId=identifier)


def find_association(aws: Aws, inputs: Inputs) -> list[str]:
    """The association of this address with this instance."""
    mine = where("allocation-id", inputs["allocationId"], "instance-id", inputs["instanceId"])
    found = ec2(aws, inputs).describe_addresses(Filters=mine)["Addresses"]
    return [address["AssociationId"] for address in found if address.get("AssociationId")]


RESOURCES = (
    ResourceType(
        token="aws:ec2/eip:Eip",
        inputs=spec("domain instance networkInterface region tags"),
        create=create_address,
        read=read_address,
        update=update_address,
        delete=delete_address,
        find=find_address,
        every=every_address,
        computed=("allocationId", "arn", "publicDns", "publicIp"),
        replace_on=frozenset({"domain", "region"}),
        in_place=frozenset({"instance", "networkInterface", "tags"}),
        defaults={"domain": "vpc"},
        limits=(vpc_address,),
        source="Terraform AWS provider docs: aws_eip; EC2 API Reference, ReleaseAddress",
    ),
    ResourceType(
        token="aws:ec2/eipAssociation:EipAssociation",
        inputs=spec("allocationId allowReassociation instanceId region"),
        create=create_association,
        read=read_association,
        delete=delete_association,
        find=find_association,
        computed=("networkInterfaceId", "privateIpAddress", "publicIp"),
        replace_on=frozenset({"allocationId", "allowReassociation", "instanceId", "region"}),
        untold=frozenset({"allowReassociation"}),
        source="Terraform AWS provider docs: aws_eip_association",
    ),
)
