"""What a new resource is held against: a setting that it overwrites, one in whose place it comes, and those like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from changes.change import Change, Step
from changes.rule import EMPTY, OPEN, each_block
from changes.settings import SETTINGS, Side, is_of_new, sides
from controls.inputs import peek
from rehearsal.foretold import names_an_output
from rehearsal.graph import Node

TWICE: Final = "set-twice"  # the rule that speaks of a second setting
_DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
_ACCESS: Final = "aws:cloudfront/originAccessControl:OriginAccessControl"
# By which input those of a type are protected, and the rules by which what is new is held against all that have it: who
# has it everywhere wants it again.
_LIKE: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "aws:iam/role:Role": ("permissionsBoundary", frozenset({"boundary-lifted"})),
    "aws:iam/user:User": ("permissionsBoundary", frozenset({"boundary-lifted"})),
    "aws:lb/listener:Listener": ("sslPolicy", frozenset({"tls-weakened"})),
    "aws:cloudfront/vpcOrigin:VpcOrigin": ("vpcOriginEndpointConfig", frozenset({"plain-http", "origin-in-clear"})),
    _DISTRIBUTION: ("webAclId", frozenset({"firewall-detached"})),
}
_NOTHING: Final = ("", frozenset[str]())
_NAMES: Final = ("bucket", "name", "identifier", "clusterIdentifier")  # at AWS


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Both sides of a change. `new` are the URNs of what nobody uses yet.

    `gone` is what is deleted, by its type, and `coming` the types of what is created, each as often as it comes.
    """

    before: Side
    after: Side
    new: frozenset[str]
    gone: Mapping[str, tuple[Node, ...]]
    coming: Mapping[str, int]

    def held(self, step: Step) -> Iterator[Step]:
        """The step held against what it takes the place of; what only changes in its own is held against nothing."""
        if step.after is None:
            return
        if step.node.type in SETTINGS:
            before = self._set_before(step.after) if self._comes(step) else ()
        else:
            before = self._replaced(step.after) if step.op == "create" else ()
        yield from (replace(step, before=one) for one in before)
        if step.op == "create" and step.node.type == _DISTRIBUTION:
            reached = _reached(step.after) - self.new
            yield from (replace(step, before=one) for one in self.before.of_type.get(_DISTRIBUTION, ()) if
                        _reached(one) & reached)  # fmt: skip

    def alike(self, step: Step) -> tuple[list[Step], frozenset[str]]:
        """What is new held against each of its type that is protected already, and the rules that speak of it.

        They do where none of those lets it pass: of two boundaries in a stack a new role has one.
        """
        path, rules = _LIKE.get(step.node.type, _NOTHING) if step.op == "create" else _NOTHING
        there = self.before.of_type.get(step.node.type, ()) if rules else ()
        return [replace(step, before=one) for one in there if peek(one, path) not in EMPTY], rules

    def twice(self, step: Step) -> str | None:
        """In words, that it sets what another resource sets too."""
        setting = SETTINGS.get(step.node.type)
        if setting is None or step.after is None or not setting.once or not self._comes(step):
            return None
        names = sorted(one.name for one in self.after.beside(step.after))
        return f"sets what {', '.join(names)} sets too: which of them counts is chance" if names else None

    def _comes(self, step: Step) -> bool:
        """Whether it is new, or goes over to another owner."""
        if step.op == "create" or step.before is None or step.after is None:
            return step.op == "create"
        if all(_same(step.before, step.after, name) for name in SETTINGS[step.node.type].names):
            return False
        whose = self.before.whose(step.before), self.after.whose(step.after)
        return None in whose or whose[0] != whose[1]

    def _set_before(self, after: Node) -> Collection[Node]:
        """What set the same before, or an empty one where the first is as grave and its owner was there."""
        setting = SETTINGS[after.type]
        old = self.before.beside(after) if setting.once else []
        if old or not setting.first or is_of_new(after, self.after, self.new):
            return old
        return (replace(after, inputs={}),)

    def _replaced(self, after: Node) -> Collection[Node]:
        """What goes under the same name at AWS, or else what alone of its type goes where it alone comes."""
        gone = self.gone.get(after.type, ())
        same = [one for one in gone if _names(one) & _names(after)]
        return same or (gone if len(gone) == self.coming[after.type] == 1 else ())


def beside_of(change: Change, new: Collection[str]) -> Beside:
    """What the steps of a change are held against."""
    before, after = sides(change)
    gone: dict[str, list[Node]] = {}
    for step in change.steps:
        if step.op == "delete" and step.before is not None:
            gone.setdefault(step.node.type, []).append(step.before)
    return Beside(
        before=before,
        after=after,
        new=frozenset(new),
        gone={key: tuple(one) for key, one in gone.items()},
        coming=Counter(step.node.type for step in change.steps if step.op == "create"),
    )


def _same(before: Node, after: Node, name: str) -> bool:
    """Whether the input is the same text, or only to be known of the same resource."""
    old, new = before.inputs.get(name), after.inputs.get(name)
    if new not in OPEN:
        return bool(old == new)
    made_of = before.property_dependencies.get(name), after.property_dependencies.get(name)
    return bool(made_of[0]) and made_of[0] == made_of[1]


def _names(node: Node) -> set[str]:
    found = {node.inputs.get(name) for name in _NAMES}
    return {one for one in found if isinstance(one, str) and one not in OPEN and not names_an_output(one)}


def _reached(site: Node) -> set[Any]:
    """What a distribution answers from, by the resources that its origins are made of and by their domains."""
    made_of = {one for one in site.property_dependencies.get("origins", ()) if f"{_ACCESS}::" not in one}
    domains = {one.get("domainName") for one in each_block(site, "origins") if isinstance(one, Mapping)}
    return made_of | {one for one in domains if isinstance(one, str) and one not in OPEN and not names_an_output(one)}
