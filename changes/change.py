"""What a change would do, as data: the same whether the real engine previewed it or two plans were compared.

`Change` is what was read (changes/preview_file.py) or compared (changes/compared.py); `Report` is what it means
(changes/judge.py), `Verdict` what the guard says of it (changes/guard.py), which is what every renderer shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from rehearsal.graph import Graph, Node

Op = Literal["create", "update", "replace", "delete", "import", "forget"]
DONE: Final[Mapping[Op, str]] = {
    "create": "created", "update": "changed", "replace": "replaced", "delete": "deleted", "import": "imported",
    "forget": "forgotten",
}  # fmt: skip
Risk = Literal["data loss", "security", "downtime", "cost", "unknown", "cosmetic"]


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """One property that differs: its path as Pulumi shows it (`rules[0].status`).

    `before` and `after` are plain values, None where there is none; a secret is rehearsal.graph's SECRET, what only the
    apply will tell its UNKNOWN. `output` says that what AWS told stands there, and not what the program asked for: in
    `before`, or of a change outside of the program in both.
    """

    path: str
    before: Any
    after: Any
    replaces: bool = False
    output: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens to one resource; at least one of `before` and `after` is there."""

    op: Op
    before: Node | None
    after: Node | None
    changes: tuple[PropertyChange, ...] = ()

    @property
    def node(self) -> Node:
        """The resource as it will be, or as it was where it goes."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - what the class says of itself
        return found


@dataclass(frozen=True, kw_only=True)
class Change:
    """All that one apply would do to a stack, in the order of the steps' URNs.

    `stack` is its title (`prod`, `account main`: changes/stack_titles.py); `origin` says where this was learnt
    (`pulumi preview`, `origin/main..HEAD`). `before` and `after` are the resources that are known on either side: all
    of them where `whole`, else those of the steps alone. `warnings` are what the reader of the report must know, such
    as that a preview was not whole.
    With `outside` it is what was done already, outside of Pulumi: `before` is the state, `after` what AWS holds.
    `folded` is what the reader of the change knows to mean nothing. `unfinished` are the URNs of what is there of a
    first `up` that never came to its end: nobody uses it yet.
    """

    stack: str
    origin: str
    steps: tuple[Step, ...]
    before: Graph
    after: Graph
    whole: bool
    warnings: tuple[str, ...] = ()
    outside: bool = False
    folded: tuple[Folded, ...] = ()
    unfinished: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What one step risks.

    `rule` is the id of the rule that decided (`database-replaced`), by which it is acknowledged together with the
    resource's name. `sentence` says in plain words what happens to what (`replaces the database: all data is lost …`),
    `remedy` what to do instead or first, `causes` are the properties that bring it about, `dependents` the URNs of what
    depends on the resource, near or far. `guarded` steps wait for an acknowledgement.
    """

    step: Step
    risk: Risk
    rule: str
    sentence: str
    remedy: str = ""
    causes: tuple[PropertyChange, ...] = ()
    dependents: tuple[str, ...] = ()
    guarded: bool = False


@dataclass(frozen=True, kw_only=True)
class Folded:
    """A step, or some of its properties, that mean nothing; `reason` says why (`the same policy, written anew`)."""

    step: Step
    changes: tuple[PropertyChange, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A change and what it means: the judgements, the gravest first, and what was folded as noise.

    A step can have several judgements (a replacement that also opens a port), and has at least one unless it is folded.
    """

    change: Change
    judgements: tuple[Judgement, ...]
    folded: tuple[Folded, ...]


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """Somebody's word that one guarded judgement is wanted.

    It is of the rule `rule` for the resource named `resource` in the stack with the title `stack`, counts until the end
    of the day `until`, None for that of a command line, which counts for that command alone; `source` says where it was
    written (`changes.ack.yaml:3`, `--acknowledge`).
    """

    stack: str
    resource: str
    rule: str
    reason: str
    until: date | None
    source: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A report and what the guard says of it.

    `refused` are guarded judgements that nobody acknowledged, `acknowledged` those with somebody's word, `expired`
    and `unused` the acknowledgements of this stack that are too old or fit nothing in the change.
    """

    report: Report
    refused: tuple[Judgement, ...]
    acknowledged: tuple[tuple[Judgement, Acknowledgement], ...]
    expired: tuple[Acknowledgement, ...]
    unused: tuple[Acknowledgement, ...]

    @property
    def allowed(self) -> bool:
        """Whether the guard lets the change pass."""
        return not self.refused and not self.expired
