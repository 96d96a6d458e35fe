"""What `pulumi up` runs: the program reads its configuration from the engine and refuses what it must."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra.account_config import load_account
from infra.config_source import load, read_raw
from infra.first_run import REHEARSAL, FirstRunError, placeholders, refuse_placeholders
from rehearsal.graph import Graph
from rehearsal.in_process import run
from rehearsal.platform import NoAws, planned
from tests.stacks.environments import ROOT


def engine_values(env: str, **sections: Any) -> dict[str, Any]:
    """The configuration as the engine hands it over: full keys."""
    return {f"platform:{name}": value for name, value in {**read_raw(ROOT, env), **sections}.items()}


def main(config: dict[str, Any], *, stack: str = "dev", account_id: str = "123456789012") -> Graph:
    aws = NoAws(account_id=account_id, region="us-east-1")
    program = str(ROOT / "infra" / "__main__.py")
    return run(
        lambda: runpy.run_path(program, run_name="__main__"),
        aws=aws,
        project="platform",
        stack=stack,
        config=config,
        preview=True,
    ).graph


@pytest.mark.slow
@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_engines_configuration_gives_the_same_plan_as_the_files(env: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REHEARSAL, "1")
    assert main(engine_values(env), stack=env) == planned(ROOT, env)


def test_a_first_run_on_aws_says_which_line_to_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REHEARSAL, raising=False)
    with pytest.raises(
        pulumi.RunError, match=r"Pulumi\.dev\.yaml, line \d+: 123456789012 is the emulator's account"
    ) as told:
        main(engine_values("dev"))
    line = int(str(told.value).split("line ")[1].split(":")[0])
    assert "account_id" in (ROOT / "Pulumi.dev.yaml").read_text().splitlines()[line - 1]


def test_real_runs_with_the_committed_repository_or_addresses_are_refused_with_their_lines() -> None:
    file = ROOT / "account" / "Pulumi.main.yaml"
    config = load_account(ROOT, "main")
    own = config.model_copy(update={"aws": config.aws.model_copy(update={"account_id": "210987654321"})})
    with pytest.raises(FirstRunError) as told:
        refuse_placeholders(own, file=file, variables={})
    repository, mail = str(told.value).splitlines()
    assert "example/diceytech is somebody else's repository, whose jobs could deploy; put your own" in repository
    assert "ops@example.com is an address that nobody reads; put one of your own there" in mail
    refuse_placeholders(own, file=file, variables={REHEARSAL: "1"})


@pytest.mark.parametrize(
    ("mail", "refused"),
    [("ops@EXAMPLE.org", True), ("ops@mail.example.net", True), ("ops@myexample.com", False), ("o@example.co", False)],
)
def test_addresses_in_the_domains_of_examples_are_nobodys_own(mail: str, refused: bool) -> None:
    config = load(ROOT, "dev")
    named = config.observability.model_copy(update={"alarm_emails": (mail,)})
    found = placeholders(config.model_copy(update={"observability": named}), file=ROOT / "Pulumi.dev.yaml")
    assert [one.kind for one in found] == ["Account", *["Mail"] * refused]


def test_a_mistake_ends_the_run_before_anything_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REHEARSAL, "1")
    values = engine_values("dev")
    values["platform:database"] = {**values["platform:database"], "storage_gb": "20"}
    with pytest.raises(pulumi.RunError, match=r"database\.storage_gb"):
        main(values)


def test_prod_naming_devs_account_without_saying_so_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REHEARSAL, "1")
    alone = {"account_id": "123456789012", "region": "us-east-1"}
    with pytest.raises(pulumi.RunError, match="is also the account of dev"):
        main(engine_values("prod", aws=alone), stack="prod")


def test_the_program_is_where_pulumi_yaml_says() -> None:
    text = Path(ROOT / "Pulumi.yaml").read_text()
    assert "main: infra" in text
    assert (ROOT / "infra" / "__main__.py").is_file()
