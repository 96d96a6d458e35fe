"""What the role that runs `pulumi up` for one environment may do, by topic.

Written by hand from what the components use, and scoped to the environment's names, paths and tags as far as AWS lets
it be. Each managed policy stays under IAM's 6,144 characters and a role has ten at most, hence the topics.
"""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, Statement, allow, deny, document, parameter_arn

STACK_PROJECT = "platform"
SERVICE_LINKED_ROLES = (
    "autoscaling",
    "elasticloadbalancing",
    "rds",
    "vpcorigin.cloudfront",
    "logger.cloudfront",
    "delivery.logs",
    "ssm",
)
PASSED_TO = ("ec2.amazonaws.com", "monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com")


def infrastructure(scope: Scope) -> dict[str, Document]:
    """The policies of the role that runs `pulumi up` for the environment, by topic."""
    return {
        "network": _network(scope),
        "compute": _compute(scope),
        "storage": _storage(scope),
        "data": _data(scope),
        "edge": _edge(scope),
        "identity": _identity(scope),
        "observability": _observability(scope),
    }


def _ec2(scope: Scope, kinds: str) -> list[str]:
    return [scope.arn("ec2", f"{kind}/*") for kind in kinds.split()]


def _actions(service: str, names: str) -> list[str]:
    return [f"{service}:{name}" for name in names.split()]


_NETWORK_MAKES = (
    "AllocateAddress CreateFlowLogs CreateInternetGateway CreateNatGateway CreateRouteTable CreateSecurityGroup"
    " CreateSubnet CreateVpc CreateVpcEndpoint AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress"
)
_ADDRESSES = "AssociateAddress DisassociateAddress"
_NETWORK_KINDS = (
    "elastic-ip internet-gateway natgateway route-table security-group security-group-rule subnet vpc"
    " vpc-endpoint vpc-flow-log"
)


def _network(scope: Scope) -> Document:
    """EC2's network: what it makes carries the environment's tags, what it changes has them."""
    makes, kinds = _actions("ec2", _NETWORK_MAKES), _ec2(scope, _NETWORK_KINDS)
    changes = _actions(
        "ec2",
        "AssociateAddress AssociateRouteTable AttachInternetGateway CreateRoute CreateTags DeleteFlowLogs"
        " DeleteInternetGateway DeleteNatGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet"
        " DeleteTags DeleteVpc DeleteVpcEndpoints DetachInternetGateway DisassociateAddress DisassociateRouteTable"
        " ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress"
        " ReplaceRoute RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
    )
    creations = {"ec2:CreateAction": [*_NETWORK_MAKES.split(), "RunInstances", "CreateLaunchTemplate"]}
    return document(
        allow("ReadNetwork", ["ec2:Describe*", "ec2:GetManagedPrefixListEntries"], ["*"]),
        allow("MakeNetwork", makes, kinds, StringEquals=scope.new),
        allow("ChangeNetwork", [*makes, *changes], [*kinds, *_ec2(scope, "instance")], StringEquals=scope.own),
        # EC2 makes a machine's interface without tags; the address has them.
        allow("AddressOfInterface", _actions("ec2", _ADDRESSES), _ec2(scope, "network-interface")),
        allow("TagNew", ["ec2:CreateTags"], [scope.arn("ec2", "*/*")], StringEquals=creations),
        # A VPC's default security group is made by AWS, without tags; it is emptied once it is tagged.
        allow(
            "AdoptDefaultGroup",
            ["ec2:CreateTags"],
            _ec2(scope, "security-group"),
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


def _compute(scope: Scope) -> Document:
    """Machines, load balancer, auto scaling group and the release document."""
    balancing = [scope.arn("elasticloadbalancing", f"{kind}/*") for kind in ("listener", "loadbalancer", "targetgroup")]
    groups = [scope.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")]
    balancer_makes = _actions("elasticloadbalancing", "AddTags CreateListener CreateLoadBalancer CreateTargetGroup")
    balancer_changes = _actions(
        "elasticloadbalancing",
        "CreateListener DeleteListener DeleteLoadBalancer DeleteTargetGroup DeregisterTargets ModifyListener"
        " ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyTargetGroup ModifyTargetGroupAttributes"
        " RegisterTargets RemoveTags SetSecurityGroups SetSubnets AddTags",
    )
    group_changes = _actions(
        "autoscaling",
        "DeleteAutoScalingGroup DeletePolicy DeleteTags PutScalingPolicy StartInstanceRefresh CancelInstanceRefresh"
        " UpdateAutoScalingGroup CreateOrUpdateTags EnableMetricsCollection DisableMetricsCollection"
        " AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups",
    )
    machine_changes = _actions(
        "ec2",
        "AssociateIamInstanceProfile CreateLaunchTemplateVersion CreateTags DeleteLaunchTemplate DeleteTags"
        " ModifyInstanceAttribute ModifyInstanceMetadataOptions ModifyLaunchTemplate ModifyVolume RebootInstances"
        " ReplaceIamInstanceProfileAssociation RunInstances StartInstances StopInstances TerminateInstances",
    )
    used = _ec2(scope, "instance launch-template security-group subnet volume")
    return document(
        allow("ReadCompute", ["autoscaling:Describe*", "elasticloadbalancing:Describe*"], ["*"]),
        allow(
            "MakeMachines",
            ["ec2:CreateLaunchTemplate", "ec2:RunInstances"],
            _ec2(scope, "instance launch-template volume"),
            StringEquals=scope.new,
        ),
        allow(
            "LaunchWith",
            ["ec2:RunInstances"],
            [f"arn:aws:ec2:{scope.region}::image/*", *_ec2(scope, "network-interface")],
        ),
        allow("ChangeMachines", machine_changes, used, StringEquals=scope.own),
        allow("MakeBalancer", balancer_makes, balancing, StringEquals=scope.new),
        allow("ChangeBalancer", balancer_changes, balancing, StringEquals=scope.own),
        allow(
            "MakeGroup",
            ["autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags"],
            groups,
            StringEquals=scope.new,
        ),
        allow("ChangeGroup", group_changes, groups, StringEquals=scope.own),
        allow(
            "ReleaseDocument",
            _actions(
                "ssm",
                "AddTagsToResource CreateDocument DeleteDocument DescribeDocument DescribeDocumentPermission"
                " GetDocument ListTagsForResource RemoveTagsFromResource UpdateDocument UpdateDocumentDefaultVersion",
            ),
            [scope.arn("ssm", f"document/{scope.names.prefix}-*")],
        ),
    )


def _storage(scope: Scope) -> Document:
    """The environment's buckets, and its part of Pulumi's state."""
    buckets = [f"arn:aws:s3:::{bucket}" for bucket in scope.buckets]
    settings = ["s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:ListBucket*"]
    settings += ["s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration", "s3:ListTagsForResource"]
    puts = _actions(
        "s3",
        "CreateBucket DeleteBucket DeleteBucketPolicy PutBucketCORS PutBucketLogging PutBucketOwnershipControls"
        " PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning PutEncryptionConfiguration"
        " PutLifecycleConfiguration PutReplicationConfiguration TagResource UntagResource",
    )
    return document(
        allow("Buckets", [*settings, *puts], buckets),
        # Only for `keep_data: false`, where destroying the environment empties its buckets.
        allow("EmptyBuckets", ["s3:DeleteObject", "s3:DeleteObjectVersion"], [f"{bucket}/*" for bucket in buckets]),
        *_state(scope),
    )


def _state(scope: Scope) -> list[Statement]:
    if scope.state_bucket is None:
        return []
    bucket, environment = f"arn:aws:s3:::{scope.state_bucket}", scope.names.environment
    own = [
        f"{bucket}/.pulumi/{kind}/{STACK_PROJECT}/{environment}{end}"
        for kind in ("stacks", "history", "backups")
        for end in (".json*", "/*")
    ]
    locks = f"{bucket}/.pulumi/locks/organization/{STACK_PROJECT}/{environment}/*"
    key = [scope.state_key_arn] if scope.state_key_arn else []
    use = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
    return [
        allow("StateList", ["s3:GetBucketLocation", "s3:ListBucket"], [bucket]),
        allow("StateMeta", ["s3:GetObject"], [f"{bucket}/.pulumi/meta.yaml"]),
        allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [*own, locks]),
        *([allow("StateKey", use, key)] if key else []),
    ]


def _data(scope: Scope) -> Document:
    """The database, parameters, secrets and keys."""
    names = scope.names
    kinds = [scope.arn("rds", f"{kind}:*") for kind in ("db", "pg", "subgrp", "es", "snapshot")]
    makes = _actions(
        "rds",
        "AddTagsToResource CreateDBInstance CreateDBParameterGroup CreateDBSnapshot CreateDBSubnetGroup"
        " CreateEventSubscription",
    )
    changes = _actions(
        "rds",
        "AddTagsToResource CreateDBInstance CreateDBSnapshot DeleteDBInstance DeleteDBParameterGroup"
        " DeleteDBSubnetGroup DeleteEventSubscription ModifyDBInstance ModifyDBParameterGroup ModifyDBSubnetGroup"
        " ModifyEventSubscription RebootDBInstance RemoveTagsFromResource ResetDBParameterGroup",
    )
    parameters = _actions(
        "ssm",
        "AddTagsToResource DeleteParameter GetParameter GetParameters ListTagsForResource PutParameter"
        " RemoveTagsFromResource",
    )
    secrets = _actions(
        "secretsmanager",
        "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue PutSecretValue TagResource"
        " UntagResource UpdateSecret UpdateSecretVersionStage",
    )
    key_changes = _actions(
        "kms",
        "CreateAlias DeleteAlias DescribeKey DisableKeyRotation EnableKeyRotation GetKeyPolicy GetKeyRotationStatus"
        " ListResourceTags PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription",
    )
    return document(
        allow(
            "ReadData", ["rds:Describe*", "rds:ListTagsForResource", "kms:ListAliases", "ssm:DescribeParameters"], ["*"]
        ),
        allow("MakeDatabase", makes, kinds, StringEquals=scope.new),
        allow("ChangeDatabase", changes, kinds, StringEquals=scope.own),
        allow("DefaultOptions", ["rds:CreateDBInstance", "rds:ModifyDBInstance"], [scope.arn("rds", "og:default*")]),
        allow("Parameters", parameters, [parameter_arn(names, scope.region, f"{names.path}/*")]),
        allow("Secrets", secrets, [scope.arn("secretsmanager", f"secret:{names.path}/*")]),
        # RDS makes the master user's secret with its caller's rights.
        allow(
            "DatabaseSecret",
            _actions("secretsmanager", "CreateSecret DescribeSecret RotateSecret TagResource"),
            [scope.arn("secretsmanager", "secret:rds!db-*")],
        ),
        allow("MakeKey", ["kms:CreateKey", "kms:TagResource"], ["*"], StringEquals=scope.new),
        allow("ChangeKey", key_changes, [scope.arn("kms", "key/*"), *_us_east_1_keys(scope)], StringEquals=scope.own),
        allow("KeyAliases", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], _aliases(scope)),
    )


def _us_east_1_keys(scope: Scope) -> list[str]:
    return [] if scope.region == "us-east-1" else [scope.arn("kms", "key/*", "us-east-1")]


def _aliases(scope: Scope) -> list[str]:
    return [scope.arn("kms", f"alias/{scope.names.prefix}-*", region) for region in sorted({scope.region, "us-east-1"})]


def _edge(scope: Scope) -> Document:
    """The CDN, certificates, DNS records and the web ACL; CloudFront and its certificates are in us-east-1."""
    cloudfront = [
        scope.arn("cloudfront", f"{kind}/*", "")
        for kind in ("function", "origin-access-control", "response-headers-policy")
    ]
    tagged = [scope.arn("cloudfront", f"{kind}/*", "") for kind in ("distribution", "vpcorigin")]
    functions = [scope.arn("cloudfront", "function/*", "")]
    certificates = [scope.arn("acm", "certificate/*", region) for region in sorted({scope.region, "us-east-1"})]
    untagged = _actions(
        "cloudfront",
        "DeleteFunction DeleteOriginAccessControl DeleteResponseHeadersPolicy DescribeFunction GetFunction"
        " GetOriginAccessControl GetResponseHeadersPolicy PublishFunction UpdateFunction UpdateOriginAccessControl"
        " UpdateResponseHeadersPolicy",
    )
    changes = _actions(
        "cloudfront",
        "AllowVendedLogDeliveryForResource DeleteDistribution DeleteVpcOrigin GetDistribution GetDistributionConfig"
        " GetVpcOrigin TagResource UntagResource UpdateDistribution UpdateVpcOrigin",
    )
    look_ups = _actions("route53", "GetChange ListHostedZones ListHostedZonesByName")
    defaults = ["cloudfront:GetCachePolicy", "cloudfront:GetOriginRequestPolicy", "cloudfront:List*"]
    certificate = _actions(
        "acm",
        "AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate"
        " RemoveTagsFromCertificate UpdateCertificateOptions",
    )
    return document(
        allow("ReadEdge", [*defaults, *look_ups, "acm:ListCertificates", "wafv2:ListWebACLs"], ["*"]),
        allow(
            "MakePoliciesAndFunctions",
            _actions("cloudfront", "CreateFunction CreateOriginAccessControl CreateResponseHeadersPolicy"),
            ["*"],
        ),
        allow("PoliciesAndFunctions", untagged, cloudfront),
        allow(
            "MakeDistribution",
            ["cloudfront:CreateDistribution", "cloudfront:CreateVpcOrigin"],
            ["*"],
            StringEquals=scope.new,
        ),
        allow("ChangeDistribution", changes, tagged, StringEquals=scope.own),
        allow("TagNew", ["cloudfront:TagResource"], [*tagged, *functions], StringEquals=scope.new),
        allow(
            "TagFunctions",
            ["cloudfront:TagResource", "cloudfront:UntagResource"],
            functions,
            StringEquals=scope.own,
        ),
        allow(
            "RequestCertificate", ["acm:AddTagsToCertificate", "acm:RequestCertificate"], ["*"], StringEquals=scope.new
        ),
        allow("ChangeCertificate", certificate, certificates, StringEquals=scope.own),
        *_records(scope),
        *_web_acl(scope),
    )


def _records(scope: Scope) -> list[Statement]:
    """DNS records of the site's domain and under it, in whichever zone; the zone itself where it is the stack's."""
    if scope.domain is None:
        return []
    zones = ["arn:aws:route53:::hostedzone/*"]
    under = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [scope.domain, f"*.{scope.domain}"]}
    reads = _actions("route53", "GetHostedZone ListResourceRecordSets ListTagsForResource GetDNSSEC")
    records = [
        allow("ReadRecords", reads, zones),
        allow(
            "Records",
            ["route53:ChangeResourceRecordSets"],
            zones,
            # ForAllValues holds of nothing too
            **{"ForAllValues:StringLike": under, "Null": dict.fromkeys(under, "false")},
        ),
    ]
    logging = _actions(
        "route53",
        "ChangeTagsForResource CreateQueryLoggingConfig DeleteHostedZone DeleteQueryLoggingConfig"
        " GetQueryLoggingConfig UpdateHostedZoneComment",
    )
    zone = [
        allow("MakeZone", ["route53:CreateHostedZone"], ["*"]),
        allow("Zone", logging, [*zones, "arn:aws:route53:::queryloggingconfig/*"]),
    ]
    return [*records, *(zone if scope.create_zone else [])]


def _web_acl(scope: Scope) -> list[Statement]:
    acl, managed = "global/webacl/*", "global/managedruleset/*"
    changes = "CreateWebACL DeleteWebACL GetWebACL ListTagsForResource TagResource UntagResource UpdateWebACL"
    return [
        allow(
            "MakeWebAcl",
            ["wafv2:CreateWebACL", "wafv2:TagResource"],
            [scope.arn("wafv2", acl, "us-east-1")],
            StringEquals=scope.new,
        ),
        allow(
            "ChangeWebAcl", _actions("wafv2", changes), [scope.arn("wafv2", acl, "us-east-1")], StringEquals=scope.own
        ),
        allow(
            "ManagedRules",
            ["wafv2:CreateWebACL", "wafv2:UpdateWebACL"],
            [scope.arn("wafv2", managed, "us-east-1")],
        ),
    ]


_IDENTITY_WRITES = (
    "AttachRolePolicy CreatePolicyVersion CreateRole DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePolicy"
    " DeleteRolePermissionsBoundary DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy SetDefaultPolicyVersion"
    " UpdateAssumeRolePolicy UpdateRole"
)


def _identity(scope: Scope) -> Document:
    """Roles, users and groups by name, none without the boundary, and never the deployer's own.

    A group has no boundary, but its members do: the users that this role may make, and give keys to, carry it.
    """
    names = scope.names
    bound = {"iam:PermissionsBoundary": names.boundary_arn}
    roles, users, groups = scope.iam("role"), scope.iam("user"), scope.iam("group")
    profiles = scope.iam("instance-profile")
    bounded = "CreateRole AttachRolePolicy DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy"
    linked = [scope.arn("iam", f"role/aws-service-role/{one}.amazonaws.com/*", "") for one in SERVICE_LINKED_ROLES]
    guarded = [scope.arn("iam", f"{kind}{names.deploy_path}*", "") for kind in ("role", "policy")]
    return document(
        allow("ReadIdentities", _actions("iam", "Get* List*"), [roles, users, groups, profiles]),
        allow("BoundRoles", _actions("iam", bounded), [roles], StringEquals=bound),
        allow("Roles", _actions("iam", "DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"), [roles]),
        allow("BoundUsers", _actions("iam", "CreateUser PutUserPermissionsBoundary"), [users], StringEquals=bound),
        allow(
            "Users",
            _actions("iam", "CreateAccessKey DeleteAccessKey DeleteUser TagUser UntagUser UpdateAccessKey"),
            [users],
        ),
        allow(
            "Groups",
            _actions(
                "iam", "AddUserToGroup CreateGroup DeleteGroup DeleteGroupPolicy PutGroupPolicy RemoveUserFromGroup"
            ),
            [groups],
        ),
        allow(
            "Profiles",
            _actions(
                "iam",
                "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile"
                " RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
            ),
            [profiles],
        ),
        allow("PassRole", ["iam:PassRole"], [roles], StringEquals={"iam:PassedToService": list(PASSED_TO)}),
        *_pass_replication(scope),
        allow("ServiceLinkedRoles", ["iam:CreateServiceLinkedRole"], linked),
        deny("NeverTheDeployersOwn", _actions("iam", _IDENTITY_WRITES), guarded),
        deny(
            "NeverWithoutBoundary",
            _actions("iam", "DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary"),
            [roles, users],
        ),
    )


def _pass_replication(scope: Scope) -> list[Statement]:
    """S3 gets the role that copies the website, and no other: its trust policy cannot name the bucket."""
    if not scope.website_replica:
        return []
    role = scope.arn("iam", f"role/{scope.names.replication_role}", "")
    to_s3 = {"iam:PassedToService": "s3.amazonaws.com"}
    return [allow("PassReplicationRole", ["iam:PassRole"], [role], StringEquals=to_s3)]


_LOG_DELIVERY = "CreateLogDelivery DeleteLogDelivery DeleteResourcePolicy PutResourcePolicy"


def _observability(scope: Scope) -> Document:
    """Log groups, alarms, the dashboard, topics, and the delivery of CloudFront's logs."""
    names = scope.names
    groups = [*scope.log_groups, f"{names.prefix}-*", f"/aws/rds/instance/{names.prefix}-*"]
    logs = [scope.arn("logs", f"log-group:{group}{end}") for group in groups for end in ("", ":*")]
    zone_logs = scope.arn("logs", "log-group:/aws/route53/*", "us-east-1")
    regions = sorted({scope.region, "us-east-1"})
    alarms = [scope.arn("cloudwatch", "alarm:*", region) for region in regions]
    topics = [scope.arn("sns", "*", region) for region in regions]
    deliveries = [scope.arn("logs", f"{kind}:*", "us-east-1") for kind in ("delivery", "delivery-source")]
    return document(
        allow("ReadObservability", ["cloudwatch:DescribeAlarms", "logs:Describe*", "sns:ListTopics"], ["*"]),
        allow(
            "LogGroups",
            _actions(
                "logs",
                "CreateLogGroup DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy ListTagsForResource"
                " PutMetricFilter PutRetentionPolicy TagResource UntagResource AssociateKmsKey DisassociateKmsKey",
            ),
            [*logs, zone_logs],
        ),
        allow("LogDelivery", _actions("logs", _LOG_DELIVERY), ["*"]),
        allow(
            "Deliveries",
            _actions(
                "logs",
                "CreateDelivery DeleteDelivery DeleteDeliveryDestination DeleteDeliverySource GetDelivery"
                " GetDeliveryDestination GetDeliverySource ListTagsForResource PutDeliveryDestination PutDeliverySource"
                " TagResource UntagResource UpdateDeliveryConfiguration",
            ),
            [*deliveries, scope.arn("logs", "delivery-destination:*", "us-east-1")],
        ),
        allow("MakeAlarms", ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"], alarms, StringEquals=scope.new),
        allow(
            "ChangeAlarms",
            _actions("cloudwatch", "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource"),
            alarms,
            StringEquals=scope.own,
        ),
        allow(
            "Dashboard",
            ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
            [scope.arn("cloudwatch", f"dashboard/{names.prefix}*", "")],
        ),
        allow("MakeTopics", ["sns:CreateTopic", "sns:TagResource"], topics, StringEquals=scope.new),
        allow(
            "ChangeTopics",
            _actions(
                "sns",
                "CreateTopic DeleteTopic GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource"
                " SetTopicAttributes Subscribe TagResource UntagResource",
            ),
            topics,
            StringEquals=scope.own,
        ),
        allow("Subscriptions", ["sns:GetSubscriptionAttributes", "sns:Unsubscribe"], ["*"]),
    )
