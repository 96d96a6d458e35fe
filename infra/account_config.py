"""The typed schema of `account/Pulumi.main.yaml`: what is decided once for a whole AWS account.

The product comes from the repository's Pulumi.yaml, and what the deploy roles of an environment reach from that
environment's own YAML, so that nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from infra.config import Accepted, AccountId, BucketName, Email, Product, Region, Section
from infra.config_checks import Problem
from infra.config_source import engine_values, own_keys, parse_model, project_defaults, read_yaml, stack_of
from infra.regions import COMMERCIAL, NOT_COMMERCIAL, REGIONS

NAMESPACE = "account"
OIDC_URL = "https://token.actions.githubusercontent.com"
OIDC_ARN = r"^arn:aws:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com$"

Jobs = dict[tuple[str, str], tuple[str, str]]  # repository and GitHub environment: the environment, and what is done


class AccountAws(Section):
    """The account that is looked after."""

    account_id: AccountId
    """The AWS account, a quoted string of 12 digits; any other account is refused. `123456789012` is the emulator's."""
    region: Region = "us-east-1"
    """Region of what this project makes; the guards also cover the regions of all environments and us-east-1."""


class DeployedEnvironment(Section):
    """An environment of this account that GitHub deploys."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$")]
    """Name of the environment: its YAML is `Pulumi.<name>.yaml`."""
    github_environment: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,255}$")] | None = None
    """GitHub environment whose jobs may take the deploy roles; null: of the same name."""

    @property
    def deploys_in(self) -> str:
        """GitHub environment of the jobs that deploy."""
        return self.github_environment or self.name

    @property
    def plans_in(self) -> str:
        """GitHub environment of the jobs that preview a pull request: its reviewers let them in."""
        return f"{self.deploys_in}-plan"


class GitHub(Section):
    """Who may deploy."""

    repository: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$")]
    """Repository as `owner/name`, as GitHub spells it."""
    owner_id: Annotated[int, Field(ge=1)] | None = None
    """Number of the owner, in the token of repositories made or renamed after June 2026 (immutable subject claims)."""
    repository_id: Annotated[int, Field(ge=1)] | None = None
    """Number of the repository, likewise: `gh api /repos/OWNER/NAME/actions/oidc/customization/sub` shows both."""
    default_branch: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = "main"
    """Branch whose jobs may take the plan-only roles with no GitHub environment: drift, previews before deploys."""
    oidc_provider: Literal["create"] | Annotated[str, StringConstraints(pattern=OIDC_ARN)] = "create"
    """`create`, or the ARN of the one that the account already has: AWS allows one for each URL."""

    @property
    def subject(self) -> str:
        """Beginning of the `sub` claim in this repository's tokens, up to the job's context."""
        owner, name = self.repository.split("/")
        if self.owner_id is None:
            return f"repo:{owner}/{name}"
        return f"repo:{owner}@{self.owner_id}/{name}@{self.repository_id}"

    def environment_subject(self, name: str) -> str:
        """`sub` claim of a job that names this GitHub environment."""
        return f"{self.subject}:environment:{name}"

    @property
    def branch_subject(self) -> str:
        """`sub` claim of a job of the default branch that names no GitHub environment."""
        return f"{self.subject}:ref:refs/heads/{self.default_branch}"


class BudgetAlarm(Section):
    """When a message about the account's cost is sent."""

    monthly_usd: Annotated[int, Field(ge=1, le=1_000_000)]
    """Limit in USD a month: messages at 80 % spent, and when 100 % is forecast."""
    emails: Annotated[tuple[Email, ...], Field(min_length=1, max_length=10)]
    """Addresses that get them."""


class State(Section):
    """Pulumi's state, as the bootstrap made it."""

    bucket: BucketName
    """Bucket of the state."""
    key_arn: Annotated[str, StringConstraints(pattern=r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]{36}$")]
    """KMS key that encrypts the state's secrets; a key's ARN, not an alias."""

    @property
    def region(self) -> str:
        """Region of bucket and key: the bootstrap makes both in one."""
        return self.key_arn.split(":")[3]


class Guards(Section):
    """Account-wide settings beside those that are always on."""

    vpc_block_public_access: Literal["block-ingress", "block-bidirectional"] | None = None
    """Cuts every VPC of a region off from the internet, which ends `server.origin: public` and load balancers there:
    null unless all environments of the account are private."""


class AccountConfig(Section):
    """All of `account/Pulumi.main.yaml`, a field for each `account:` key."""

    product: Product
    """What is deployed; set once, in the repository's Pulumi.yaml."""
    aws: AccountAws
    """The account."""
    environments: tuple[DeployedEnvironment, ...]
    """The environments in this account."""
    github: GitHub
    """Who may deploy."""
    budget: BudgetAlarm
    """The budget alarm."""
    state: State | None = None
    """Pulumi's state; null: not bootstrapped yet, and the infrastructure roles reach no state."""
    guards: Guards = Guards()
    """Account-wide settings."""
    accepted: tuple[Accepted, ...] = ()
    """Exceptions to controls, each with its reason."""


def check_sections(sections: Mapping[str, object]) -> list[Problem]:
    """What is wrong across several keys of the sections that are valid."""
    return [
        *_regions_exist(sections),
        *_own_key(sections),
        *_emails_named_once(sections.get("budget")),
        *_ids_together(sections.get("github")),
        *_own_provider(sections),
        *_environment_names(sections),
        *_jobs_apart(sections),
    ]


def _regions_exist(sections: Mapping[str, object]) -> Iterator[Problem]:
    for section, key in (("aws", "region"), ("state", "key_arn")):
        region = getattr(sections.get(section), "region", None)
        if region is not None and region not in REGIONS:
            yield Problem(path=f"{section}.{key}", message=f"{region} {NOT_COMMERCIAL}", remedy=COMMERCIAL)


def _own_key(sections: Mapping[str, object]) -> Iterator[Problem]:
    state, aws = sections.get("state"), sections.get("aws")
    if isinstance(state, State) and isinstance(aws, AccountAws) and state.key_arn.split(":")[4] != aws.account_id:
        yield Problem(
            path="state.key_arn",
            message=f"is not in account {aws.account_id}",
            remedy="name the key that `diceytech bootstrap` made in this account",
        )


def _emails_named_once(budget: object) -> Iterator[Problem]:
    emails = budget.emails if isinstance(budget, BudgetAlarm) else ()
    for index, address in enumerate(emails):
        if address in emails[:index]:
            yield Problem(path=f"budget.emails[{index}]", message=f"{address} is named twice", remedy="remove one")


def _ids_together(github: object) -> Iterator[Problem]:
    if isinstance(github, GitHub) and (github.owner_id is None) != (github.repository_id is None):
        missing = "owner_id" if github.owner_id is None else "repository_id"
        yield Problem(path=f"github.{missing}", message="is missing", remedy="give both numbers, or neither")


def _own_provider(sections: Mapping[str, object]) -> Iterator[Problem]:
    github, aws = sections.get("github"), sections.get("aws")
    if not isinstance(github, GitHub) or not isinstance(aws, AccountAws) or github.oidc_provider == "create":
        return
    if github.oidc_provider.split(":")[4] != aws.account_id:
        yield Problem(
            path="github.oidc_provider",
            message=f"is not in account {aws.account_id}",
            remedy="name this account's own provider, or `create`",
        )


def _environment_names(sections: Mapping[str, object]) -> Iterator[Problem]:
    environments = sections.get("environments", ())
    names = [one.name for one in environments] if isinstance(environments, tuple) else []
    if "environments" in sections and not names:
        yield Problem(path="environments", message="is empty", remedy="name the environments of this account")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(path="environments", message=f"{name} is named twice", remedy="name each environment once")


def _jobs_apart(sections: Mapping[str, object]) -> Iterator[Problem]:
    """A job of one GitHub environment takes the roles of one environment, and of one kind."""
    return _jobs_taken(sections, {})


def jobs_of_other_accounts(sections: Mapping[str, object], taken: Jobs) -> list[Problem]:
    """The same across accounts: what this stack's jobs share with those in `taken`, to which its own are added."""
    own: Jobs = {}
    within = list(_jobs_taken(sections, own))
    across = [problem for problem in _jobs_taken(sections, dict(taken)) if problem not in within]
    taken |= own
    return across


def _jobs_taken(sections: Mapping[str, object], taken: Jobs) -> Iterator[Problem]:
    """Jobs that environments share, of `taken` by repository and GitHub environment, to which these are added.

    GitHub tells its environments, and its repositories, apart by letters, not by their case.
    """
    environments, github = sections.get("environments", ()), sections.get("github")
    repository = github.repository.lower() if isinstance(github, GitHub) else ""
    for index, one in enumerate(environments if isinstance(environments, tuple) else ()):
        key = "name" if one.github_environment is None else "github_environment"
        for job, done in ((one.deploys_in, "deployed"), (one.plans_in, "planned")):
            other, other_done = taken.setdefault((repository, job.lower()), (one.name, done))
            if other != one.name:
                yield Problem(
                    path=f"environments[{index}].{key}",
                    message=f"{job}, in which {one.name} is {done}, is also where {other} is {other_done}",
                    remedy="name a GitHub environment of its own, that is not another one's with -plan after it",
                )
                break  # the other job of two that share a name is no second mistake


def foreign_environments(
    sections: Mapping[str, object], accounts: Mapping[str, str | None], *, known: Collection[str]
) -> list[Problem]:
    """What the account's sections say of environments that are not there, or in another account.

    `known` are the environments that have a YAML, `accounts` their account ids, None where the YAML gives none.
    """
    aws, environments = sections.get("aws"), sections.get("environments", ())
    names = [one.name for one in environments] if isinstance(environments, tuple) else []
    problems: list[Problem] = []
    for name in sorted(set(names)):
        theirs = accounts.get(name)
        if name not in known:
            message, remedy = f"{name} has no Pulumi.{name}.yaml", "correct the name, or remove it here"
        elif theirs is not None and isinstance(aws, AccountAws) and theirs != aws.account_id:
            message = f"{name} is in account {theirs}, not in {aws.account_id}"
            remedy = "list it in the stack of its own account"
        else:
            continue
        problems.append(Problem(path="environments", message=message, remedy=remedy))
    return problems


def parse_account(raw: Mapping[str, Any], *, source: str) -> AccountConfig:
    """The typed configuration; raises ConfigError with every problem found."""
    return parse_model(AccountConfig, raw, source=source, namespace=NAMESPACE, checks=check_sections)


def load_account(root: Path, stack: str) -> AccountConfig:
    """The account project's configuration from its files under the repository's root; raises ConfigError."""
    file = account_file(root, stack)
    own = own_keys(read_yaml(file), file, namespace=NAMESPACE)
    return parse_account({**_product(root), **own}, source=f"account/{file.name}")


def account_stacks(root: Path) -> list[str]:
    """Names of all stacks of the account project that have a YAML under `root`, sorted."""
    return sorted(stack_of(file) for file in (root / "account").glob("Pulumi.*.yaml"))


def account_file(root: Path, stack: str) -> Path:
    """Path of the account stack's YAML."""
    return root / "account" / f"Pulumi.{stack}.yaml"


def account_from_engine(config: Mapping[str, str], *, root: Path, stack: str) -> AccountConfig:
    """The configuration that the Pulumi engine handed to the program, and the product; raises ConfigError."""
    raw = {**_product(root), **engine_values(config, namespace=NAMESPACE)}
    return parse_account(raw, source=f"account/{account_file(root, stack).name}")


def _product(root: Path) -> dict[str, Any]:
    defaults = project_defaults(root)
    return {"product": defaults["product"]} if "product" in defaults else {}
