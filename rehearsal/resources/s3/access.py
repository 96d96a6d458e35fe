"""S3: who owns a bucket's objects, what may be public, and its policy."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.api import camel, pascal, refusal, unless_gone
from rehearsal.public_policies import is_public
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.s3_rules import foreign_resources, policy_document
from rehearsal.tables import by_id, put_again

_BLOCK = ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")


def create_ownership(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketOwnershipControls."""
    controls = {"Rules": [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]}
    _s3(aws, inputs).put_bucket_ownership_controls(Bucket=inputs["bucket"], OwnershipControls=controls)
    return Created(id=inputs["bucket"])


def read_ownership(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketOwnershipControls."""
    [rule] = _s3(aws, state).get_bucket_ownership_controls(Bucket=identifier)["OwnershipControls"]["Rules"]
    return Created(id=identifier, outputs={"bucket": identifier, "rule": camel(rule)})


def delete_ownership(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucketOwnershipControls."""
    _s3(aws, state).delete_bucket_ownership_controls(Bucket=identifier)


def create_access_block(aws: Aws, inputs: Inputs) -> Created:
    """PutPublicAccessBlock; what is left out is off, as in the API."""
    wanted = {name: bool(inputs.get(name)) for name in _BLOCK}
    _s3(aws, inputs).put_public_access_block(Bucket=inputs["bucket"], PublicAccessBlockConfiguration=pascal(wanted))
    return Created(id=inputs["bucket"])


def read_access_block(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetPublicAccessBlock."""
    found = _s3(aws, state).get_public_access_block(Bucket=identifier)["PublicAccessBlockConfiguration"]
    return Created(id=identifier, outputs={"bucket": identifier, **camel(found)})


def delete_access_block(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeletePublicAccessBlock, unless it is to outlive the stack."""
    if not state.get("skipDestroy"):
        _s3(aws, state).delete_public_access_block(Bucket=identifier)


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketPolicy, refused for a public policy where BlockPublicPolicy is on."""
    name, client = inputs["bucket"], _s3(aws, inputs)
    found = unless_gone(lambda: client.get_public_access_block(Bucket=name)) or {"PublicAccessBlockConfiguration": {}}
    blocked = found["PublicAccessBlockConfiguration"].get("BlockPublicPolicy")
    if blocked and is_public(json.loads(inputs["policy"])):
        message = f"the policy of {name} is public and BlockPublicPolicy is on: narrow the policy, or switch that off"
        raise refusal("PutBucketPolicy", "AccessDenied", message)
    client.put_bucket_policy(Bucket=name, Policy=inputs["policy"])
    return Created(id=name)


def read_policy(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketPolicy."""
    found = _s3(aws, state).get_bucket_policy(Bucket=identifier)["Policy"]
    return Created(id=identifier, outputs={"bucket": identifier, "policy": found})


def delete_policy(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucketPolicy."""
    _s3(aws, state).delete_bucket_policy(Bucket=identifier)


def _s3(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("s3", inputs.get("region"))


_OF_BUCKET = frozenset({"bucket", "region"})

RESOURCES = (
    ResourceType(
        token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        inputs=spec("bucket region", rule=spec("objectOwnership")),
        create=create_ownership,
        read=read_ownership,
        update=put_again(create_ownership),
        delete=delete_ownership,
        find=by_id(read_ownership, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"rule"}),
        source="Terraform AWS provider docs: aws_s3_bucket_ownership_controls",
    ),
    ResourceType(
        token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs=spec(f"bucket region skipDestroy {' '.join(_BLOCK)}"),
        create=create_access_block,
        read=read_access_block,
        update=put_again(create_access_block),
        delete=delete_access_block,
        find=by_id(read_access_block, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({*_BLOCK, "skipDestroy"}),
        untold=frozenset({"skipDestroy"}),
        emulated="partial",
        not_emulated=("a public policy is refused by the stand-in, not by the emulator",),
        source="Terraform AWS provider docs: aws_s3_bucket_public_access_block",
    ),
    ResourceType(
        token="aws:s3/bucketPolicy:BucketPolicy",
        inputs=spec("bucket region policy"),
        create=create_policy,
        read=read_policy,
        update=put_again(create_policy),
        delete=delete_policy,
        find=by_id(read_policy, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"policy"}),
        limits=(policy_document, foreign_resources),
        emulated="partial",
        not_emulated=("the policy is kept, but lets in and keeps out nobody",),
        source="Terraform AWS provider docs: aws_s3_bucket_policy",
    ),
)
