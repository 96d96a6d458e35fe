"""What a rehearsal puts into the account before the program runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.config import Dns, PlatformConfig
from infra.config_source import load
from infra.names import Names
from rehearsal.emulator import EmulatedAws
from rehearsal.seeds import seed

NAMES = Names(product="diceytech", environment="dev", account_id="123456789012")
ROOT = Path(__file__).parents[2]


def dev(**changes: Any) -> PlatformConfig:
    return load(ROOT, "dev").model_copy(update=changes)


def section(config: PlatformConfig, name: str, **changes: Any) -> dict[str, Any]:
    return {name: getattr(config, name).model_copy(update=changes)}


@pytest.fixture
def aws() -> Any:
    with EmulatedAws(account_id="123456789012", region="us-east-1") as emulated:
        yield emulated


def test_every_secret_of_the_yaml_has_a_value_of_its_own(aws: EmulatedAws) -> None:
    config = dev()
    words = seed(aws, config, NAMES)
    names = [NAMES.secret(name) for name in config.secret_names()]
    found = aws.client("ssm").get_parameters(Names=names, WithDecryption=True)["Parameters"]
    assert {one["Type"] for one in found} == {"SecureString"}
    assert len({one["Value"] for one in found}) == len(names) == 3
    assert not [one for one in found if one["Value"] in " ".join(words)]
    assert all(name in words[0] for name in names)


def test_secrets_go_to_the_store_that_the_yaml_chooses(aws: EmulatedAws) -> None:
    config = dev(**section(dev(), "secrets", store="secretsmanager"))
    seed(aws, config, NAMES)
    value = aws.client("secretsmanager").get_secret_value(SecretId="/diceytech/dev/secrets/SECRET_KEY")
    assert len(value["SecretString"]) >= 32
    assert aws.client("ssm").describe_parameters()["Parameters"] == []


@pytest.mark.parametrize(("create_zone", "zones"), [(False, ["example.com."]), (True, [])])
def test_a_zone_is_seeded_where_the_environment_does_not_make_it(
    aws: EmulatedAws, create_zone: bool, zones: list[str]
) -> None:
    config = dev(dns=Dns(domain="www.example.com", zone="example.com", create_zone=create_zone))
    seed(aws, config, NAMES)
    assert [zone["Name"] for zone in aws.client("route53").list_hosted_zones()["HostedZones"]] == zones


def test_the_boundary_is_seeded_where_the_environment_needs_it(aws: EmulatedAws) -> None:
    words = seed(aws, dev(**section(dev(), "identity", permissions_boundary=True)), NAMES)
    assert aws.client("iam").get_policy(PolicyArn=NAMES.boundary_arn)["Policy"]["Path"] == "/diceytech/deploy/"
    assert "the account project makes" in words[-1]
