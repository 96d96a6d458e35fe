"""`diceytech bootstrap`: the bucket and the KMS key of Pulumi's state, which are there before any stack is.

Each part is looked at and, where it is not as it should be, made so: a second run changes nothing, and a run that was
killed is finished by the next one. boto3 only: there is no state yet that could know them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from infra.names import state_bucket, state_key_alias
from scripts.aws.session import session

PURPOSE: Final = {"Purpose": "pulumi-state"}
NONCURRENT_DAYS: Final = 365  # how long an earlier state can be brought back
ABORT_DAYS: Final = 7
GONE: Final = ("404", "NoSuchBucket", "NotFound", "NotFoundException")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that has to hold: `holds` looks, `make` makes it so."""

    what: str
    holds: Callable[[], bool]
    make: Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Done:
    """One part after the run; `changed` tells whether it had to be made."""

    what: str
    changed: bool


@dataclass(frozen=True, kw_only=True)
class State:
    """Where Pulumi's state is, as Pulumi and the account project are told."""

    bucket: str
    key_arn: str
    region: str

    @property
    def login(self) -> str:
        """The line that chooses this backend."""
        return f"pulumi login 's3://{self.bucket}?region={self.region}'"

    @property
    def secrets_provider(self) -> str:
        """What encrypts a new stack's secrets."""
        return f"awskms:///{self.key_arn}?region={self.region}"


def bootstrap(root: Path, environment: str, told: Callable[[Done], None]) -> State:
    """Makes the state's bucket and key in the environment's account; raises CredentialsError or BootstrapError."""
    from botocore.exceptions import BotoCoreError, ClientError

    config = read_environment(root, environment)
    aws = session(config, environment)
    bucket = state_bucket(config.product.name, config.aws.account_id)
    try:
        key_arn = _key(aws.client("kms"), config.product.name, told)
        for part in _bucket(aws.client("s3"), bucket, config.aws.region, key_arn):
            changed = not part.holds()
            if changed:
                part.make()
            told(Done(what=part.what, changed=changed))
    except ClientError as error:
        code, operation = error.response["Error"]["Code"], error.operation_name
        raise BootstrapError(f"{bucket}: AWS refused {operation} ({code}); {_remedy(code)}") from None
    except BotoCoreError as error:
        raise BootstrapError(
            f"{bucket}: {' '.join(str(error).split())}; run it again, it goes on where it was"
        ) from None
    return State(bucket=bucket, key_arn=key_arn, region=config.aws.region)


class BootstrapError(PlatformError):
    """AWS refused a part; those before it are made, and a second run goes on there."""


def _remedy(code: str) -> str:
    if code in ("403", "Forbidden", "BucketAlreadyExists"):
        return "the bucket's name is taken by another account: choose another product.name"
    return "run it with an administrator's credentials; it goes on where it stopped"


def _key(kms: Any, product: str, told: Callable[[Done], None]) -> str:
    """The key's ARN: that of the alias, else of a key that a killed run has left, else of a new one."""
    alias, tags = state_key_alias(product), {"Product": product, "ManagedBy": "diceytech bootstrap", **PURPOSE}
    arn = _aliased(kms, alias)
    found = arn or _left_behind(kms, tags)
    if found is None:
        described = f"Pulumi state of {product}: its bucket and the secrets in it"
        wanted = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        found = str(kms.create_key(Description=described, Tags=wanted)["KeyMetadata"]["Arn"])
        told(Done(what=f"KMS key {found}", changed=True))
    else:
        told(Done(what=f"KMS key {found}", changed=False))
    rotated = bool(kms.get_key_rotation_status(KeyId=found)["KeyRotationEnabled"])
    if not rotated:
        kms.enable_key_rotation(KeyId=found)
    told(Done(what="its yearly rotation", changed=not rotated))
    if arn is None:
        kms.create_alias(AliasName=alias, TargetKeyId=found)
    told(Done(what=alias, changed=arn is None))
    return found


def _aliased(kms: Any, alias: str) -> str | None:
    for page in kms.get_paginator("list_aliases").paginate():
        for one in page["Aliases"]:
            if one["AliasName"] == alias and "TargetKeyId" in one:
                return str(kms.describe_key(KeyId=one["TargetKeyId"])["KeyMetadata"]["Arn"])
    return None


def _left_behind(kms: Any, tags: dict[str, str]) -> str | None:
    for page in kms.get_paginator("list_keys").paginate():
        for one in page["Keys"]:
            metadata = kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
            if metadata["KeyManager"] != "CUSTOMER" or metadata["KeyState"] != "Enabled":
                continue
            found = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=one["KeyId"])["Tags"]}
            if tags.items() <= found.items():
                return str(metadata["Arn"])
    return None


def _bucket(s3: Any, name: str, region: str, key_arn: str) -> Iterator[Part]:
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    yield Part(
        what=f"bucket {name}",
        holds=lambda: _exists(s3, name),
        make=lambda: s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced", **location),
    )
    for what, wanted, get, put in _settings(s3, name, key_arn):
        yield Part(what=what, holds=lambda get=get, wanted=wanted: _held(get) == wanted, make=put)  # type: ignore[misc] # mypy reads no defaults of lambdas


def _settings(s3: Any, name: str, key_arn: str) -> Iterator[tuple[str, Any, Callable[[], Any], Callable[[], object]]]:
    """What the bucket has to be: in words, the value, how it is read, how it is set."""
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    yield (
        "no public access",
        block,
        lambda: s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
        lambda: s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block),
    )
    yield (
        "versions of every state",
        "Enabled",
        lambda: s3.get_bucket_versioning(Bucket=name).get("Status"),
        lambda: s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"}),
    )
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    yield (
        "encryption by that key",
        default,
        lambda: s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0][
            "ApplyServerSideEncryptionByDefault"
        ],
        lambda: s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules}),
    )
    policy = _tls_only(name)
    yield (
        "TLS only",
        policy,
        lambda: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]),
        lambda: s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy)),
    )
    lifecycle = [
        {
            "ID": "earlier-states",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
        }
    ]
    yield (
        f"earlier states kept for {NONCURRENT_DAYS} days",
        NONCURRENT_DAYS,
        lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]["NoncurrentVersionExpiration"][
            "NoncurrentDays"
        ],
        lambda: s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": lifecycle}),
    )


def _tls_only(name: str) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{name}"
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _exists(s3: Any, name: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return False
        raise
    return True


def _held(get: Callable[[], Any]) -> Any:
    """What is set now; None where AWS says that there is no such setting."""
    from botocore.exceptions import ClientError

    try:
        return get()
    except ClientError as error:
        if error.response["Error"]["Code"].startswith(("NoSuch", "ServerSideEncryptionConfigurationNotFound")):
            return None
        raise
