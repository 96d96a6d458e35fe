"""VPC: the VPC itself, subnets, internet and NAT gateways, elastic IP addresses."""

from __future__ import annotations

from rehearsal.api import refusal
from rehearsal.ec2_requests import arn, between, canonical, ec2, has_internet_gateway, tagged
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec


def hostnames_need_resolution(inputs: Inputs) -> str | None:
    """EC2 gives no DNS names in a VPC that resolves none."""
    if inputs.get("enableDnsHostnames") and inputs.get("enableDnsSupport") is False:
        return "enableDnsHostnames needs enableDnsSupport: set both"
    return None


def vpc_address(inputs: Inputs) -> str | None:
    """Only addresses for VPCs are left."""
    if inputs.get("domain", "vpc") != "vpc":
        return f"AWS gives no addresses of domain {inputs['domain']} any more: use vpc"
    return None


def create_vpc(aws: Aws, inputs: Inputs) -> Created:
    """CreateVpc, then its DNS settings."""
    client = ec2(aws, inputs)
    tenancy = inputs.get("instanceTenancy", "default")
    vpc = client.create_vpc(CidrBlock=inputs["cidrBlock"], InstanceTenancy=tenancy, **tagged("vpc", inputs))["Vpc"]
    vpc_id = vpc["VpcId"]
    support, hostnames = inputs.get("enableDnsSupport", True), inputs.get("enableDnsHostnames", False)
    client.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": support})
    client.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": hostnames})
    mine = [{"Name": "vpc-id", "Values": [vpc_id]}]
    groups = client.describe_security_groups(Filters=[*mine, {"Name": "group-name", "Values": ["default"]}])
    table = client.describe_route_tables(Filters=[*mine, {"Name": "association.main", "Values": ["true"]}])
    acl = client.describe_network_acls(Filters=[*mine, {"Name": "default", "Values": ["true"]}])
    main = table["RouteTables"][0]["RouteTableId"]
    outputs = {
        "arn": arn(aws, inputs, "vpc", vpc_id),
        "ownerId": aws.account_id,
        "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"],
        "defaultRouteTableId": main,
        "mainRouteTableId": main,
        "defaultNetworkAclId": acl["NetworkAcls"][0]["NetworkAclId"],
        "enableDnsSupport": support,
        "enableDnsHostnames": hostnames,
        "instanceTenancy": tenancy,
    }
    return Created(id=vpc_id, outputs=outputs)


def create_subnet(aws: Aws, inputs: Inputs) -> Created:
    """CreateSubnet in a zone of the region; moto knows the zones of all regions as one."""
    client = ec2(aws, inputs)
    zones = [zone["ZoneName"] for zone in client.describe_availability_zones()["AvailabilityZones"]]
    if inputs["availabilityZone"] not in zones:
        message = f"there is no availability zone {inputs['availabilityZone']} here: use one of {', '.join(zones)}"
        raise refusal("CreateSubnet", "InvalidParameterValue", message)
    subnet = client.create_subnet(
        VpcId=inputs["vpcId"],
        CidrBlock=inputs["cidrBlock"],
        AvailabilityZone=inputs["availabilityZone"],
        **tagged("subnet", inputs),
    )["Subnet"]
    public = inputs.get("mapPublicIpOnLaunch", False)
    client.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": public})
    outputs = {
        "arn": subnet["SubnetArn"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "ownerId": aws.account_id,
        "mapPublicIpOnLaunch": public,
    }
    return Created(id=subnet["SubnetId"], outputs=outputs)


def create_internet_gateway(aws: Aws, inputs: Inputs) -> Created:
    """CreateInternetGateway, attached at once."""
    client = ec2(aws, inputs)
    made = client.create_internet_gateway(**tagged("internet-gateway", inputs))["InternetGateway"]
    gateway = made["InternetGatewayId"]
    if inputs.get("vpcId"):
        client.attach_internet_gateway(InternetGatewayId=gateway, VpcId=inputs["vpcId"])
    outputs = {"arn": arn(aws, inputs, "internet-gateway", gateway), "ownerId": aws.account_id}
    return Created(id=gateway, outputs=outputs)


def _public_suffix(region: str) -> str:
    """Amazon EC2 User Guide, "EC2 instance hostnames and domains": us-east-1 is the exception."""
    return "compute-1.amazonaws.com" if region == "us-east-1" else f"{region}.compute.amazonaws.com"


def create_address(aws: Aws, inputs: Inputs) -> Created:
    """AllocateAddress, associated where an instance or a network interface is named."""
    client = ec2(aws, inputs)
    made = client.allocate_address(Domain="vpc", **tagged("elastic-ip", inputs))
    allocation = made["AllocationId"]
    target = {"InstanceId": inputs.get("instance"), "NetworkInterfaceId": inputs.get("networkInterface")}
    named = {name: value for name, value in target.items() if value}
    outputs = {
        "arn": arn(aws, inputs, "elastic-ip", allocation),
        "allocationId": allocation,
        "publicIp": made["PublicIp"],
        "publicDns": f"ec2-{made['PublicIp'].replace('.', '-')}.{_public_suffix(inputs.get('region') or aws.region)}",
    }
    if named:
        association = client.associate_address(AllocationId=allocation, **named)
        outputs["associationId"] = association["AssociationId"]
    return Created(id=allocation, outputs=outputs)


def create_nat_gateway(aws: Aws, inputs: Inputs) -> Created:
    """CreateNatGateway, which on AWS fails in a VPC without an internet gateway; moto does not look."""
    client = ec2(aws, inputs)
    vpc_id = client.describe_subnets(SubnetIds=[inputs["subnetId"]])["Subnets"][0]["VpcId"]
    if not has_internet_gateway(client, vpc_id):
        message = f"{vpc_id} has no internet gateway attached: let the NAT gateway depend on it"
        raise refusal("CreateNatGateway", "Gateway.NotAttached", message)
    gateway = client.create_nat_gateway(
        SubnetId=inputs["subnetId"], AllocationId=inputs["allocationId"], **tagged("natgateway", inputs)
    )["NatGateway"]
    address = gateway["NatGatewayAddresses"][0]
    outputs = {
        "publicIp": address["PublicIp"],
        "privateIp": address["PrivateIp"],
        "networkInterfaceId": address["NetworkInterfaceId"],
        "associationId": address["AssociationId"],
        "connectivityType": "public",
    }
    return Created(id=gateway["NatGatewayId"], outputs=outputs)


RESOURCES = (
    ResourceType(
        token="aws:ec2/vpc:Vpc",
        inputs=spec("cidrBlock enableDnsHostnames enableDnsSupport instanceTenancy region tags"),
        create=create_vpc,
        computed=("arn", "ownerId", "defaultSecurityGroupId", "defaultRouteTableId", "mainRouteTableId"),
        replace_on=frozenset({"cidrBlock", "region"}),
        limits=(canonical("cidrBlock"), between("cidrBlock", 16, 28), hostnames_need_resolution),
        source="Terraform AWS provider docs: aws_vpc; Amazon VPC User Guide, VPC CIDR blocks",
    ),
    ResourceType(
        token="aws:ec2/subnet:Subnet",
        inputs=spec("availabilityZone cidrBlock mapPublicIpOnLaunch region tags vpcId"),
        create=create_subnet,
        computed=("arn", "availabilityZoneId", "ownerId"),
        replace_on=frozenset({"availabilityZone", "cidrBlock", "region", "vpcId"}),
        limits=(canonical("cidrBlock"), between("cidrBlock", 16, 28)),
        source="Terraform AWS provider docs: aws_subnet; Amazon VPC User Guide, Subnet CIDR blocks",
    ),
    ResourceType(
        token="aws:ec2/internetGateway:InternetGateway",
        inputs=spec("region tags vpcId"),
        create=create_internet_gateway,
        computed=("arn", "ownerId"),
        replace_on=frozenset({"region"}),
        source="Terraform AWS provider docs: aws_internet_gateway",
    ),
    ResourceType(
        token="aws:ec2/eip:Eip",
        inputs=spec("domain instance networkInterface region tags"),
        create=create_address,
        computed=("allocationId", "arn", "publicDns", "publicIp"),
        replace_on=frozenset({"domain", "region"}),
        limits=(vpc_address,),
        source="Terraform AWS provider docs: aws_eip",
    ),
    ResourceType(
        token="aws:ec2/natGateway:NatGateway",
        inputs=spec("allocationId region subnetId tags"),
        create=create_nat_gateway,
        computed=("associationId", "networkInterfaceId", "privateIp", "publicIp"),
        replace_on=frozenset({"allocationId", "region", "subnetId"}),
        source="Terraform AWS provider docs: aws_nat_gateway; Amazon VPC User Guide, Troubleshoot NAT gateways",
    ),
)
