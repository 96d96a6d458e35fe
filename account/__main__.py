"""What `pulumi up` runs for one AWS account."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from infra.account_config import account_file, account_from_engine
from infra.config_source import load
from infra.errors import PlatformError
from infra.first_run import refuse_placeholders
from infra.stacks.account import account

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Builds the account's stack; a mistake in its YAML ends the run before anything is registered."""
    stack = pulumi.get_stack()
    file = account_file(ROOT, stack)
    try:
        config = account_from_engine(CONFIG.get(), root=ROOT, stack=stack)
        refuse_placeholders(config, file=file, variables=os.environ)
        environments = {one.name: load(ROOT, one.name) for one in config.environments}
        account(config, environments, source=f"account/{file.name}")
    except PlatformError as error:
        raise pulumi.RunError(str(error)) from None


main()
