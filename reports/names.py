"""What the resources of a change are called, and the components that they are in."""

from __future__ import annotations

from changes.change import Change, Judgement
from changes.stack_titles import kind_and_name
from drawing.model import PROVIDERS, titled
from drawing.names import friendly
from rehearsal.graph import Node
from reports.safe_text import safe, safe_lines


def stack_keys(title: str) -> dict[str, str | None]:
    """For machines: the environment's name, or that of the account project's stack; the other is None."""
    kind, name = kind_and_name(title)
    return {"environment": None, "account": None, kind: safe_lines(name)}


def type_of(urn: str) -> str:
    """The type that a URN names; empty for what is no URN."""
    return urn.split("::")[-2].rpartition("$")[2] if urn.count("::") > 2 else ""


def kind(node: Node) -> str:
    """What people call the resource's type: `RDS instance`."""
    return "Provider" if node.type.startswith(PROVIDERS) else safe(friendly(node.type))


def dependents(judgement: Judgement) -> list[str]:
    """Names of what depends on the resource, with their type where the name is the resource's own."""
    found = []
    for urn in judgement.dependents:
        name = urn.rpartition("::")[2]
        same = f" ({friendly(type_of(urn))})" if name == judgement.step.node.name else ""
        found.append(safe(f"{name}{same}"))
    return found


class Components:
    """The top components of a change's resources, as people call them."""

    def __init__(self, change: Change) -> None:
        self._nodes = {node.urn: node for graph in (change.before, change.after) for node in graph}

    def of(self, node: Node) -> str:
        """What the highest component above is called; `the stack` for a resource that is in none."""
        top, above, seen = "", node.parent, set[str]()
        while above and above not in seen:
            seen.add(above)
            parent = self._nodes.get(above)
            type_ = type_of(above)
            if type_ and not type_.startswith(("pulumi:", "aws:")):
                top = titled(type_, above.rpartition("::")[2])
            above = parent.parent if parent else None
        return safe(top) or "the stack"
