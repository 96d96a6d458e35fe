"""What going from one plan of an environment to another would do: the engine's answer, without a state or an account.

Resources are matched by URN, or by a former URN that the program names as an alias. A resource that is renamed without
one is what it is to the engine, a delete and a create: to call it anything else would hide that its data goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from changes.change import Change, Op, PropertyChange, Step
from changes.following import follow
from changes.input_changes import as_kept, input_changes
from changes.options import option_changes
from changes.providers import default_tags, moved, provider_changes, provider_of
from changes.renamed import renamed
from changes.retyped import retyped
from rehearsal.foretold import as_planned, readable
from rehearsal.graph import PROVIDER, Graph, Node


def compared(before: Graph, after: Graph, *, stack: str, origin: str) -> Change:
    """The change from one planned graph to another, either of which may be empty; components have no steps.

    The steps' nodes keep the stand-ins of rehearsal/foretold.py, in which values can be read; those of the two graphs
    are as an ordinary plan has them.
    """
    before = renamed(before, _former(before, after))
    old = {node.urn: node for node in before if node.custom}
    new = {node.urn: node for node in after if node.custom}
    found = {urn: _step(old.get(urn), new.get(urn), (before, after)) for urn in sorted(old.keys() | new.keys())}
    own = {urn: step for urn, step in found.items() if step is not None}
    names = {node.name for side in (before, after) for node in side}
    steps = {urn: _told(_as_held(step), names) for urn, step in follow(own, old, new).items()}
    return Change(
        stack=stack,
        origin=origin,
        steps=tuple(steps[urn] for urn in sorted(steps)),
        before=as_planned(before),
        after=as_planned(Graph(tuple(_stays(node, old, steps) for node in after))),
        whole=True,
        warnings=tuple(_warnings(own, steps)),
    )


def _former(before: Graph, after: Graph) -> dict[str, str]:
    """New URNs by the former ones, of what only changed its name or place.

    A resource is one that was there at most: the first of its aliases counts, and the others' resources go.
    """
    there, wanted = {node.urn for node in before}, {node.urn for node in after}
    found: dict[str, str] = {}
    for node in after:
        known = [urn for urn in node.options.get("aliases", ()) if urn in there and urn not in wanted]
        if node.urn not in there and known:
            found[known[0]] = node.urn
    return found


def _step(before: Node | None, after: Node | None, sides: tuple[Graph, Graph]) -> Step | None:
    if before is None and after is not None:
        return Step(op="import" if after.options.get("importID") else "create", before=None, after=after)
    if before is None or after is None:
        return Step(op="delete", before=before, after=after)
    changes = (*_changes(before, after, sides), *option_changes(before, after), *retyped(before, after))
    if not changes:
        return None
    op: Op = "replace" if any(one.replaces for one in changes) else "update"
    return Step(op=op, before=before, after=after, changes=changes)


def _changes(before: Node, after: Node, sides: tuple[Graph, Graph]) -> tuple[PropertyChange, ...]:
    """What differs of the inputs, and by the provider that they go to."""
    if after.type == PROVIDER:
        return provider_changes(before, after)
    old, new = provider_of(before, after, sides[0]), provider_of(after, before, sides[1])
    same = old is not None and new is not None and old.urn == new.urn
    found = input_changes(before, as_kept(before, after), tags=(default_tags(old), default_tags(new)))
    return (*found, *moved(old, new, same=same))


def _as_held(step: Step) -> Step:
    """The step with what its resource will hold: one that is replaced is made of all that the program says."""
    if step.op != "update" or step.before is None or step.after is None:
        return step
    return replace(step, after=as_kept(step.before, step.after))


def _told(step: Step, names: Collection[str]) -> Step:
    changes = (
        replace(one, before=readable(one.before, names), after=readable(one.after, names)) for one in step.changes
    )
    return replace(step, changes=tuple(changes))


def _stays(node: Node, old: Mapping[str, Node], steps: Mapping[str, Step]) -> Node:
    """The node as it will be held, step or none."""
    step = steps.get(node.urn)
    return as_kept(old[node.urn], node) if node.urn in old and (step is None or step.op == "update") else node


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
