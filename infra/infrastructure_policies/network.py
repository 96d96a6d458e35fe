"""EC2's network: VPC, subnets, routes, security groups, addresses, endpoints; or what is made in an adopted VPC."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, Statement, actions, allow, document

_MAKES = (
    "AllocateAddress CreateFlowLogs CreateInternetGateway CreateNatGateway CreateRouteTable CreateSecurityGroup"
    " CreateSubnet CreateVpc CreateVpcEndpoint AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress"
)
_ADDRESSES = "AssociateAddress DisassociateAddress"
_KINDS = (
    "elastic-ip internet-gateway natgateway route-table security-group security-group-rule subnet vpc"
    " vpc-endpoint vpc-flow-log"
)


def network(scope: Scope) -> Document:
    """EC2's network: what it makes carries the environment's tags, what it changes has them."""
    makes, kinds = actions("ec2", _MAKES), scope.ec2(_KINDS)
    changes = actions(
        "ec2",
        "AssociateAddress AssociateRouteTable AttachInternetGateway CreateRoute CreateTags DeleteFlowLogs"
        " DeleteInternetGateway DeleteNatGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet"
        " DeleteTags DeleteVpc DeleteVpcEndpoints DetachInternetGateway DisassociateAddress DisassociateRouteTable"
        " ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress"
        " ReplaceRoute RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
    )
    creations = {"ec2:CreateAction": [*_MAKES.split(), "RunInstances", "CreateLaunchTemplate"]}
    return document(
        allow("ReadNetwork", ["ec2:Describe*", "ec2:GetManagedPrefixListEntries"], ["*"]),
        allow("MakeNetwork", makes, kinds, StringEquals=scope.new),
        allow("ChangeNetwork", [*makes, *changes], [*kinds, *scope.ec2("instance")], StringEquals=scope.own),
        # EC2 makes a machine's interface without tags; the address has them.
        allow("AddressOfInterface", actions("ec2", _ADDRESSES), scope.ec2("network-interface")),
        allow("TagNew", ["ec2:CreateTags"], [scope.arn("ec2", "*/*")], StringEquals=creations),
        # A VPC's default security group is made by AWS, without tags; it is emptied once it is tagged.
        allow(
            "AdoptDefaultGroup",
            ["ec2:CreateTags"],
            scope.ec2("security-group"),
            StringEquals=scope.new,
            Null={"aws:ResourceTag/Product": "true"},
        ),
        *_adopted(scope),
    )


def _adopted(scope: Scope) -> list[Statement]:
    """What is made in an adopted VPC; the VPC and its subnets stay as they are, without our tags."""
    if scope.adopted_vpc is None:
        return []
    subnets = [scope.arn("ec2", f"subnet/{one}") for one in scope.adopted_subnets]
    return [
        allow("GroupsInAdoptedVpc", ["ec2:CreateSecurityGroup"], [scope.arn("ec2", f"vpc/{scope.adopted_vpc}")]),
        allow("MachinesInAdoptedSubnets", ["ec2:RunInstances"], subnets),
    ]
