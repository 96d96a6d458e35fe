"""The comment of a pull request: its steps, run from the YAML with a `gh` that keeps comments in a file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.as_markdown import MARKER
from tests.workflows.pipelines import STEPS

OURS = "github-actions[bot]"
GH = f"""#!{sys.executable}
import json, pathlib, sys
file = pathlib.Path(__file__).with_name("comments.json")
held, words = json.loads(file.read_text()), sys.argv[1:]
if words[:2] == ["pr", "comment"]:
    body = pathlib.Path(words[words.index("--body-file") + 1]).read_text()
    held.append({{"id": 1000 + len(held), "user": {{"login": "github-actions[bot]"}}, "body": body}})
elif "PATCH" in words:
    name, _, source = words[words.index("--field") + 1].partition("=@")
    [one] = [one for one in held if str(one["id"]) == words[-3].rpartition("/")[2]]
    one[name] = pathlib.Path(source).read_text()
else:
    assert words[:2] == ["api", "--paginate"] and words[2] == "repos/o/r/issues/7/comments", words
    for page in (held[:2], held[2:]):
        print(json.dumps(page))
file.write_text(json.dumps(held))
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed; GitHub's machines have it, and .ci/programs brings it")
    program = tmp_path / "gh"
    program.write_text(GH, encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


def step(room: Path, held: list[dict[str, Any]], text: str) -> subprocess.CompletedProcess[str]:
    """The job's step, with the pull request's comments of before and the file of the job before."""
    (room / "comments.json").write_text(json.dumps(held), encoding="utf-8")
    (room / "changes.md").write_text(text, encoding="utf-8")
    [found] = [one for one in STEPS if one.job.name == "comment" and "gh" in one.command]
    variables = {**os.environ, "PATH": f"{room}{os.pathsep}{os.environ['PATH']}", "REPOSITORY": "o/r", "NUMBER": "7"}
    command = ["bash", "-e", "-o", "pipefail", "-c", found.command]
    return subprocess.run(command, cwd=room, env=variables, capture_output=True, text=True, check=False)


def comment(room: Path, held: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """What there is after the step."""
    done = step(room, held, text)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads((room / "comments.json").read_text(encoding="utf-8"))
    return found


def said(number: int, body: str, login: str = OURS) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


def test_the_comment_of_before_is_found_by_its_marker_and_no_other_one_is_touched(room: Path) -> None:
    others = [
        said(1, "the coverage bot's"),
        said(2, f"{MARKER}\nquoted by a person", "someone"),
        said(4, f"{MARKER}\nof another app", "dependabot[bot]"),
        said(5, "the last one, of another workflow"),
    ]
    held = [*others[:2], said(3, f"{MARKER}\nold"), *others[2:]]
    found = comment(room, held, f"{MARKER}\nnew\n")
    assert [one["body"] for one in found if one["id"] == 3] == [f"{MARKER}\nnew\n"]
    assert [one for one in found if one["id"] != 3] == others


def test_the_first_comment_is_a_new_one(room: Path) -> None:
    found = comment(room, [said(1, f"see {MARKER}"), said(2, f"{MARKER}\nmine", "someone")], f"{MARKER}\nnew\n")
    assert [one["body"] for one in found[2:]] == [f"{MARKER}\nnew\n"]


@pytest.mark.parametrize("text", ["\nanother first line\n", "", "## a heading\n"])
def test_what_is_no_report_of_ours_touches_no_comment(room: Path, text: str) -> None:
    held = [said(1, "dependabot's", "dependabot[bot]"), said(2, "ours, of before")]
    done = step(room, held, text)
    assert done.returncode == 1
    assert "is no report of diceytech diff" in done.stdout
    assert json.loads((room / "comments.json").read_text(encoding="utf-8")) == held
