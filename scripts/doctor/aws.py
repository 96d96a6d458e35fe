"""What the YAML names that is nobody's own, which account the credentials are for, and which secrets are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from infra.account_config import AccountConfig, account_file, load_account
from infra.config import PlatformConfig
from infra.config_source import load, stack_file
from infra.errors import PlatformError
from infra.first_run import placeholders
from infra.names import Names
from scripts.aws.session import any_account, identity
from scripts.doctor.finding import Finding, Status
from scripts.secrets.secrets import Store

Config = TypeVar("Config", PlatformConfig, AccountConfig)
FALLBACK_REGION = "us-east-1"  # where STS is asked when no environment's YAML can be read


def own_values(root: Path, names: Sequence[str], stacks: Sequence[str], *, needed: bool) -> Iterator[Finding]:
    """What each environment and account stack names: placeholders must be replaced before a first run on AWS."""
    for name, config in _readable(names, partial(load, root)).items():
        values = {"Account": config.aws.account_id}
        yield from _own_values(config, name, values, file=stack_file(root, name), needed=needed)
    for stack, account in _readable(stacks, partial(load_account, root)).items():
        values = {"Account": account.aws.account_id, "Repository": account.github.repository}
        yield from _own_values(account, f"account {stack}", values, file=account_file(root, stack), needed=needed)


def _own_values(
    config: PlatformConfig | AccountConfig, name: str, values: Mapping[str, str], *, file: Path, needed: bool
) -> Iterator[Finding]:
    found = list(placeholders(config, file=file))
    for kind, value in values.items():
        if kind not in {one.kind for one in found}:
            yield Finding(what=f"{kind} of {name}", status="ok", detail=value)
    for one in found:
        fix = f"edit line {one.line} of {file.name} before the first `pulumi up`"
        status: Status = "missing" if needed else "optional"
        yield Finding(what=f"{one.kind} of {name}", status=status, detail=one.wrong, fix=fix)


def credentials(root: Path, names: Sequence[str], *, needed: bool) -> Iterator[Finding]:
    """Whose credentials there are, and the secrets of the environments that they are for."""
    absent: Status = "missing" if needed else "optional"
    configs = _readable(names, partial(load, root))
    regions = [config.aws.region for config in configs.values()]
    try:
        who = identity(any_account((regions or [FALLBACK_REGION])[0]))
    except PlatformError as error:
        detail, _, fix = str(error).rpartition("; ")
        yield Finding(what="AWS credentials", status=absent, detail=detail, fix=f"{fix}; rehearsals need none")
        return
    yield Finding(what="AWS credentials", status="ok", detail=f"account {who['Account']} as {who['Arn']}")
    for name, config in configs.items():
        yield _secrets(config, name, account=who["Account"], absent=absent)


def _secrets(config: PlatformConfig, environment: str, *, account: str, absent: Status) -> Finding:
    what = f"Secrets of {environment}"
    if config.aws.account_id != account:
        detail = f"not looked for: the credentials are for {account}, not for {config.aws.account_id}"
        return Finding(what=what, status="optional", detail=detail, fix="choose another profile: AWS_PROFILE")
    names = Names(product=config.product.name, environment=environment, account_id=account)
    session: Any = any_account(config.aws.region)
    try:
        missing = [listed.name for listed in Store(session, config, names).list() if listed.changed is None]
    except PlatformError as error:
        detail, _, fix = str(error).rpartition("; ")
        return Finding(what=what, status=absent, detail=detail, fix=fix)
    if not missing:
        return Finding(what=what, status="ok", detail="all set")
    fix = "; ".join(f"diceytech secrets set {name} --env {environment}" for name in missing)
    return Finding(what=what, status=absent, detail=f"missing: {', '.join(missing)}", fix=fix)


def _readable(names: Sequence[str], read: Callable[[str], Config]) -> dict[str, Config]:
    """The configurations that can be read; what is wrong with the others is said elsewhere."""
    found: dict[str, Config] = {}
    for name in names:
        try:
            found[name] = read(name)
        except PlatformError:
            continue
    return found
