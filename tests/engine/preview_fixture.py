"""Makes tests/fixtures/preview-prod.json anew: `python -m tests.engine.preview_fixture`.

prod comes up on the real engine; then its YAML asks for a smaller database, another database name, less retention, no
protection of the database by AWS, and a tag. What `pulumi preview --json` says of that is kept for whoever reads
previews.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.engine.rehearsed import repository
from tests.scripts.commands import ROOT

FILE = ROOT / "tests" / "fixtures" / "preview-prod.json"
PLACES = ("sourcePosition", "stackTrace")
CHANGES = (
    ("instance_class: db.t4g.medium", "instance_class: db.t4g.small\n    name: other"),
    ("backup_retention_days: 30", "backup_retention_days: 14"),
    ("    deletion_protection: true", "    deletion_protection: false"),
    ("    protect: true ", "    protect: false "),
    ("config:\n", "config:\n  platform:tags: {Team: core}\n"),
)


def main() -> None:
    """Writes the file; ends with an error where the engine does."""
    with tempfile.TemporaryDirectory() as directory, repository(Path(directory)) as rehearsed:
        done = rehearsed.up("prod")
        assert done.returncode == 0, done.stdout
        for old, new in CHANGES:
            rehearsed.edit("prod", old, new)
        shown = rehearsed.run("pulumi", "preview", "--stack", "prod", "--json", "--non-interactive")
        assert shown.returncode == 0, shown.stderr + shown.stdout[-2000:]
        told = without_places(json.loads(shown.stdout.replace(directory, "/repository")))
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def without_places(value: Any) -> Any:
    """The value without what says where on this machine the program stands."""
    if isinstance(value, list):
        return [without_places(item) for item in value]
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items() if key not in PLACES}
    return value


if __name__ == "__main__":
    main()
