"""A preview in JSON is read as the graph that it leads to; what is no whole preview is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import ROOT, diceytech

from infra.errors import PlatformError
from rehearsal.graph import SECRET, UNKNOWN
from rehearsal.wire import UNKNOWN as ENGINE_UNKNOWN
from scripts.preview_graph import read

BUCKET = "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::media"
POLICY = "urn:pulumi:dev::platform::aws:s3/bucketPolicy:BucketPolicy::policy"
STACK = "urn:pulumi:dev::platform::pulumi:pulumi:Stack::platform-dev"


def state(urn: str, **more: Any) -> dict[str, Any]:
    type_ = urn.split("::")[2]
    return {"urn": urn, "type": type_, "custom": type_.startswith("aws:"), "parent": STACK, **more}


def step(op: str, urn: str, **more: Any) -> dict[str, Any]:
    side = "oldState" if op == "delete" else "newState"
    return {"op": op, "urn": urn, side: state(urn, **more)}


def preview(file: Path, *steps: dict[str, Any], **summary: int) -> Path:
    file.write_text(json.dumps({"steps": list(steps), "changeSummary": summary}), encoding="utf-8")
    return file


def test_a_new_resource_has_its_unknowns_secrets_and_dependencies(tmp_path: Path) -> None:
    made = step(
        "create",
        POLICY,
        inputs={"bucket": ENGINE_UNKNOWN, "policy": SECRET, "tags": {"a": [ENGINE_UNKNOWN]}, "__defaults": []},
        propertyDependencies={"bucket": [BUCKET]},
        protect=True,
    )
    found = read(preview(tmp_path / "p.json", step("create", STACK), made, create=2), "dev")
    [node] = found.after
    assert node.inputs == {"bucket": UNKNOWN, "policy": SECRET, "tags": {"a": [UNKNOWN]}}
    assert (node.property_dependencies, node.protect, node.id, node.outputs) == (
        {"bucket": (BUCKET,)},
        True,
        None,
        None,
    )
    assert found.whole


def test_what_stays_counts_and_what_goes_does_not(tmp_path: Path) -> None:
    asked, held = state(BUCKET, inputs={"bucket": "media-1"}), state(BUCKET, id="media-1", outputs={"arn": "arn:x"})
    stays = {"op": "same", "urn": BUCKET, "newState": asked, "oldState": held}
    found = read(preview(tmp_path / "p.json", stays, step("delete", POLICY), same=1, delete=1), "dev")
    assert [(node.name, node.id, node.outputs) for node in found.after] == [("media", "media-1", {"arn": "arn:x"})]
    assert found.whole


def test_a_preview_without_what_stays_is_not_whole_and_refused_by_the_command(tmp_path: Path) -> None:
    file = preview(tmp_path / "p.json", step("update", BUCKET, inputs={}), update=1, same=130)
    assert not read(file, "dev").whole
    done = diceytech("controls", "--env", "dev", "--preview", str(file), cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, "")
    assert "tells only of what changes" in done.stderr
    assert "--show-sames --stack dev" in done.stderr


def test_a_replacement_counts_once_as_it_will_be(tmp_path: Path) -> None:
    steps = [step(op, BUCKET, inputs={"bucket": "new"}) for op in ("create-replacement", "replace")]
    gone = {"op": "delete-replaced", "urn": BUCKET, "oldState": state(BUCKET, inputs={"bucket": "old"})}
    found = read(preview(tmp_path / "p.json", *steps, gone, replace=1), "dev")
    assert [node.inputs for node in found.after] == [{"bucket": "new"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no preview of a whole run"),
        ('{"steps": [{"op": "create"', "is no preview of a whole run"),
        ("[]", "is no preview of a whole run"),
        ('{"steps": []}', "changeSummary"),
        ('{"steps": [{"op": "create", "urn": "u"}], "changeSummary": {}}', "newState"),
        (
            json.dumps({"steps": [step("create", BUCKET.replace("dev", "prod"))], "changeSummary": {}}),
            "of prod, not of",
        ),
    ],
)
def test_what_is_truncated_foreign_or_of_another_stack_is_one_clear_error(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "p.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PlatformError, match=message):
        read(file, "dev")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"gone\.json: No such file"):
        read(tmp_path / "gone.json", "dev")
