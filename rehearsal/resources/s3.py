"""S3: buckets and their settings, with the defaults and refusals that the emulator lacks.

Source besides the provider's documentation: Amazon S3 User Guide, "Default settings for new S3 buckets FAQ" (since
April 2023). What AWS refuses is in rehearsal/s3_rules.py.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.api import pascal, refusal
from rehearsal.public_policies import is_public
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.s3_rules import (
    bucket_name,
    cors_rules,
    foreign_resources,
    lifecycle_rules,
    no_acl,
    policy_document,
)

ZONES = {  # hosted zones of S3 endpoints: AWS General Reference, "Amazon S3 endpoints and quotas"
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
}

_BLOCK = ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")


def create_bucket(aws: Aws, inputs: Inputs) -> Created:
    """CreateBucket, and the settings that AWS gives every new bucket."""
    name, region = inputs["bucket"], inputs.get("region") or aws.region
    client = aws.client("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if _exists(client, name):
        raise refusal("CreateBucket", "BucketAlreadyExists", f"the bucket name {name} is taken: choose another")
    client.create_bucket(Bucket=name, **place)
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=pascal(dict.fromkeys(_BLOCK, True)))
    _put_ownership(client, name, "BucketOwnerEnforced")
    _put_encryption(client, name, [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}])
    if inputs["tagsAll"]:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": name_tags(inputs)})
    outputs = {
        "arn": f"arn:aws:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "bucketRegion": region,
        "hostedZoneId": ZONES.get(region, ""),
    }
    return Created(id=name, outputs=outputs)


def _exists(client: Any, name: str) -> bool:
    try:
        client.head_bucket(Bucket=name)
    except ClientError:
        return False
    return True


def _put_ownership(client: Any, name: str, ownership: str) -> None:
    client.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]})


def _put_encryption(client: Any, name: str, rules: list[dict[str, Any]]) -> None:
    client.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})


def create_ownership(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketOwnershipControls."""
    _put_ownership(aws.client("s3", inputs.get("region")), inputs["bucket"], inputs["rule"]["objectOwnership"])
    return Created(id=inputs["bucket"])


def create_access_block(aws: Aws, inputs: Inputs) -> Created:
    """PutPublicAccessBlock; what is left out is off, as in the API."""
    wanted = {name: bool(inputs.get(name)) for name in _BLOCK}
    aws.client("s3", inputs.get("region")).put_public_access_block(
        Bucket=inputs["bucket"], PublicAccessBlockConfiguration=pascal(wanted)
    )
    return Created(id=inputs["bucket"])


def create_encryption(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketEncryption."""
    rules = []
    for rule in inputs["rules"]:
        default = rule["applyServerSideEncryptionByDefault"]
        names = {"SSEAlgorithm": default["sseAlgorithm"], "KMSMasterKeyID": default.get("kmsMasterKeyId")}
        found: dict[str, Any] = {
            "ApplyServerSideEncryptionByDefault": {name: value for name, value in names.items() if value},
        }
        rules.append(found | ({"BucketKeyEnabled": True} if rule.get("bucketKeyEnabled") else {}))
    _put_encryption(aws.client("s3", inputs.get("region")), inputs["bucket"], rules)
    return Created(id=inputs["bucket"])


def create_versioning(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketVersioning."""
    aws.client("s3", inputs.get("region")).put_bucket_versioning(
        Bucket=inputs["bucket"], VersioningConfiguration={"Status": inputs["versioningConfiguration"]["status"]}
    )
    return Created(id=inputs["bucket"])


def create_lifecycle(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketLifecycleConfiguration."""
    rules = [{**pascal(rule), "ID": rule["id"]} for rule in inputs["rules"]]
    for rule in rules:
        rule.pop("Id")
    aws.client("s3", inputs.get("region")).put_bucket_lifecycle_configuration(
        Bucket=inputs["bucket"], LifecycleConfiguration={"Rules": rules}
    )
    return Created(id=inputs["bucket"], outputs={"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"})


def create_cors(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketCors."""
    rules = []
    for rule in inputs["corsRules"]:
        shown = pascal(rule)
        rules.append({("ID" if name == "Id" else name): value for name, value in shown.items()})
    aws.client("s3", inputs.get("region")).put_bucket_cors(
        Bucket=inputs["bucket"], CORSConfiguration={"CORSRules": rules}
    )
    return Created(id=inputs["bucket"])


def create_logging(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketLogging; the emulator checks the target and its policy."""
    target = {"TargetBucket": inputs["targetBucket"], "TargetPrefix": inputs["targetPrefix"]}
    aws.client("s3", inputs.get("region")).put_bucket_logging(
        Bucket=inputs["bucket"], BucketLoggingStatus={"LoggingEnabled": target}
    )
    return Created(id=inputs["bucket"])


def create_policy(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketPolicy, refused for a public policy where BlockPublicPolicy is on."""
    name, client = inputs["bucket"], aws.client("s3", inputs.get("region"))
    block = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    if block.get("BlockPublicPolicy") and is_public(json.loads(inputs["policy"])):
        message = f"the policy of {name} is public and BlockPublicPolicy is on: narrow the policy, or switch that off"
        raise refusal("PutBucketPolicy", "AccessDenied", message)
    client.put_bucket_policy(Bucket=name, Policy=inputs["policy"])
    return Created(id=name)


_OF_BUCKET = frozenset({"bucket", "region"})

RESOURCES = (
    ResourceType(
        token="aws:s3/bucket:Bucket",
        inputs=spec("bucket region acl grants forceDestroy tags"),
        create=create_bucket,
        computed=("arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId", "tagsAll"),
        replace_on=_OF_BUCKET,
        limits=(bucket_name, no_acl),
        emulated="partial",
        not_emulated=("bucket policies are kept, but let in and keep out nobody",),
        auto_name="bucket",
        auto_name_limit=63,
        source="Terraform AWS provider docs: aws_s3_bucket",
    ),
    ResourceType(
        token="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        inputs=spec("bucket region", rule=spec("objectOwnership")),
        create=create_ownership,
        replace_on=_OF_BUCKET,
        source="Terraform AWS provider docs: aws_s3_bucket_ownership_controls",
    ),
    ResourceType(
        token="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs=spec(f"bucket region skipDestroy {' '.join(_BLOCK)}"),
        create=create_access_block,
        replace_on=_OF_BUCKET,
        emulated="partial",
        not_emulated=("a public policy is refused by the stand-in, not by the emulator",),
        source="Terraform AWS provider docs: aws_s3_bucket_public_access_block",
    ),
    ResourceType(
        token="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        inputs=spec(
            "bucket region",
            rules=spec("bucketKeyEnabled", applyServerSideEncryptionByDefault=spec("sseAlgorithm kmsMasterKeyId")),
        ),
        create=create_encryption,
        replace_on=_OF_BUCKET,
        source="Terraform AWS provider docs: aws_s3_bucket_server_side_encryption_configuration",
    ),
    ResourceType(
        token="aws:s3/bucketVersioning:BucketVersioning",
        inputs=spec("bucket region", versioningConfiguration=spec("status")),
        create=create_versioning,
        replace_on=_OF_BUCKET,
        source="Terraform AWS provider docs: aws_s3_bucket_versioning",
    ),
    ResourceType(
        token="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        inputs=spec(
            "bucket region",
            rules=spec(
                "id status",
                filter=spec("prefix"),
                abortIncompleteMultipartUpload=spec("daysAfterInitiation"),
                expiration=spec("days expiredObjectDeleteMarker"),
                noncurrentVersionExpiration=spec("noncurrentDays newerNoncurrentVersions"),
            ),
        ),
        create=create_lifecycle,
        computed=("transitionDefaultMinimumObjectSize",),
        replace_on=_OF_BUCKET,
        limits=(lifecycle_rules,),
        emulated="partial",
        not_emulated=("nothing expires: lifecycle rules are kept, not run",),
        source="Terraform AWS provider docs: aws_s3_bucket_lifecycle_configuration",
    ),
    ResourceType(
        token="aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
        inputs=spec(
            "bucket region",
            corsRules=spec("id allowedHeaders allowedMethods allowedOrigins exposeHeaders maxAgeSeconds"),
        ),
        create=create_cors,
        replace_on=_OF_BUCKET,
        limits=(cors_rules,),
        source="Terraform AWS provider docs: aws_s3_bucket_cors_configuration",
    ),
    ResourceType(
        token="aws:s3/bucketLogging:BucketLogging",
        inputs=spec("bucket region targetBucket targetPrefix"),
        create=create_logging,
        replace_on=_OF_BUCKET,
        emulated="partial",
        not_emulated=("no access log is written",),
        source="Terraform AWS provider docs: aws_s3_bucket_logging",
    ),
    ResourceType(
        token="aws:s3/bucketPolicy:BucketPolicy",
        inputs=spec("bucket region policy"),
        create=create_policy,
        replace_on=_OF_BUCKET,
        limits=(policy_document, foreign_resources),
        emulated="partial",
        not_emulated=("the policy is kept, but lets in and keeps out nobody",),
        source="Terraform AWS provider docs: aws_s3_bucket_policy",
    ),
)
