"""Stand-ins for what only the apply tells: the same text everywhere in a plan, unknown to whoever asks for facts."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pytest

from infra.provider import aws_provider
from rehearsal.foretold import as_planned, blind, names_an_output, stand_in, without
from rehearsal.graph import UNKNOWN, Graph
from rehearsal.in_process import run
from rehearsal.platform import NoAws

BUCKET = "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::media"
OTHER = "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::media-2"
ACCOUNT = "123456789012"


def planned(program: object, *, foretell: bool = True) -> Graph:
    assert callable(program)
    nowhere = NoAws(account_id=ACCOUNT, region="eu-west-1")
    found = run(program, aws=nowhere, project="platform", stack="t", config={}, preview=True, foretell=foretell)
    return found.graph


def provider() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=aws_provider(region="eu-west-1", account_id=ACCOUNT, tags={}))


def policy() -> None:
    bucket = aws.s3.Bucket("media", opts=provider())
    document = pulumi.Output.json_dumps({"Resource": bucket.arn})
    aws.s3.BucketPolicy("p", bucket=bucket.id, policy=document, opts=pulumi.ResourceOptions(provider=bucket._provider))


@pytest.mark.parametrize(
    ("foretell", "wanted"), [(True, '{"Resource": "[the arn of Bucket/media]"}'), (False, UNKNOWN)]
)
def test_a_document_made_of_an_arn_is_known_by_its_stand_in_alone(foretell: bool, wanted: str) -> None:
    found = planned(policy, foretell=foretell).named("aws:s3/bucketPolicy:BucketPolicy", "p")
    assert found.inputs["policy"] == wanted
    assert found.inputs["bucket"] == ("[the id of Bucket/media]" if foretell else UNKNOWN)
    assert set(found.property_dependencies) == {"bucket", "policy"}
    assert found.id is None


def test_for_who_follows_references_only_documents_keep_their_stand_ins() -> None:
    found = as_planned(planned(policy)).named("aws:s3/bucketPolicy:BucketPolicy", "p")
    assert found.inputs == {"bucket": UNKNOWN, "policy": '{"Resource": "[the arn of Bucket/media]"}'}


def test_outputs_go_by_the_resource_that_they_are_of() -> None:
    mine, others = stand_in(BUCKET, "arn"), stand_in(OTHER, "arn")
    value = {"a": [f"{mine}/*", others], "b": json.dumps({"r": mine}), "c": 1}
    assert without(value, [BUCKET]) == {"a": [UNKNOWN, others], "b": UNKNOWN, "c": 1}
    assert blind(value) == {"a": [UNKNOWN, UNKNOWN], "b": UNKNOWN, "c": 1}


@pytest.mark.parametrize("text", ["[the end]", "[the id of]", "the id of Bucket/media", "[unknown]", "[the id of x]"])
def test_other_text_in_brackets_is_no_stand_in(text: str) -> None:
    assert not names_an_output(text)
    assert blind(text) == text


def test_an_alias_is_kept_as_the_urn_that_the_engine_would_look_for() -> None:
    class Box(pulumi.ComponentResource):
        def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
            super().__init__("acme:test:Box", name, None, opts)

    def program() -> None:
        box = Box("box", provider())
        former = [pulumi.Alias(name="old"), pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
        aws.s3.Bucket("new", opts=pulumi.ResourceOptions(parent=box, aliases=former))

    found = planned(program).named("aws:s3/bucket:Bucket", "new")
    start = "urn:pulumi:t::platform::"
    assert set(found.options["aliases"]) == {
        f"{start}acme:test:Box$aws:s3/bucket:Bucket::old",
        f"{start}aws:s3/bucket:Bucket::new",
        f"{start}acme:test:Box$aws:s3/bucketV2:BucketV2::new",  # the SDK's own: the type's name before version 7
    }
