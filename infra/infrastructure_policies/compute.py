"""Machines, load balancer, auto scaling group and the release document."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, actions, allow, document


def compute(scope: Scope) -> Document:
    """Machines, load balancer, auto scaling group and the release document."""
    balancing = [scope.arn("elasticloadbalancing", f"{kind}/*") for kind in ("listener", "loadbalancer", "targetgroup")]
    groups = [scope.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")]
    balancer_makes = actions("elasticloadbalancing", "AddTags CreateListener CreateLoadBalancer CreateTargetGroup")
    balancer_changes = actions(
        "elasticloadbalancing",
        "CreateListener DeleteListener DeleteLoadBalancer DeleteTargetGroup DeregisterTargets ModifyListener"
        " ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyTargetGroup ModifyTargetGroupAttributes"
        " RegisterTargets RemoveTags SetSecurityGroups SetSubnets AddTags",
    )
    group_changes = actions(
        "autoscaling",
        "DeleteAutoScalingGroup DeletePolicy DeleteTags PutScalingPolicy StartInstanceRefresh CancelInstanceRefresh"
        " UpdateAutoScalingGroup CreateOrUpdateTags EnableMetricsCollection DisableMetricsCollection"
        " AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups",
    )
    machine_changes = actions(
        "ec2",
        "AssociateIamInstanceProfile CreateLaunchTemplateVersion CreateTags DeleteLaunchTemplate DeleteTags"
        " ModifyInstanceAttribute ModifyInstanceMetadataOptions ModifyLaunchTemplate ModifyVolume RebootInstances"
        " ReplaceIamInstanceProfileAssociation RunInstances StartInstances StopInstances TerminateInstances",
    )
    used = scope.ec2("instance launch-template security-group subnet volume")
    return document(
        allow("ReadCompute", ["autoscaling:Describe*", "elasticloadbalancing:Describe*"], ["*"]),
        allow(
            "MakeMachines",
            ["ec2:CreateLaunchTemplate", "ec2:RunInstances"],
            scope.ec2("instance launch-template volume"),
            StringEquals=scope.new,
        ),
        allow(
            "LaunchWith",
            ["ec2:RunInstances"],
            [f"arn:aws:ec2:{scope.region}::image/*", *scope.ec2("network-interface")],
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
            actions(
                "ssm",
                "AddTagsToResource CreateDocument DeleteDocument DescribeDocument DescribeDocumentPermission"
                " GetDocument ListTagsForResource RemoveTagsFromResource UpdateDocument UpdateDocumentDefaultVersion",
            ),
            [scope.arn("ssm", f"document/{scope.names.prefix}-*")],
        ),
    )
