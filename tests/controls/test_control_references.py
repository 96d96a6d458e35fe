"""Resources are joined by value once they are known, and by the engine's record before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from control_graphs import graph, node

from controls import s3
from controls.inputs import UndecidedError
from controls.references import pointed_at, pointing, refers
from rehearsal.graph import UNKNOWN

BUCKET = node(s3.BUCKET, "media", bucket="acme-media")
OTHER = node(s3.BUCKET, "site")


def test_an_applied_reference_matches_id_arn_and_name() -> None:
    for value in ("media-id", "acme-media", "arn:aws:any:eu-west-1:111111111111:media"):
        assert refers(node(s3.POLICY, "policy", bucket=value), "bucket", BUCKET)
        assert not refers(node(s3.POLICY, "policy", bucket=value), "bucket", OTHER)


def test_a_planned_reference_matches_by_dependency() -> None:
    planned = replace(
        node(s3.POLICY, "policy", bucket=UNKNOWN), property_dependencies={"bucket": (BUCKET.urn,)}, outputs=None
    )

    assert refers(planned, "bucket", replace(BUCKET, id=None, outputs=None))
    assert not refers(planned, "bucket", OTHER)


def test_an_unknown_value_with_no_record_is_not_guessed_at() -> None:
    with pytest.raises(UndecidedError, match="bucket of policy"):
        refers(node(s3.POLICY, "policy", bucket=UNKNOWN), "bucket", BUCKET)


def test_two_unknown_values_are_not_the_same_resource() -> None:
    planned = replace(BUCKET, inputs={"bucket": UNKNOWN}, id=None, outputs={"arn": UNKNOWN})
    other = replace(node(s3.POLICY, "policy", bucket=UNKNOWN), property_dependencies={"bucket": (OTHER.urn,)})

    assert not refers(other, "bucket", planned)


def test_a_known_value_outweighs_what_the_property_depends_on() -> None:
    known = replace(node(s3.POLICY, "policy", bucket="site-id"), property_dependencies={"bucket": (BUCKET.urn,)})

    assert not refers(known, "bucket", BUCKET)
    assert refers(known, "bucket", OTHER)


def test_a_planned_resource_that_pulumi_names_is_known_by_the_form_of_the_name() -> None:
    planned = replace(BUCKET, id=None, outputs=None)
    named = replace(node(s3.POLICY, "policy", bucket="media-1a2b3c4"), property_dependencies={"bucket": (BUCKET.urn,)})
    other = replace(named, property_dependencies={"bucket": (OTHER.urn,)})

    assert refers(named, "bucket", planned)
    assert not refers(named, "bucket", BUCKET), "an applied bucket is called by its own name"
    assert not refers(other, "bucket", planned)


def test_lists_and_both_directions_join() -> None:
    user = node("aws:x:X", "x", buckets=["media-id", "site-id"])
    whole = graph([BUCKET, OTHER, user])

    assert pointed_at(whole, user, "buckets", s3.BUCKET) == [BUCKET, OTHER]
    assert pointing(whole, "aws:x:X", "buckets", BUCKET) == [user]
