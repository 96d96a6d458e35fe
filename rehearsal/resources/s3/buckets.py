"""S3 buckets, with the defaults of a new one that the emulator lacks.

Source besides the provider's documentation: Amazon S3 User Guide, "Default settings for new S3 buckets FAQ" (since
April 2023). What AWS refuses is in rehearsal/s3_rules.py; a bucket's settings are in access.py and settings.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rehearsal.api import pascal, refusal, unless_gone
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.s3_rules import bucket_name, no_acl
from rehearsal.tables import by_id, plain_tags

ZONES = {  # hosted zones of S3 endpoints: AWS General Reference, "Amazon S3 endpoints and quotas"
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
}
DEFAULT_ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
_BLOCK = ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")
_BATCH = 1000  # keys of one DeleteObjects


def create_bucket(aws: Aws, inputs: Inputs) -> Created:
    """CreateBucket, and the settings that AWS gives every new bucket."""
    name, region = inputs["bucket"], inputs.get("region") or aws.region
    client = aws.client("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if unless_gone(lambda: client.head_bucket(Bucket=name)):
        raise refusal("CreateBucket", "BucketAlreadyExists", f"the bucket name {name} is taken: choose another")
    client.create_bucket(Bucket=name, **place)
    aws.made(name)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=pascal(dict.fromkeys(_BLOCK, True)))
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    client.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=DEFAULT_ENCRYPTION)
    _tag(client, name, inputs)
    return Created(id=name, outputs=_computed(name, region))


def read_bucket(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The bucket with this name, where it is, and its tags."""
    client = aws.client("s3", state.get("region"))
    client.head_bucket(Bucket=identifier)
    tags = unless_gone(lambda: client.get_bucket_tagging(Bucket=identifier)["TagSet"])
    outputs = _computed(identifier, _region_of(client, identifier))
    return Created(id=identifier, outputs={"bucket": identifier, **outputs, "tagsAll": plain_tags(tags or [])})


def update_bucket(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Its tags; all else of it is replaced, or the provider's own."""
    _tag(aws.client("s3", inputs.get("region")), identifier, inputs)
    return {}


def delete_bucket(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucket; only with forceDestroy of one that holds objects, old versions or delete markers."""
    client = aws.client("s3", state.get("region"))
    client.head_bucket(Bucket=identifier)
    for versions in _versions(client, identifier):
        if not state.get("forceDestroy"):
            message = f"The bucket {identifier} you tried to delete is not empty: empty it, or set forceDestroy"
            raise refusal("DeleteBucket", "BucketNotEmpty", message)
        client.delete_objects(Bucket=identifier, Delete={"Objects": versions, "Quiet": True})
    client.delete_bucket(Bucket=identifier)


def every_bucket(aws: Aws, region: str) -> list[str]:
    """Names of the account's buckets in this region."""
    client = aws.client("s3", region)
    names = [one["Name"] for one in client.list_buckets()["Buckets"]]
    return [name for name in names if _region_of(client, name) == region]


def _region_of(client: Any, name: str) -> str:
    return str(client.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1")


def _computed(name: str, region: str) -> Inputs:
    return {
        "arn": f"arn:aws:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "bucketRegion": region,
        "hostedZoneId": ZONES.get(region, ""),
    }


def _tag(client: Any, name: str, inputs: Inputs) -> None:
    if inputs["tagsAll"]:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": name_tags(inputs)})
    else:
        client.delete_bucket_tagging(Bucket=name)


def _versions(client: Any, name: str) -> Iterator[list[dict[str, str]]]:
    """All versions and delete markers, in batches of one DeleteObjects."""
    while True:
        page = client.list_object_versions(Bucket=name, MaxKeys=_BATCH)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            return
        yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found[:_BATCH]]


RESOURCES = (
    ResourceType(
        token="aws:s3/bucket:Bucket",
        inputs=spec("bucket region acl grants forceDestroy tags"),
        create=create_bucket,
        read=read_bucket,
        update=update_bucket,
        delete=delete_bucket,
        find=by_id(read_bucket, "bucket"),
        every=every_bucket,
        computed=("arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId"),
        replace_on=frozenset({"bucket", "region"}),
        in_place=frozenset({"acl", "grants", "forceDestroy", "tags"}),
        untold=frozenset({"acl", "grants", "forceDestroy"}),
        limits=(bucket_name, no_acl),
        emulated="partial",
        not_emulated=("bucket policies are kept, but let in and keep out nobody",),
        auto_name="bucket",
        auto_name_limit=63,
        source="Terraform AWS provider docs: aws_s3_bucket",
    ),
)
