"""A decision promoted from one environment's YAML to another's: checked first, and the rest byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import Terminal, diceytech, edit, repository
from hypothesis import given, settings
from hypothesis import strategies as st

from infra import config_paths
from infra.config_source import own_keys, read_raw
from infra.config_yaml import parse_yaml
from infra.errors import PlatformError
from scripts.config.promote import MISSING, Promotion, plan

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def refused(root: Path, key: str, source: str = "dev", target: str = "prod", *, force: bool = False) -> str:
    before = (root / f"Pulumi.{target}.yaml").read_bytes()
    with pytest.raises(PlatformError) as error:
        plan(root, key, source, target, force=force)
    assert (root / f"Pulumi.{target}.yaml").read_bytes() == before
    return str(error.value)


def changed_lines(found: Promotion) -> list[str]:
    return [line for line in found.difference.splitlines()[2:] if line[:1] in ("+", "-")]


def test_one_value_is_one_line_and_its_comment_stays(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "storage_gb: 50\n", "storage_gb:  50   # grows\n")
    found = plan(copy, "database.storage_gb", "dev", "prod", force=False)
    assert changed_lines(found) == ["-    storage_gb:  50   # grows", "+    storage_gb:  20   # grows"]


@pytest.mark.slow
def test_the_command_shows_the_lines_then_writes_them(copy: Path) -> None:
    file = copy / "Pulumi.prod.yaml"
    before = file.read_text(encoding="utf-8")
    looked = diceytech("promote", "database.instance_class", "--from", "dev", "--to", "prod", "--plan", cwd=copy)
    assert (looked.returncode, file.read_text(encoding="utf-8")) == (0, before)
    nobody = diceytech("promote", "database.instance_class", "--from", "dev", "--to", "prod", cwd=copy)
    assert (nobody.returncode, file.read_text(encoding="utf-8")) == (1, before)
    assert "pass --yes to write" in nobody.stderr
    done = diceytech("promote", "database.instance_class", "--from", "dev", "--to", "prod", "--yes", cwd=copy)
    assert "+    instance_class: db.t4g.micro" in done.stdout
    assert file.read_text(encoding="utf-8") == before.replace("db.t4g.medium", "db.t4g.micro")
    again = diceytech("promote", "database.instance_class", "--from", "dev", "--to", "prod", "--yes", cwd=copy)
    assert (again.returncode, again.stdout) == (0, "database.instance_class is the same in both already\n")


def test_a_person_is_asked(copy: Path) -> None:
    file = copy / "Pulumi.prod.yaml"
    before = file.read_text(encoding="utf-8")
    for answer, wanted in (("n", before), ("y", before.replace("multi_az: true", "multi_az: false"))):
        terminal = Terminal("promote", "database.multi_az", "--from", "dev", "--to", "prod", cwd=copy, columns=200)
        terminal.answer("write Pulumi.prod.yaml?", answer)
        assert terminal.end() == 0
        assert file.read_text(encoding="utf-8") == wanted
        assert "single-zone-database" in terminal.shown


def test_a_key_that_the_target_lacks_goes_where_the_schema_has_it(copy: Path) -> None:
    found = plan(copy, "database.monitoring_interval", "dev", "prod", force=False)
    assert "    final_snapshot: true\n    monitoring_interval: 0\n    log_retention_days: 365\n" in found.text
    found = plan(copy, "django", "dev", "prod", force=False)
    assert found.text.index("platform:server:") < found.text.index("platform:django:")
    assert found.text.index("platform:django:") < found.text.index("platform:observability:")


def test_a_section_is_taken_key_by_key(copy: Path) -> None:
    found = plan(copy, "website", "dev", "prod", force=False)
    comments = [line for line in found.before.splitlines() if line.strip().startswith("#")]
    assert [line for line in found.text.splitlines() if line.strip().startswith("#")] == comments
    assert any("no-waf" in finding for finding in found.findings)


def test_an_item_of_a_list_is_a_value(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "zones: [us-east-1a, us-east-1b]", "zones: [us-east-1a, us-east-1c]")
    found = plan(copy, "network.zones[1]", "dev", "prod", force=False)
    assert "    zones: [us-east-1a, us-east-1c]\n" in found.text
    assert plan(copy, "network.zones.1", "dev", "prod", force=False).text == found.text
    assert "no item 0 in server.fleet.instance_types" in refused(copy, "server.fleet.instance_types[0]", "prod", "dev")


def test_a_parameter_with_dots_in_its_name_is_one_key(copy: Path) -> None:
    edit(
        copy / "Pulumi.dev.yaml",
        "    storage_gb: 20\n",
        "    storage_gb: 20\n    parameters: {auto_explain.log_format: json}\n",
    )
    found = plan(copy, "database.parameters.auto_explain.log_format", "dev", "prod", force=False)
    assert changed_lines(found) == ["+    parameters:", "+      auto_explain.log_format: json"]


@pytest.mark.parametrize("key", ["aws.account_id", "environment.tier", "environment", "network.cidr", "network"])
def test_what_says_which_environment_it_is_needs_force(copy: Path, key: str) -> None:
    edit(copy / "Pulumi.dev.yaml", '"123456789012"', '"210987654321"')
    assert "says which environment it is, so dev's is not prod's" in refused(copy, key)


def test_force_does_not_overrule_the_check(copy: Path) -> None:
    assert "platform:accepted" in plan(copy, "accepted", "dev", "prod", force=True).text
    edit(copy / "Pulumi.prod.yaml", "shared_account: true ", "shared_account: false")
    edit(copy / "Pulumi.dev.yaml", '"123456789012"', '"210987654321"')
    assert "210987654321 is also the account of dev" in refused(copy, "aws.account_id", force=True)


def test_what_would_leave_the_target_invalid_is_refused(copy: Path) -> None:
    assert "server.origin: a VPC origin needs private subnets" in refused(copy, "server", "prod", "dev")
    done = diceytech("promote", "server", "--from", "prod", "--to", "dev", "--yes", cwd=copy)
    assert (done.returncode, "Pulumi.dev.yaml as it would be" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("databse.multi_az", "did you mean database.multi_az?"),
        ("instance_type", "did you mean server.instance_type?"),
        ("database.multi_az.x", "is no key"),
        ("database[0]", "is no key"),
        ("a b", "docs/configuration.md lists all"),
        ("", "is no key"),
        ("..", "is no key"),
        ("product.name", "set once, in Pulumi.yaml"),
        ("database.port", "set in neither"),
        ("server.fleet.max", "does not set server.fleet.max, so that it has its default there"),
    ],
)
def test_a_key_that_cannot_be_promoted_is_refused_with_what_to_do(copy: Path, key: str, words: str) -> None:
    assert words in refused(copy, key)


def test_an_encrypted_value_is_never_copied_nor_shown(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "log_level: DEBUG", "log_level: {secure: AAABAJ7w}")
    message = refused(copy, "django.log_level")
    assert "holds an encrypted value" in message
    assert "AAABAJ7w" not in message


def test_anchors_and_aliases_are_copied_by_their_values(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "    log_level: DEBUG", "    log_level: &level DEBUG")
    edit(copy / "Pulumi.dev.yaml", "    storage_gb: 20\n", "    storage_gb: 20\n    parameters: {x: &a '1', y: *a}\n")
    found = plan(copy, "django.log_level", "dev", "prod", force=False)
    assert "log_level: &level DEBUG" in found.text
    assert plan(copy, "database.parameters", "dev", "prod", force=False).changes
    assert plan(copy, "database.parameters.y", "dev", "prod", force=False).changes


# Why a key of the one may have no place in the other; that it cannot be edited is no such reason.
REFUSED = re.compile(r"is set in neither|does not set|has no item|as it would be|says which environment|is also that")
SETTABLE = [
    config_paths.shown(config_paths.parsed(path)) for path in config_paths.known() if not path.startswith("product")
]


def held(raw: object, path: config_paths.Path) -> object:
    for part in path:
        if not isinstance(raw, dict) or part not in raw:
            return MISSING
        raw = raw[part]
    return raw


@pytest.mark.slow
@settings(max_examples=40)
@given(key=st.sampled_from(SETTABLE), ways=st.sampled_from([("dev", "prod"), ("prod", "dev")]))
def test_any_key_of_the_real_environments_is_copied_or_refused_and_all_else_stays(
    key: str, ways: tuple[str, str]
) -> None:
    source, target = ways
    path = config_paths.parsed(key)
    before = read_raw(ROOT, target)
    try:
        found = plan(ROOT, key, source, target, force=True)
    except PlatformError as error:
        if REFUSED.search(str(error)) is None:
            raise
        return
    document = parse_yaml(found.text.encode())
    assert isinstance(document, dict)
    after = own_keys(document, found.file)
    assert held(after, path) == held(read_raw(ROOT, source), path)
    for other in config_paths.known():
        parts = config_paths.parsed(other)
        if not (key.startswith(f"{other}.") or other.startswith(f"{key}.") or other == key) and parts[0] != "product":
            assert held(after, parts) == held(before, parts), other
