"""What `pulumi up` runs for one environment."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from infra.config_across import refuse_across
from infra.config_source import from_engine
from infra.errors import PlatformError
from infra.first_run import refuse_placeholders
from infra.stacks.platform import platform

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Builds the environment of the current stack; a mistake in its YAML ends the run before anything is registered."""
    environment = pulumi.get_stack()
    try:
        config = from_engine(CONFIG.get(), stack=environment)
        refuse_across(ROOT, environment, config)
        refuse_placeholders(config, file=ROOT / f"Pulumi.{environment}.yaml", variables=os.environ)
        platform(config, environment)
    except PlatformError as error:
        raise pulumi.RunError(str(error)) from None


main()
