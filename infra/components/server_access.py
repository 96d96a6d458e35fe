"""Security groups of the server: who reaches it, and what it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

CLOUDFRONT_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing"
WEB_PORTS = (80, 443)  # Debian's archive is plain HTTP; everything else out there speaks TLS


@dataclass(frozen=True, kw_only=True)
class Access:
    """Makes security groups and rules of one VPC as children of `parent`; names begin with `name`."""

    parent: pulumi.Resource
    name: str
    vpc_id: pulumi.Input[str]
    tags: Mapping[str, str]

    @property
    def _opts(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self.parent)

    def group(self, part: str, description: str) -> aws.ec2.SecurityGroup:
        """A security group without rules; `description` is plain ASCII."""
        return aws.ec2.SecurityGroup(
            f"{self.name}-{part}",
            description=description,
            vpc_id=self.vpc_id,
            tags={"Name": f"{self.tags['Name']}-{part}"},
            opts=self._opts,
        )

    def from_cloudfront(self, group: aws.ec2.SecurityGroup, port: int) -> None:
        """Lets CloudFront's servers in on one port; the list counts as 55 of the 60 rules of a group.

        For VPC origins too: AWS names this list or CloudFront's own security group, which does not exist before the
        first origin; the VPC's range alone lets nothing through.
        """
        found = aws.ec2.get_managed_prefix_list_output(
            name=CLOUDFRONT_PREFIX_LIST, opts=pulumi.InvokeOptions(parent=self.parent)
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self.name}-from-cloudfront",
            security_group_id=group.id,
            prefix_list_id=found.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description="CloudFront",
            opts=self._opts,
        )

    def to_web(self, group: aws.ec2.SecurityGroup) -> list[pulumi.Resource]:
        """Lets the group reach packages and AWS's APIs; name servers and the clock need no rule."""
        return [
            aws.vpc.SecurityGroupEgressRule(
                f"{self.name}-to-web-{port}",
                security_group_id=group.id,
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="packages and AWS services",
                opts=self._opts,
            )
            for port in WEB_PORTS
        ]

    def between(
        self, part: str, source: pulumi.Input[str], target: pulumi.Input[str], port: int
    ) -> list[pulumi.Resource]:
        """Lets one security group reach another on one port: the rule out and the rule in."""
        out = aws.vpc.SecurityGroupEgressRule(
            f"{self.name}-to-{part}",
            security_group_id=source,
            referenced_security_group_id=target,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"to {part}",
            opts=self._opts,
        )
        into = aws.vpc.SecurityGroupIngressRule(
            f"{self.name}-into-{part}",
            security_group_id=target,
            referenced_security_group_id=source,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"into {part}",
            opts=self._opts,
        )
        return [out, into]
