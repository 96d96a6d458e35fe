"""`diceytech preview` of a kept preview: its formats, the guard's exit code, and no secret in any of them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from commands import diceytech as as_a_process
from commands import repository
from small_git import commit, git

from infra.errors import PlatformError
from scripts.cli import app
from tests.changes.previews import BUCKET, both, document, state
from tests.changes.previews import preview as written

KEPT = Path(__file__).parents[1] / "fixtures" / "preview-prod.json"
GONE = {"op": "delete", "urn": BUCKET, "oldState": state(BUCKET, id="media-1", inputs={"bucket": "media-1"})}
NEXT_YEAR = f"{datetime.now(UTC).year + 1}-01-01"
WORD = "bucket-deleted:media=it was never used"


class Ended(NamedTuple):
    """How the command ended."""

    returncode: int
    stdout: str
    stderr: str


class Command:
    """The command within this process, which is quicker; errors end it with their code, as `main` does."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Ended:
        code, error = 0, ""
        try:
            app(list(words), prog_name="diceytech")
        except PlatformError as found:
            code, error = found.exit_code, str(found)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = self._capsys.readouterr()
        return Ended(code, told.out, told.err + error)


@pytest.fixture
def diceytech(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.chdir(root)
    return Command(capsys)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = repository(tmp_path)
    written(found / "gone.json", GONE, delete=1)
    written(found / "none.json", {**both("same", {}, {})}, same=1)
    return found


def test_without_the_guard_it_only_tells(diceytech: Command) -> None:
    done = diceytech("preview", "--env", "dev", "--file", "gone.json")
    assert done.returncode == 0, done.stderr
    assert "deletes the bucket (media)" in done.stdout


def test_with_the_guard_what_loses_data_exits_2_until_it_is_acknowledged(diceytech: Command) -> None:
    words = ("preview", "--env", "dev", "--file", "gone.json", "--guard")
    done = diceytech(*words)
    assert (done.returncode, "REFUSED" in done.stdout) == (2, True)
    done = diceytech(*words, "--acknowledge", WORD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "it was never used" in done.stdout


def test_an_acknowledgement_in_the_file_counts_until_its_day(root: Path, diceytech: Command) -> None:
    words = ("preview", "--env", "dev", "--file", "gone.json", "--guard")
    entry = "- {environment: dev, resource: media, rule: bucket-deleted, reason: unused, until: %s}\n"
    for until, code in ((NEXT_YEAR, 0), ("2020-01-01", 2)):
        (root / "changes.ack.yaml").write_text(entry % until, encoding="utf-8")
        assert diceytech(*words).returncode == code


def test_an_acknowledgement_of_nothing_is_an_error_unless_it_is_the_file_s_and_nothing_changes(
    root: Path, diceytech: Command
) -> None:
    entry = f"- {{environment: dev, resource: other, rule: bucket-deleted, reason: unused, until: {NEXT_YEAR}}}\n"
    (root / "changes.ack.yaml").write_text(entry, encoding="utf-8")
    words = ("preview", "--env", "dev", "--guard", "--acknowledge", WORD, "--file")
    done = diceytech(*words, "gone.json")
    assert (done.returncode, "changes.ack.yaml:1 (bucket-deleted of other); remove it" in done.stderr) == (1, True)
    done = diceytech(*words, "none.json")
    assert (done.returncode, "--acknowledge (bucket-deleted of media); remove it" in done.stderr) == (1, True)
    done = diceytech("preview", "--env", "dev", "--guard", "--file", "none.json")
    assert (done.returncode, "changes.ack.yaml:1 (bucket-deleted of other); remove it" in done.stderr) == (0, True)


@pytest.mark.parametrize(("committed", "code"), [(True, 0), (False, 1)])
def test_an_acknowledgement_of_an_earlier_change_that_is_committed_stops_nobody(
    root: Path, diceytech: Command, committed: bool, code: int
) -> None:
    git(root, "init", "--quiet", "--initial-branch", "main")
    entry = "- {environment: dev, resource: other, rule: bucket-deleted, reason: [x](y), until: %s}\n"
    entry = entry.replace("[x](y)", "merged") % (date.today() + timedelta(days=9))
    file = root / "changes.ack.yaml"
    file.write_text(entry, encoding="utf-8") if committed else None
    commit(root)
    file.write_text(f"# moved\n{entry}", encoding="utf-8")
    words = ("preview", "--env", "dev", "--guard", "--acknowledge", WORD, "--file", "gone.json")
    done = diceytech(*words)
    assert (done.returncode, "changes.ack.yaml:2 (bucket-deleted of other); remove it" in done.stderr) == (code, True)
    assert ("left over from an earlier change" in done.stderr) == committed


def test_the_guard_lets_nothing_pass_that_it_sees_in_part(root: Path, diceytech: Command) -> None:
    shutil.copy(KEPT, root / "kept.json")
    (root / "plan.json").write_text(json.dumps({"resourcePlans": {BUCKET: {"steps": ["delete"]}}}), encoding="utf-8")
    for env, file in (("prod", "kept.json"), ("dev", "plan.json")):
        assert diceytech("preview", "--env", env, "--file", file).returncode == 0
        done = diceytech("preview", "--env", env, "--file", file, "--guard")
        assert (done.returncode, "REFUSED" in done.stdout) == (2, True)
    harmless = both("update", {"tags": {"a": "b"}}, {"tags": {"a": "c"}})
    (root / "part.json").write_text(json.dumps(document(harmless, update=1, same=7)), encoding="utf-8")
    done = diceytech("preview", "--env", "dev", "--file", "part.json", "--guard")
    assert (done.returncode, "allowed" in done.stdout, "--show-sames --stack" in done.stderr) == (1, True, True)


def test_each_format_says_it_and_none_says_a_secret(root: Path, diceytech: Command) -> None:
    marked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
    changed = both("update", {"acl": marked, "forceDestroy": False}, {"acl": "x", "forceDestroy": True})
    (root / "p.json").write_text(json.dumps(document(changed, update=1)), encoding="utf-8")
    words = ("preview", "--env", "dev", "--file", "p.json")
    told = [diceytech(*words, "--format", one).stdout for one in ("text", "json", "markdown", "html")]
    assert all("forceDestroy" in one and "hunter2" not in one for one in told)
    assert json.loads(told[1])["environments"][0]["allowed"] is False
    assert diceytech(*words, "--json").stdout == told[1]


def test_the_report_goes_to_a_file(root: Path, diceytech: Command) -> None:
    done = diceytech("preview", "--env", "dev", "--file", "gone.json", "--out", "report.html", "--format", "html")
    assert (done.returncode, done.stdout) == (0, "")
    assert (root / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--file", "cut.json"), "cut.json is no preview of a whole run"),
        (("--file", "gone.json", "--acknowledge", "x"), "RULE:RESOURCE=REASON"),
        (("--env", "prod", "--file", "gone.json"), "is a preview of dev, not of prod; pass --env dev"),
        (("--env", "staging", "--file", "gone.json"), "staging"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(
    root: Path, diceytech: Command, words: tuple[str, ...], message: str
) -> None:
    (root / "cut.json").write_text('{"steps": [', encoding="utf-8")
    env = () if "--env" in words else ("--env", "dev")
    done = diceytech("preview", *env, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_as_a_process_it_says_an_error_without_a_traceback(root: Path) -> None:
    done = as_a_process("preview", "--env", "prod", "--file", "gone.json", cwd=root)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error gone.json is a preview of dev, not of prod; pass --env dev\n"
