"""The blast radius: who depends on a resource, near or far."""

from __future__ import annotations

from collections import defaultdict

from changes.change import Change, Step


class Dependents:
    """Who depends on whom, on either side of a change."""

    def __init__(self, change: Change) -> None:
        self._near: defaultdict[str, set[str]] = defaultdict(set)
        nodes = [node for graph in (change.before, change.after) for node in graph]
        self._custom = {node.urn for node in nodes if node.custom}
        for node in nodes:
            for urn in {*node.dependencies, *(one for urns in node.property_dependencies.values() for one in urns)}:
                self._near[urn].add(node.urn)

    def of(self, step: Step) -> tuple[str, ...]:
        """URNs of all resources, components left out, that depend on the step's, in their order."""
        found: set[str] = set()
        waiting = [step.node.urn]
        while waiting:
            near = self._near[waiting.pop()] - found
            found |= near
            waiting.extend(near)
        return tuple(sorted((found & self._custom) - {step.node.urn}))
