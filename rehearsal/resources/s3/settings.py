"""S3: encryption, versions, lifecycle, CORS and access logs of a bucket.

Source besides the provider's documentation: Amazon S3 User Guide, "Setting default server-side encryption behavior for
Amazon S3 buckets" and "Requirements and considerations for replication".
"""

from __future__ import annotations

from typing import Any

from rehearsal.api import camel, pascal, refusal, unless_gone
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.resources.s3.buckets import DEFAULT_ENCRYPTION
from rehearsal.s3_rules import cors_rules, lifecycle_rules
from rehearsal.tables import by_id, put_again


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
    _s3(aws, inputs).put_bucket_encryption(Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules})
    return Created(id=inputs["bucket"])


def read_encryption(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketEncryption."""
    found = _s3(aws, state).get_bucket_encryption(Bucket=identifier)["ServerSideEncryptionConfiguration"]["Rules"]
    rules = []
    for rule in found:
        default = rule["ApplyServerSideEncryptionByDefault"]
        applied = {"sseAlgorithm": default["SSEAlgorithm"], "kmsMasterKeyId": default.get("KMSMasterKeyID")}
        key = bool(rule.get("BucketKeyEnabled"))
        rules.append({"applyServerSideEncryptionByDefault": applied, "bucketKeyEnabled": key})
    return Created(id=identifier, outputs={"bucket": identifier, "rules": rules})


def delete_encryption(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucketEncryption, after which AWS encrypts with keys of S3."""
    client = _s3(aws, state)
    client.delete_bucket_encryption(Bucket=identifier)
    client.put_bucket_encryption(Bucket=identifier, ServerSideEncryptionConfiguration=DEFAULT_ENCRYPTION)


def create_versioning(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketVersioning."""
    _put_versioning(_s3(aws, inputs), inputs["bucket"], inputs["versioningConfiguration"]["status"])
    return Created(id=inputs["bucket"])


def read_versioning(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketVersioning; a bucket that never kept versions has no status, which the provider calls Disabled."""
    status = _s3(aws, state).get_bucket_versioning(Bucket=identifier).get("Status") or "Disabled"
    return Created(id=identifier, outputs={"bucket": identifier, "versioningConfiguration": {"status": status}})


def delete_versioning(aws: Aws, identifier: str, state: Inputs) -> None:
    """Suspends it: AWS cannot forget that a bucket kept versions."""
    client = _s3(aws, state)
    if client.get_bucket_versioning(Bucket=identifier).get("Status") == "Enabled":
        _put_versioning(client, identifier, "Suspended")


def _put_versioning(client: Any, bucket: str, status: str) -> None:
    if status == "Disabled":  # as the provider: there is nothing to send
        return
    if status != "Enabled" and unless_gone(lambda: client.get_bucket_replication(Bucket=bucket)):
        message = f"A replication configuration is present on {bucket}, its versioning stays: remove that first"
        raise refusal("PutBucketVersioning", "InvalidBucketState", message)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def create_lifecycle(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketLifecycleConfiguration."""
    rules = [_with_id(pascal(rule)) for rule in inputs["rules"]]
    _s3(aws, inputs).put_bucket_lifecycle_configuration(
        Bucket=inputs["bucket"], LifecycleConfiguration={"Rules": rules}
    )
    return Created(id=inputs["bucket"], outputs={"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"})


def read_lifecycle(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketLifecycleConfiguration."""
    found = _s3(aws, state).get_bucket_lifecycle_configuration(Bucket=identifier)
    rules = [
        {**camel(rule), "filter": {"prefix": (rule.get("Filter") or {}).get("Prefix", "")}} for rule in found["Rules"]
    ]
    size = found.get("TransitionDefaultMinimumObjectSize")
    outputs = {"bucket": identifier, "rules": rules, "transitionDefaultMinimumObjectSize": size}
    return Created(id=identifier, outputs=outputs)


def delete_lifecycle(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucketLifecycle."""
    _s3(aws, state).delete_bucket_lifecycle(Bucket=identifier)


def create_cors(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketCors."""
    rules = [_with_id(pascal(rule)) for rule in inputs["corsRules"]]
    _s3(aws, inputs).put_bucket_cors(Bucket=inputs["bucket"], CORSConfiguration={"CORSRules": rules})
    return Created(id=inputs["bucket"])


def read_cors(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketCors."""
    found = _s3(aws, state).get_bucket_cors(Bucket=identifier)["CORSRules"]
    return Created(id=identifier, outputs={"bucket": identifier, "corsRules": camel(found)})


def delete_cors(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucketCors."""
    _s3(aws, state).delete_bucket_cors(Bucket=identifier)


def create_logging(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketLogging; the emulator checks the target and its policy."""
    target = {"TargetBucket": inputs["targetBucket"], "TargetPrefix": inputs["targetPrefix"]}
    _s3(aws, inputs).put_bucket_logging(Bucket=inputs["bucket"], BucketLoggingStatus={"LoggingEnabled": target})
    return Created(id=inputs["bucket"])


def read_logging(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetBucketLogging, which answers without a target where nothing is logged."""
    found = _s3(aws, state).get_bucket_logging(Bucket=identifier).get("LoggingEnabled")
    if found is None:
        return None
    held = {"targetBucket": found["TargetBucket"], "targetPrefix": found["TargetPrefix"]}
    return Created(id=identifier, outputs={"bucket": identifier, **held})


def delete_logging(aws: Aws, identifier: str, state: Inputs) -> None:
    """PutBucketLogging with nothing in it."""
    _s3(aws, state).put_bucket_logging(Bucket=identifier, BucketLoggingStatus={})


def _s3(aws: Aws, inputs: Inputs) -> Any:  # Any: boto3 has no types
    return aws.client("s3", inputs.get("region"))


def _with_id(rule: dict[str, Any]) -> dict[str, Any]:
    return {("ID" if name == "Id" else name): value for name, value in rule.items()}


_OF_BUCKET = frozenset({"bucket", "region"})

RESOURCES = (
    ResourceType(
        token="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        inputs=spec(
            "bucket region",
            rules=spec("bucketKeyEnabled", applyServerSideEncryptionByDefault=spec("sseAlgorithm kmsMasterKeyId")),
        ),
        create=create_encryption,
        read=read_encryption,
        update=put_again(create_encryption),
        delete=delete_encryption,
        find=by_id(read_encryption, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"rules"}),
        source="Terraform AWS provider docs: aws_s3_bucket_server_side_encryption_configuration",
    ),
    ResourceType(
        token="aws:s3/bucketVersioning:BucketVersioning",
        inputs=spec("bucket region", versioningConfiguration=spec("status")),
        create=create_versioning,
        read=read_versioning,
        update=put_again(create_versioning),
        delete=delete_versioning,
        find=by_id(read_versioning, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"versioningConfiguration"}),
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
        read=read_lifecycle,
        update=put_again(create_lifecycle),
        delete=delete_lifecycle,
        find=by_id(read_lifecycle, "bucket"),
        computed=("transitionDefaultMinimumObjectSize",),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"rules"}),
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
        read=read_cors,
        update=put_again(create_cors),
        delete=delete_cors,
        find=by_id(read_cors, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"corsRules"}),
        unordered=frozenset(
            f"corsRules.{name}" for name in ("allowedHeaders", "allowedMethods", "allowedOrigins", "exposeHeaders")
        ),
        limits=(cors_rules,),
        source="Terraform AWS provider docs: aws_s3_bucket_cors_configuration",
    ),
    ResourceType(
        token="aws:s3/bucketLogging:BucketLogging",
        inputs=spec("bucket region targetBucket targetPrefix"),
        create=create_logging,
        read=read_logging,
        update=put_again(create_logging),
        delete=delete_logging,
        find=by_id(read_logging, "bucket"),
        replace_on=_OF_BUCKET,
        in_place=frozenset({"targetBucket", "targetPrefix"}),
        emulated="partial",
        not_emulated=("access logs: a line for each request, at once and in part made up",),
        source="Terraform AWS provider docs: aws_s3_bucket_logging",
    ),
)
