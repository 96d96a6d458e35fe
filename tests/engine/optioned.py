"""Resources with options by which the engine replaces, keeps or deletes; the variable CHANGE says which one changes."""

from __future__ import annotations

import os
from typing import Any

import pulumi
import pulumi_aws as aws

ACCOUNT = "123456789012"
CHANGE = os.environ.get("CHANGE", "")


def now(change: str, new: Any, old: Any) -> Any:
    """The new value in that change, else the old one."""
    return new if change == CHANGE else old


def provider(name: str, region: str) -> aws.Provider:
    return aws.Provider(name, region=region, allowed_account_ids=[ACCOUNT])


main, twin, west = (
    provider(name, region) for name, region in (("main", "us-east-1"), ("twin", "us-east-1"), ("west", "us-west-2"))
)


def options(**more: Any) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(**{"provider": main, **more})


bucket = aws.s3.Bucket("bucket", bucket="optioned", opts=options(replacement_trigger=now("triggered", "two", "one")))
aws.s3.BucketVersioning(
    "versioning",
    bucket="optioned",
    versioning_configuration={"status": now("beside-ignored", "Suspended", "Enabled")},
    opts=options(ignore_changes=["versioningConfiguration.mfaDelete"], depends_on=[bucket]),
)
aws.s3.BucketLifecycleConfiguration(
    "lifecycle",
    bucket="optioned",
    rules=[
        {
            "id": name,
            "status": "Enabled",
            "filter": {"prefix": name},
            "expiration": {"days": now("ignored-of-every", 20, 10)},
            "noncurrent_version_expiration": {"noncurrent_days": now("beside-ignored-of-every", 20, 10)},
        }
        for name in now("more-than-ignored", ("one", "two", "three"), ("one", "two"))
    ],
    opts=options(ignore_changes=["rules[*].expiration"], depends_on=[bucket]),
)
# Nothing of it but an option changes, which the engine calls the same.
unjudged = now("deleted-with", {"deleted_with": bucket}, {})
if CHANGE == "hooked":
    unjudged = {"hooks": pulumi.ResourceHookBinding(before_delete=[pulumi.ResourceHook("look", lambda _: None)])}
secret = now("told-again", [], ["arn"])
counted = aws.cloudwatch.LogGroup("counted", name="counted", opts=options(additional_secret_outputs=secret, **unjudged))
aws.cloudwatch.LogMetricFilter(
    "count",
    name="count",
    pattern="ERROR",
    log_group_name=counted.name,
    metric_transformation={
        "name": "errors",
        "namespace": now("beside-ignored", "Other", "Optioned"),
        "value": now("ignored", "2", "1"),
    },
    opts=options(ignore_changes=["metricTransformation.value"]),
)
first = aws.ssm.Parameter(
    "first", name=now("replaced-with", "/optioned/other", "/optioned/first"), type="String", value="1", opts=options()
)
second = aws.cloudwatch.LogGroup("second", name="second", opts=options(replace_with=[first]))
aws.cloudwatch.LogGroup("third", name="third", opts=options(replace_with=[second]))
aws.cloudwatch.LogGroup("fourth", name="fourth", opts=options(replacement_trigger=first.arn))
aws.cloudwatch.LogGroup(
    "moving", name="moving", opts=options(provider={"moved": west, "moved-to-the-same": twin}.get(CHANGE, main))
)
if CHANGE == "aliased":
    former = [pulumi.Alias(name="worker"), pulumi.Alias(name="nginx")]
    aws.cloudwatch.LogGroup("all", name="worker", opts=options(aliases=former))
else:
    for name in ("worker", "nginx"):
        aws.cloudwatch.LogGroup(name, name=name, opts=options())
