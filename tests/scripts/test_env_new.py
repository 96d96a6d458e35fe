"""A new environment is valid at once, and takes nothing that another one has."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest
from commands import diceytech, edit, repository

from infra.config import PlatformConfig
from infra.config_source import ConfigError, load, stack_file
from scripts.config.check import check
from scripts.config.env_new import Wanted, plan
from scripts.config.env_new_network import free_range

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def made(root: Path, name: str, source: str, **decisions: str) -> PlatformConfig:
    """The new environment, written and found valid beside the others."""
    text = plan(root, Wanted(name=name, source=source, **decisions))
    stack_file(root, name).write_text(text, encoding="utf-8")
    assert all(verdict.ok for verdict in check(root))
    return load(root, name)


def refused(root: Path, name: str, source: str, **decisions: str) -> str:
    with pytest.raises(ConfigError) as error:
        plan(root, Wanted(name=name, source=source, **decisions))
    assert len(error.value.problems) == 1
    return str(error.value)


def test_the_command_writes_a_valid_environment(copy: Path) -> None:
    done = diceytech("env", "new", "staging", "--from", "prod", "--domain", "staging.example.net", cwd=copy)
    assert done.returncode == 0
    wrote, hint = done.stderr.splitlines()
    assert wrote == f"wrote {copy / 'Pulumi.staging.yaml'}"
    assert "name staging under account:environments" in hint
    checked = diceytech("config", "check", cwd=copy)
    assert (checked.returncode, checked.stdout.count(" ok")) == (0, 3)
    assert "/secrets" not in (copy / "Pulumi.staging.yaml").read_text()


def test_decisions_and_comments_are_the_sources(copy: Path) -> None:
    staging, prod = made(copy, "staging", "prod", domain="staging.product.example"), load(copy, "prod")
    assert (staging.server, staging.database, staging.environment) == (prod.server, prod.database, prod.environment)
    text = stack_file(copy, "staging").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=docs/stack.schema.json\n# staging: made from prod by")
    for line in ("# Production: safe.", "# a zone's loss is that zone's only", "# servers and load balancer have no"):
        assert line in text


def test_one_made_from_a_made_one_names_its_own_source_only(copy: Path) -> None:
    made(copy, "staging", "dev")
    made(copy, "qa", "staging")
    text = stack_file(copy, "qa").read_text(encoding="utf-8")
    assert (text.count("made from"), text.count("made from staging"), text.count("yaml-language-server")) == (1, 1, 1)


def test_its_range_overlaps_no_other_environment(copy: Path) -> None:
    ranges = [load(copy, name).network.cidr for name in ("dev", "prod")]
    ranges += [made(copy, f"new{number}", "dev").network.cidr for number in range(4)]
    networks = [IPv4Network(text) for text in ranges]
    assert not any(one.overlaps(other) for one in networks for other in networks if one is not other)


def test_the_range_of_an_environment_with_mistakes_is_taken_too(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "10.30.0.0/16", "10.40.0.0/16")
    edit(copy / "Pulumi.prod.yaml", "multi_az: true", "multi_az: perhaps")
    text = plan(copy, Wanted(name="staging", source="dev"))
    assert "cidr: 10.30.0.0/16" in text
    edit(copy / "Pulumi.prod.yaml", "10.40.0.0/16", "10.30.0.0/16")
    assert "cidr: 10.40.0.0/16" in plan(copy, Wanted(name="staging", source="dev"))


def test_a_network_without_free_ranges_is_refused() -> None:
    with pytest.raises(ConfigError, match="no free range"):
        free_range([IPv4Network("10.0.0.0/8")], 16)
    assert str(free_range([IPv4Network(f"10.{second}.0.0/16") for second in range(20, 256, 10)], 16)) == "10.0.0.0/16"


def test_names_of_buckets_and_log_groups_are_not_taken_over(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "    # bucket: diceytech-storage", "    bucket: diceytech-storage")
    edit(copy / "Pulumi.dev.yaml", "    # backend_log_group:", "    backend_log_group:")
    staging = made(copy, "staging", "dev")
    assert (staging.media.bucket, staging.observability.backend_log_group) == (None, None)


def test_a_domain_in_an_environments_zone_uses_that_zone(copy: Path) -> None:
    dns = made(copy, "staging", "prod", domain="staging.product.example").dns
    assert dns is not None
    assert (dns.zone, dns.create_zone) == ("product.example", False)


def test_the_zones_own_name_is_in_the_zone(copy: Path) -> None:
    dns = made(copy, "staging", "prod", domain="product.example").dns
    assert dns is not None
    assert (dns.zone, dns.create_zone) == ("product.example", False)


def test_a_domain_elsewhere_gets_a_zone_for_itself_alone(copy: Path) -> None:
    dns = made(copy, "staging", "prod", domain="staging.example.net").dns
    assert dns is not None
    assert (dns.zone, dns.create_zone) == ("staging.example.net", True)


def test_a_zone_of_another_account_is_not_used(copy: Path) -> None:
    dns = made(copy, "staging", "prod", domain="staging.product.example", account_id="210987654321").dns
    assert dns is not None
    assert (dns.zone, dns.create_zone) == ("staging.product.example", True)


def test_a_zone_that_exists_can_be_named(copy: Path) -> None:
    dns = made(copy, "staging", "dev", domain="staging.example.net", zone="example.net").dns
    assert dns is not None
    assert (dns.zone, dns.create_zone) == ("example.net", False)


def test_no_domain_is_a_visible_decision(copy: Path) -> None:
    staging = made(copy, "staging", "prod", domain="none")
    assert staging.dns is None
    assert [accepted.id for accepted in staging.accepted if accepted not in load(copy, "prod").accepted] == [
        "no-domain"
    ]
    again = made(copy, "qa", "staging", domain="qa.product.example")
    assert again.accepted == load(copy, "prod").accepted


def test_the_domain_of_another_environment_is_refused(copy: Path) -> None:
    assert "would be www.product.example again" in refused(copy, "staging", "prod")
    assert "www.product.example is that of prod" in refused(copy, "staging", "dev", domain="www.product.example")


def test_another_account_is_not_shared_and_loses_the_remark_on_the_old_one(copy: Path) -> None:
    aws = made(copy, "staging", "dev", account_id="210987654321").aws
    assert (aws.account_id, aws.shared_account) == ("210987654321", False)
    text = stack_file(copy, "staging").read_text(encoding="utf-8")
    assert '    account_id: "210987654321"\n    region: us-east-1\n' in text


def test_an_account_that_is_not_shared_is_refused(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "123456789012", "210987654321")
    edit(copy / "Pulumi.prod.yaml", "shared_account: true ", "shared_account: false ")
    message = "210987654321 is that of prod; pass --account ID"
    assert message in refused(copy, "staging", "prod", domain="none")
    assert message in refused(copy, "staging", "dev", account_id="210987654321")


def test_an_account_that_others_share_is_shared(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "123456789012", "210987654321")
    assert made(copy, "staging", "prod", domain="none", account_id="123456789012").aws.shared_account


@pytest.mark.parametrize(
    ("decisions", "path"),
    [
        ({"account_id": "12"}, "aws.account_id"),
        ({"domain": "a.example.net", "zone": "example.org"}, "dns.domain"),
        ({"zone": "example.org"}, "dns.domain"),
    ],
)
def test_decisions_that_are_not_valid_are_refused(copy: Path, decisions: dict[str, str], path: str) -> None:
    assert f"{path}: " in refused(copy, "staging", "dev", **decisions)


@pytest.mark.parametrize("name", ["../x", "a", "Staging", "my-env", "abcdefghijklm", "1st", "qa\n", ""])
def test_a_name_that_no_environment_can_have_is_refused(copy: Path, name: str) -> None:
    assert "is not allowed; use 2-12 lower-case letters and digits" in refused(copy, name, "dev")


def test_an_environment_that_exists_is_never_overwritten(copy: Path) -> None:
    before = (copy / "Pulumi.dev.yaml").read_bytes()
    assert "dev exists already" in refused(copy, "dev", "prod", domain="none")
    assert diceytech("env", "new", "dev", "--from", "prod", "--domain", "none", cwd=copy).returncode == 1
    assert (copy / "Pulumi.dev.yaml").read_bytes() == before


def test_an_unknown_source_is_refused(copy: Path) -> None:
    assert "there is no environment 'nope'" in refused(copy, "staging", "nope")


def test_the_sources_state_keys_stay_with_it(copy: Path) -> None:
    file = copy / "Pulumi.dev.yaml"
    file.write_text(f"encryptionsalt: v1:salt\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    made(copy, "staging", "dev")
    assert "salt" not in stack_file(copy, "staging").read_text(encoding="utf-8")


def test_keys_without_the_namespace_are_understood(copy: Path) -> None:
    edit(copy / "Pulumi.dev.yaml", "  platform:network:", "  network:")
    assert made(copy, "staging", "dev").network.cidr not in ("10.20.0.0/16", "10.30.0.0/16")
