"""Another product, and another environment, from YAML alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal import graph_json
from rehearsal.platform import rehearsed
from tests.stacks.environments import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with the real YAML, where commands may write."""
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "infra").mkdir()
    return tmp_path


def diceytech(directory: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "scripts.cli", *arguments]
    subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True)


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_another_product_comes_up_and_nothing_of_it_is_named_after_ours(copy: Path, env: str) -> None:
    moved = ("--backend", "backend", "--wsgi", "acme.wsgi", "--settings", "acme.settings", "--website", "frontend")
    diceytech(copy, "init", "--product", "acme", *moved)
    with rehearsed(copy, env) as found:
        text = graph_json.dump(found.run.graph)
        assert found.outputs.product == "acme"
        assert found.outputs.media_bucket == f"acme-{env}-media-123456789012"
    assert "dicey" not in text.lower()


def test_a_new_environment_comes_up_at_once(copy: Path) -> None:
    diceytech(copy, "env", "new", "staging", "--from", "prod", "--domain", "staging.product.example")
    with rehearsed(copy, "staging") as found:
        assert found.outputs.site_url == "https://staging.product.example"
        assert found.outputs.environment == "staging"
        assert found.config.network.cidr not in {"10.20.0.0/16", "10.30.0.0/16"}
