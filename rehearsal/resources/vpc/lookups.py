"""Look-ups of what is there before the program runs: zones, AWS's prefix lists, an adopted VPC and its subnets."""

from __future__ import annotations

from typing import Any

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, ec2
from rehearsal.resource import Aws, Function, Inputs, spec
from rehearsal.rule_weights import PREFIX_LIST_WEIGHTS

_FILTERS = spec("name values")


def _filters(inputs: Inputs) -> list[dict[str, Any]]:
    return [{"Name": item["name"], "Values": item["values"]} for item in inputs.get("filters") or []]


def _one(found: list[dict[str, Any]], operation: str, what: str) -> dict[str, Any]:
    if len(found) == 1:
        return found[0]
    code = "NotFound" if not found else "NotUnique"
    raise refusal(operation, code, f"{len(found)} answer to {what}, not one: check the id, the name or the filters")


def read_zones(aws: Aws, inputs: Inputs) -> Inputs:
    """Zones of the region by name, with the ids that mean the same zone in every account."""
    zones = ec2(aws, inputs).describe_availability_zones(Filters=_filters(inputs))["AvailabilityZones"]
    wanted = [
        zone
        for zone in sorted(zones, key=lambda zone: str(zone["ZoneName"]))
        if inputs.get("state", zone["State"]) == zone["State"]
        and zone["ZoneName"] not in (inputs.get("excludeNames") or ())
        and zone["ZoneId"] not in (inputs.get("excludeZoneIds") or ())
    ]
    region = inputs.get("region") or aws.region
    return {
        "id": region,
        "region": region,
        "names": [zone["ZoneName"] for zone in wanted],
        "zoneIds": [zone["ZoneId"] for zone in wanted],
        "groupNames": sorted({str(zone.get("GroupName") or region) for zone in wanted}),
    }


def _prefix_list(aws: Aws, inputs: Inputs) -> tuple[dict[str, Any], list[dict[str, str]]]:
    client = ec2(aws, inputs)
    wanted = {"prefix-list-name": inputs.get("name"), "prefix-list-id": inputs.get("id")}
    filters = [{"Name": name, "Values": [value]} for name, value in wanted.items() if value]
    answer = client.describe_managed_prefix_lists(Filters=[*filters, *_filters(inputs)])
    what = inputs.get("name") or inputs.get("id") or "the filters"
    found = _one(answer["PrefixLists"], "DescribeManagedPrefixLists", what)
    entries = client.get_managed_prefix_list_entries(PrefixListId=found["PrefixListId"])["Entries"]
    return found, entries


def read_managed_prefix_list(aws: Aws, inputs: Inputs) -> Inputs:
    """A prefix list with its owner and the weight that it has in a security group."""
    found, entries = _prefix_list(aws, inputs)
    name = found["PrefixListName"]
    weight = PREFIX_LIST_WEIGHTS.get(name.removeprefix("com.amazonaws.").partition(".")[2], len(entries))
    return {
        "id": found["PrefixListId"],
        "arn": found["PrefixListArn"],
        "name": name,
        "ownerId": found["OwnerId"],
        "addressFamily": found["AddressFamily"],
        "entries": [{"cidr": entry["Cidr"], "description": entry.get("Description", "")} for entry in entries],
        "maxEntries": found.get("MaxEntries") or weight,
        "version": found.get("Version") or 1,
        "tags": {},
        "region": inputs.get("region") or aws.region,
    }


def read_vpc(aws: Aws, inputs: Inputs) -> Inputs:
    """A VPC by its id or by filters."""
    client = ec2(aws, inputs)
    wanted = {"VpcIds": [inputs["id"]]} if inputs.get("id") else {}
    found = client.describe_vpcs(Filters=_filters(inputs), **wanted)["Vpcs"]
    vpc = _one(found, "DescribeVpcs", str(inputs.get("id") or "the filters"))
    dns = {
        name: client.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=name)[name[0].upper() + name[1:]]["Value"]
        for name in ("enableDnsSupport", "enableDnsHostnames")
    }
    return {
        "id": vpc["VpcId"],
        "arn": arn(aws, inputs, "vpc", vpc["VpcId"]),
        "cidrBlock": vpc["CidrBlock"],
        "default": vpc["IsDefault"],
        "ownerId": vpc["OwnerId"],
        "state": vpc["State"],
        "region": inputs.get("region") or aws.region,
        **dns,
    }


def read_subnet(aws: Aws, inputs: Inputs) -> Inputs:
    """A subnet by its id or by filters."""
    wanted = {"SubnetIds": [inputs["id"]]} if inputs.get("id") else {}
    found = ec2(aws, inputs).describe_subnets(Filters=_filters(inputs), **wanted)["Subnets"]
    subnet = _one(found, "DescribeSubnets", str(inputs.get("id") or "the filters"))
    return {
        "id": subnet["SubnetId"],
        "arn": subnet["SubnetArn"],
        "vpcId": subnet["VpcId"],
        "cidrBlock": subnet["CidrBlock"],
        "availabilityZone": subnet["AvailabilityZone"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "availableIpAddressCount": subnet["AvailableIpAddressCount"],
        "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
        "region": inputs.get("region") or aws.region,
    }


FUNCTIONS = (
    Function(
        token="aws:index/getAvailabilityZones:getAvailabilityZones",
        inputs=spec("excludeNames excludeZoneIds region state", filters=_FILTERS),
        read=read_zones,
        source="Terraform AWS provider docs: aws_availability_zones",
    ),
    Function(
        token="aws:ec2/getManagedPrefixList:getManagedPrefixList",
        inputs=spec("id name region", filters=_FILTERS),
        read=read_managed_prefix_list,
        source="Terraform AWS provider docs: aws_ec2_managed_prefix_list; Amazon VPC User Guide",
    ),
    Function(
        token="aws:ec2/getVpc:getVpc",
        inputs=spec("id region", filters=_FILTERS),
        read=read_vpc,
        source="Terraform AWS provider docs: aws_vpc (data source)",
    ),
    Function(
        token="aws:ec2/getSubnet:getSubnet",
        inputs=spec("id region", filters=_FILTERS),
        read=read_subnet,
        source="Terraform AWS provider docs: aws_subnet (data source)",
    ),
)
