"""What a person, or a machine, is told of a plan, of releases and of what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from infra.website_paths import RELEASES_PREFIX
from scripts.website.apply import Done
from scripts.website.invalidation import paths
from scripts.website.plan import Plan
from scripts.website.release import CURRENT_KEY, Release

SHOWN = 40
UNITS = ("bytes", "KiB", "MiB", "GiB")


def size(number: float) -> str:
    """Bytes for people."""
    unit = 0
    while number >= 1024 and unit < len(UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:.0f} {UNITS[unit]}" if unit == 0 else f"{number:.1f} {UNITS[unit]}"


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The whole plan for machines."""
    return {
        "release": plan.id,
        "number": plan.number,
        "of": plan.of,
        "changes": plan.changes,
        "upload": [
            {
                "key": one.file.key,
                "bytes": one.file.size,
                "content_type": one.headers.content_type,
                "cache_control": one.headers.cache_control,
                "why": one.why,
            }
            for one in plan.uploads
        ],
        "bring_back": [{"key": one.target, "from": one.source} for one in plan.copies],
        "archive": [{"key": one.source, "to": one.target} for one in plan.archive],
        "delete": list(plan.delete),
        "invalidate": list(paths(plan.invalidate)),
        "untold": list(plan.untold),
        "unchanged": len(plan.unchanged),
        "kept_for_older_releases": sum(not key.startswith(RELEASES_PREFIX) for key in plan.past),
        "notes": list(plan.notes),
    }


def summary(plan: Plan) -> str:
    """The plan in one line."""
    untold = f"{len(plan.untold)} paths to tell CloudFront, which the deploy before did not" if plan.untold else ""
    if plan.empty:
        whole = f"{len(plan.unchanged)} files are as they should be"
        return f"{whole}, {untold}" if untold else f"nothing to do: {whole}"
    gone = [key for key in plan.delete if not key.startswith(RELEASES_PREFIX)]
    counts = Counter(one.why for one in plan.uploads)
    why = f" ({', '.join(f'{count} {reason}' for reason, count in counts.items())})" if counts else ""
    parts = [f"{len(plan.uploads)} to upload{why}, {size(plan.size)}"] if plan.uploads else []
    parts += [f"{len(plan.copies)} to bring back"] if plan.copies else []
    parts += [f"{len(plan.unchanged)} unchanged", f"{len(gone)} to delete"]
    parts += [f"{len(paths(plan.invalidate))} paths to invalidate", *([untold] if untold else [])]
    return f"release {plan.number}: {', '.join(parts)}"


def show_plan(plan: Plan) -> None:
    """Prints the plan as tables, the first files of each kind."""
    from rich.table import Table

    from scripts.terminal import out, plain

    if plan.uploads:
        table = Table("upload", "why", "size", "content type", "cache control", box=None, header_style="bold")
        for one in plan.uploads[:SHOWN]:
            table.add_row(
                plain(one.file.key), one.why, size(one.file.size), one.headers.content_type, one.headers.cache_control
            )
        out.print(table)
        _more(len(plan.uploads))
    for title, keys in (
        ("bring back", [one.target for one in plan.copies]),
        ("delete", [key for key in plan.delete if key != CURRENT_KEY]),
        ("invalidate", list(paths(plan.invalidate))),
        ("tell CloudFront", list(plan.untold)),
    ):
        if keys:
            table = Table(title, box=None, header_style="bold")
            for key in keys[:SHOWN]:
                table.add_row(plain(key))
            out.print(table)
            _more(len(keys))
    for note in plan.notes:
        out.print(f"note: {note}", markup=False)
    out.print(summary(plan), markup=False)


def _more(number: int) -> None:
    from scripts.terminal import out

    if number > SHOWN:
        out.print(f"… and {number - SHOWN} more (all of them: --json)", markup=False)


def done_as_json(plan: Plan, done: Done | None, site_url: str) -> dict[str, Any]:
    """What was done, for machines."""
    return {
        **plan_as_json(plan if done is None else done.plan),
        "applied": done is not None,
        "invalidation": None if done is None else done.invalidation,
        "overtaken": done is not None and done.overtaken,
        "url": site_url,
    }


def releases_as_json(releases: Sequence[Release]) -> list[dict[str, Any]]:
    """The kept releases for machines, newest first."""
    served = releases[-1].number if releases else None
    return [
        {
            "number": one.number,
            "id": one.id,
            "at": one.at,
            "by": one.by,
            "files": one.files,
            "bytes": one.size,
            "of": one.of,
            "served": one.number == served,
        }
        for one in reversed(releases)
    ]


def show_releases(releases: Sequence[Release]) -> None:
    """Prints the kept releases, newest first."""
    from rich.table import Table

    from scripts.terminal import out, plain

    table = Table("", "release", "id", "at", "by", "files", "size", "", box=None, header_style="bold")
    for one in reversed(releases):
        mark = "served" if one is releases[-1] else ""
        again = "" if one.of is None else f"release {one.of} again"
        table.add_row(
            mark, str(one.number), plain(one.id), plain(one.at), plain(one.by), str(one.files), size(one.size), again
        )
    out.print(table)
