"""The rendered environment is what the backend reads: no name more, none less, and safe by Django's own check."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from rendered_environments import of

from infra.environment_variables import METADATA_SERVICE, django
from infra.rendering import rendered

ROOT = Path(__file__).parent.parent.parent
BACKEND = ROOT / "examples/diceytech/backend"
READ = re.compile(r'config\(\s*"([A-Z0-9_]+)"')
BY_LIBRARIES = {"DJANGO_SETTINGS_MODULE", "AWS_DEFAULT_REGION", *METADATA_SERVICE}  # Django's own, and boto3's


def variables(environment: str) -> dict[str, str]:
    """The rendered file as a shell reads it, which is how systemd does."""
    lines = rendered("django.env", of(environment, acme=False)).splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: shlex.split(value)[0] if value else "" for name, value in pairs}


def test_settings_read_every_name_that_is_rendered() -> None:
    read = set(READ.findall((BACKEND / "diceytech/settings.py").read_text(encoding="utf-8")))
    of_dev = of("dev", acme=False)
    given = set(django(of_dev.config, of_dev.names, of_dev.outputs))
    assert given - read - BY_LIBRARIES == set()


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_djangos_deployment_check_is_clean_under_the_rendered_environment(environment: str) -> None:
    own = {"PATH": os.environ["PATH"], "SECRET_KEY": "k9" * 32 + "!qwertz", **variables(environment)}
    done = subprocess.run(
        [BACKEND / ".venv/bin/python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BACKEND,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
