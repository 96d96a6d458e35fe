"""What there is once in an AWS account: who may deploy, what nobody may switch off, and the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.account_config import OIDC_URL, AccountConfig, DeployedEnvironment, foreign_environments
from infra.components.account_guards import AccountGuards, AccountGuardsArgs
from infra.components.budget import Budget, BudgetArgs
from infra.components.deploy_roles import DeployRoles, DeployRolesArgs
from infra.config import PlatformConfig
from infra.config_source import ConfigError
from infra.deploy_policies import Scope
from infra.names import Names
from infra.policies import secret_arns
from infra.provider import aws_provider
from infra.regions import GLOBAL_REGION

LOG_GROUPS = ("worker", "nginx")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """All that the account's stack takes from the configurations of its environments: one with the same is the same."""

    regions: tuple[str, ...]
    scopes: Mapping[str, Scope]


def taken(config: AccountConfig, environments: Mapping[str, PlatformConfig], *, source: str) -> Taken:
    """The same from the configurations of the environments that `config` names.

    Raises ConfigError for an environment of another account.
    """
    _refuse_foreign(config, environments, source=source)
    regions = {config.aws.region, GLOBAL_REGION, *(one.aws.region for one in environments.values())}
    scopes = {one.name: scope_of(config, one.name, environments[one.name]) for one in config.environments}
    return Taken(regions=tuple(sorted(regions)), scopes=scopes)


def account(config: AccountConfig, environments: Mapping[str, PlatformConfig], *, source: str) -> None:
    """Registers everything; `environments` are the configurations of those that `config` names.

    Raises ConfigError for an environment of another account.
    """
    _register(config, taken(config, environments, source=source))


def _register(config: AccountConfig, held: Taken) -> None:
    product = config.product.name
    provider = aws_provider(
        region=config.aws.region,
        account_id=config.aws.account_id,
        tags={"Product": product, "Environment": "account", "ManagedBy": "pulumi"},
    )
    opts = pulumi.ResourceOptions(provider=provider)
    guards = AccountGuardsArgs(
        account_id=config.aws.account_id,
        regions=held.regions,
        vpc_block_public_access=config.guards.vpc_block_public_access,
    )
    AccountGuards("guards", guards, opts)
    budget = BudgetArgs(
        budget_name=f"{product}-monthly",
        account_id=config.aws.account_id,
        monthly_usd=config.budget.monthly_usd,
        emails=config.budget.emails,
    )
    Budget("budget", budget, opts)
    provider_arn = _oidc_provider(config, provider)
    for environment in config.environments:
        args = deploy_args(config, environment, held.scopes[environment.name], provider_arn)
        roles = DeployRoles(environment.name, args, opts)
        pulumi.export(f"{environment.name}_deploy_roles", roles.role_arns)
        pulumi.export(f"{environment.name}_boundary", roles.boundary_arn)


def deploy_args(
    config: AccountConfig,
    environment: DeployedEnvironment,
    scope: Scope,
    provider_arn: pulumi.Input[str],
) -> DeployRolesArgs:
    """The deploy roles of one environment, which its own configuration scopes."""
    github = config.github
    return DeployRolesArgs(
        scope=scope,
        provider_arn=provider_arn,
        deploy_subjects=[github.environment_subject(environment.deploys_in)],
        plan_subjects=[github.environment_subject(environment.plans_in), github.branch_subject],
    )


def scope_of(config: AccountConfig, name: str, platform: PlatformConfig) -> Scope:
    """What the policies of one environment are scoped to."""
    names = Names(product=config.product.name, environment=name, account_id=config.aws.account_id)
    backend = names.log_group("backend", platform.observability.backend_log_group)
    adopt = platform.network.adopt
    return Scope(
        names=names,
        region=platform.aws.region,
        website_bucket=names.bucket("website", platform.website.bucket),
        artifacts_bucket=names.bucket("artifacts", platform.artifacts.bucket),
        media_bucket=names.bucket("media", platform.media.bucket),
        logs_bucket=names.bucket("logs", platform.logs.bucket),
        log_groups=(backend, *(names.log_group(part) for part in LOG_GROUPS)),
        state_bucket=config.state.bucket if config.state else None,
        state_key_arn=config.state.key_arn if config.state else None,
        domain=platform.dns.domain if platform.dns else None,
        create_zone=platform.dns is not None and platform.dns.create_zone,
        website_replica=platform.website.failover_region is not None,
        adopted_vpc=adopt.vpc_id if adopt else None,
        # those that machines are launched in: RDS and the load balancer look at theirs themselves
        adopted_subnets=(*adopt.public_subnet_ids, *adopt.private_subnet_ids) if adopt else (),
        gate_secret_arns=secret_arns(
            names,
            region=platform.aws.region,
            store=platform.secrets.store,
            secrets=[platform.website.gate.secret] if platform.website.gate else [],
        ),
    )


def _oidc_provider(config: AccountConfig, provider: aws.Provider) -> pulumi.Input[str]:
    """GitHub's identity provider: made, or the one that the account has."""
    if config.github.oidc_provider != "create":
        return config.github.oidc_provider
    made = aws.iam.OpenIdConnectProvider(
        "github",
        url=OIDC_URL,
        client_id_lists=["sts.amazonaws.com"],
        opts=pulumi.ResourceOptions(provider=provider),
    )
    return made.arn


def _refuse_foreign(config: AccountConfig, environments: Mapping[str, PlatformConfig], *, source: str) -> None:
    accounts = {name: one.aws.account_id for name, one in environments.items()}
    if problems := foreign_environments(dict(config), accounts, known=environments):
        raise ConfigError(source, problems)
