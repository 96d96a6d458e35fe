"""What else the YAML can ask for: each shape comes up, or is refused before it is made."""

from __future__ import annotations

from typing import Any

import pytest

from infra.components.network_adopted import AdoptionError
from infra.config import PlatformConfig
from infra.errors import PlatformError
from infra.origin import OriginError
from rehearsal import graph_json
from rehearsal.graph import Graph
from rehearsal.platform import planned, rehearsed, rehearsed_config
from tests.stacks.environments import ROOT, varied

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_only_what_cloudfront_needs_is_in_us_east_1(env: str) -> None:
    config = varied(env, aws={"region": "eu-west-1"}, network={"zones": ["eu-west-1a", "eu-west-1b"]})
    with rehearsed_config(config, env) as found:
        there = {node.type for node in found.run.graph if node.inputs.get("region") == "us-east-1"}
    assert there <= {
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:wafv2/webAcl:WebAcl",
    }
    assert {"aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topic:Topic"} <= there


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_two_plans_and_two_runs_give_the_same_graph(env: str) -> None:
    assert graph_json.dump(planned(ROOT, env)) == graph_json.dump(planned(ROOT, env))
    with rehearsed(ROOT, env) as first:
        one = graph_shape(first.run.graph)
    with rehearsed(ROOT, env) as second:
        assert graph_shape(second.run.graph) == one


def graph_shape(graph: Graph) -> list[tuple[Any, ...]]:
    return [(node.urn, node.dependencies, dict(node.property_dependencies), node.protect) for node in graph]


PUBLIC_FLEET = {"mode": "fleet"}
PRIVATE = {"egress": "nat"}
SHAPES = {
    "single behind a VPC origin": lambda: varied("dev", network=PRIVATE, server={"origin": "vpc"}),
    "fleet in public subnets": lambda: varied("dev", server=PUBLIC_FLEET),
    "fleet in public subnets with a domain": lambda: varied(
        "dev", server=PUBLIC_FLEET, dns={"domain": "www.acme.example", "zone": "acme.example", "create_zone": True}
    ),
    "prod with a single server": lambda: varied("prod", server={"mode": "single"}),
    "prod without a domain": lambda: varied("prod", dns=None),
    "prod in a zone that exists": lambda: varied("prod", dns={"create_zone": False}),
    "three zones and one NAT": lambda: varied(
        "prod", network={"zones": ["us-east-1a", "us-east-1b", "us-east-1c"], "nat_gateways": "one"}
    ),
    "the guide's names": lambda: varied(
        "dev",
        media={"bucket": "diceytech-storage"},
        website={"bucket": "diceytech-frontend"},
        observability={"backend_log_group": "diceytech-backend"},
    ),
    "the guide's public bucket": lambda: varied("dev", media={"access": "public"}),
    "worker and scheduler": lambda: varied(
        "dev",
        product={
            "backend": {"worker_command": "manage.py procrastinate worker", "scheduler_command": "manage.py tick"}
        },
    ),
    "secrets in Secrets Manager": lambda: varied("prod", secrets={"store": "secretsmanager"}),
    "no media user": lambda: varied("dev", identity={"media_user": None}),
    "two access keys": lambda: varied("dev", identity={"media_user": {"keys": [1, 2], "current": 2}}),
    "roles within a boundary": lambda: varied("prod", identity={"permissions_boundary": True}),
    "a fleet of fixed size": lambda: varied("prod", server={"fleet": {"target_cpu_percent": None}}),
    "no flow logs, no access logs": lambda: varied(
        "dev", network={"flow_log_retention_days": None}, website={"access_logs": False}
    ),
    "Ubuntu on ARM": lambda: varied(
        "dev",
        server={"instance_type": "t4g.small", "image": {"os": "ubuntu-24.04", "ami": "ami-02404b00000000064"}},
    ),
    "Frankfurt": lambda: varied(
        "prod", aws={"region": "eu-central-1"}, network={"zones": ["eu-central-1a", "eu-central-1b"]}
    ),
}


QUICK = {
    "single behind a VPC origin",
    "fleet in public subnets with a domain",
    "the guide's names",
    "prod without a domain",
}


@pytest.mark.parametrize(
    "shape", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SHAPES]
)
def test_every_shape_that_the_yaml_can_ask_for_comes_up(shape: str) -> None:
    config: PlatformConfig = SHAPES[shape]()
    with rehearsed_config(config, "test") as found:
        assert found.outputs.site_url.startswith("https://")
        assert found.outputs.server_mode == config.server.mode


def test_an_adopted_vpc_is_built_in_and_not_changed() -> None:
    adopt = {
        "vpc_id": "vpc-0123456789abcdef0",
        "public_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
        "database_subnet_ids": ["subnet-0000000000000001a", "subnet-0000000000000001b"],
    }
    config = varied("dev", network={"adopt": adopt})
    with rehearsed_config(config, "test") as found:
        graph = found.run.graph
        assert graph.of("aws:ec2/vpc:Vpc") == []
        assert graph.of("aws:ec2/subnet:Subnet") == []
        assert graph.of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup") == []
        groups = graph.of("aws:ec2/securityGroup:SecurityGroup")
        assert {group.inputs["vpcId"] for group in groups} == {"vpc-0123456789abcdef0"}


def test_an_adopted_vpc_with_two_subnets_in_one_zone_is_refused() -> None:
    ids = ["subnet-0000000000000000a", "subnet-0000000000000000b", "subnet-0000000000000000c"]
    apart = ["subnet-0000000000000001a", "subnet-0000000000000001b"]
    adopt = {"vpc_id": "vpc-0123456789abcdef0", "public_subnet_ids": ids, "database_subnet_ids": apart}
    with (
        pytest.raises((AdoptionError, PlatformError), match=r"network\.adopt\.public_subnet_ids"),
        rehearsed_config(varied("dev", network={"adopt": adopt}), "test"),
    ):
        pass


def test_a_zone_without_vpc_origins_is_refused_before_any_server_is_made() -> None:
    config = varied("prod", network={"zones": ["us-east-1a", "us-east-1e"]})
    with pytest.raises(OriginError, match="us-east-1e"), rehearsed_config(config, "test"):
        pass


def test_an_image_that_does_not_exist_is_refused_with_the_servers_name() -> None:
    config = varied("dev", server={"image": {"ami": "ami-00000000000000000"}})
    with pytest.raises(PlatformError, match="server-instance"), rehearsed_config(config, "test"):
        pass
