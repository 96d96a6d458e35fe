"""The behaviors of a distribution by the requests that they answer.

Source: Amazon CloudFront Developer Guide, "Path pattern": the first behavior that fits a path answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import combinations
from typing import Any

from changes.rule import OPEN, each_block
from changes.wildcards import both, covers, meet
from rehearsal.graph import UNKNOWN, Node

Behaviors = list[tuple[str, Any]]  # path patterns in CloudFront's order, each with what answers it
_ALL = "*"


def behaviors(node: Node) -> Behaviors:
    """The ordered behaviors, the default one last; one whose path is not known may be of any."""
    ordered = [(_pattern(one), one) for one in each_block(node, "orderedCacheBehaviors")]
    default = [(_ALL, one) for one in each_block(node, "defaultCacheBehavior")]
    return [*ordered, *(default or [(_ALL, {})])]


def answering(held: Behaviors, path: str) -> Any:
    """The first behavior that answers the path."""
    bare = path.removeprefix("/")
    return next(one for pattern, one in held if covers(pattern.removeprefix("/"), bare))


def paths_where(before: Behaviors, after: Behaviors, worse: Callable[[Any, Any], bool]) -> list[str]:
    """The paths whose behavior is worse after than before, of each pattern of both sides and of each two together."""
    own = {path for path, _ in (*before, *after)}
    for paths in (own, _met(own)):  # a request that two patterns fit is told where those of one alone lose nothing
        if found := sorted(path for path in paths if worse(answering(before, path), answering(after, path))):
            return found
    return []


def _met(paths: Collection[str]) -> set[str]:
    """The paths that fit two patterns of which neither takes in the other."""
    bare = sorted({path.removeprefix("/") for path in paths})
    pairs = [(one, other) for one, other in combinations(bare, 2) if not meet(one, other)]
    return {f"/{path}" for one, other in pairs for path in both(one, other)}


def _pattern(behavior: Any) -> str:
    path = behavior.get("pathPattern") if isinstance(behavior, Mapping) else UNKNOWN
    return _ALL if path in OPEN else str(path)
