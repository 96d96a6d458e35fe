"""One resource at a time through the provider, in an emulated AWS with what it needs around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime.proto import provider_pb2 as proto

from rehearsal import wire
from rehearsal.emulator import EmulatedAws
from rehearsal.resource import Inputs
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.servicer import AwsServicer
from tests.rehearsal.lifecycles import Resource, Stack

ACCOUNT = "123456789012"
OTHER = "210987654321"  # for a stack beside the one of a whole module
REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Life:
    """A resource as it is made, another value of each input that changes in place, and where boto3 sees them.

    `told` gives what plain boto3 tells, by input: an input that it leaves out is one that the emulator has no place
    for, which the provider's own reading is then the only witness of. `drift` changes the resource behind the
    provider's back, and `drifted` are the paths that a refresh finds. `stays` are inputs that AWS keeps as they were
    when the program no longer says anything of them (`Optional` and `Computed` in the provider).
    """

    token: str
    inputs: Inputs
    changes: Inputs
    told: Callable[[EmulatedAws, Resource], Inputs]
    drift: Callable[[EmulatedAws, Resource], object] | None = None
    drifted: frozenset[str] = field(default_factory=frozenset)
    stays: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        return self.token.rpartition(":")[2]


@contextmanager
def empty(account: str = ACCOUNT) -> Iterator[Stack]:
    """A stack without resources, with its provider."""
    with EmulatedAws(account_id=account, region=REGION) as aws:
        yield Stack(aws=aws, before={}, servicer=AwsServicer(aws, RESOURCES, FUNCTIONS))


def made(stack: Stack, token: str, **inputs: Any) -> Resource:
    """Checks and creates one resource as the engine would."""
    assert stack.servicer is not None
    urn = f"urn:pulumi:dev::platform::{token}::thing"
    checked = stack.servicer.Check(proto.CheckRequest(urn=urn, news=wire.encode(inputs), randomSeed=b"x"), None)
    created = stack.servicer.Create(proto.CreateRequest(urn=urn, properties=checked.inputs), None)
    return Resource(urn=urn, id=created.id, inputs=checked.inputs, state=created.properties)


def check_change(stack: Stack, resource: Resource, life: Life, name: str) -> Resource:
    """The input changes in place and back; AWS holds it each time, and the provider finds no difference."""
    first, before = life.told(stack.aws, resource), resource.plain_inputs.get(name)
    for value in (life.changes[name], before):
        resource = stack.update(resource, **{name: value})
        assert stack.differences(resource, stack.read(resource).inputs) == {}
        told = life.told(stack.aws, resource)
        if name in told and value is not None:
            assert told[name] == value
    left = {name for name, value in life.told(stack.aws, resource).items() if value != first[name]}
    assert left == ({name} if name in life.stays and before is None else set())
    return resource


def check_drift(stack: Stack, resource: Resource, life: Life) -> None:
    """What somebody changed is found by a refresh, and an update mends it."""
    assert life.drift is not None
    life.drift(stack.aws, resource)
    found = stack.differences(resource, stack.read(resource).inputs)
    assert {path.split(".")[0].split("[")[0] for path in found} == life.drifted
    mended = stack.update(resource)
    assert stack.differences(mended, stack.read(mended).inputs) == {}


def unchanged(life: Life) -> set[str]:
    """Inputs that change in place and that AWS tells, but of which the life has no other value."""
    kind = RESOURCES[life.token]
    return set(kind.in_place) - kind.untold - {"tagsAll"} - life.changes.keys()


def pairs(tags: Any) -> dict[str, str]:
    """AWS's list of tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags}
