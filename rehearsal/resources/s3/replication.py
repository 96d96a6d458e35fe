"""S3 replication: the rules are kept and checked, nothing is copied.

Sources besides the provider's documentation: Amazon S3 API Reference, "PutBucketReplication", and User Guide,
"Requirements and considerations for replication" and "Replication configuration file elements".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.api import camel, pascal, refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id, put_again

RULES, RULE_ID = 1000, 255
_BUCKET = "arn:aws:s3:::"


def replication_rules(inputs: Inputs) -> str | None:
    """At most 1,000 rules, ids and priorities once each, all in the version of the schema that has filters."""
    rules = inputs.get("rules")
    if rules is None:
        return None
    if not 0 < len(rules) <= RULES:
        return f"a replication configuration has 1 to {RULES:,} rules, not {len(rules)}: change their number"
    for key in ("id", "priority"):
        named = [rule[key] for rule in rules if rule.get(key) is not None]
        if len(named) != len(set(named)):
            return f"two replication rules have the same {key}: give each its own"
    return next((found for rule in rules if (found := _fault(rule, inputs.get("bucket")))), None)


def _fault(rule: Mapping[str, Any], source: str | None) -> str | None:
    name = rule.get("id", "")
    if len(name) > RULE_ID:
        return f"a replication rule's id has at most {RULE_ID} characters: {name[:40]}"
    if rule.get("status") not in ("Enabled", "Disabled"):
        return f"the replication rule {name} has the status {rule.get('status')}: use Enabled or Disabled"
    for key in ("filter", "priority", "deleteMarkerReplication"):
        if rule.get(key) is None:
            return f"the replication rule {name} has no {key}: the schema with filters needs it, set it"
    target = rule["destination"].get("bucket")
    if target is not None and not str(target).startswith(_BUCKET):
        return f"the replication rule {name} copies to {target}, which is no ARN of a bucket: write {_BUCKET}<name>"
    if source is not None and target == f"{_BUCKET}{source}":
        return f"the replication rule {name} copies the bucket {source} to itself: name another bucket"
    return None


def create_replication(aws: Aws, inputs: Inputs) -> Created:
    """PutBucketReplication, where both buckets keep versions and the role is there; the request is also held."""
    source, region = inputs["bucket"], inputs.get("region")
    _check_role(aws, inputs["role"])
    _check_versions(aws, source, "source")
    for rule in inputs["rules"]:
        _check_versions(aws, rule["destination"]["bucket"].removeprefix(_BUCKET), "destination")
    sent = {"Bucket": source, "ReplicationConfiguration": {"Role": inputs["role"], "Rules": _rules(inputs)}}
    aws.keep("s3", "PutBucketReplication", sent)
    aws.client("s3", region).put_bucket_replication(**sent)
    aws.records[_record(source)] = {
        "markers": {rule["id"]: rule["deleteMarkerReplication"] for rule in inputs["rules"]}
    }
    return Created(id=source)


def read_replication(aws: Aws, identifier: str, state: Inputs) -> Created:
    """GetBucketReplication, with what the emulator drops: whether delete markers are copied."""
    found = aws.client("s3", state.get("region")).get_bucket_replication(Bucket=identifier)["ReplicationConfiguration"]
    markers = aws.records.get(_record(identifier), {"markers": {}})["markers"]
    rules = []
    for rule in camel(found["Rules"]):
        shown = {**rule, "filter": {"prefix": (rule.get("filter") or {}).get("prefix", "")}}
        rules.append({**shown, "deleteMarkerReplication": markers.get(rule["id"], rule.get("deleteMarkerReplication"))})
    return Created(id=identifier, outputs={"bucket": identifier, "role": found["Role"], "rules": rules})


def delete_replication(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteBucketReplication."""
    aws.client("s3", state.get("region")).delete_bucket_replication(Bucket=identifier)
    aws.records.pop(_record(identifier), None)


def _record(bucket: str) -> str:
    return f"s3/bucket-replication/{bucket}"


def _rules(inputs: Inputs) -> list[dict[str, Any]]:
    rules = [pascal(rule) for rule in inputs["rules"]]
    return [{("ID" if key == "Id" else key): value for key, value in rule.items()} for rule in rules]


def _check_role(aws: Aws, arn: str) -> None:
    name = arn.rsplit("/", 1)[-1]
    try:
        aws.client("iam").get_role(RoleName=name)
    except ClientError as error:
        message = f"the role {arn} does not exist: make it before the replication"
        raise refusal("PutBucketReplication", "InvalidRequest", message) from error


def _check_versions(aws: Aws, bucket: str, what: str) -> None:
    client = aws.client("s3")
    try:
        versioning = client.get_bucket_versioning(Bucket=bucket)
    except ClientError as error:
        message = f"the {what} bucket {bucket} does not exist: make it before the replication"
        raise refusal("PutBucketReplication", "InvalidRequest", message) from error
    if versioning.get("Status") != "Enabled":
        message = f"the {what} bucket {bucket} must keep versions: enable its versioning first"
        raise refusal("PutBucketReplication", "InvalidRequest", message)


RESOURCES = (
    ResourceType(
        token="aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        inputs=spec(
            "bucket region role",
            rules=spec(
                "id priority status",
                filter=spec("prefix"),
                deleteMarkerReplication=spec("status"),
                destination=spec("bucket storageClass"),
            ),
        ),
        create=create_replication,
        read=read_replication,
        update=put_again(create_replication),
        delete=delete_replication,
        find=by_id(read_replication, "bucket"),
        replace_on=frozenset({"bucket", "region"}),
        in_place=frozenset({"role", "rules"}),
        limits=(replication_rules,),
        emulated="partial",
        not_emulated=("nothing is copied, and the emulator drops whether delete markers would be",),
        source="Terraform AWS provider docs: aws_s3_bucket_replication_configuration",
    ),
)
