"""What going from one plan of an environment to another would do: the engine's answer, without a state or an account.

Resources are matched by URN, or by a former URN that the program names as an alias. A resource that is renamed without
one is what it is to the engine, a delete and a create: to call it anything else would hide that its data goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from changes.change import Change, Op, PropertyChange, Step
from changes.following import follow, pulled_along
from changes.input_changes import Tags, input_changes
from changes.property_changes import property_changes
from changes.retyped import retyped
from rehearsal.foretold import as_planned
from rehearsal.graph import OPTIONS, PROVIDER, Graph, Node

PROVIDER_REPLACED_BY = ("region", "allowedAccountIds")  # as the stand-in's DiffConfig has it


def compared(before: Graph, after: Graph, *, stack: str, origin: str) -> Change:
    """The change from one planned graph to another, either of which may be empty; components have no steps.

    The steps' nodes keep the stand-ins of rehearsal/foretold.py, in which values can be read; those of the two graphs
    are as an ordinary plan has them.
    """
    former = _former(before, after)
    old = {former.get(node.urn, node.urn): node for node in before if node.custom}
    new = {node.urn: node for node in after if node.custom}
    tags = _default_tags(before), _default_tags(after)
    found = {urn: _step(old.get(urn), new.get(urn), tags) for urn in sorted(old.keys() | new.keys())}
    own = {urn: step for urn, step in found.items() if step is not None}
    moved = _moved(own)
    steps = follow(pulled_along(own, old, new) if moved else own, old, new)
    return Change(
        stack=stack,
        origin=origin,
        steps=tuple(steps[urn] for urn in sorted(steps)),
        before=as_planned(before),
        after=as_planned(after),
        whole=True,
        warnings=tuple(_warnings(own, steps)),
    )


def _former(before: Graph, after: Graph) -> dict[str, str]:
    """New URNs by the former ones, of what only changed its name or place."""
    there, wanted = {node.urn for node in before}, {node.urn for node in after}
    return {
        urn: node.urn
        for node in after
        for urn in node.options.get("aliases", ())
        if node.urn not in there and urn in there and urn not in wanted
    }


def _default_tags(graph: Graph) -> Tags:
    """Those that the provider gives to everything; the SDK hands nested settings over as JSON text."""
    for node in graph.of(PROVIDER):
        held = node.inputs.get("defaultTags") or {}
        settings = json.loads(held) if isinstance(held, str) else held
        return dict(settings.get("tags") or {})
    return {}


def _step(before: Node | None, after: Node | None, tags: tuple[Tags, Tags]) -> Step | None:
    if before is None or after is None:
        return Step(op="create" if before is None else "delete", before=before, after=after)
    found = _provider_changes(before, after) if after.type == PROVIDER else input_changes(before, after, tags=tags)
    changes = (*found, *_option_changes(before, after), *retyped(before, after))
    if not changes:
        return None
    op: Op = "replace" if any(one.replaces for one in changes) else "update"
    return Step(op=op, before=before, after=after, changes=changes)


def _provider_changes(before: Node, after: Node) -> tuple[PropertyChange, ...]:
    return tuple(
        replace(one, replaces=one.path.startswith(PROVIDER_REPLACED_BY))
        for one in property_changes(before.inputs, after.inputs)
    )


def _option_changes(before: Node, after: Node) -> Iterator[PropertyChange]:
    if before.protect != after.protect:
        yield PropertyChange(path="protect", before=before.protect, after=after.protect)
    for name in OPTIONS:
        if before.options.get(name) != after.options.get(name):
            yield PropertyChange(path=name, before=before.options.get(name), after=after.options.get(name))


def _moved(steps: Mapping[str, Step]) -> bool:
    return any(step.op == "replace" and step.node.type == PROVIDER for step in steps.values())


def _warnings(own: Mapping[str, Step], steps: Mapping[str, Step]) -> Iterator[str]:
    following = [steps[urn].node.name for urn in sorted(steps) if steps[urn].op == "replace" and own.get(urn) is None]
    if following:
        yield (
            f"may replace, since what they refer to is replaced: {', '.join(dict.fromkeys(following))};"
            " only the apply tells for sure"
        )
    for step in steps.values():
        if step.op == "create" and (old := _renamed(step, steps)) is not None:
            yield (
                f"{old.name} and {step.node.name} ({step.node.type}) have one name at AWS and no alias between them:"
                " Pulumi creates the new one before it deletes the old one, and fails or deletes both;"
                f" add aliases=[pulumi.Alias(name={old.name!r})], or its parent where that is what changed"
            )


def _renamed(step: Step, steps: Mapping[str, Step]) -> Node | None:
    """What is deleted under another URN and has the same physical name."""
    for other in steps.values():
        gone, came = other.before, step.after
        if other.op == "delete" and gone and came and gone.type == came.type and _name(gone) == _name(came) is not None:
            return gone
    return None


def _name(node: Node) -> str | None:
    found = [node.inputs.get(key) for key in ("bucket", "name", "identifier", "domainName")]
    return next((one for one in found if isinstance(one, str) and not one.startswith("[")), None)
