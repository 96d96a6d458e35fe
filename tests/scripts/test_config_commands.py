"""`diceytech config check`, `config schema` and `config docs`, and the documents that are made from code."""

from __future__ import annotations

import copy as copying
import json
import re
from pathlib import Path
from typing import Any

import pytest
from commands import ROOT, diceytech, edit, repository
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from pydantic import BaseModel

from infra import config
from infra.config_lint import RULES
from infra.config_source import read_yaml
from scripts.docs import config_docs, generated

SCHEMA = json.loads(config_docs.schema())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def document(environment: str) -> dict[str, Any]:
    """The YAML as plain dicts and lists."""
    found: dict[str, Any] = json.loads(json.dumps(read_yaml(ROOT / f"Pulumi.{environment}.yaml")))
    return found


def test_every_error_of_every_environment_is_printed_at_once(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "multi_az: false", "multi_az: perhaps")
    edit(copy / "Pulumi.dev.yaml", "root_volume_gb: 8", "root_volume_gb: 8\n    frobnicate: 1")
    edit(copy / "Pulumi.prod.yaml", "10.30.0.0/16", "8.8.0.0/16")
    done = diceytech("config", "check", cwd=copy)
    assert (done.returncode, done.stderr) == (1, "")
    for line in (
        "  error database.multi_az: is 'perhaps'; write true or false",
        "  error server.frobnicate: is not a setting; use one of mode",
        "  error network.cidr: 8.8.0.0/16 is not a private range",
    ):
        assert line in done.stdout


def test_one_environment_alone_is_checked_on_demand(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "10.30.0.0/16", "8.8.0.0/16")
    assert diceytech("config", "check", "--env", "dev", cwd=copy).returncode == 0
    assert diceytech("config", "check", "--env", "prod", cwd=copy).returncode == 1


def test_an_error_in_one_environment_does_not_hide_that_it_shares_an_account(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "    shared_account: true", "    frobnicate: true")
    done = diceytech("config", "check", cwd=copy)
    assert "  error aws.frobnicate: is not a setting" in done.stdout
    assert "  error aws.account_id: 123456789012 is also the account of dev" in done.stdout


def test_files_that_cannot_be_an_environment_are_named(copy: Path) -> None:
    (copy / "Pulumi.pre_prod.yaml").write_text("config:\n")
    (copy / "Pulumi.stage.yaml").mkdir()
    done = diceytech("config", "check", cwd=copy)
    assert done.returncode == 1
    assert "error file: 'pre_prod' cannot be the name of an environment; rename it" in done.stdout
    assert "Pulumi.stage.yaml\n  error file: is not a file" in done.stdout


def test_an_environment_is_named_as_it_was_typed(copy: Path) -> None:
    done = diceytech("config", "check", "--env", "../x", cwd=copy)
    assert "there is no environment '../x'" in done.stderr
    assert "Pulumi.../x.yaml: 1 error" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- name: dev", "- name: gone", "environments: gone has no Pulumi.gone.yaml"),
        (
            'account_id: "123456789012"',
            'account_id: "210987654321"',
            "environments: dev is in account 123456789012, not in 2109",
        ),
        ("id: EC2.172", "id: EC2.9172", "accepted[0].id: EC2.9172 is no control; correct the id"),
        ("id: EC2.172", "id: short-logs", "accepted[0].id: short-logs is no control; correct the id"),
    ],
)
def test_what_an_account_names_exists_and_is_in_it(copy: Path, old: str, new: str, message: str) -> None:
    (copy / "account").mkdir()
    file = copy / "account" / "Pulumi.main.yaml"
    file.write_text((ROOT / "account" / "Pulumi.main.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    edit(file, old, new)
    done = diceytech("config", "check", cwd=copy)
    assert done.returncode == 1
    assert f"  error {message}" in done.stdout


def test_jobs_of_one_github_environment_take_roles_in_one_account(copy: Path) -> None:
    (copy / "account").mkdir()
    text = (ROOT / "account" / "Pulumi.main.yaml").read_text(encoding="utf-8")
    one, other = (copy / "account" / f"Pulumi.{name}.yaml" for name in ("main", "other"))
    one.write_text(text.replace("    - name: prod\n", ""), encoding="utf-8")
    other.write_text(
        text.replace("    - name: dev\n", "").replace("name: prod", "name: prod\n      github_environment: Dev"),
        encoding="utf-8",
    )
    done = diceytech("config", "check", cwd=copy)
    assert done.returncode == 1
    assert (
        "environments[0].github_environment: Dev, in which prod is deployed, is also where dev is deployed"
        in done.stdout
    )
    edit(other, "github_environment: Dev", "github_environment: live")
    assert "is also where" not in diceytech("config", "check", cwd=copy).stdout


def test_lint_exits_with_2_until_it_is_accepted_with_a_reason(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "  multi_az: true", "  multi_az: false")
    found = diceytech("config", "check", cwd=copy)
    assert found.returncode == 2
    assert (
        "  unsafe database.multi_az: the database is away while its one zone is [single-zone-database]" in found.stdout
    )
    reason = "the team sleeps at night, and so does the shop"
    edit(
        copy / "Pulumi.prod.yaml",
        "config:\n",
        f"config:\n  platform:accepted:\n    - {{id: single-zone-database, reason: '{reason}'}}\n",
    )
    accepted = diceytech("config", "check", cwd=copy)
    assert accepted.returncode == 0
    assert f"  accepted single-zone-database: {reason}" in accepted.stdout


def test_json_says_the_same(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "multi_az: false", "multi_az: perhaps")
    done = diceytech("config", "check", "--json", cwd=copy)
    dev, prod = json.loads(done.stdout)
    assert (done.returncode, dev["environment"], dev["ok"], prod["ok"]) == (1, "dev", False, True)
    assert dev["errors"] == [{"path": "database.multi_az", "message": "is 'perhaps'", "remedy": "write true or false"}]


def test_keys_that_look_like_markup_are_printed_as_they_are(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "platform:logs:", '"platform:[/]x[red]":')
    done = diceytech("config", "check", cwd=copy)
    assert (done.returncode, done.stderr) == (1, "")
    assert "  error [/]x[red]: is not a setting" in done.stdout


def test_no_environment_at_all_is_one_error(copy: Path) -> None:
    for name in ("dev", "prod"):
        (copy / f"Pulumi.{name}.yaml").unlink()
    done = diceytech("config", "check", cwd=copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Pulumi.<env>.yaml: 1 error\n  file: there is none; make one from Pulumi.dev.yaml" in done.stderr


def faults(value: Any) -> list[str]:
    """`<path> <keyword>:  <message>` for everything that is not as the schema says."""
    found = Draft202012Validator(SCHEMA).iter_errors(value)
    return [f"{'.'.join(map(str, one.absolute_path))} {one.validator}:  {one.message}" for one in found]


def test_the_schema_is_itself_a_json_schema() -> None:
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_schema_accepts_the_real_yaml(environment: str) -> None:
    assert faults(document(environment)) == []


BAD = [
    ("platform:databse", {}, "config additionalProperties"),
    ("platform:database", ..., "config required"),
    ("platform:database.multi_az", "yes", "config.platform:database.multi_az type"),
    ("platform:database.instnce_class", "x", "config.platform:database additionalProperties"),
    ("platform:database.storage_gb", 5, "config.platform:database.storage_gb minimum"),
    ("platform:aws.account_id", 123456789012, "config.platform:aws.account_id type"),
    ("platform:aws.account_id", "12", "config.platform:aws.account_id pattern"),
    ("platform:server.mode", "cluster", "config.platform:server.mode enum"),
    ("platform:network.zones", ["us-east-1a"], "config.platform:network.zones minItems"),
    ("platform:observability.log_retention_days", 8, "config.platform:observability.log_retention_days enum"),
    ("platform:website.gate", {"username": "x"}, "config.platform:website.gate anyOf"),
]


@pytest.mark.parametrize(("path", "value", "error"), BAD)
def test_the_schema_refuses_what_the_check_refuses(path: str, value: Any, error: str) -> None:
    bad = copying.deepcopy(document("dev"))
    *parents, last = path.split(".")
    target = bad["config"]
    for name in parents:
        target = target[name]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    found = faults(bad)
    assert [one.split(":  ")[0] for one in found] == [error]
    if error.endswith(("additionalProperties", "required")):
        assert f"'{last}'" in found[0]


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """All sections in infra/config.py."""
    below = {found for child in model.__subclasses__() for found in models(child)}
    return {*below, *(child for child in model.__subclasses__() if child.__module__ == config.__name__)}


def test_every_setting_is_documented() -> None:
    documented = config_docs.docs()
    for model in models(config.Section):
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} has no docstring"
            first = " ".join(field.description.split()).replace("|", "\\|")
            assert first in documented, f"{model.__name__}.{name} is not in docs/configuration.md"


def test_every_lint_rule_is_documented() -> None:
    documented = config_docs.docs()
    assert all(f"| `{rule.id}` | `{rule.path}` | {rule.reason} |" in documented for rule in RULES)


def test_the_tables_of_the_documentation_are_whole() -> None:
    rows = [line for line in config_docs.docs().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


@pytest.mark.slow
def test_the_documents_in_the_repository_are_what_the_code_makes() -> None:
    assert generated.stale() == [], "run `make docs`"


def test_check_lists_what_is_stale_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "docs/configuration.md"  # one is enough, and quick
    monkeypatch.setattr(generated, "GENERATED", {document: generated.GENERATED[document]})
    assert generated.main([], tmp_path) == 0
    assert generated.main(["--check"], tmp_path) == 0
    (tmp_path / "docs/configuration.md").write_text("old")
    capsys.readouterr()
    assert generated.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == "docs/configuration.md is not what the code makes; run `make docs`\n"
    assert (tmp_path / "docs/configuration.md").read_text() == "old"


def test_the_commands_write_the_same_documents(copy: Path) -> None:
    for command, file in (("docs", "docs/configuration.md"), ("schema", "docs/stack.schema.json")):
        assert diceytech("config", command, "--out", file, cwd=copy).returncode == 0
        assert (copy / file).read_text(encoding="utf-8") == generated.GENERATED[file]()
