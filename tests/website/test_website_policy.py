"""The app deploy role may make every call that a deploy makes, and no statement for the website allows more."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from fault_proxy import Asked, fault_proxy
from website_world import FIRST, REGION, SECOND, World

from infra import deploy_policies
from infra.deploy_policies import Scope
from infra.names import Names
from infra.policies import Document
from infra.website_paths import RELEASES_PREFIX
from rehearsal.policy_documents import listed
from rehearsal.policy_evaluation import allowed

NAMES = Names(product="acme", environment="dev", account_id="123456789012")


def policy(bucket: str) -> Document:
    return deploy_policies.app(
        Scope(
            names=NAMES,
            region=REGION,
            website_bucket=bucket,
            artifacts_bucket="artifacts",
            media_bucket="media",
            logs_bucket="logs",
            log_groups=(),
            state_bucket=None,
            state_key_arn=None,
            domain=None,
            create_zone=False,
        )
    )


def needs(asked: Asked, bucket: str) -> list[tuple[str, str]]:
    """Actions and resources that a request is checked for (Amazon S3 User Guide, "Required permissions")."""
    key = asked.path.removeprefix(f"/{bucket}").removeprefix("/")
    whole, one = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/{key}"
    query = parse_qs(urlsplit(asked.target).query, keep_blank_values=True)
    if asked.method == "GET" and not key:
        return [("s3:ListBucket", whole)]
    if asked.method == "POST" and "delete" in query:
        return [("s3:DeleteObject", f"{whole}/any")]
    if asked.method in ("GET", "HEAD"):
        return [("s3:GetObject", one)]
    if asked.method == "DELETE" and "uploadId" in query:
        return [("s3:AbortMultipartUpload", one)]
    assert asked.method == "PUT" or {"uploads", "uploadId"} & query.keys(), asked
    found = [("s3:PutObject", one)]
    if source := asked.headers.get("x-amz-copy-source"):
        found.append(("s3:GetObject", f"arn:aws:s3:::{source.lstrip('/')}"))
    if "if-match" in asked.headers:
        found.append(("s3:GetObject", one))
    return found


def requests(world: World) -> list[Asked]:
    """Those of a first deploy with a large file, a second one, a repair, and a rollback."""
    with fault_proxy(world.server) as proxy:
        large = world.build(FIRST)
        (large / "film.mp4").write_bytes(bytes(9 * 1024 * 1024))
        world.deploy(large, through=proxy.address)
        world.deploy(SECOND, through=proxy.address)
        world.deploy(SECOND, through=proxy.address, verify=True)
        world.roll_back(through=proxy.address)
    return proxy.asked


def test_every_call_of_deploy_verify_and_rollback_is_allowed(world: World) -> None:
    asked = requests(world)
    document = policy(world.bucket)
    refused = [
        (action, resource)
        for one in asked
        for action, resource in needs(one, world.bucket)
        if not allowed([document], action, resource)
    ]
    assert refused == []
    assert {one.method for one in asked} == {"GET", "HEAD", "POST", "PUT"}


def test_nothing_is_allowed_on_the_bucket_that_no_deploy_asks_for(world: World) -> None:
    used = {action for one in requests(world) for action, _ in needs(one, world.bucket)}
    statements = [one for one in policy(world.bucket)["Statement"] if one["Sid"].startswith("Website")]
    granted = {action for one in statements for action in listed(one["Action"])}
    # obstore aborts an upload in parts that fails
    assert granted == used | {"s3:AbortMultipartUpload"}


def test_every_object_that_a_deploy_writes_beside_the_site_is_under_the_hidden_prefix(world: World) -> None:
    written = {re.sub(rf"^/{world.bucket}/", "", one.path) for one in requests(world) if one.method in ("PUT", "POST")}
    beside = {key for key in written if key not in {*FIRST, *SECOND, "config.json", "film.mp4", f"/{world.bucket}"}}
    assert beside
    assert all(key.startswith(RELEASES_PREFIX) for key in beside)
