"""Changes that mean nothing to AWS or to people, with the reason: what a reader need not read.

What counts as the same is the types' tables' answer (rehearsal/difference.py), the one that the rehearsed provider
plans by; a type without a table has no noise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from changes.change import Folded, PropertyChange, Step
from rehearsal.difference import difference, top_level
from rehearsal.graph import SECRET, UNKNOWN, Graph, Node
from rehearsal.property_paths import parts
from rehearsal.resources import RESOURCES

_CONDITION = re.compile(r"(?:ResourceTag|PrincipalTag|RequestTag)/([\w.:=+@-]+)", re.IGNORECASE)
# Deploys find their machines by these: scripts/backend/hosts.py.
_OWN_TAGS = frozenset({"role", "product", "environment"})
_BUCKET = "aws:s3/bucket:Bucket"
COMPONENT = "a component: it groups resources, and is nothing at AWS"
PART = "a part of a bucket: it goes with {}"
SAME = "equal once written in one form: AWS reads both the same way"
TAGS = "tags only, and no policy looks at them"


def sift(step: Step, deciding: frozenset[str], whole: Mapping[str, str]) -> tuple[Step | None, tuple[Folded, ...]]:
    """The step without its noise, None where nothing else is left of it; and the noise.

    `deciding` are the tags that policies look at, `whole` the buckets that a setting goes with.
    """
    if step.node.urn in whole:
        return None, (Folded(step=step, changes=step.changes, reason=PART.format(whole[step.node.urn])),)
    if not step.node.custom and not step.node.type.startswith("pulumi:"):
        return None, (Folded(step=step, changes=step.changes, reason=COMPONENT),)
    if step.op != "update":
        return step, ()
    unequal = _unequal(step)
    same = tuple(one for one in step.changes if _is_same(one, step, unequal))
    tags = tuple(one for one in step.changes if one not in same and _is_tag(one, deciding))
    rest = tuple(one for one in step.changes if one not in same and one not in tags)
    folded = [Folded(step=step, changes=noise, reason=why) for noise, why in ((same, SAME), (tags, TAGS)) if noise]
    return (None if folded and not rest else replace(step, changes=rest)), tuple(folded)


def parts_of_buckets(steps: Sequence[Step]) -> dict[str, str]:
    """Settings of buckets that go because their bucket goes: the bucket's name by their URN."""
    gone = [step.node for step in steps if step.node.type == _BUCKET and step.op == "delete"]
    found = {}
    for step in steps:
        if step.op == "delete" and step.node.type.startswith("aws:s3/bucket") and step.node.type != _BUCKET:
            owners = [bucket.name for bucket in gone if _is_part(step.node, bucket)]
            if owners:
                found[step.node.urn] = owners[0]
    return found


def _is_part(node: Node, bucket: Node) -> bool:
    """By what alone makes the name of its bucket, or by that name; what it only waits for may be another bucket."""
    named = node.property_dependencies.get("bucket")
    if named:
        return set(named) == {bucket.urn}
    held, names = node.inputs.get("bucket"), (bucket.id, bucket.inputs.get("bucket"))
    return held not in (None, UNKNOWN) and held in names


def deciding_tags(*graphs: Graph) -> frozenset[str]:
    """The tags by which policies decide, in lower case, as far as the graphs hold their texts."""
    texts = (text for graph in graphs for node in graph for text in _texts(node.inputs))
    return _OWN_TAGS | {key.lower() for text in texts for key in _CONDITION.findall(text)}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))


def _unequal(step: Step) -> frozenset[str] | None:
    """Names of the properties that differ in meaning; None where there is no table to say so."""
    kind = RESOURCES.get(step.node.type)
    if kind is None or step.before is None or step.after is None:
        return None
    found = difference(kind, dict(step.before.inputs), dict(step.after.inputs))
    return frozenset(top_level(change.path) for change in found.changes)


def _is_same(change: PropertyChange, step: Step, unequal: frozenset[str] | None) -> bool:
    """Whether AWS reads both sides alike; what is no input (`protect`), a tag or not known yet is never."""
    name = top_level(change.path)
    if unequal is None or _is_open(change.before, change.after) or name in ("tags", "tagsAll"):
        return False
    given = any(side is not None and name in side.inputs for side in (step.before, step.after))
    return given and name not in unequal


def _is_open(*values: object) -> bool:
    """Whether a part of the values may be anything: not known yet, or a secret, which always looks the same."""
    return any(text in (UNKNOWN, SECRET) for value in values for text in _texts(value))


def _is_tag(change: PropertyChange, deciding: frozenset[str]) -> bool:
    if top_level(change.path) not in ("tags", "tagsAll"):
        return False
    key = ".".join(str(part) for part in list(parts(change.path))[1:])
    sides = [side for side in (change.before, change.after) if isinstance(side, Mapping)]
    keys = {key} if key else {str(name) for side in sides for name in side}
    return not {name.lower() for name in keys} & deciding
