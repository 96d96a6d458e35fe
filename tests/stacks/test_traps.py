"""What real AWS or its provider punishes later and no emulator shows, held on both environments' graphs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.account_config import load_account
from infra.config_source import ConfigError
from infra.infrastructure_policies import infrastructure
from infra.infrastructure_policies.identity import SERVICE_LINKED_ROLES
from infra.outputs import from_parameter
from infra.stacks.account import scope_of
from rehearsal.graph import SECRET, UNKNOWN, Graph, Node
from rehearsal.platform import Rehearsal, planned, rehearsed
from rehearsal.policy_documents import listed
from rehearsal.policy_evaluation import allowed
from tests.stacks.environments import ROOT, varied

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

PROTECTED = {
    "dev": set(),
    "prod": {
        ("aws:rds/instance:Instance", "database-instance"),
        ("aws:route53/zone:Zone", "dns-zone"),
        ("aws:s3/bucket:Bucket", "media"),
    },
}
RESOURCE_POLICIES = {
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
}
ROLE, USER = "aws:iam/role:Role", "aws:iam/user:User"
TAG_INPUTS = ("tags", "volumeTags", "tagSpecifications", "defaultTags")
CHANGING = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d|\b[0-9a-f]{40}\b|\b(?=[0-9a-f]*[a-f])(?=[a-f]*\d)[0-9a-f]{7,12}\b")


Call = tuple[str, str, dict[str, str | list[str]]]


@pytest.fixture(scope="module", params=["dev", "prod"])
def up(request: pytest.FixtureRequest) -> Iterator[Rehearsal]:
    with rehearsed(ROOT, request.param) as found:
        yield found


def principals(document: str) -> Iterator[str]:
    for statement in listed(json.loads(document)["Statement"]):
        for key in ("Principal", "NotPrincipal"):
            given = statement.get(key)
            yield from map(str, listed(given.get("AWS")) if isinstance(given, Mapping) else listed(given))


def test_no_resource_policy_names_a_role_or_user(up: Rehearsal) -> None:
    rows = [(type_, node) for type_ in RESOURCE_POLICIES for node in up.run.graph.of(type_)]
    found = [(node.name, node.inputs.get(RESOURCE_POLICIES[type_])) for type_, node in rows]
    written = {name: document for name, document in found if document}
    assert {"media-policy", "topics-key", "topics-policy"} <= written.keys()
    named = [(name, one) for name, document in written.items() for one in principals(document)]
    assert named
    assert [pair for pair in named if re.search(r":(role|user|assumed-role)/|^A[IR]", pair[1])] == []


def test_every_resource_policy_is_of_a_kind_that_is_looked_at(up: Rehearsal) -> None:
    with_statements = {
        node.type
        for node in up.run.graph
        for value in node.inputs.values()
        if isinstance(value, str) and '"Statement"' in value and not node.type.startswith("aws:iam/")
    }
    assert with_statements <= RESOURCE_POLICIES.keys()


def tags(graph: Graph) -> dict[tuple[str, str], Any]:
    return {(node.urn, name): node.inputs[name] for node in graph for name in TAG_INPUTS if name in node.inputs}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_no_tag_holds_a_time_a_commit_or_a_computed_value(environment: str) -> None:
    first, second = (tags(planned(ROOT, environment)) for _ in range(2))
    assert len(first) >= 15
    assert first == second
    for place, found in first.items():
        text = json.dumps(found)
        assert UNKNOWN not in text, place
        assert SECRET not in text, place
        assert CHANGING.search(text) is None, place


def test_all_tags_of_a_resource_are_its_own_and_the_providers(up: Rehearsal) -> None:
    common = {"Product": "diceytech", "Environment": up.environment, "ManagedBy": "pulumi"}
    tagged = [node for node in up.run.graph if node.outputs and "tagsAll" in node.outputs]
    assert len(tagged) >= 15
    for node in tagged:
        assert node.outputs is not None
        assert node.outputs["tagsAll"] == {**common, **(node.inputs.get("tags") or {})}, node.urn


def test_readers_ignore_fields_that_a_newer_platform_adds(up: Rehearsal) -> None:
    text = json.dumps({**json.loads(up.outputs.to_parameter()), "queue_url": "https://example.com"})
    assert from_parameter(text, environment=up.environment, account_id=up.config.aws.account_id) == up.outputs


def test_a_bucket_is_emptied_on_destroy_unless_data_is_kept(up: Rehearsal) -> None:
    found = {node.name: node.inputs.get("forceDestroy") for node in up.run.graph.of("aws:s3/bucket:Bucket")}
    assert {"artifacts", "logs", "media", "website"} <= found.keys()
    assert found == dict.fromkeys(found, not up.config.environment.keep_data)


def test_exactly_what_holds_data_that_cannot_be_made_again_is_protected(up: Rehearsal) -> None:
    assert {(node.type, node.name) for node in up.run.graph if node.protect} == PROTECTED[up.environment]


def test_a_database_name_with_a_hyphen_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"database\.name: 'my-app'"):
        varied("dev", database={"name": "my-app"})


def reached(graph: Graph, start: Node) -> set[str]:
    """URNs that a resource comes after, through any number of others; a component stands for its descendants."""
    children: dict[str | None, list[str]] = {}
    nodes = {node.urn: node for node in graph}
    for node in graph:
        children.setdefault(node.parent, []).append(node.urn)
    found: set[str] = set()
    left = [start.urn]
    while left:
        urn = left.pop()
        if urn in found or urn not in nodes:
            continue
        found.add(urn)
        node = nodes[urn]
        left.extend([*node.dependencies, *(one for each in node.property_dependencies.values() for one in each)])
        if not node.custom:
            left.extend(children.get(urn, []))
    return found - {start.urn}


def test_the_platform_parameter_is_written_after_everything_else(up: Rehearsal) -> None:
    graph = up.run.graph
    parameter = graph.named("aws:ssm/parameter:Parameter", "platform-parameter")
    others = {node.urn for node in graph if node.custom and not node.type.startswith("pulumi:")} - {parameter.urn}
    assert len(others) > 50
    assert others - reached(graph, parameter) == set()


def deployer(up: Rehearsal) -> list[dict[str, Any]]:
    """The policies of the role that brings this environment up, as the account project makes them."""
    scope = scope_of(load_account(ROOT, "main"), up.environment, up.config)
    return list(infrastructure(scope).values())


def iam_calls(graph: Graph) -> Iterator[Call]:
    """(action, resource name as in its ARN, request context) that making the graph's IAM resources takes."""
    bounds = {(node.type, node.inputs["name"]): node.inputs for type_ in (ROLE, USER) for node in graph.of(type_)}

    def bound(kind: str, name: str) -> dict[str, str | list[str]]:
        boundary = bounds[(kind, name)].get("permissionsBoundary")
        return {"iam:PermissionsBoundary": boundary} if boundary else {}

    for (kind, name), inputs in bounds.items():
        noun = "Role" if kind == ROLE else "User"
        yield f"iam:Create{noun}", f"{noun.lower()}/{name}", bound(kind, name)
        yield f"iam:Tag{noun}", f"{noun.lower()}/{name}", {}
        if kind == ROLE:
            service = json.loads(inputs["assumeRolePolicy"])["Statement"][0]["Principal"]["Service"]
            yield "iam:PassRole", f"role/{name}", {"iam:PassedToService": service}
    for node in graph.of("aws:iam/rolePolicy:RolePolicy"):
        yield "iam:PutRolePolicy", f"role/{node.inputs['role']}", bound(ROLE, node.inputs["role"])
    for node in graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        context = {**bound(ROLE, node.inputs["role"]), "iam:PolicyARN": node.inputs["policyArn"]}
        yield "iam:AttachRolePolicy", f"role/{node.inputs['role']}", context
    for node in graph.of("aws:iam/instanceProfile:InstanceProfile"):
        for action in ("CreateInstanceProfile", "TagInstanceProfile", "AddRoleToInstanceProfile"):
            yield f"iam:{action}", f"instance-profile/{node.inputs['name']}", {}
    for node in graph.of("aws:iam/group:Group"):
        yield "iam:CreateGroup", f"group/{node.inputs['name']}", {}
    for node in graph.of("aws:iam/groupPolicy:GroupPolicy"):
        yield "iam:PutGroupPolicy", f"group/{node.inputs['group']}", {}
    for node in graph.of("aws:iam/userGroupMembership:UserGroupMembership"):
        for group in node.inputs["groups"]:
            yield "iam:AddUserToGroup", f"group/{group}", {}
    for node in graph.of("aws:iam/accessKey:AccessKey"):
        yield "iam:CreateAccessKey", f"user/{node.inputs['user']}", {}


def refused(up: Rehearsal, calls: list[Call]) -> list[tuple[str, str]]:
    arn = f"arn:aws:iam::{up.config.aws.account_id}:"
    policies = deployer(up)
    return [(action, name) for action, name, context in calls if not allowed(policies, action, arn + name, context)]


def test_the_deploy_role_may_make_every_identity_of_the_committed_environment(up: Rehearsal) -> None:
    calls = list(iam_calls(up.run.graph))
    made = {action for action, _name, _context in calls}
    assert {"iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole", "iam:CreateInstanceProfile"} <= made
    assert ("iam:CreateUser" in made) == (up.environment == "dev")
    assert refused(up, calls) == []


def test_every_kind_of_identity_is_among_those_asked_for(up: Rehearsal) -> None:
    kinds = {node.type.split(":")[-1] for node in up.run.graph if node.type.startswith("aws:iam/")}
    assert kinds <= {
        "AccessKey", "Group", "GroupPolicy", "InstanceProfile", "Role", "RolePolicy", "RolePolicyAttachment", "User",
        "UserGroupMembership",
    }  # fmt: skip


def test_without_its_boundary_no_role_or_user_could_be_made(up: Rehearsal) -> None:
    makes = ("iam:CreateRole", "iam:CreateUser")
    calls: list[Call] = [(action, name, {}) for action, name, _context in iam_calls(up.run.graph) if action in makes]
    assert calls
    assert refused(up, calls) == [(action, name) for action, name, _context in calls]


def test_the_deploy_role_may_make_the_service_linked_roles(up: Rehearsal) -> None:
    used = ["rds", "vpcorigin.cloudfront", "logger.cloudfront", "delivery.logs", "autoscaling", "elasticloadbalancing"]
    assert set(used) <= set(SERVICE_LINKED_ROLES)
    calls: list[Call] = [
        (
            "iam:CreateServiceLinkedRole",
            f"role/aws-service-role/{one}.amazonaws.com/AWSServiceRoleForIt",
            {"iam:AWSServiceName": f"{one}.amazonaws.com"},
        )
        for one in used
    ]
    assert refused(up, calls) == []
    foreign = calls[0][0], "role/aws-service-role/organizations.amazonaws.com/AWSServiceRoleForOrganizations"
    assert refused(up, [(*foreign, {})]) == [foreign]
