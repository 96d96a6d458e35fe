"""What a pipeline's jobs for one environment need to know, so that no workflow names an account, a role or a region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infra.account_config import AccountConfig, DeployedEnvironment, account_stacks, load_account
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from infra.names import Names

Role = Literal["infrastructure", "app", "plan"]


class NotDeployedError(PlatformError):
    """No account stack deploys the environment, or its state is not bootstrapped."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """For one environment and role; `github_environment` is the one that the job must name to be let in."""

    role_arn: str
    region: str
    backend_url: str
    github_environment: str

    @property
    def lines(self) -> str:
        """As `name=value` lines, which is what a step's outputs are written as."""
        return "".join(f"{name}={value}\n" for name, value in vars(self).items())


def settings(root: Path, env: str, role: Role) -> Settings:
    """Read from the YAML of the environment and of its account; raises ConfigError or NotDeployedError."""
    config = read_environment(root, env)
    stack, account, deployed = deployed_by(root, env)
    if account.state is None:
        raise NotDeployedError(
            f"account/Pulumi.{stack}.yaml has no account:state; run `diceytech bootstrap --env {env}` and put in "
            "what it prints"
        )
    names = Names(product=config.product.name, environment=env, account_id=config.aws.account_id)
    return Settings(
        role_arn=names.deploy_role(role),
        region=config.aws.region,
        backend_url=f"s3://{account.state.bucket}?region={account.state.region}",
        github_environment=deployed.plans_in if role == "plan" else deployed.deploys_in,
    )


def deployed_by(root: Path, env: str) -> tuple[str, AccountConfig, DeployedEnvironment]:
    """The account stack that lists the environment, and its entry there; raises ConfigError or NotDeployedError."""
    for stack in account_stacks(root):
        account = load_account(root, stack)
        for one in account.environments:
            if one.name == env:
                return stack, account, one
    raise NotDeployedError(f"no account/Pulumi.<stack>.yaml lists {env}; add it to account:environments of its account")
