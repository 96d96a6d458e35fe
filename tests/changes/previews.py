"""Previews as the engine writes them, of a few resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BUCKET = "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::media"
POLICY = "urn:pulumi:dev::platform::aws:s3/bucketPolicy:BucketPolicy::policy"
STACK = "urn:pulumi:dev::platform::pulumi:pulumi:Stack::platform-dev"


def state(urn: str, **more: Any) -> dict[str, Any]:
    type_ = urn.split("::")[2]
    return {"urn": urn, "type": type_, "custom": type_.startswith("aws:"), "parent": STACK, **more}


def step(op: str, urn: str, **more: Any) -> dict[str, Any]:
    """A step with one side: what comes, or what goes."""
    side = "oldState" if op == "delete" else "newState"
    return {"op": op, "urn": urn, side: state(urn, **more)}


def both(op: str, old: dict[str, Any], new: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A step with both sides, of inputs alone."""
    return {
        "op": op,
        "urn": BUCKET,
        "oldState": state(BUCKET, id="media-1", inputs=old),
        "newState": state(BUCKET, inputs=new),
        **more,
    }


def document(*steps: dict[str, Any], **summary: int) -> dict[str, Any]:
    return {"steps": list(steps), "changeSummary": summary}


def preview(file: Path, *steps: dict[str, Any], **summary: int) -> Path:
    file.write_text(json.dumps(document(*steps, **summary)), encoding="utf-8")
    return file
