"""Which provider makes a resource: its region and account are the resource's, and its default tags are there too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from changes.change import PropertyChange
from changes.property_changes import document, property_changes
from rehearsal.graph import PROVIDER, SECRET, UNKNOWN, Graph, Node

Tags = Mapping[str, str]
REPLACED_BY = ("region", "allowedAccountIds")  # as the stand-in's DiffConfig has it


def provider_of(node: Node, other: Node, graph: Graph) -> Node | None:
    """The provider of one side's resource; an older tree's graph names none, and has the other side's, or only one."""
    found = graph.of(PROVIDER)
    named = [one for one in found if one.urn == (node.provider or other.provider)]
    return next(iter(named or found), None)


def provider_changes(before: Node, after: Node) -> tuple[PropertyChange, ...]:
    """What differs between two providers, or between one and itself."""
    return tuple(
        replace(one, replaces=one.path.startswith(REPLACED_BY)) for one in property_changes(before.inputs, after.inputs)
    )


def moved(before: Node | None, after: Node | None, *, same: bool) -> Iterator[PropertyChange]:
    """Why what one provider has made is made anew by the other, as the engine asks it by DiffConfig.

    Beyond that a resource that goes to a provider which is not the `same` under whatever name is replaced unless both
    name one region and one account: where credentials lead is not in a plan.
    """
    if before is None or after is None:
        return
    causes = [one for one in provider_changes(before, after) if one.replaces]
    yield from (replace(one, path=f"provider.{one.path}") for one in causes)
    if not causes and not same and not _is_one_place(before):
        yield PropertyChange(path="provider", before=before.name, after=after.name, replaces=True)


def default_tags(provider: Node | None) -> Tags:
    """Those that the provider gives to everything; the SDK hands nested settings over as JSON text."""
    settings = document(provider.inputs.get("defaultTags")) if provider else {}
    return dict(settings.get("tags") or {}) if isinstance(settings, Mapping) else {}


def _is_one_place(provider: Node) -> bool:
    accounts, region = (document(provider.inputs.get(name)) for name in reversed(REPLACED_BY))
    known = region not in (None, "", UNKNOWN, SECRET)
    return known and isinstance(accounts, list) and len(accounts) == 1 and accounts[0] not in (UNKNOWN, SECRET)
