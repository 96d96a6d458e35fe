"""Tags in the two forms that AWS's APIs take, and from what is there to what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

Tags = dict[str, str]


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """[{"Key": …, "Value": …}], sorted."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def as_mapping(tags: Iterable[Mapping[str, str]] | None) -> Tags:
    """{key: value} of what AWS lists; its own `aws:…` tags are left out."""
    return {tag["Key"]: tag["Value"] for tag in tags or () if not tag["Key"].startswith("aws:")}


def retag(
    held: Mapping[str, str],
    wanted: Mapping[str, str],
    *,
    tag: Callable[[Tags], object],
    untag: Callable[[list[str]], object],
) -> None:
    """Takes away the tags that are not wanted, and sets those that are missing or differ."""
    if gone := sorted(held.keys() - wanted.keys()):
        untag(gone)
    if changed := {key: value for key, value in wanted.items() if held.get(key) != value}:
        tag(changed)
