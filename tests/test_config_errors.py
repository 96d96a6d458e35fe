"""Every mistake in the YAML gives one clear error with its path, and nothing else."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pkgutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from infra import config_checks
from infra.account_config import AccountConfig
from infra.config import PlatformConfig
from infra.config_across import check_across, claims, environment
from infra.config_checks import CHECKS, Problem
from infra.config_lint import lint
from infra.config_messages import PATTERN_WORDS
from infra.config_source import ConfigError, load, parse, read_raw
from rehearsal.platform import planned

ROOT = Path(__file__).parent.parent
ENDING = {"id": "RDS.5", "reason": "a standby doubles the price"}


def changed(env: str, path: str, value: Any) -> dict[str, Any]:
    """The real configuration with one value set (`...` removes it)."""
    raw = copy.deepcopy(read_raw(ROOT, env))
    *parents, last = path.split(".")
    target = raw
    for name in parents:
        target = target.setdefault(name, {})
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return raw


def problems(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(raw, source="Pulumi.test.yaml")
    return [str(problem) for problem in caught.value.problems]


def adopted(*, public: str = "ab", private: str = "", database: str = "cd") -> dict[str, Any]:
    """An existing VPC, its subnets by letters."""
    tiers = {"public": public, "private": private, "database": database}
    ids = {f"{tier}_subnet_ids": [f"subnet-0000000{letter}" for letter in tiers[tier]] for tier in tiers}
    return {"vpc_id": "vpc-0123456789abcdef0", **ids}


MISTAKES = [
    # path to set, value, where the error must point, what it must say
    ("databse", {}, "databse", "not a setting"),
    ("database.instnce_class", "x", "database.instnce_class", "use one of"),
    ("server.image.amii", "x", "server.image.amii", "use one of os, ami"),
    ("database", ..., "database", "is missing"),
    ("database.multi_az", ..., "database.multi_az", "is missing"),
    ("database.multi_az", "yes", "database.multi_az", "write true or false"),
    ("database.storage_gb", "20", "database.storage_gb", "write a whole number"),
    ("database.storage_gb", 20.5, "database.storage_gb", "whole"),
    ("aws.account_id", 123456789012, "aws.account_id", "write text"),
    ("aws.account_id", "12345", "aws.account_id", "12 digits in quotes"),
    ("aws.account_id", "١٢٣٤٥٦٧٨٩٠١٢", "aws.account_id", "12 digits in quotes"),
    ("network.cidr", "\uff11\uff10.20.0.0/16", "network.cidr", "a range such as"),
    ("server.mode", "cluster", "server.mode", "'single' or 'fleet'"),
    ("network.zones", "us-east-1a", "network.zones", "write a list"),
    ("network.zones", ["us-east-1a"], "network.zones", "at least 2"),
    ("network.zones", ["us-east-1a", "us-east-1a"], "network.zones", "named twice"),
    ("network.zones", ["us-east-1a", "eu-west-1a"], "network.zones[1]", "not in us-east-1"),
    ("network.cidr", "10.0.0.0/28", "network.cidr", "too small"),
    ("network.cidr", "10.0.0.0/8", "network.cidr", "too large"),
    ("network.cidr", "10.0.0.1/16", "network.cidr", "host bits"),
    ("network.cidr", "8.8.0.0/16", "network.cidr", "not a private range"),
    ("network.cidr", "10.0.0.0/99", "network.cidr", "does not appear to be"),
    ("network.cidr", "127.0.0.0/16", "network.cidr", "not a private range"),
    ("network.cidr", "169.254.0.0/16", "network.cidr", "not a private range"),
    ("network.cidr", "0.0.0.0/16", "network.cidr", "not a private range"),
    ("network.cidr", "240.0.0.0/16", "network.cidr", "not a private range"),
    ("network.cidr", "172.32.0.0/16", "network.cidr", "not a private range"),
    ("network.adopt", adopted(database="ab"), "network.adopt.database_subnet_ids", "public and the database's"),
    ("network.adopt", adopted(database="bc"), "network.adopt.database_subnet_ids", "public and the database's"),
    ("network.adopt", adopted(private="bf"), "network.adopt.private_subnet_ids", "public and private"),
    ("network.adopt", adopted(public="aba"), "network.adopt.public_subnet_ids", "named twice"),
    ("network.adopt", adopted(private="eef"), "network.adopt.private_subnet_ids", "named twice"),
    ("network.adopt", adopted(database="cdd"), "network.adopt.database_subnet_ids", "named twice"),
    ("network.flow_log_retention_days", 8, "network.flow_log_retention_days", "no retention of 8 days"),
    ("observability.log_retention_days", 0, "observability.log_retention_days", "no retention of 0 days"),
    ("database.log_retention_days", 10_000, "database.log_retention_days", "no retention of 10000 days"),
    ("database.backup_retention_days", 36, "database.backup_retention_days", "less than or equal to 35"),
    ("database.storage_gb", 60, "database.max_storage_gb", "raise it"),
    ("database.storage_gb", 49, "database.max_storage_gb", "raise it"),
    ("database.username", "a" * 17, "database.username", "16 characters at most"),
    ("database.name", "my-db", "database.name", "underscores"),
    ("database.username", "admin", "database.username", "reserved"),
    ("database.name", "pg_x", "database.name", "reserved"),
    ("database.port", 5432000, "database.port", "less than or equal to 65535"),
    ("media.bucket", "Diceytech_Storage", "media.bucket", "3 to 63 characters"),
    ("media.bucket", "a.b", "media.bucket", "a dot breaks TLS"),
    ("database.parameters", {"rds.force_ssl": "0"}, "database.parameters.rds.force_ssl", "without TLS"),
    *(
        ("database.parameters", {name: value}, f"database.parameters.{name}", says)
        for name, value, says in (
            ("ssl_min_protocol_version", "TLSv1.1", "TLS before 1.2"),
            ("ssl_max_protocol_version", "TLSv1", "TLS before 1.2"),
            ("password_encryption", "md5", "scram-sha-256"),
            ("ssl", "off", "without TLS"),
            ("ssl", "0", "without TLS"),
            ("..", "1", "such as work_mem"),
            ("_x", "1", "such as work_mem"),
            ("work_mem.", "1", "such as work_mem"),
        )
    ),
    ("website.content_security_policy", "default-src 'sälf'", "website.content_security_policy", "ASCII"),
    ("website.content_security_policy", "default-src\t'self'", "website.content_security_policy", "ASCII"),
    ("website.content_security_policy", "", "website.content_security_policy", "ASCII"),
    ("django.variables", {"DEBUG": "True"}, "django.variables.DEBUG", "set by the platform"),
    ("django.variables", {"CACHE_URL": "redis://:hunter2@cache:6379"}, "django.variables.CACHE_URL", "a secret"),
    ("secrets.django", ["SECRET_KEY", "DEBUG"], "secrets.django[1]", "DEBUG is set by the platform"),
    ("website.gate", {"username": "x", "secret": "ORIGIN_SECRET"}, "website.gate.secret", "the origin's"),
    ("website.gate", {"username": "x", "secret": "SECRET_KEY"}, "website.gate.secret", "Django's"),
    ("website.variables", {"REACT_APP_X": "sk_live_1"}, "website.variables.REACT_APP_X", "anyone can read"),
    ("website.backend_paths", ["/**"], "website.backend_paths[0]", "the whole site"),
    ("website.backend_paths", ["/?*"], "website.backend_paths[0]", "the whole site"),
    ("website.backend_paths", ["/media*"], "website.backend_paths[0]", "the media bucket"),
    ("website.backend_paths", ["/m*"], "website.backend_paths[0]", "the media bucket"),
    ("tags", {"Role": "web"}, "tags.Role", "reserved"),
    ("tags", {f"t{number}": "x" for number in range(46)}, "tags", "name 45 at most"),
    ("tags", {"Team": "a", "team": "b"}, "tags.team", "Team but for its case"),
    ("tags", {"product": "y"}, "tags.product", "reserved"),
    ("network.interface_endpoints", ["ec2", "ssm", "ec2"], "network.interface_endpoints[2]", "named twice"),
    ("dns", {"domain": f"{'a' * 53}.example.org", "zone": "example.org"}, "dns.domain", "65 characters"),
    ("observability.backend_log_group", "aws/backend", "observability.backend_log_group", "AWS keeps"),
    ("media.public_prefixes", [f"p{number}/" for number in range(60)], "media.public_prefixes", "do not fit"),
    ("media.private_prefixes", ["p" * 2500 + "/"], "media.public_prefixes", "do not fit"),
    ("django.variables", {"A": "one\ttwo"}, "django.variables.A", "on one line"),
    ("django.variables", {"A": "\x1b[2J"}, "django.variables.A", "on one line"),
    ("django.variables", {"A": "\x7f"}, "django.variables.A", "on one line"),
    ("database.username", "rds_superuser", "database.username", "reserved"),
    ("database.username", "rdsadmin", "database.username", "reserved"),
    ("database.username", "rds_mine", "database.username", "reserved"),
    ("database.username", "pg_monitor", "database.username", "reserved"),
    ("database.username", "public", "database.username", "reserved"),
    ("media.bucket", "xn--bucket", "media.bucket", "reserved"),
    ("media.bucket", "bucket-s3alias", "media.bucket", "reserved"),
    ("media.public_prefixes", ["resumes/public/"], "media.public_prefixes", "overlap"),
    ("media.public_prefixes", [], "media.public_prefixes", "at least 1"),
    ("website.backend_paths", ["/media/x/*"], "website.backend_paths[0]", "media bucket"),
    ("website.backend_paths", ["api"], "website.backend_paths[0]", "begins with /"),
    ("server.image.ami", "debian", "server.image.ami", "ami-"),
    ("server.origin", "vpc", "server.origin", "private subnets"),
    ("server.fleet", {"min": 5, "max": 2}, "server.fleet.min", "above max"),
    ("server.fleet", {"instance_types": ["t4g.small"]}, "server.fleet.instance_types", "architectures"),
    ("server.fleet", {"instance_types": ["i8ge.large"]}, "server.fleet.instance_types", "architectures"),
    ("server.fleet", {"instance_types": ["g5g.xlarge"]}, "server.fleet.instance_types", "architectures"),
    ("server.fleet", {"instance_types": ["t3.micro"]}, "server.fleet.instance_types[0]", "is server.instance_type"),
    ("server.fleet", {"instance_types": ["t3.small"] * 2}, "server.fleet.instance_types[1]", "named twice"),
    ("identity.media_user", {"keys": [1, 2, 3]}, "identity.media_user.keys", "at most 2"),
    ("identity.media_user", {"keys": [2]}, "identity.media_user.current", "not in keys"),
    ("website.failover_region", "us-east-1", "website.failover_region", "region of the website itself"),
    ("website.failover_region", "west", "website.failover_region", "such as us-east-1"),
    ("dns", {"domain": "www.other.org", "zone": "example.org"}, "dns.domain", "not in zone"),
    ("django.variables", {"SECRET_KEY": "x"}, "django.variables.SECRET_KEY", "also a secret"),
    ("django.variables", {"A": "one\ntwo"}, "django.variables.A", "on one line"),
    ("product.name", "Acme Corp", "product.name", "single hyphens"),
    ("aws.region", "cn-north-1", "aws.region", "China and GovCloud"),
    ("aws.region", "xx-nowhere-9", "aws.region", "no commercial AWS region"),
    ("website.failover_region", "xx-nowhere-9", "website.failover_region", "no commercial AWS region"),
    ("product.name", "ssm", "product.name", "AWS keeps"),
    ("product.name", "aws-shop", "product.name", "AWS keeps"),
    ("django.variables", {"DB_PASSWORD": "x"}, "django.variables.DB_PASSWORD", "looks like a secret"),
    ("django.variables", {"STRIPE": "sk_live_x"}, "django.variables.STRIPE", "looks like a secret"),
    ("database.engine_version", "99", "database.engine_version", "RDS has no PostgreSQL 99"),
    ("website.backend_paths", ["/*"], "website.backend_paths[0]", "whole site"),
    ("website.backend_paths", ["/api/*", "/api/*"], "website.backend_paths[1]", "named twice"),
    ("observability.alarm_emails", ["a@b.example", "a@b.example"], "observability.alarm_emails[1]", "named twice"),
    ("product.name", "www-data", "product.name", "user or group of the system"),
    *(
        ("product.name", name, "product.name", "user or group of the system")
        for name in ("video", "staff", "sudo", "audio", "disk", "adm", "systemd-journal", "kvm", "cwagent", "admin")
    ),
    ("product.name", "ssl", "product.name", "in /etc of the system"),
    ("product.name", "hosts", "product.name", "in /etc of the system"),
    ("product.backend.path", "../outside", "product.backend.path", "inside the repository"),
    ("product.backend.path", "a/../../b", "product.backend.path", "leaves the repository"),
    ("product.backend.wsgi", "acme.wsgi; rm -rf /", "product.backend.wsgi", "Python module"),
    ("tags", {"aws:x": "y"}, "tags.aws:x", "reserved"),
    ("tags", {"Team": "a\u2028b"}, "tags.Team", "write letters, digits, spaces and _ . : / = + - @ alone"),
    ("tags", {"Team": "☃"}, "tags.Team", "write letters, digits, spaces and _ . : / = + - @ alone"),
    ("tags", {"Team": "a!"}, "tags.Team", "at most 256 letters, digits, spaces and _ . : / = + - @"),
    ("tags", {"Team": "é" * 257}, "tags.Team", "at most 256"),
    ("tags", {"": "a"}, "tags.", "1 to 128 letters"),
    ("tags", {"Product": "y"}, "tags.Product", "reserved"),
    ("accepted", [{"id": "RDS.5", "reason": "no"}], "accepted[0].reason", "at least 15"),
    ("accepted", [{**ENDING, "until": "soon"}], "accepted[0].until", "a day such as 2027"),
    ("accepted", [{**ENDING, "until": 20270331}], "accepted[0].until", "date"),
    ("website.gate", {"username": "dev"}, "website.gate.secret", "is missing"),
    ("website", [], "website", "write a mapping"),
    (
        "network.subnets",
        {"public": ["10.20.0.0/24"], "private": [], "database": []},
        "network.subnets.public",
        "per zone",
    ),
]


@pytest.mark.parametrize(("path", "value", "where", "says"), MISTAKES, ids=[f"{m[0]}={m[1]!r}"[:60] for m in MISTAKES])
def test_a_mistake_is_one_error_that_names_its_place_and_says_what_to_do(
    path: str, value: Any, where: str, says: str
) -> None:
    found = problems(changed("dev", path, value))
    matching = [text for text in found if text.startswith(f"{where}: ") and says in text]
    assert matching, found


def test_parameters_that_are_as_safe_as_the_default_are_taken() -> None:
    safe = {"ssl_min_protocol_version": "TLSv1.3", "password_encryption": "scram-sha-256", "rds.force_ssl": "1"}
    more = {"ssl_max_protocol_version": "", "auto_explain.log_min_duration": "250", "plv8.start_proc": "x"}
    parse(changed("dev", "database.parameters", {**safe, **more}), source="dev")


def test_tags_take_the_letters_and_digits_of_any_script_as_the_services_do() -> None:
    tags = {"Équipe": "Zürich 東京", "Ort": "٣" * 256}
    assert parse(changed("dev", "tags", tags), source="dev").tags == tags


def test_overlapping_subnets_are_refused() -> None:
    subnets = {
        "public": ["10.20.0.0/24", "10.20.1.0/24"],
        "private": ["10.20.2.0/24", "10.20.1.128/25"],
        "database": ["10.20.4.0/24", "10.99.0.0/24"],
    }
    found = problems(changed("dev", "network.subnets", subnets))
    assert [text.split(":")[0] for text in found] == ["network.subnets.database[1]", "network.subnets.private[1]"]


def test_all_errors_are_reported_at_once() -> None:
    raw = changed("dev", "database.storage_gb", "x")
    raw["server"]["mode"] = "none"
    raw["nonsense"] = 1
    raw["network"]["cidr"] = "10.0.0.0/29"
    found = problems(raw)
    assert {text.split(":")[0] for text in found} == {"database.storage_gb", "server.mode", "nonsense", "network.cidr"}


ONE_ERROR = [("network.cidr", "10.20.1.1/16"), ("media.bucket", "xn--foo-s3alias")]


@pytest.mark.parametrize(("path", "value"), ONE_ERROR)
def test_one_wrong_value_is_one_error(path: str, value: str) -> None:
    assert [text.split(":")[0] for text in problems(changed("dev", path, value))] == [path]


HIDING = [
    ("database.storage_gb", "x", "observability.log_retention_days", 8),
    ("website.waf", "x", "media.bucket", "xn--bucket"),
    ("network.foo", 1, "network.cidr", "8.8.0.0/16"),
    ("server.image.foo", 1, "server.fleet", {"min": 5, "max": 2}),
]


@pytest.mark.parametrize(("one", "wrong", "other", "value"), HIDING)
def test_one_mistake_does_not_hide_another(one: str, wrong: Any, other: str, value: Any) -> None:
    raw = changed("dev", one, wrong)
    section, key = other.split(".")
    raw.setdefault(section, {})[key] = value
    found = [text.split(":")[0] for text in problems(raw)]
    assert len(found) == 2
    assert found[0] == one
    assert found[1].startswith(other)


def patterns(schema: Any) -> set[str]:
    """All patterns that text or keys must match."""
    if isinstance(schema, list):
        return {found for item in schema for found in patterns(item)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    keys = schema.get("patternProperties", {})
    return {*own, *keys, *(found for value in schema.values() for found in patterns(value))}


@pytest.mark.parametrize("model", [PlatformConfig, AccountConfig])
def test_every_pattern_is_explained_in_words(model: type[BaseModel]) -> None:
    assert patterns(model.model_json_schema()) - set(PATTERN_WORDS) == set()


SHORT = [
    ("network.flow_log_retention_days", 14, "short-flow-logs"),
    ("database.log_retention_days", 30, "short-database-logs"),
    ("logs.keep_days", 30, "short-access-logs"),
]


@pytest.mark.parametrize(("path", "days", "rule"), SHORT)
def test_short_logs_of_production_are_found(path: str, days: int, rule: str) -> None:
    found = lint(parse(changed("prod", path, days), source="prod")).findings
    assert [(one.path, rule in one.message) for one in found] == [(path, True)]


def test_overlapping_ranges_are_found_until_they_are_accepted() -> None:
    raw = changed("dev", "network.cidr", "10.30.0.0/20")
    prod = load(ROOT, "prod")
    assert "overlapping-ranges" in lint(parse(raw, source="dev"), [prod]).findings[0].message
    raw["accepted"] = [*raw.get("accepted", []), {"id": "overlapping-ranges", "reason": "they are never joined"}]
    assert lint(parse(raw, source="dev"), [prod]).findings == ()


NO_CHOICE = {"id": "single-zone-database", "reason": "the shop sleeps at night"}


def test_an_acceptance_of_a_lint_rule_ends_on_its_day() -> None:
    raw = changed("prod", "database.multi_az", False)
    raw["accepted"] = [{**NO_CHOICE, "until": "2026-11-25"}]
    config = parse(raw, source="prod")
    assert lint(config, today=date(2026, 11, 25)).findings == ()
    messages = [one.message for one in lint(config, today=date(2026, 11, 26)).findings]
    assert "the database is away while its one zone is [single-zone-database]" in messages
    assert "single-zone-database was accepted until 2026-11-25" in messages


@pytest.mark.parametrize("written", ["2026-11-25", "2026-11-25 00:00:00 +0000 UTC", date(2026, 11, 25)])
def test_a_day_is_read_as_text_as_yaml_has_it_and_as_the_engine_hands_it_on(written: object) -> None:
    config = parse(changed("dev", "accepted", [{**ENDING, "until": written}]), source="dev")
    assert config.accepted[0].until == date(2026, 11, 25)


def test_an_acceptance_of_a_control_needs_a_last_day_in_production_only() -> None:
    dev, prod = changed("dev", "database.storage_gb", 20), changed("prod", "database.storage_gb", 50)
    for raw in (dev, prod):
        raw["accepted"] = [{"id": "EC2.10", "reason": "no interface endpoints are needed"}]
    assert lint(parse(dev, source="dev")).findings == ()
    assert [one.message for one in lint(parse(prod, source="prod")).findings] == [
        "EC2.10 is accepted in production without an end"
    ]


def test_debug_pages_are_refused_in_production() -> None:
    assert problems(changed("prod", "django.debug", True)) == [
        "django.debug: debug pages in production show settings to anyone; set it to false"
    ]


def test_two_environments_share_an_account_only_when_both_say_so() -> None:
    dev = parse(changed("dev", "aws.shared_account", False), source="dev")
    prod = load(ROOT, "prod")
    found = check_across({"dev": dev, "prod": prod})
    assert [problem.path for problem in found["dev"]] == ["aws.account_id"]
    assert found["prod"] == []


def test_two_environments_cannot_name_one_bucket() -> None:
    dev = parse(changed("dev", "media.bucket", "diceytech-storage"), source="dev")
    prod = parse(changed("prod", "media.bucket", "diceytech-storage"), source="prod")
    assert [problem.path for problem in check_across({"dev": dev, "prod": prod})["prod"]] == ["media.bucket"]


MADE = "diceytech-{}-123456789012"
TAKEN = [
    # environment, key set by hand, its value, what it is said to be
    ("dev", "media.bucket", MADE.format("prod-website"), "also the website bucket of prod"),
    ("prod", "logs.bucket", MADE.format("dev-media"), "also the media bucket of dev"),
    ("dev", "media.bucket", MADE.format("dev-website"), "is the website bucket"),
    ("prod", "media.bucket", MADE.format("prod-website-replica"), "is a bucket of the website's replica"),
    ("dev", "website.bucket", "pulumi-state-diceytech-123456789012", "is the bucket of Pulumi's state"),
    ("dev", "observability.backend_log_group", "diceytech-dev-nginx", "is the log group nginx"),
    ("dev", "observability.backend_log_group", "diceytech-prod-backend", "also the backend's log group of prod"),
    ("dev", "observability.backend_log_group", "diceytech-prod-worker", "also the log group worker of prod"),
    (
        "dev",
        "observability.backend_log_group",
        "/aws/rds/instance/diceytech-dev-database/postgresql",
        "is a log group of the database",
    ),
    ("prod", "observability.backend_log_group", "/aws/route53/product.example", "is the log group of the zone"),
]


@pytest.mark.parametrize(("env", "path", "value", "says"), TAKEN)
def test_a_name_set_by_hand_is_not_one_that_an_environment_makes(env: str, path: str, value: str, says: str) -> None:
    configs = {name: load(ROOT, name) for name in ("dev", "prod")}
    assert check_across(configs) == {"dev": [], "prod": []}
    configs[env] = parse(changed(env, path, value), source=env)
    found = {name: [str(one) for one in problems] for name, problems in check_across(configs).items()}
    [problem] = found.pop(env)
    assert problem.startswith(f"{path}: {value} ")
    assert says in problem
    assert set(map(tuple, found.values())) == {()}


@pytest.mark.slow
@pytest.mark.parametrize("env", ["dev", "prod"])
def test_every_bucket_and_log_group_of_an_environment_is_claimed(env: str) -> None:
    graph = planned(ROOT, env)
    made = {node.inputs["name"] for node in graph.of("aws:cloudwatch/logGroup:LogGroup")}
    made |= {node.inputs["bucket"] for node in graph.of("aws:s3/bucket:Bucket")}
    assert len(made) >= 8
    assert made <= {claim.name for claim in claims(env, dict(load(ROOT, env)))}


def test_two_environments_cannot_name_one_bucket_for_two_things() -> None:
    dev = parse(changed("dev", "media.bucket", "diceytech-storage"), source="dev")
    prod = parse(changed("prod", "website.bucket", "diceytech-storage"), source="prod")
    found = check_across({"dev": dev, "prod": prod})
    assert [str(problem) for problem in found["prod"]] == [
        "website.bucket: diceytech-storage is also the media bucket of dev; give each environment its own name"
    ]


def test_log_groups_of_one_name_in_two_regions_are_two() -> None:
    dev = parse(changed("dev", "observability.backend_log_group", "diceytech-prod-worker"), source="dev")
    prod = load(ROOT, "prod")
    elsewhere = prod.model_copy(update={"aws": prod.aws.model_copy(update={"region": "eu-west-1"})})
    assert check_across({"dev": dev, "prod": elsewhere}) == {"dev": [], "prod": []}


def test_an_unknown_environment_names_those_that_exist() -> None:
    with pytest.raises(ConfigError, match="the environments are: dev, prod"):
        load(ROOT, "nope")


@pytest.mark.parametrize("name", ["../dev", "dev/..", "", "DEV", "a" * 40, "dev.yaml"])
def test_an_environment_name_cannot_leave_the_repository(name: str) -> None:
    with pytest.raises(ConfigError, match="there is no environment"):
        load(ROOT, name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("config: [", "is not YAML"),
        ("- a", "is not a mapping"),
        ("config: 5", "config: is not a mapping"),
        ("config:\n  platform:aws:\n    secure: AAAB", "holds an encrypted value"),
        ("config:\n  aws:region: us-east-1", "is not read"),
        ("", "is not a mapping"),
        ("a: &a [*a]", "aliases written out"),
        ("a: !!bool maybe", r"is not YAML \(a value that is none of its tag"),
        ('a: !!float ""', "the number '', which"),
        ("a: 010", r"is not YAML \(line 1, column 4: the number '010', which the engine may read as another one"),
        ("a: [1, -07]", r"the number '-07', which"),
        ("a: 0x1F", r"the number '0x1F', which"),
        ("a: 1_000", r"the number '1_000', which"),
        ("a: .inf", r"the number '\.inf', which"),
        ("a: 2026-01-02T10:00:00Z", r"is not YAML \(line 1, column 4: a time; quote it\)"),
        (
            "a: !!binary aGVsbG8=",
            r"is not YAML \(line 1, column 4: a value with the tag binary; quote the text instead\)",
        ),
        ("a: !!set {b: null}", r"a value with the tag set"),
        ("a: 1\na: 2", r"is not YAML \(line 2, column 1: the key a is there twice\)"),
        ("a:\n\tb: 1", "line 2, column 1: a tab"),
        ("x" * 70_000, "more than 64 KiB"),
        (
            "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 40)),
            "aliases written out",
        ),
    ],
)
def test_a_broken_file_is_one_error(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(ConfigError, match=says):
        environment(tmp_path, "dev")


def test_a_file_that_is_not_text_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "Pulumi.dev.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not YAML"):
        load(tmp_path, "dev")


def attempt(raw: dict[str, Any]) -> list[Problem]:
    """The problems of what is refused, none of what is taken; any other exception fails the test."""
    try:
        parse(raw, source="x")
    except ConfigError as error:
        return error.problems
    return []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)
SECTIONS = sorted(read_raw(ROOT, "prod"))


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(SECTIONS) | st.text(max_size=10), ANYTHING, max_size=6))
def test_arbitrary_values_are_refused_by_a_config_error_or_taken(raw: dict[str, Any]) -> None:
    for problem in attempt({**read_raw(ROOT, "prod"), **raw}):
        json.dumps(vars(problem))


@pytest.mark.slow
@settings(max_examples=200)
@given(st.data())
def test_one_arbitrary_value_anywhere_never_crashes(data: st.DataObject) -> None:
    raw = copy.deepcopy(read_raw(ROOT, data.draw(st.sampled_from(["dev", "prod"]))))
    section = data.draw(st.sampled_from(sorted(raw)))
    if isinstance(raw[section], dict) and raw[section]:
        raw[section][data.draw(st.sampled_from(sorted(raw[section])))] = data.draw(ANYTHING)
    assert all(problem.path and problem.message and problem.remedy for problem in attempt(raw))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_arbitrary_text_as_a_file_never_crashes(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(ConfigError):
        load(tmp_path, "dev")


def test_every_rule_is_run() -> None:
    modules = [
        importlib.import_module(f"{config_checks.__name__}.{one.name}")
        for one in pkgutil.iter_modules(config_checks.__path__)
    ]
    written = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert len(written) > 30
    assert written == set(CHECKS)
    assert len(CHECKS) == len(set(CHECKS))
