"""Which account the credentials are for, whether it is the one that the YAML names, and which secrets are missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from infra.config import PlatformConfig
from infra.config_source import load
from infra.errors import PlatformError
from infra.first_run import EMULATOR_ACCOUNT, account_line
from infra.names import Names
from scripts.aws.session import CredentialsError, any_account, identity
from scripts.doctor.finding import Finding, Status
from scripts.secrets.secrets import SecretsError, Store

FALLBACK_REGION = "us-east-1"  # where STS is asked when no environment's YAML can be read


def accounts(root: Path, names: Sequence[str], *, needed: bool) -> Iterator[Finding]:
    """The account that each environment names: the emulator's must be replaced before a first run on AWS."""
    absent: Status = "missing" if needed else "optional"
    for name, config in _readable(root, names).items():
        account = config.aws.account_id
        if account != EMULATOR_ACCOUNT:
            yield Finding(what=f"Account of {name}", status="ok", detail=account)
            continue
        file = root / f"Pulumi.{name}.yaml"
        fix = f"edit line {account_line(file)} of {file.name} before the first `pulumi up`"
        yield Finding(what=f"Account of {name}", status=absent, detail=f"{account}, the emulator's", fix=fix)


def credentials(root: Path, names: Sequence[str], *, needed: bool) -> Iterator[Finding]:
    """Whose credentials there are, and the secrets of the environments that they are for."""
    absent: Status = "missing" if needed else "optional"
    configs = _readable(root, names)
    regions = [config.aws.region for config in configs.values()]
    try:
        who = identity(any_account((regions or [FALLBACK_REGION])[0]))
    except CredentialsError as error:
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
    except SecretsError as error:
        detail, _, fix = str(error).rpartition("; ")
        return Finding(what=what, status=absent, detail=detail, fix=fix)
    if not missing:
        return Finding(what=what, status="ok", detail="all set")
    fix = "; ".join(f"diceytech secrets set {name} --env {environment}" for name in missing)
    return Finding(what=what, status=absent, detail=f"missing: {', '.join(missing)}", fix=fix)


def _readable(root: Path, names: Sequence[str]) -> dict[str, PlatformConfig]:
    """The environments whose YAML can be read; what is wrong with the others is said elsewhere."""
    found: dict[str, PlatformConfig] = {}
    for name in names:
        try:
            found[name] = load(root, name)
        except PlatformError:
            continue
    return found
