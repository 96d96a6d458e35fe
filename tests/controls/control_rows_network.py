"""Rows for the network, machines, load balancer and fleet."""

from __future__ import annotations

from control_graphs import Row, changed, node, row

from controls import autoscaling, ec2, elb, vpc

ENDPOINTS = {
    "EC2.10": "ec2",
    "EC2.55": "ecr.api",
    "EC2.56": "ecr.dkr",
    "EC2.57": "ssm",
    "EC2.58": "ssm-contacts",
    "EC2.60": "ssm-incidents",
}

NETWORK = [
    node(vpc.VPC, "vpc"),
    node(vpc.DEFAULT_GROUP, "default", vpcId="vpc-id"),
    node(vpc.FLOW_LOG, "flow", vpcId="vpc-id", trafficType="ALL"),
    node(vpc.SUBNET, "private-a", vpcId="vpc-id", availabilityZone="eu-west-1a"),
    node(vpc.SUBNET, "private-b", vpcId="vpc-id", availabilityZone="eu-west-1b"),
    node(
        vpc.NETWORK_ACL,
        "acl",
        subnetIds=["private-a-id"],
        ingress=[{"action": "allow", "cidrBlock": "0.0.0.0/0", "protocol": "tcp", "fromPort": 443, "toPort": 443}],
    ),
    node(vpc.GROUP, "web", vpcId="vpc-id"),
    node(
        vpc.INGRESS_RULE,
        "https",
        securityGroupId="web-id",
        cidrIpv4="0.0.0.0/0",
        ipProtocol="tcp",
        fromPort=443.0,
        toPort=443.0,
    ),
    node(vpc.GROUP_RULE, "peers", type="ingress", protocol="-1", cidrBlocks=["10.0.0.0/16"], fromPort=0, toPort=0),
]
OPEN_TO_LOGIN = [{"action": "allow", "ipv6CidrBlock": "::/0", "protocol": "-1", "fromPort": 0, "toPort": 0}]


def endpoint_row(control: str, service: str) -> Row:
    good = [
        node(vpc.VPC, "vpc"),
        node(
            vpc.ENDPOINT,
            "endpoint",
            vpcId="vpc-id",
            vpcEndpointType="Interface",
            serviceName=f"com.amazonaws.eu-west-1.{service}",
        ),
    ]
    return row(control, good, changed(good, "endpoint", serviceName="com.amazonaws.eu-west-1.s3"))


INSTANCE = [
    node(
        ec2.INSTANCE,
        "server",
        instanceType="t4g.small",
        subnetId="private-a-id",
        rootBlockDevice={"encrypted": True},
        ebsBlockDevices=[{"deviceName": "/dev/sdf", "encrypted": True}],
        metadataOptions={"httpTokens": "required"},
    ),
    node(vpc.SUBNET, "private-a", mapPublicIpOnLaunch=False),
]
TEMPLATE = [
    node(
        ec2.TEMPLATE,
        "template",
        instanceType="t4g.small",
        blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
        metadataOptions={"httpTokens": "required"},
        networkInterfaces=[{"associatePublicIpAddress": "false"}],
    )
]
FLEET = [
    *NETWORK,
    node(
        autoscaling.GROUP,
        "fleet",
        vpcZoneIdentifiers=["private-a-id", "private-b-id"],
        targetGroupArns=["targets"],
        healthCheckType="ELB",
        mixedInstancesPolicy={
            "launchTemplate": {"overrides": [{"instanceType": "t4g.small"}, {"instanceType": "m7g.medium"}]}
        },
    ),
]
ONE_TYPE = {"launchTemplate": {"overrides": [{"instanceType": "t4g.small"}]}}
BALANCER = [
    *NETWORK,
    node(
        elb.BALANCER,
        "balancer",
        dropInvalidHeaderFields=True,
        accessLogs={"enabled": True, "bucket": "logs"},
        enableDeletionProtection=True,
        desyncMitigationMode="strictest",
        subnets=["private-a-id", "private-b-id"],
    ),
    node(elb.LISTENER, "listener", protocol="HTTPS", sslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
    node(elb.TARGETS, "targets", protocol="HTTPS", healthCheck={"protocol": "HTTPS", "path": "/livez"}),
]
PLAIN = {"protocol": "HTTP", "defaultActions": [{"type": "forward"}]}

ROWS = [
    row("EC2.2", NETWORK, changed(NETWORK, "default", ingress=[{"protocol": "-1", "self": True}])),
    row("EC2.3", INSTANCE, changed(INSTANCE, "server", ebsBlockDevices=[{"deviceName": "/dev/sdf"}])),
    row("EC2.6", NETWORK, changed(NETWORK, "flow", trafficType="ACCEPT")),
    row("EC2.8", INSTANCE, changed(INSTANCE, "server", metadataOptions={"httpTokens": "optional"})),
    row("EC2.9", INSTANCE, [*INSTANCE, node(ec2.ADDRESS, "address", instance="server-id")]),
    *(endpoint_row(control, service) for control, service in ENDPOINTS.items()),
    row("EC2.15", NETWORK, changed(NETWORK, "private-a", mapPublicIpOnLaunch=True)),
    row("EC2.16", NETWORK, changed(NETWORK, "acl", subnetIds=[])),
    row("EC2.17", INSTANCE, [*INSTANCE, node(ec2.INTERFACE_ATTACHMENT, "second", instanceId="server-id")]),
    row("EC2.18", NETWORK, changed(NETWORK, "https", fromPort=8000.0, toPort=8000.0)),
    row("EC2.19", NETWORK, changed(NETWORK, "peers", cidrBlocks=["0.0.0.0/0"])),
    row("EC2.21", NETWORK, changed(NETWORK, "acl", ingress=OPEN_TO_LOGIN)),
    row("EC2.24", INSTANCE, changed(INSTANCE, "server", instanceType="m3.medium")),
    row("EC2.25", TEMPLATE, changed(TEMPLATE, "template", networkInterfaces=[{"associatePublicIpAddress": "true"}])),
    row("EC2.170", TEMPLATE, changed(TEMPLATE, "template", metadataOptions=None)),
    row("EC2.180", INSTANCE, changed(INSTANCE, "server", sourceDestCheck=False)),
    row("EC2.181", TEMPLATE, changed(TEMPLATE, "template", blockDeviceMappings=[{"ebs": {"volumeSize": 20}}])),
    row("AutoScaling.1", FLEET, changed(FLEET, "fleet", healthCheckType="EC2")),
    row("AutoScaling.2", FLEET, changed(FLEET, "private-b", availabilityZone="eu-west-1a")),
    row("AutoScaling.6", FLEET, changed(FLEET, "fleet", mixedInstancesPolicy=ONE_TYPE)),
    row("AutoScaling.9", FLEET, changed(FLEET, "fleet", mixedInstancesPolicy=None, launchConfiguration="old")),
    row("ELB.1", BALANCER, changed(BALANCER, "listener", **PLAIN)),
    row("ELB.4", BALANCER, changed(BALANCER, "balancer", dropInvalidHeaderFields=None)),
    row("ELB.5", BALANCER, changed(BALANCER, "balancer", accessLogs={"enabled": False, "bucket": "logs"})),
    row("ELB.6", BALANCER, changed(BALANCER, "balancer", enableDeletionProtection=False)),
    row("ELB.12", BALANCER, changed(BALANCER, "balancer", desyncMitigationMode="monitor")),
    row("ELB.13", BALANCER, changed(BALANCER, "balancer", subnets=["private-a-id"])),
    row("ELB.17", BALANCER, changed(BALANCER, "listener", sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")),
    row("ELB.18", BALANCER, changed(BALANCER, "listener", protocol="HTTP")),
    row("ELB.21", BALANCER, changed(BALANCER, "targets", healthCheck={"protocol": "HTTP"})),
    row("ELB.22", BALANCER, changed(BALANCER, "targets", protocol="HTTP")),
]
