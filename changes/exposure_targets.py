"""Where a resource sends what others may read there: its logs, and requests that it passes on.

Source: Amazon VPC User Guide, "Publish flow logs to Amazon S3"; Amazon S3 User Guide, "Logging requests with server
access logging"; Amazon CloudFront Developer Guide, "Access logs (standard logs)", "Restrict access with VPC origins".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Final

from changes.exposed import Exposed, Target
from changes.rule import EMPTY, each_block
from rehearsal.graph import Node

LOGS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ("deliveryDestinationConfiguration",),
    "aws:ec2/flowLog:FlowLog": ("logDestination",),
    "aws:lb/loadBalancer:LoadBalancer": ("accessLogs", "connectionLogs"),
    "aws:route53/queryLog:QueryLog": ("cloudwatchLogGroupArn",),
    "aws:s3/bucketLogging:BucketLogging": ("targetBucket",),
}
# Inputs that name a key of KMS, and below those that do so within blocks.
KEYS: Final = ("keyId", "kmsKeyId", "kmsKeyArn", "kmsMasterKeyId", "masterUserSecretKmsKeyId",
               "performanceInsightsKmsKeyId", "serverSideEncryption.kmsKeyArn", "targetKeyId")  # fmt: skip
_KEYS_WITHIN: Final = (
    "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    "rules.destination.encryptionConfiguration.replicaKmsKeyId",
    "blockDeviceMappings.ebs.kmsKeyId",
    "ebsBlockDevices.kmsKeyId",
    "rootBlockDevice.kmsKeyId",
    "replicas.kmsKeyId",
)
_KEY: Final = re.compile(r"arn:[^:]*:kms:[^:]*:(\d{12}):")
_WITHIN: Final = ("destinationResourceArn", "bucket")  # of a block, the target
_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")
_BUCKET: Final = re.compile(r"(?:arn:[^:]*:s3:::)?(\[the \w+ of [^\]]+\]|[^/]*)")  # without the folder in it


def logs(node: Node) -> Iterator[Exposed]:
    """Buckets, log groups and streams that its logs are written to."""
    for path in LOGS[node.type]:
        made_of = node.property_dependencies.get(path, ())
        for held in each_block(node, path):
            if isinstance(held, Mapping) and held.get("enabled", True) in (False, "false"):
                continue
            named = next((held[key] for key in _WITHIN if key in held), None) if isinstance(held, Mapping) else held
            if named not in EMPTY:
                yield Exposed("granted-to-another", f"writes its logs to {named}", _target(str(named), made_of))


def endpoint(node: Node) -> Iterator[Exposed]:
    """What a VPC origin passes requests on to, where it says whose that is."""
    for held in each_block(node, "vpcOriginEndpointConfig"):
        target = _target(str(held.get("arn")), ()) if isinstance(held, Mapping) else Target("")
        if target.account:
            yield Exposed("origin-moved", f"sends requests to {target.name}", target)


def keys(node: Node) -> Iterator[Exposed]:
    """Keys of which it says whose they are: who owns the key can take the data away."""
    for path in (*KEYS, *_KEYS_WITHIN):
        top, *below = path.split(".")
        for held in each_block(node, top):
            named = reduce(lambda one, key: one.get(key) if isinstance(one, Mapping) else None, below, held)
            if found := _KEY.match(str(named)):
                yield Exposed("granted-to-another", f"is encrypted with the key {named}", Target(found[1]))


def _target(named: str, made_of: tuple[str, ...]) -> Target:
    account = _ACCOUNT.match(named)
    bucket = _BUCKET.match(named)
    return Target(account[1] if account else "", bucket[1] if bucket and not account else named, made_of)
