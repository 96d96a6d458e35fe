"""Settings: resources that change something else, or the account, although they are new themselves.

The first lifecycle rules of a bucket delete its files, and a second policy of a topic is written over the first.
Source: the AWS provider's documentation of each type, and of those that AWS has once for each owner the user guides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from changes.change import Change
from changes.rule import OPEN
from controls.inputs import peek
from controls.references import identities, refers
from rehearsal.foretold import is_an_output, names_an_output, without
from rehearsal.graph import PROVIDER, UNKNOWN, Graph, Node


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a type sets.

    `names` are the inputs that tell together what it is a setting of; the first one names a resource of type `of`,
    which is empty where a name, a region or the account is all there is. Where it is there `once`, a second resource of
    it overwrites the first. Of some the `first` one is as grave as a change: it is held against an empty one.
    """

    names: tuple[str, ...]
    of: str = ""
    once: bool = True
    first: bool = False


_BUCKET: Final = "aws:s3/bucket:Bucket"
_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
_FIRST: Final = ("LifecycleConfiguration", "OwnershipControls")
SETTINGS: Final[Mapping[str, Setting]] = {
    **{
        f"aws:s3/bucket{kind}:Bucket{kind}": Setting(names=("bucket",), of=_BUCKET, first=kind in _FIRST)
        for kind in (
            "AccelerateConfiguration", "Acl", "CorsConfiguration", "LifecycleConfiguration", "Logging", "Notification",
            "ObjectLockConfiguration", "OwnershipControls", "Policy", "PublicAccessBlock", "ReplicationConfig",
            "RequestPaymentConfiguration", "ServerSideEncryptionConfiguration", "Versioning", "WebsiteConfiguration",
        )
    },
    "aws:sns/topicPolicy:TopicPolicy": Setting(names=("arn",), of="aws:sns/topic:Topic"),
    "aws:sqs/queuePolicy:QueuePolicy": Setting(names=("queueUrl",), of="aws:sqs/queue:Queue"),
    "aws:kms/keyPolicy:KeyPolicy": Setting(names=("keyId",), of="aws:kms/key:Key"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Setting(names=("secretArn",), of=_SECRET),
    "aws:secretsmanager/secretVersion:SecretVersion": Setting(names=("secretId",), of=_SECRET),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Setting(names=("vpcId",), of="aws:ec2/vpc:Vpc"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Setting(
        names=("subnetId",), of="aws:ec2/subnet:Subnet", first=True
    ),
    "aws:ec2/route:Route": Setting(
        names=("routeTableId",), of="aws:ec2/routeTable:RouteTable", once=False, first=True
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Setting(
        names=("securityGroupId",), of="aws:ec2/securityGroup:SecurityGroup", once=False, first=True
    ),
    "aws:ssm/serviceSetting:ServiceSetting": Setting(names=("settingId", "region")),
    **{
        type_: Setting(names=("region",))
        for type_ in (
            "aws:ebs/encryptionByDefault:EncryptionByDefault", "aws:ebs/defaultKmsKey:DefaultKmsKey",
            "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
            "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        )
    },
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Setting(names=()),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Setting(names=()),
    "aws:ssm/parameter:Parameter": Setting(names=("name", "region")),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Setting(names=("name", "region")),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Setting(names=("policyName", "region")),
}  # fmt: skip
_Whose = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Side:
    """The resources on one side of a change, by their type, and their URNs by what settings call them.

    `regions` are those that the side's providers name, by their URNs.
    """

    of_type: Mapping[str, tuple[Node, ...]]
    called: Mapping[tuple[str, str], str]
    regions: Mapping[str, str]

    def whose(self, node: Node) -> _Whose | None:
        """What it is a setting of: URNs, or names as they stand there; None where nobody can tell."""
        setting = SETTINGS[node.type]
        found = [self._one(node, name, "" if index else setting.of) for index, name in enumerate(setting.names)]
        known = tuple(one for one in found if one is not None)
        return known if len(known) == len(found) else None

    def beside(self, node: Node) -> list[Node]:
        """Others of the type that set the same."""
        whose = self.whose(node)
        others = [one for one in self.of_type.get(node.type, ()) if one.urn != node.urn]
        return [one for one in others if whose is not None and self.whose(one) == whose]

    def _one(self, node: Node, name: str, of: str) -> str | None:
        value = peek(node, name)
        if value is None:
            return self._region(node) if name == "region" else None
        if value in OPEN or names_an_output(str(value)):
            made_of = {one for one in node.property_dependencies.get(name, ()) if _is(one, of)}
            named = {one for one in made_of if value in OPEN or without(value, [one]) == UNKNOWN}
            return named.pop() if len(named) == 1 else None
        text = str(value).rpartition("servicesetting")[2]  # an ARN, or what stands behind that in it
        return next((self.called[of, form] for form in _forms(text) if (of, form) in self.called), text)

    def _region(self, node: Node) -> str | None:
        """Its provider's, or that of all providers there are; None where it may be any of several.

        Where a preview tells of no provider, the provider itself stands for its region.
        """
        if node.provider is not None and node.provider in self.regions:
            return self.regions[node.provider]
        found = {*self.regions.values()} or {node.provider or ""}
        return found.pop() if len(found) == 1 else None


def sides(change: Change) -> tuple[Side, Side]:
    """The resources before and after the change, as whole as they are known."""
    stepped = [step.before for step in change.steps if step.before], [step.after for step in change.steps if step.after]
    return _side(change.before, stepped[0]), _side(change.after, stepped[1])


def is_of_new(node: Node, after: Side, new: Collection[str]) -> bool:
    """Whether it sets nothing but what the change makes: by what makes its owner's name, and by the name itself.

    Where only the apply tells the name, it is taken for that of the owner if nothing else makes it.
    """
    setting = SETTINGS[node.type]
    made_of = set(node.property_dependencies.get(setting.names[0], ())) if setting.of else set()
    if not made_of or not made_of <= set(new):
        return False
    owners = [one for one in after.of_type.get(setting.of, ()) if one.urn in made_of]
    value = peek(node, setting.names[0])
    if value in OPEN:
        return len(owners) == len(made_of)
    return any(refers(node, setting.names[0], one) or _is_output_of(str(value), one.urn) for one in owners)


def _side(graph: Graph, stepped: Iterable[Node]) -> Side:
    """With the steps' own nodes, which tell more than those of the graph."""
    nodes = {**{node.urn: node for node in graph}, **{node.urn: node for node in stepped}}
    of_type: dict[str, list[Node]] = {}
    for node in nodes.values():
        of_type.setdefault(node.type, []).append(node)
    owners = {setting.of for setting in SETTINGS.values()}
    called = {
        (type_, name): node.urn for type_ in owners for node in of_type.get(type_, ()) for name in identities(node)
    }
    regions = {node.urn: _named_region(node) for node in of_type.get(PROVIDER, ())}
    return Side(of_type={key: tuple(held) for key, held in of_type.items()}, called=called, regions=regions)


def _named_region(provider: Node) -> str:
    """The region that its input names, "" where it names none; where only the apply tells it, it is like no other."""
    found = peek(provider, "region")
    return provider.urn if found in OPEN else str(found or "")


def _forms(text: str) -> Iterator[str]:
    """The text, and each end of it behind a sign that ARNs and addresses have; Secrets Manager adds six letters."""
    texts = [text, text[:-7]] if text.startswith("arn:") and ":secret:" in text else [text]
    for one in texts:
        yield one
        yield from (one[found.end() :] for found in re.finditer("[:/]", one))


def _is(urn: str, type_: str) -> bool:
    return "".join(urn.split("::")[2:3]).rpartition("$")[2] == type_


def _is_output_of(value: str, urn: str) -> bool:
    return is_an_output(value) and without(value, [urn]) == UNKNOWN
