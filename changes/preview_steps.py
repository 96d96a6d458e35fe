"""The steps of `pulumi preview --json` as ours: one for each resource that changes, with the properties that differ.

Source: the engine's own output (display/json.go and resource/deploy/step.go of Pulumi's CLI, version 3.259), as seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from changes.change import Op, Step
from changes.engine_values import properties
from changes.options import option_changes
from changes.preview_differences import Written, differences, differing
from changes.renamed import by_present_names, renamed
from changes.retyped import retyped
from rehearsal.graph import OPTIONS, ROOT_TYPE, UNJUDGED, Graph, Node
from rehearsal.wire import UNKNOWN as ENGINE_UNKNOWN

_OPS: Final[Mapping[str, Op]] = {
    "create": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "delete": "delete",
    "remove-pending-replace": "delete",
    "import": "import",
    "discard": "forget",
}
_UNCHANGED: Final = frozenset({"same", "read", "read-replacement", "discard-replaced", "refresh"})
KNOWN: Final = frozenset({*_OPS, *_UNCHANGED})
_GOES: Final = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"})
_KEPT: Final = frozenset({"same", "update"})  # their new state has neither id nor outputs: the old one has both


def is_custom(kind: str, *, declared: bool) -> bool:
    """Whether it is a resource and no component: AWS's types are, whatever the engine's file declares."""
    return declared or kind.startswith(("aws:", "pulumi:providers:"))


def steps_of(written: Sequence[Written]) -> tuple[Step, ...]:
    """What happens to each resource, by URN; components and the stack itself are nothing at AWS and are left out.

    The three lines that the engine may write of one replacement are one step. Where nothing but Pulumi's own options
    change, the engine writes `same`: that is an update here, as is a `same` whose inputs are not.
    """
    groups: dict[tuple[str, str], list[Written]] = {}
    for one in written:
        if one["op"] in _OPS or one["op"] == "same":
            op = _OPS.get(one["op"], "update")
            groups.setdefault((one["urn"], op), []).append(one)
    former = _former(written)
    found = (_joined(group, former) for _, group in sorted(groups.items()))
    return tuple(step for step in found if step is not None and step.node.custom)


def graphs(written: Sequence[Written]) -> tuple[Graph, Graph]:
    """The resources that are told of, before and after; a leftover of an earlier replacement is on neither side."""
    before: dict[str, Node] = {}
    after: dict[str, Node] = {}
    for one in written:
        old, new = one.get("oldState"), one.get("newState")
        if old and not old.get("delete") and one["op"] != "refresh":
            before[one["urn"]] = node(old)
        if new and one["op"] not in _GOES and one["op"] != "refresh":
            after[one["urn"]] = _after(one)
    return renamed(_graph(before), _former(written)), _graph(after)


def _former(written: Sequence[Written]) -> dict[str, str]:
    """New URNs by the former ones: a step has the new one, and the state before it the one that it had."""
    states = ((one["urn"], one.get("oldState") or {}) for one in written)
    return {str(old["urn"]): str(urn) for urn, old in states if old and old["urn"] != urn}


def node(state: Written) -> Node:
    """One resource as a state has it; UNKNOWN and SECRET where the engine has its marks.

    Raises ValueError for what the engine does not write.
    """
    urn, kind = str(state["urn"]), str(state["type"])
    if kind != urn.split("::")[2].rpartition("$")[2]:
        raise ValueError(f"{urn.rpartition('::')[2]} is a {kind}, and another type by its URN")
    for name in ("inputs", "outputs"):
        if not isinstance(state.get(name) or {}, Mapping):
            raise ValueError(f"{name} of {kind} are no properties")
    applied = text_of(state, "id") not in (None, "", ENGINE_UNKNOWN)
    return Node(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        parent=text_of(state, "parent"),
        inputs=properties(state.get("inputs")),
        dependencies=texts(state.get("dependencies")),
        property_dependencies={key: texts(urns) for key, urns in (state.get("propertyDependencies") or {}).items()},
        protect=bool(state.get("protect", False)),
        options={key: _option(key, state[key]) for key in (*OPTIONS, *UNJUDGED) if state.get(key)},
        custom=is_custom(kind, declared=bool(state["custom"])),
        id=state["id"] if applied else None,
        outputs=properties(state.get("outputs")) if applied else None,
        provider=(text_of(state, "provider") or "").rpartition("::")[0] or None,
    )


def text_of(written: Mapping[str, Any], name: str) -> str | None:
    """The text of that name, None where there is none; raises ValueError for anything else."""
    found = written.get(name)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"{name} is no text: {found!r}")
    return found


def texts(written: Any) -> tuple[str, ...]:
    """A list of texts, such as URNs; raises ValueError for anything else."""
    found = written or ()
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"a list of texts is none: {written!r}")
    return tuple(found)


def _option(name: str, written: Any) -> Any:
    if name in UNJUDGED and isinstance(written, Mapping):
        return {str(key): list(texts(names)) for key, names in written.items()}
    return written if written is True or (name in UNJUDGED and isinstance(written, str)) else list(texts(written))


def _graph(nodes: Mapping[str, Node]) -> Graph:
    return Graph(tuple(nodes[urn] for urn in sorted(nodes) if nodes[urn].type != ROOT_TYPE))


def _after(written: Written) -> Node:
    state, old = written["newState"], written.get("oldState") or {}
    if written["op"] in _KEPT:
        state = {**state, "id": old.get("id"), "outputs": old.get("outputs")}
    return node(state)


def _joined(group: Sequence[Written], former: Mapping[str, str]) -> Step | None:
    """One step of what the engine wrote of a resource; None where nothing of it changes."""
    op: Op = _OPS.get(group[0]["op"], "update")
    old = next((one["oldState"] for one in group if one.get("oldState") is not None), None)
    coming = next((one for one in group if one.get("newState") is not None and one["op"] not in _GOES), None)
    before = by_present_names(node(old), former) if old is not None and op not in ("create", "import") else None
    after = _after(coming) if coming is not None else None
    if before is None and after is None:
        raise KeyError("newState")
    if op == "delete" and before is not None and before.options.get("retainOnDelete"):
        op = "forget"
    if before is None or after is None:
        return Step(op=op, before=before, after=after)
    differ = differences(group, before, after) if group[0]["op"] in _OPS else differing(before, after)
    changes = (*differ, *option_changes(before, after), *retyped(before, after))
    return Step(op=op, before=before, after=after, changes=changes) if changes or op != "update" else None
