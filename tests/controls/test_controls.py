"""Every control passes the graph it should pass and names what is wrong in the other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from control_graphs import Nodes, Row, allow, changed, graph, node, policy, without
from control_rows import ROWS
from control_rows_account import MACHINE, SECRET
from control_rows_data import BUCKET, DATABASE, READ_ALL, TLS_ONLY
from control_rows_edge import DISTRIBUTION
from control_rows_network import FLEET, INSTANCE, NETWORK

from controls import cloudfront, ec2, messaging, s3, vpc
from controls.catalogue import ALL, by_id
from controls.not_applicable import NOT_APPLICABLE
from controls.reasons import REASONS
from controls.references import refers
from controls.standard import STANDARD_IDS, is_own, order
from rehearsal.graph import SECRET as MASKED
from rehearsal.graph import UNKNOWN, Node


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.control)
def test_a_control_passes_what_meets_it(row: Row) -> None:
    control = by_id(row.control)

    assert control.outcomes(graph(row.good)), "the control speaks of nothing in this graph"
    assert control.check(graph(row.good)) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.control)
def test_a_control_names_what_does_not_meet_it(row: Row) -> None:
    found = by_id(row.control).check(graph(row.bad))

    assert [finding.status for finding in found] == ["failed"]
    assert found[0].control == row.control
    assert found[0].problem
    assert found[0].remedy


def test_every_control_has_a_row() -> None:
    assert {row.control for row in ROWS} == {control.id for control in ALL}


def test_control_ids_are_unique_and_sorted() -> None:
    ids = [control.id for control in ALL]

    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, key=order)
    assert ids.index("S3.9") < ids.index("S3.12")


def test_every_control_of_the_standard_is_checked_or_explained() -> None:
    checked = {control.id for control in ALL if not is_own(control.id)}

    assert checked | set(NOT_APPLICABLE) == STANDARD_IDS
    assert not checked & set(NOT_APPLICABLE)
    assert all(reason.strip() for reason in NOT_APPLICABLE.values())


def test_every_control_says_where_it_is_described() -> None:
    assert by_id("S3.8").reference == "Security Hub CSPM controls for Amazon S3"
    assert by_id("S3.8").url == "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-8"
    assert by_id("PLATFORM.7").reference == "Password management with Amazon RDS and AWS Secrets Manager"
    assert by_id("PLATFORM.7").url == "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html"
    assert all(control.reference and control.title and control.remedy for control in ALL)


def test_every_control_says_in_a_sentence_why_it_matters() -> None:
    assert [control.id for control in ALL if not re.fullmatch(r"[A-Z/].{20,}\.", control.why)] == []
    assert set(REASONS) == {control.id for control in ALL if not is_own(control.id)}


UNSETTLED = [
    ("S3.5", changed(BUCKET, "policy", policy=UNKNOWN)),
    ("S3.5", changed(BUCKET, "policy", policy=MASKED)),
    ("S3.8", changed(BUCKET, "block", blockPublicAcls=UNKNOWN)),
    ("EC2.8", changed(INSTANCE, "server", metadataOptions=UNKNOWN)),
    ("EC2.18", changed(NETWORK, "https", cidrIpv4=UNKNOWN)),
    ("RDS.9", changed(DATABASE, "db", enabledCloudwatchLogsExports=[UNKNOWN])),
    ("RDS.46", without(DATABASE, "isolated")),
    ("CloudFront.6", changed(DISTRIBUTION, "cdn", webAclId=UNKNOWN)),
    ("SSM.1", without(MACHINE, "role")),
]


@pytest.mark.parametrize(("control", "nodes"), UNSETTLED)
def test_a_value_that_is_not_known_is_never_taken_for_a_pass(control: str, nodes: list) -> None:
    found = by_id(control).check(graph(nodes))

    assert [finding.status for finding in found] == ["unknown"]


def veiled(found: object) -> object:
    """The same shape with every leaf unknown."""
    if isinstance(found, dict):
        return {key: veiled(item) for key, item in found.items()}
    return [veiled(item) for item in found] if isinstance(found, list) else UNKNOWN


def planned(one: Node, nodes: Nodes) -> Node:
    """The resource as a plan shows it where nothing is known but what depends on what."""
    recorded = {key: tuple(other.urn for other in nodes if refers(one, key, other)) for key in one.inputs}
    return replace(one, inputs=veiled(dict(one.inputs)), id=None, outputs=None, property_dependencies=recorded)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.control)
def test_no_control_passes_a_plan_that_tells_nothing(row: Row) -> None:
    blank = [planned(one, row.bad) for one in row.bad]
    outcomes = by_id(row.control).outcomes(graph(blank))

    assert outcomes == [] or {outcome.status for outcome in outcomes} & {"failed", "unknown"}


def test_a_log_bucket_need_not_log_itself() -> None:
    logs = node(s3.BUCKET, "logs")
    nodes = [*changed(BUCKET, "logging", targetBucket="logs-id"), logs]

    assert by_id("S3.9").check(graph(nodes)) == []


def test_a_public_policy_behind_a_public_access_block_opens_nothing() -> None:
    nodes = changed(BUCKET, "policy", policy=policy(TLS_ONLY, READ_ALL))

    assert by_id("S3.2").check(graph(nodes)) == []


def test_a_policy_that_denies_plain_http_to_objects_alone_is_not_enough() -> None:
    objects_only = {**TLS_ONLY, "Resource": ["arn:aws:s3:::media-id/*"]}

    assert by_id("S3.5").check(graph(changed(BUCKET, "policy", policy=policy(objects_only))))


def test_a_role_of_the_same_account_may_manage_the_bucket() -> None:
    own = allow("s3:PutBucketPolicy", Principal={"AWS": "arn:aws:iam::111111111111:role/deploy"})

    assert by_id("S3.6").check(graph(changed(BUCKET, "policy", policy=policy(TLS_ONLY, own)))) == []


def test_a_vpc_without_its_default_security_group_is_found() -> None:
    assert by_id("EC2.2").check(graph(without(NETWORK, "default")))


def test_a_prefix_list_is_not_every_address() -> None:
    nodes = changed(NETWORK, "https", cidrIpv4=None, prefixListId="pl-1", fromPort=8080.0, toPort=8080.0)

    assert by_id("EC2.18").check(graph(nodes)) == []
    assert by_id("EC2.19").check(graph(nodes)) == []


def test_a_separate_rule_of_a_network_acl_counts() -> None:
    rule = node(
        vpc.ACL_RULE,
        "ssh",
        networkAclId="acl-id",
        ruleAction="allow",
        protocol="tcp",
        cidrBlock="0.0.0.0/0",
        fromPort=22,
        toPort=22,
    )

    assert by_id("EC2.21").check(graph([*NETWORK, rule]))


def test_a_public_subnet_gives_a_machine_an_address_unless_it_declines() -> None:
    public = changed(INSTANCE, "private-a", mapPublicIpOnLaunch=True)

    assert by_id("EC2.9").check(graph(public))
    assert by_id("EC2.9").check(graph(changed(public, "server", associatePublicIpAddress=False))) == []


def test_a_fleet_of_two_types_in_one_zone_is_found() -> None:
    assert by_id("AutoScaling.6").check(graph(changed(FLEET, "fleet", vpcZoneIdentifiers=["private-a-id"])))


def test_a_vpc_origin_that_speaks_plain_http_is_found() -> None:
    plain = {"originProtocolPolicy": "http-only"}
    found = by_id("CloudFront.9").check(graph(changed(DISTRIBUTION, "private", vpcOriginEndpointConfig=plain)))

    assert [finding.resource for finding in found] == ["private"]


def test_legacy_logging_counts_as_logging() -> None:
    nodes = without(changed(DISTRIBUTION, "cdn", loggingConfig={"bucket": "b"}), "delivery")

    assert by_id("CloudFront.5").check(graph(nodes)) == []


def test_a_distribution_without_a_certificate_of_its_own_is_found_once() -> None:
    nodes = changed(DISTRIBUTION, "cdn", viewerCertificate={"cloudfrontDefaultCertificate": True})

    assert by_id("CloudFront.7").check(graph(nodes))
    assert by_id("CloudFront.8").check(graph(nodes)) == []
    assert by_id("CloudFront.15").check(graph(nodes)) == []


def test_a_launch_template_is_managed_by_the_role_of_its_profile() -> None:
    template = node(ec2.TEMPLATE, "template", iamInstanceProfile={"arn": "profile-id"})
    inline = node(
        messaging.ROLE_POLICY, "agent", role="role-id", policy=policy(allow("ssm:UpdateInstanceInformation", "*"))
    )
    nodes = [template, *without(MACHINE, "attached")]

    assert by_id("SSM.1").check(graph([*nodes, inline])) == []
    assert {finding.resource for finding in by_id("SSM.1").check(graph(nodes))} == {"template", "server"}


def test_a_machine_without_an_instance_profile_is_found() -> None:
    assert by_id("SSM.1").check(graph(changed(MACHINE, "server", iamInstanceProfile=None)))


def test_no_finding_repeats_a_policy() -> None:
    told = policy(allow("kms:*", "*", Principal={"AWS": "*"}, Sid="do-not-repeat"))
    found = by_id("KMS.5").check(graph([node("aws:kms/key:Key", "key", policy=told)]))

    assert found
    assert "do-not-repeat" not in str(found)


def test_a_rotation_of_another_secret_does_not_count() -> None:
    assert by_id("SecretsManager.1").check(graph(changed(SECRET, "rotation", secretId="other-id")))


def test_a_bucket_of_another_environment_is_no_origin() -> None:
    foreign = {"originId": "s", "domainName": "sitex.s3.eu-west-1.amazonaws.com", "originAccessControlId": "oac"}
    nodes = changed(DISTRIBUTION, "cdn", origins=[foreign])

    assert [one.type for one in nodes].count(cloudfront.DISTRIBUTION) == 1
    assert by_id("CloudFront.12").check(graph(nodes))
