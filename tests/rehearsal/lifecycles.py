"""Environments that came up in an emulated AWS, and what the provider can be asked about each resource afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as proto

from infra.account_config import load_account
from infra.config import PlatformConfig
from infra.config_source import load
from infra.names import Names
from infra.stacks.account import account
from infra.stacks.platform import platform
from rehearsal import wire
from rehearsal.emulator import EmulatedAws
from rehearsal.in_process import Monitor, run
from rehearsal.resource import Inputs, ResourceType
from rehearsal.resources import RESOURCES
from rehearsal.seeds import seed
from rehearsal.servicer import AwsServicer
from tests.stacks.environments import varied

ROOT = Path(__file__).parents[2]
REGIONS = ("us-east-1", "us-west-2")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource as the engine would hold it: id, checked inputs and state on the wire."""

    urn: str
    id: str
    inputs: Struct
    state: Struct

    @property
    def token(self) -> str:
        return self.urn.split("::")[2].split("$")[-1]

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> ResourceType:
        return RESOURCES[self.token]

    @property
    def plain_inputs(self) -> Inputs:
        return wire.plain(self.inputs)


@dataclass
class Stack:
    """A stack that is up: its resources in the order of their creation, and the provider that made them."""

    aws: EmulatedAws
    before: Mapping[str, set[str]]
    servicer: AwsServicer | None = None
    resources: list[Resource] = field(default_factory=list)

    def read(self, resource: Resource) -> proto.ReadResponse:
        request = proto.ReadRequest(id=resource.id, urn=resource.urn, inputs=resource.inputs, properties=resource.state)
        assert self.servicer is not None
        return self.servicer.Read(request, None)

    def imported(self, resource: Resource, identifier: str) -> proto.ReadResponse:
        assert self.servicer is not None
        return self.servicer.Read(proto.ReadRequest(id=identifier, urn=resource.urn), None)

    def differences(self, resource: Resource, old: Struct, new: Struct | None = None) -> dict[str, int]:
        """Changed paths between old inputs and the new ones (the program's own) to the kind of change."""
        assert self.servicer is not None
        request = proto.DiffRequest(id=resource.id, urn=resource.urn, old_inputs=old, news=new or resource.inputs)
        return {path: found.kind for path, found in self.servicer.Diff(request, None).detailedDiff.items()}

    def create(self, resource: Resource) -> Resource:
        """Another resource of the same inputs."""
        assert self.servicer is not None
        made = self.servicer.Create(proto.CreateRequest(urn=resource.urn, properties=resource.inputs), None)
        return Resource(urn=resource.urn, id=made.id, inputs=resource.inputs, state=made.properties)

    def update(self, resource: Resource, **changes: Any) -> Resource:
        """The resource after an update in place of these inputs; None takes one away."""
        assert self.servicer is not None
        inputs = {
            name: value for name, value in {**wire.plain(resource.inputs), **changes}.items() if value is not None
        }
        inputs.pop("tagsAll", None)
        defaults = inputs.pop("__defaults", [])
        wanted = {name: value for name, value in inputs.items() if name not in defaults}
        checked = self.servicer.Check(
            proto.CheckRequest(urn=resource.urn, olds=resource.inputs, news=wire.encode(wanted), randomSeed=b"x"), None
        ).inputs
        answer = self.servicer.Update(
            proto.UpdateRequest(id=resource.id, urn=resource.urn, olds=resource.state, news=checked), None
        )
        return Resource(urn=resource.urn, id=resource.id, inputs=checked, state=answer.properties)

    def delete(self, resource: Resource) -> None:
        assert self.servicer is not None
        self.servicer.Delete(proto.DeleteRequest(id=resource.id, urn=resource.urn, properties=resource.state), None)


@dataclass
class Up:
    """A stack that is up, and its resources as they are after the last update."""

    stack: Stack

    def one(self, token: str, name: str = "") -> Resource:
        known = [one for one in self.stack.resources if not one.token.startswith("aws:rds/")]  # has an Instance too
        return next(one for one in known if one.token.endswith(f":{token}") and name in one.name)

    def update(self, resource: Resource, **changes: Any) -> Resource:
        changed = self.stack.update(resource, **changes)
        self.stack.resources[self.stack.resources.index(resource)] = changed
        return changed

    def client(self, service: str = "ec2") -> Any:
        return self.stack.aws.client(service)

    def read(self, resource: Resource) -> dict[str, Any]:
        return wire.plain(self.stack.read(resource).inputs)

    def drift(self, resource: Resource) -> set[str]:
        return set(self.stack.differences(resource, self.stack.read(resource).inputs))

    def again(self, resource: Resource) -> Resource:
        """The resource made anew, as the engine does where a refresh found none."""
        made = self.stack.create(resource)
        self.stack.resources[self.stack.resources.index(resource)] = made
        return made


def empty(aws: EmulatedAws, bucket: str) -> None:
    """What a person does before a bucket with content can be deleted; the logs bucket has some by then."""
    client = aws.client("s3")
    while found := client.list_object_versions(Bucket=bucket):
        versions = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        if not versions:
            return
        objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
        client.delete_objects(Bucket=bucket, Delete={"Objects": objects})


def inventory(aws: EmulatedAws) -> dict[str, set[str]]:
    """Ids of all that exists in the emulated AWS, by resource type."""
    return {
        token: {identifier for region in REGIONS for identifier in kind.every(aws, region)}
        for token, kind in sorted(RESOURCES.items())
        if kind.every is not None
    }


@contextmanager
def brought_up(program: Callable[[], None], aws: EmulatedAws, *, project: str, stack: str) -> Iterator[Stack]:
    """Runs the program and keeps each resource as the engine would."""
    found = Stack(aws=aws, before=inventory(aws))

    class Recording(Monitor):
        def _create(self, urn: str, request: Any) -> proto.CreateResponse:
            servicer = self._servicer(request.provider, urn)
            found.servicer = servicer
            checked = servicer.Check(proto.CheckRequest(urn=urn, news=request.object, randomSeed=urn.encode()), None)
            made = servicer.Create(proto.CreateRequest(urn=urn, properties=checked.inputs), None)
            found.resources.append(Resource(urn=urn, id=made.id, inputs=checked.inputs, state=made.properties))
            return made

    run(program, aws=aws, project=project, stack=stack, config={}, monitor=Recording)
    yield found


@contextmanager
def environment(config: PlatformConfig, name: str) -> Iterator[Stack]:
    """A platform that is up."""
    names = Names(product=config.product.name, environment=name, account_id=config.aws.account_id)
    with EmulatedAws(account_id=config.aws.account_id, region=config.aws.region) as aws:
        seed(aws, config, names)
        with brought_up(lambda: platform(config, name), aws, project="platform", stack=name) as stack:
            yield stack


def account_program() -> Callable[[], None]:
    """The account project, as it is committed."""
    config = load_account(ROOT, "main")
    environments = {one.name: load(ROOT, one.name) for one in config.environments}
    return lambda: account(config, environments, source="account/Pulumi.main.yaml")


@contextmanager
def account_stack() -> Iterator[Stack]:
    """The account project that is up."""
    with (
        EmulatedAws(account_id="123456789012", region="us-east-1") as aws,
        brought_up(account_program(), aws, project="account", stack="main") as stack,
    ):
        yield stack


STACKS: dict[str, Callable[[], Any]] = {
    "dev": lambda: environment(varied("dev"), "dev"),
    "prod": lambda: environment(varied("prod"), "prod"),
    "account": account_stack,
}
