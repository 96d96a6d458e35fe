"""The three roles that deploy one environment from GitHub, and the boundary of whatever they make.

They are in the account project, which none of them may touch: a deployer that deploys its own policy can widen it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import deploy_policies, infrastructure_policies, plan_policies
from infra.deploy_policies import Scope
from infra.policies import Document

SESSION_SECONDS = {"infrastructure": 2 * 3600, "app": 3600, "plan": 3600}  # a first `pulumi up` can take over an hour


@dataclass(frozen=True, kw_only=True)
class DeployRolesArgs:
    """The environment, and whose jobs may take its roles: `sub` claims of GitHub's tokens for deploys and for plans."""

    scope: Scope
    provider_arn: pulumi.Input[str]
    deploy_subjects: Sequence[str]
    plan_subjects: Sequence[str]


class DeployRoles(pulumi.ComponentResource):
    """`infrastructure` runs `pulumi up`, `app` makes releases, `plan` previews and looks for drift."""

    def __init__(self, name: str, args: DeployRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:DeployRoles", name, None, opts)
        names = args.scope.names
        self.boundary_arn = aws.iam.Policy(
            f"{name}-boundary",
            name=names.part("boundary", kind="policy"),
            path=names.deploy_path,
            description=f"The most that a role or user of {names.prefix} may be allowed",
            policy=json.dumps(deploy_policies.boundary(args.scope)),
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
        documents = {
            "infrastructure": infrastructure_policies.infrastructure(args.scope),
            "app": {"releases": deploy_policies.app(args.scope)},
            "plan": plan_policies.plan(args.scope),
        }
        self.role_arns = {kind: self._role(name, kind, args, topics) for kind, topics in documents.items()}
        self.register_outputs({"boundary_arn": self.boundary_arn, "role_arns": self.role_arns})

    def _role(self, name: str, kind: str, args: DeployRolesArgs, topics: dict[str, Document]) -> pulumi.Output[str]:
        """One role with a managed policy for each topic; gives its ARN."""
        names = args.scope.names
        subjects = args.plan_subjects if kind == "plan" else args.deploy_subjects
        role = aws.iam.Role(
            f"{name}-{kind}",
            name=names.part(f"deploy-{kind}"),
            path=names.deploy_path,
            description=f"GitHub's {kind} jobs of {names.prefix}",
            assume_role_policy=pulumi.Output.json_dumps(
                deploy_policies.github_trust(args.provider_arn, subjects=subjects)
            ),
            max_session_duration=SESSION_SECONDS[kind],
            opts=pulumi.ResourceOptions(parent=self),
        )
        for topic, document in topics.items():
            policy = aws.iam.Policy(
                f"{name}-{kind}-{topic}",
                name=names.part(f"deploy-{kind}-{topic}", kind="policy"),
                path=names.deploy_path,
                policy=json.dumps(document),
                opts=pulumi.ResourceOptions(parent=self),
            )
            aws.iam.RolePolicyAttachment(
                f"{name}-{kind}-{topic}",
                role=role.name,
                policy_arn=policy.arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
        return role.arn
