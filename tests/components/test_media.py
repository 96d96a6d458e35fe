"""Who reads and who uploads what in the media bucket."""

from __future__ import annotations

import json
from typing import Any

from website_program import media_args, program

from rehearsal.graph import Graph

POLICY = "aws:s3/bucketPolicy:BucketPolicy"
GUIDE = {
    "Sid": "PublicReadGetObject",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::acme-media/*",
}


def allowed(graph: Graph) -> list[dict[str, Any]]:
    """The statements that open the bucket to somebody."""
    statements = json.loads(graph.named(POLICY, "media-policy").inputs["policy"])["Statement"]
    return [one for one in statements if one["Effect"] == "Allow"]


def test_the_cdn_reads_the_public_prefixes_and_nothing_else(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    (read,) = allowed(graph)
    assert read["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert read["Action"] == ["s3:GetObject"]
    assert read["Resource"] == ["arn:aws:s3:::acme-media/profile_pics/*", "arn:aws:s3:::acme-media/company_logos/*"]


def test_only_this_distribution_reads_the_bucket(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    distribution = graph.of("aws:cloudfront/distribution:Distribution")[0]
    (read,) = allowed(graph)
    assert distribution.outputs is not None
    assert read["Condition"] == {"StringEquals": {"AWS:SourceArn": distribution.outputs["arn"]}}


def test_a_resume_is_never_shown_by_the_cdn(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    assert "resumes" not in json.dumps(allowed(graph))


def test_the_policy_comes_after_the_distribution_that_reads_the_bucket(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    bucket = graph.named("aws:s3/bucket:Bucket", "media")
    distribution = graph.of("aws:cloudfront/distribution:Distribution")[0]
    assert distribution.urn in graph.named(POLICY, "media-policy").dependencies
    assert bucket.urn in distribution.dependencies
    assert distribution.urn not in bucket.dependencies


def test_public_access_is_the_platform_guides_policy(bring_up: Any) -> None:
    graph, aws = bring_up(program(media=media_args(access="public")))
    assert GUIDE in allowed(graph)
    block = aws.client("s3").get_public_access_block(Bucket="acme-media")["PublicAccessBlockConfiguration"]
    assert block == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }


def test_private_access_has_no_statement_for_everyone(bring_up: Any) -> None:
    graph, _ = bring_up(program())
    assert all(one["Principal"] != "*" for one in allowed(graph))


def test_pages_of_the_site_and_of_configured_origins_may_upload(bring_up: Any) -> None:
    graph, aws = bring_up(program())
    distribution = graph.of("aws:cloudfront/distribution:Distribution")[0]
    (rule,) = aws.client("s3").get_bucket_cors(Bucket="acme-media")["CORSRules"]
    assert distribution.outputs is not None
    assert rule["AllowedOrigins"] == [f"https://{distribution.outputs['domainName']}", "http://localhost:3000"]
    assert {"PUT", "POST"} <= set(rule["AllowedMethods"])
    assert "*" not in rule["AllowedOrigins"]


def test_uploads_can_be_brought_back_as_long_as_configured(bring_up: Any) -> None:
    _, aws = bring_up(program())
    rules = aws.client("s3").get_bucket_lifecycle_configuration(Bucket="acme-media")["Rules"]
    kept = [rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule]
    assert kept == [{"NoncurrentDays": 7}]


def test_only_the_media_bucket_is_protected(bring_up: Any) -> None:
    graph, _ = bring_up(program(), preview=True)
    assert [(node.type, node.name) for node in graph if node.protect] == [("aws:s3/bucket:Bucket", "media")]
