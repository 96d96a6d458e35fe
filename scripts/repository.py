"""Where the repository is that a command is for."""

from __future__ import annotations

from pathlib import Path

from infra.errors import PlatformError


def root() -> Path:
    """The nearest directory upwards that holds Pulumi.yaml and infra/; raises PlatformError where there is none."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise PlatformError("the current directory was removed; change to the platform's repository") from None
    for directory in (here, *here.parents):
        if (directory / "Pulumi.yaml").is_file() and (directory / "infra").is_dir():
            return directory
    raise PlatformError(f"{here}: no Pulumi.yaml here or above; run the command inside the platform's repository")
