"""A plan that `pulumi preview --save-plan` wrote, as a change.

Source: the engine's own output (resource/deploy/plan.go of Pulumi's CLI, version 3.259), as seen. A plan holds what may
be done, and of each resource the inputs that change: neither the values before, which are UNKNOWN here, nor the inputs
that stay. So it is never whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from changes.change import Change, Op, PropertyChange, Step
from changes.engine_values import properties, shown
from changes.preview_steps import is_custom, text_of, texts
from changes.property_changes import INTERNAL
from changes.stack_titles import option, title_of
from infra.errors import PlatformError
from rehearsal.graph import ROOT_TYPE, UNKNOWN, Graph, Node

WARNING: Final = (
    "a saved plan does not tell the values before, what stays as it is, nor whether Pulumi's protection is taken off;"
    " the preview itself tells more: pulumi preview --json --show-sames"
)
_DOES: Final[tuple[tuple[str, Op], ...]] = (
    ("replace", "replace"), ("create-replacement", "replace"), ("import-replacement", "replace"),
    ("import", "import"), ("create", "create"), ("update", "update"), ("delete", "delete"), ("discard", "forget"),
)  # fmt: skip
_NOTHING: Final = frozenset({"same", "read", "read-replacement", "refresh", "delete-replaced", "discard-replaced"})


def is_plan(document: Any) -> bool:
    """Whether a document is a plan at all."""
    return isinstance(document, Mapping) and "resourcePlans" in document


def change(document: Mapping[str, Any], *, stack: str, origin: str) -> Change:
    """What the plan lets happen; raises PlatformError for one of another stack or with an operation nobody knows."""
    plans = document["resourcePlans"]
    others = {title_of(str(urn)) for urn in plans} - {stack}
    if others:
        raise PlatformError(f"{origin} is a plan of {min(others)}, not of {stack}; pass {option(min(others))}")
    found = [_step(urn, plan, origin) for urn, plan in sorted(plans.items())]
    steps = tuple(step for step in found if step is not None)
    return Change(
        stack=stack,
        origin=origin,
        steps=steps,
        before=Graph(tuple(step.before for step in steps if step.before is not None)),
        after=Graph(tuple(step.after for step in steps if step.after is not None)),
        whole=False,
        warnings=(WARNING,),
    )


def _step(urn: str, plan: Mapping[str, Any], origin: str) -> Step | None:
    written = [str(op) for op in plan.get("steps") or ()]
    op = next((ours for theirs, ours in _DOES if theirs in written), None)
    if unknown := set(written) - _NOTHING - {theirs for theirs, _ in _DOES}:
        raise PlatformError(f"{origin} has a step {min(unknown)!r}, which nobody here knows; it cannot be judged")
    goal = plan.get("goal") or {}
    kind = urn.split("::")[2].rpartition("$")[2]
    if (
        op is None
        or kind == ROOT_TYPE
        or not is_custom(kind, declared=bool(goal.get("custom", True)) and ":components:" not in kind)
    ):
        return None
    difference = goal.get("inputDiff") or {}
    added, updated = properties(difference.get("adds")), properties(difference.get("updates"))
    deleted = [str(key) for key in difference.get("deletes") or () if not str(key).startswith(INTERNAL)]
    if op in ("create", "import"):
        return Step(op=op, before=None, after=_node(urn, kind, goal, {**added, **updated}))
    before = _node(urn, kind, goal, dict.fromkeys([*updated, *deleted], UNKNOWN))
    if op in ("delete", "forget"):
        return Step(op=op, before=before, after=None)
    after = _node(urn, kind, goal, {**added, **updated})
    return Step(op=op, before=before, after=after, changes=tuple(_changes(added, updated, deleted, op)))


def _changes(
    added: Mapping[str, Any], updated: Mapping[str, Any], deleted: list[str], op: Op
) -> Iterator[PropertyChange]:
    """Which of them replaces, a plan does not say: any of a replacement may."""
    replaces = op == "replace"
    for path in sorted({*added, *updated, *deleted}):
        before = None if path in added else UNKNOWN
        yield PropertyChange(path=path, before=before, after={**added, **updated}.get(path), replaces=replaces)


def _node(urn: str, kind: str, goal: Mapping[str, Any], inputs: Mapping[str, Any]) -> Node:
    depends = goal.get("propertyDependencies") or {}
    return Node(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        parent=text_of(goal, "parent"),
        inputs=shown(dict(inputs)),
        dependencies=texts(goal.get("dependencies")),
        property_dependencies={key: texts(urns) for key, urns in depends.items()},
        protect=bool(goal.get("protect", False)),
    )
