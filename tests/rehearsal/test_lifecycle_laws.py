"""What holds for every resource type: read is what was made, imported what was found, gone what was deleted.

Every resource of dev, prod and the account project is asked, through the provider's protocol, in the emulated AWS.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehearsal import wire
from rehearsal.tables import nothing_to_delete
from tests.rehearsal.lifecycles import STACKS, Resource, Stack, empty, inventory

pytestmark = pytest.mark.slow  # `make test` is for a change of one's own, and takes five minutes

STAYS = {
    # settings that S3 cannot be without: deleting them gives S3's own
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    # a secret's current value goes with its secret only: the provider forgets it
    "aws:secretsmanager/secretVersion:SecretVersion",
}


@pytest.fixture(scope="module", params=sorted(STACKS))
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    with STACKS[request.param]() as found:
        yield found


def test_a_refresh_right_after_an_up_finds_nothing(stack: Stack) -> None:
    found = {}
    for resource in stack.resources:
        answer = stack.read(resource)
        assert answer.id == resource.id, resource.urn
        if changed := stack.differences(resource, answer.inputs):
            found[f"{resource.token} {resource.name}"] = changed
    assert found == {}


def test_a_refresh_right_after_an_up_keeps_every_output(stack: Stack) -> None:
    lost = {}
    for resource in stack.resources:
        held, read = wire.plain(resource.state), wire.plain(stack.read(resource).properties)
        names = [name for name in resource.kind.computed if read.get(name) != held.get(name)]
        if names:
            lost[f"{resource.token} {resource.name}"] = {name: (held.get(name), read.get(name)) for name in names}
    assert lost == {}


def test_each_resource_is_found_by_its_inputs(stack: Stack) -> None:
    """With the ids that the state knows set aside, as `recover` does, so that twins are told apart."""
    known: dict[str, set[str]] = {}
    for resource in stack.resources:
        known.setdefault(resource.token, set()).add(resource.id)
    lost = []
    for resource in stack.resources:
        found = [stack.imported(resource, one).id for one in resource.kind.found(stack.aws, resource.plain_inputs)]
        others = known[resource.token] - {resource.id}
        if set(found) - others != {resource.id}:
            lost.append((resource.token, resource.name, resource.id, found))
    assert lost == []


def test_an_imported_resource_is_the_one_that_the_program_describes(stack: Stack) -> None:
    found = {}
    for resource in stack.resources:
        for identifier in resource.kind.found(stack.aws, resource.plain_inputs):
            answer = stack.imported(resource, identifier)
            if answer.id != resource.id:
                continue
            changed = stack.differences(resource, answer.inputs)
            if real := {path for path in changed if path.split(".")[0].split("[")[0] not in resource.kind.untold}:
                found[f"{resource.token} {resource.name}"] = real
    assert found == {}


def unprotected(stack: Stack, resource: Resource) -> Resource:
    """The resource after AWS's own deletion protection was switched off in place, as a person has to do it."""
    switches = {"enableDeletionProtection", "deletionProtection"} & resource.plain_inputs.keys()
    on = [name for name in switches if resource.plain_inputs[name]]
    return stack.update(resource, **dict.fromkeys(on, False)) if on else resource


def test_what_is_deleted_is_gone_and_nothing_else(stack: Stack) -> None:
    """The last test of this module: it leaves nothing for the others."""
    for resource in reversed(stack.resources):
        if resource.token == "aws:s3/bucket:Bucket":
            empty(stack.aws, resource.id)
        stack.delete(unprotected(stack, resource))
        stays = resource.token in STAYS or resource.kind.delete is nothing_to_delete
        assert stays or stack.read(resource).id == "", resource.urn
        stack.delete(resource)
    now = inventory(stack.aws)
    assert {token: found - stack.before[token] for token, found in now.items() if found - stack.before[token]} == {}
