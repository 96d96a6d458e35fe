"""prod on the real engine: what protects it, and what is left when it goes all the same."""

from __future__ import annotations

import pytest

from tests.engine.rehearsed import Rehearsed

pytestmark = pytest.mark.slow
PROD = "prod"


@pytest.fixture(scope="module")
def prod(rehearsed: Rehearsed, before: dict[str, set[str]]) -> Rehearsed:
    """prod after its first `up`."""
    assert before
    done = rehearsed.up(PROD)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return rehearsed


def test_a_preview_right_after_an_up_is_empty(prod: Rehearsed) -> None:
    assert prod.preview(PROD) == []


def test_another_database_name_is_refused_by_protect(prod: Rehearsed) -> None:
    prod.edit(PROD, "instance_class: db.t4g.medium", "instance_class: db.t4g.medium\n    name: other")
    done = prod.run("pulumi", "up", "--stack", PROD, "--yes", "--non-interactive")
    prod.edit(PROD, "\n    name: other", "")
    assert done.returncode != 0
    assert "marked for protection" in done.stdout + done.stderr
    assert "aws:rds/instance:Instance::database-instance" in done.stdout + done.stderr
    assert prod.preview(PROD) == []


def test_destroy_is_refused_and_names_what_protects_it(prod: Rehearsed) -> None:
    done = prod.destroy(PROD)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "cannot be deleted" in said
    assert "protected" in said
    assert "::database-instance" in said
    assert prod.preview(PROD) == []


def test_unprotected_it_leaves_the_final_snapshot_and_the_kept_buckets(
    prod: Rehearsed, before: dict[str, set[str]]
) -> None:
    """Buckets with content stay (keep_data), and so does what RDS took before it went."""
    s3 = prod.account().client("s3")
    s3.put_object(Bucket="diceytech-prod-media-123456789012", Key="resumes/a.pdf", Body=b"kept")
    prod.edit(PROD, "    protect: true ", "    protect: false ")
    prod.edit(PROD, "    deletion_protection: true", "    deletion_protection: false")
    done = prod.up(PROD)
    assert done.returncode == 0, done.stdout[-3000:]
    done = prod.destroy(PROD, "--continue-on-error")
    assert done.returncode != 0
    assert "BucketNotEmpty" in done.stdout + done.stderr
    now = prod.inventory()
    left = {token: sorted(now[token] - before[token]) for token in now if now[token] - before[token]}
    assert set(left) == {"aws:s3/bucket:Bucket"}
    names = [one.partition(":")[2] for one in left["aws:s3/bucket:Bucket"]]
    assert "diceytech-prod-media-123456789012" in names
    assert [name for name in names if not s3.list_objects_v2(Bucket=name)["KeyCount"]] == []  # access logs are content
    snapshots = prod.account().client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert [snapshot["DBInstanceIdentifier"] for snapshot in snapshots] == ["diceytech-prod-database"]
    assert s3.get_object(Bucket="diceytech-prod-media-123456789012", Key="resumes/a.pdf")["Body"].read() == b"kept"
