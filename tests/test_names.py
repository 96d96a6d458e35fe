"""The longest names that the configuration lets one have, against AWS's limits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.names import LIMITS, Names
from rehearsal.platform import rehearsed_config
from tests.stacks.environments import varied

INFRA = Path(__file__).parent.parent / "infra"
PRODUCT, ENVIRONMENT = "abcdefghij-klmnopqrs", "abcdefghijkl"
LONGEST = Names(product=PRODUCT, environment=ENVIRONMENT, account_id="123456789012")
# AWS's own limits, by the kinds of names.py; `log_group`: CloudWatch Logs API reference, CreateLogGroup.
AWS_LIMITS = {
    "bucket": 63,
    "role": 64,
    "user": 64,
    "group": 128,
    "policy": 128,
    "rds": 63,
    "log_group": 512,
}
BALANCER, PULUMI_SUFFIX = 32, 8  # ELB API reference, CreateLoadBalancer; what Pulumi adds to an auto-name
SSM_NAME, SECRET_NAME = 1011, 512  # characters: PutParameter and CreateSecret in the services' API references


def spelled() -> Iterator[tuple[str, str, str]]:
    """(method, part, kind) of every name that a module under infra/ asks names.py for by a literal."""
    for file in sorted(INFRA.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = ast.unparse(node.func.value)
            if owner.split(".")[-1] in ("names", "self") and node.func.attr in ("part", "bucket", "log_group"):
                kinds = [ast.literal_eval(word.value) for word in node.keywords if word.arg == "kind"]
                parts = node.args[:1]
                if parts and isinstance(parts[0], ast.Constant):
                    yield node.func.attr, str(parts[0].value), kinds[0] if kinds else "role"


def test_the_longest_product_and_environment_are_what_the_configuration_allows() -> None:
    assert (len(PRODUCT), len(ENVIRONMENT)) == (20, 12)


def test_every_limit_is_awss() -> None:
    assert {kind: AWS_LIMITS[kind] for kind in LIMITS} == LIMITS


def test_every_name_fits_with_the_longest_product_and_environment() -> None:
    found = sorted(set(spelled()))
    assert len(found) >= 15
    for method, part, kind in found:
        name = getattr(LONGEST, method)(part, **({"kind": kind} if method == "part" else {}))
        limit = AWS_LIMITS[kind if method == "part" else method]
        assert len(name) <= limit, name


@pytest.mark.parametrize("part", ["server", "server-target"])
def test_a_balancers_name_is_cut_to_leave_room_for_pulumis_suffix(part: str) -> None:
    name = LONGEST.balancer(part)
    assert len(name) <= BALANCER - PULUMI_SUFFIX
    assert name.endswith(f"-{part}")
    assert "--" not in name


def test_paths_and_replicas_fit_too() -> None:
    assert all(len(name) <= 63 for name in LONGEST.replica_buckets)
    assert len(LONGEST.replication_role) <= 64
    parameters = (LONGEST.platform_parameter, *LONGEST.release_parameters, LONGEST.secret("S" * 64))
    assert max(map(len, parameters)) <= min(SSM_NAME, SECRET_NAME)


@pytest.mark.parametrize("kind", sorted(LIMITS))
def test_a_name_of_exactly_awss_limit_is_taken_and_one_more_is_refused_with_what_to_shorten(kind: str) -> None:
    names = Names(product="a", environment="b", account_id="123456789012")
    if kind == "bucket":
        room = LIMITS[kind] - len(names.bucket(""))
        assert len(names.bucket("x" * room)) == LIMITS[kind]
        with pytest.raises(ValueError, match=r"has 64 characters of 63: shorten product\.name"):
            names.bucket("x" * (room + 1))
        return
    room = LIMITS[kind] - len("a-b-")
    assert len(names.part("x" * room, kind=kind)) == LIMITS[kind]
    with pytest.raises(ValueError, match=rf"the {kind} name .* shorten product\.name"):
        names.part("x" * (room + 1), kind=kind)


@pytest.mark.slow
@pytest.mark.parametrize("like", ["dev", "prod"])
def test_an_environment_with_the_longest_names_comes_up(like: str) -> None:
    config = varied(like, product={"name": PRODUCT})
    with rehearsed_config(config, ENVIRONMENT) as up:
        assert (up.outputs.product, up.outputs.environment) == (PRODUCT, ENVIRONMENT)
        roles = [node.inputs["name"] for node in up.run.graph.of("aws:iam/role:Role")]
        assert roles
        assert all(role.startswith(f"{LONGEST.prefix}-") for role in roles)
