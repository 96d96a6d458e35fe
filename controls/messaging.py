"""FSBP controls for Amazon SNS topics, Secrets Manager secrets and Systems Manager."""

from __future__ import annotations

from controls.control import Control, each
from controls.ec2 import INSTANCE, TEMPLATE
from controls.inputs import UndecidedError, known, peek, value
from controls.policy_documents import grants, statements
from controls.references import pointed_at, pointing
from rehearsal.graph import Graph, Node
from rehearsal.public_policies import lets_everyone_in

TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SECRET_TYPE = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a resource type
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
DOCUMENT = "aws:ssm/document:Document"
PROFILE = "aws:iam/instanceProfile:InstanceProfile"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
MANAGED_POLICY = "aws:iam/policy:Policy"

_AGENT_POLICIES = ("/AmazonSSMManagedInstanceCore", "/AmazonSSMManagedEC2InstanceDefaultPolicy")
_AGENT_ACTION = "ssm:UpdateInstanceInformation"


def _private_topic(topic: Node, graph: Graph) -> str | None:
    documents = [peek(topic, "policy"), *(peek(one, "policy") for one in pointing(graph, TOPIC_POLICY, "arn", topic))]
    for document in documents:
        if any(lets_everyone_in(one) for one in statements(document, f"the policy of {topic.name}")):
            return "its policy lets everyone use it"
    return None


def _rotated(secret: Node, graph: Graph) -> str | None:
    return None if pointing(graph, ROTATION, "secretId", secret) else "nothing rotates it automatically"


def _managed(machine: Node, graph: Graph) -> str | None:
    paths = ("iamInstanceProfile", "iamInstanceProfile.name", "iamInstanceProfile.arn")
    if not peek(machine, "iamInstanceProfile"):
        return "it has no instance profile, so Systems Manager cannot manage it"
    profiles = [profile for path in paths for profile in pointed_at(graph, machine, path, PROFILE)]
    roles = [role for profile in profiles for role in pointed_at(graph, profile, "role", ROLE)]
    if not roles:
        raise UndecidedError("the role of its instance profile is not part of this graph")
    if any(_runs_the_agent(role, graph) for role in roles):
        return None
    return f"its role does not allow {_AGENT_ACTION}, so Systems Manager cannot manage it"


def _runs_the_agent(role: Node, graph: Graph) -> bool:
    documents = [peek(policy, "policy") for policy in pointing(graph, ROLE_POLICY, "role", role)]
    for attachment in pointing(graph, ATTACHMENT, "role", role):
        attached = pointed_at(graph, attachment, "policyArn", MANAGED_POLICY)
        if not attached and str(value(attachment, "policyArn", "")).endswith(_AGENT_POLICIES):
            return True
        documents += [peek(policy, "policy") for policy in attached]
    return any(
        grants(one, _AGENT_ACTION) for document in documents for one in statements(document, f"a policy of {role.name}")
    )


def _private_document(document: Node, _: Graph) -> str | None:
    permissions = value(document, "permissions", {})
    listed = [str(known(ids, f"a permission of {document.name}")) for ids in permissions.values()]
    shared = {part.strip().lower() for ids in listed for part in ids.split(",")}
    return "it is shared with every account" if "all" in shared else None


CONTROLS = (
    Control(
        id="SNS.4",
        title="SNS topic access policies should not allow public access",
        severity="critical",
        rule=each(TOPIC, _private_topic),
        remedy="name principals in the topic's policy, or a condition on aws:SourceAccount or aws:SourceArn",
    ),
    Control(
        id="SSM.1",
        title="Amazon EC2 instances should be managed by AWS Systems Manager",
        severity="medium",
        rule=each((INSTANCE, TEMPLATE), _managed),
        remedy="give the server's role AmazonSSMManagedInstanceCore, as the identity component does",
        differs="Shown on the plan: the machine has a role that lets the agent register. That it did register shows"
        " only at run time.",
    ),
    Control(
        id="SSM.4",
        title="SSM documents should not be public",
        severity="critical",
        rule=each(DOCUMENT, _private_document),
        remedy="leave the document's permissions unset",
    ),
    Control(
        id="SecretsManager.1",
        title="Secrets Manager secrets should have automatic rotation enabled",
        severity="medium",
        rule=each(SECRET_TYPE, _rotated),
        remedy="set secrets.store to ssm, give the secret a SecretRotation, or accept it with how it is rotated as the"
        " reason",
        differs="The database's master secret is made and rotated by RDS and is no resource of the plan.",
    ),
)
