"""Rules about Pulumi's own options of a resource, where what they bring is not in a plan."""

from __future__ import annotations

from changes.change import Step
from changes.options import option_changes
from changes.property_paths import is_within
from changes.rule import Rule
from rehearsal.graph import UNJUDGED

_EVERY = "*"


def _unjudged(step: Step) -> str | None:
    """By the options themselves: resources have inputs of such names, as a cluster has its `version`."""
    if step.before is None or step.after is None:
        return None
    names = [one.path for one in option_changes(step.before, step.after) if one.path in UNJUDGED]
    if not names:
        return None
    return f"has other options of Pulumi's than before, whose effect nobody here can judge: {', '.join(names)}"


def _ignored_no_longer(step: Step) -> str | None:
    if step.before is None or not any(one.path == "ignoreChanges" for one in step.changes):
        return None
    new = step.node.options.get("ignoreChanges", ())
    gone = [one for one in step.before.options.get("ignoreChanges", ()) if not any(_covers(each, one) for each in new)]
    if not gone:
        return None
    return f"no longer ignores {', '.join(gone)}: what the program says of it counts again, whatever AWS holds by now"


def _covers(root: str, path: str) -> bool:
    return root == _EVERY or is_within(path, root)


RULES: tuple[Rule, ...] = (
    Rule(id="option-unjudged", title="An option of Pulumi's changes whose effect is not known", risk="unknown",
         types=frozenset(), properties=UNJUDGED, check=_unjudged,
         remedy="read what Pulumi does with it, now and when the resource goes"),
    Rule(id="ignored-no-longer", title="What the program told the engine to ignore counts again", risk="unknown",
         types=frozenset(), properties=("ignoreChanges",), check=_ignored_no_longer,
         remedy="look with `pulumi preview` what it would change"),
)  # fmt: skip
