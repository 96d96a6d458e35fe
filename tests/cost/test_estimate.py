"""Sums that were done by hand, and nothing left out without its name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cost_graphs import GROUP, REGION, TEMPLATE, alarms, database, graph, node, server, sheet
from hypothesis import given
from hypothesis import strategies as st

from cost.estimate import FREE, RULES, Estimate, estimate
from cost.sheet import FILE, MissingPriceError, load
from infra.errors import PlatformError
from rehearsal.graph import UNKNOWN, Graph, Node
from rehearsal.resources import RESOURCES


def priced(*nodes: Node, **options: object) -> Estimate:
    return estimate(graph(*nodes), sheet=sheet(), **options)  # type: ignore[arg-type]  # of estimate's own options


ADDRESS = node("aws:ec2/eip:Eip", "address")
BUCKET = node("aws:s3/bucket:Bucket", "files")
DISTRIBUTION = node("aws:cloudfront/distribution:Distribution", "site")


@pytest.mark.parametrize(
    ("nodes", "monthly"),
    [
        ([server()], "1.80"),  # 100 h x 0.01 + 8 GB x 0.1
        ([server(monitoring=True)], "3.90"),  # 7 metrics x 0.3 more
        ([server(associatePublicIpAddress=True)], "2.30"),  # 100 h x 0.005 more
        ([ADDRESS], "0.50"),
        ([database()], "7.00"),  # 100 h x 0.03 + 20 GB x 0.2
        ([database(multiAz=True)], "14.00"),  # twice each
        ([database(manageMasterUserPassword=True)], "7.40"),
        ([node("aws:ec2/natGateway:NatGateway", "nat"), ADDRESS], "5.50"),
        (
            [node("aws:ec2/vpcEndpoint:VpcEndpoint", "ssm", vpcEndpointType="Interface", subnetIds=[UNKNOWN] * 2)],
            "2.00",
        ),
        ([node("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", vpcEndpointType="Gateway")], "0.00"),
        ([node("aws:lb/loadBalancer:LoadBalancer", "alb", internal=True, subnets=["a", "b"])], "2.00"),
        ([node("aws:lb/loadBalancer:LoadBalancer", "alb", subnets=["a", "b"])], "3.00"),  # two public addresses
        ([node("aws:wafv2/webAcl:WebAcl", "acl", rules=[{}, {}, {}])], "8.00"),
        (alarms(2), "0.00"),  # both are free in every account
        (alarms(5), "0.30"),
        ([BUCKET, DISTRIBUTION], "0.00"),  # paid by use alone
        ([GROUP, TEMPLATE], "10.20"),  # two machines: 200 h x 0.02 + 20 GB x 0.1 + 14 metrics x 0.3
        ([server(), database(), ADDRESS, *alarms(3)], "9.40"),
    ],
)
def test_a_sum_done_by_hand(nodes: list[Node], monthly: str) -> None:
    found = priced(*nodes)
    assert (found.monthly, found.not_priced) == (Decimal(monthly), ())


def test_a_scaling_group_costs_what_it_should_hold_between_its_least_and_its_most() -> None:
    found = priced(GROUP, TEMPLATE, server())
    assert found.monthly == Decimal("12.00")
    assert found.monthly_range == (Decimal("6.90"), Decimal("22.20"))  # one machine 5.10, four 20.40, and the server


def test_allowances_can_be_left_out() -> None:
    assert priced(*alarms(5), allowances=False).monthly == Decimal("0.5")


def test_one_metric_that_two_filters_write_is_paid_once() -> None:
    written = {"namespace": "acme", "name": "Errors", "value": "1"}
    filters = [
        node("aws:cloudwatch/logMetricFilter:LogMetricFilter", name, metricTransformation=written) for name in "ab"
    ]
    assert priced(*filters).monthly == Decimal("0.3")


def test_use_is_told_by_its_rate_and_counts_when_it_is_assumed() -> None:
    assert {item.service for item in priced(BUCKET, DISTRIBUTION).usage} == {
        *("s3", "s3-reads", "s3-writes", "cdn-gb", "cdn-requests", "cdn-functions")
    }
    found = priced(BUCKET, DISTRIBUTION, assumed={"s3": Decimal(50), "cdn-gb": Decimal(100)})
    assert found.monthly_usage == Decimal("9.00")  # 50 x 0.02 + 100 x 0.08
    assert found.monthly == 0


def test_assumed_use_happens_once_in_the_environments_own_region() -> None:
    copy = node("aws:s3/bucket:Bucket", "copy", region="us-east-1")
    found = estimate(graph(BUCKET, copy), sheet=sheet(), assumed={"s3": Decimal(50)})
    assert found.monthly_usage == Decimal("1.00")
    assert [(item.region, item.usd) for item in found.usage if item.service == "s3"] == [
        (REGION, Decimal("0.02")),
        ("us-east-1", Decimal("0.01")),
    ]
    assert [one.resource for one in found.not_priced] == ["copy"]  # its requests have no price there


def test_use_that_nothing_is_paid_by_is_an_error() -> None:
    with pytest.raises(PlatformError, match="nothing here is paid by nat-gb; use is paid by: s3, "):
        priced(BUCKET, assumed={"nat-gb": Decimal(1)})


@pytest.mark.parametrize(
    ("one", "missing", "reason"),
    [
        (node("aws:redshift/cluster:Cluster", "lake"), False, "nobody has priced this type"),
        (server(instanceType="m9z.huge"), True, "no price of ec2 m9z.huge in eu-west-1; add it to cost/prices.yaml"),
        (server(instanceType=UNKNOWN), False, "known only once the plan is applied"),
        (server(rootBlockDevice=[{"volumeType": "gp3"}]), False, "the image, not the plan, says how large"),
        (database(engine="mysql"), False, "prices PostgreSQL, not mysql"),
        (database(performanceInsightsEnabled=True, performanceInsightsRetentionPeriod=31.0), False, "free week"),
        (node("aws:lb/loadBalancer:LoadBalancer", "nlb", loadBalancerType="network"), False, "not network"),
        (node("aws:ssm/parameter:Parameter", "large", tier="Advanced"), False, "not Advanced"),
        (GROUP, False, "launch template of the group is not part"),
        (node("aws:s3/bucket:Bucket", "far", region="mars-1"), True, "no region mars-1"),
    ],
    ids=lambda one: one.name if isinstance(one, Node) else "",
)
def test_what_has_no_price_is_listed_by_name(one: Node, missing: bool, reason: str) -> None:
    [left_out] = priced(one).not_priced
    assert (left_out.resource, left_out.type, left_out.missing) == (one.name, one.type, missing)
    assert reason in left_out.reason


def test_the_priced_part_of_a_resource_counts_though_another_part_has_no_price() -> None:
    found = priced(database(performanceInsightsEnabled=True, performanceInsightsRetentionPeriod=31.0))
    assert found.monthly == Decimal("7.00")
    assert len(found.not_priced) == 1


def test_what_is_free_is_counted_with_its_reason() -> None:
    found = priced(node("aws:ec2/vpc:Vpc", "vpc"), *(node("aws:ec2/subnet:Subnet", name) for name in "abc"))
    assert [(one.type, one.count) for one in found.free] == [("aws:ec2/subnet:Subnet", 3), ("aws:ec2/vpc:Vpc", 1)]
    assert all(one.reason for one in found.free)


def test_every_type_that_the_platform_makes_is_priced_or_free() -> None:
    assert not set(RULES) & set(FREE)
    assert {type_ for type_ in RESOURCES if type_ not in RULES and type_ not in FREE} == set()


def test_a_plan_without_a_region_has_no_prices() -> None:
    with pytest.raises(PlatformError, match="names no region"):
        estimate(Graph((server(),)), sheet=sheet())


@given(sizes=st.lists(st.integers(1, 64), max_size=6), alarms_=st.integers(0, 8))
def test_a_total_is_the_sum_of_its_items_and_no_allowance_makes_it_negative(sizes: list[int], alarms_: int) -> None:
    volumes = [node("aws:ebs/volume:Volume", f"v{at}", type="gp3", size=size) for at, size in enumerate(sizes)]
    found = priced(*volumes, *alarms(alarms_))
    assert found.monthly == sum((item.monthly for item in found.fixed), Decimal(0))
    assert found.monthly == Decimal("0.1") * sum(sizes) + Decimal("0.1") * max(0, alarms_ - 2)
    assert found.monthly >= 0


def test_the_sheet_that_is_delivered_has_a_page_and_a_price_of_everything_in_every_region() -> None:
    found = load()
    regional = {service for services in found.regions.values() for service in services}
    assert {"us-east-1", "eu-west-1", "eu-central-1"} <= set(found.regions)
    assert regional | set(found.everywhere) == set(found.services)
    for region, services in found.regions.items():
        assert set(services) == regional, region
        assert all(usd > 0 for prices in services.values() for usd in prices.values())
    assert not found.fetched, "a sheet that was fetched says so, and the test's figures change"


def test_multi_az_is_about_twice_one_zone_in_the_delivered_sheet() -> None:
    for services in load().regions.values():
        for item, usd in services["rds"].items():
            assert abs(services["rds-multi-az"][item] - 2 * usd) <= Decimal("0.001")


def test_a_missing_price_names_the_page_to_look_at() -> None:
    with pytest.raises(MissingPriceError, match=r"from AWS's page 'Amazon EC2 On-Demand Pricing'"):
        load().price("us-east-1", "ec2", "m9z.huge")
    assert FILE.is_file()
