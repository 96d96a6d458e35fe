"""What the stand-in provider knows of one `aws:` type: a table entry, the same for every type.

The entries are in rehearsal/resources/, one table per service; the servicer (rehearsal/servicer.py) does
everything that all types share: default tags, undeclared inputs, limits, differences, secrets, what a plan leaves
unknown, what of a failed create is there all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from rehearsal.emulator import Kept

Inputs = dict[str, Any]  # an input's or output's camelCase name to its plain value; integers are ints
Spec = Mapping[str, Any]  # a declared name to None (a value), or to the Spec of the object or objects in it


class Aws(Protocol):
    """The emulated AWS as the tables see it: rehearsal/emulator.py."""

    @property
    def account_id(self) -> str:
        """The account, 12 digits."""

    @property
    def region(self) -> str:
        """The region of clients that name none."""

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client whose calls are checked against AWS's service models."""

    def keep(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        """Checks a call that the emulator lacks and keeps it for the report, without sending it."""

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What `keep` was given, in that order."""

    @property
    def records(self) -> MutableMapping[str, Inputs]:
        """What the emulator has no place for, held beside it: `cloudfront/vpc-origin/<id>` to a JSON object."""

    def made(self, identifier: str) -> None:
        """Said by a create as soon as the resource exists: if a later call fails, Pulumi's state still knows it."""


@dataclass(frozen=True, kw_only=True)
class Created:
    """What AWS answered: the physical id, and the outputs that the inputs do not already hold."""

    id: str
    outputs: Inputs = field(default_factory=dict)


Create = Callable[[Aws, Inputs], Created]
Read = Callable[[Aws, str, Inputs], Created | None]
Update = Callable[[Aws, str, Inputs, Inputs], Inputs]
Delete = Callable[[Aws, str, Inputs], None]
Find = Callable[[Aws, Inputs], Iterable[str]]
Every = Callable[[Aws, str], Iterable[str]]
Limit = Callable[[Inputs], str | None]  # None, or what AWS refuses in these inputs; unknown values are left out of them


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One `aws:` type of the program.

    `inputs` are the declared ones, nested: anything else is refused, since the stand-in would silently ignore it.
    `computed` are outputs that only AWS knows (unknown in a plan); those in `renewed` get another value at each update.
    `source` is where the facts come from.

    - `create(aws, inputs)`: makes it. Where that takes several calls, it says `aws.made(id)` after the first.
    - `read(aws, id, state)`: what AWS holds now, as declared inputs and computed outputs, or None when it is gone; an
      error that says so (`NoSuchEntity`) counts as None. `state` are the last known outputs, empty at an import, where
      `id` is what the provider's documentation imports by; the answer has the id that create gives.
    - `update(aws, id, state, inputs)`: makes AWS hold the inputs, all of them, whatever was there; the outputs that
      changed. None: nothing can be changed in place.
    - `delete(aws, id, state)`: removes it; one that is gone already is no error.
    - `find(aws, inputs)`: ids, as for an import, of all that these inputs may have made; only reads, so that it runs on
      a real account too (`diceytech recover`).
    - `every(aws, region)`: ids, as create gives them, of all that exist, for a sweep after a test or a destroy; None
      for what is a part of another resource (a bucket's policy), which goes with it.

    Every top-level input is in `replace_on` (its change replaces the resource; `rootBlockDevice.encrypted` for a nested
    one) or in `in_place`; a change of any other counts as one that may replace. `alternatives` are inputs of which one
    is set: its value changes in place, but another one instead of it replaces the resource. `untold` are inputs that
    AWS never tells (a password, what only the provider heeds): no drift is found in them. `unordered` are lists whose
    order means nothing to AWS, by dotted path; `defaults` are what AWS takes for an input that is left out, where that
    is not empty or false: both are no difference. `spelled` are inputs that AWS spells its own way, by dotted path, to
    what makes one of both spellings (a domain name with and without its last dot).

    `emulated`: `full`, the emulator holds all of it; `partial`, what `not_emulated` names is kept by the stand-in
    alone; `none`, all of it is. `auto_name` is the input that Pulumi fills with the logical name and seven random
    characters where the program leaves it out, `auto_name_limit` its greatest length.
    """

    token: str
    inputs: Spec
    create: Create
    source: str
    read: Read
    delete: Delete
    find: Find
    update: Update | None = None
    every: Every | None = None
    computed: tuple[str, ...] = ()
    renewed: frozenset[str] = frozenset()
    replace_on: frozenset[str] = frozenset()
    in_place: frozenset[str] = frozenset()
    alternatives: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    unordered: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    spelled: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    emulated: Literal["full", "partial", "none"] = "full"
    not_emulated: tuple[str, ...] = ()
    secret_outputs: frozenset[str] = frozenset()
    auto_name: str | None = None
    auto_name_limit: int = 255

    def found(self, aws: Aws, inputs: Inputs) -> list[str]:
        """What `find` finds, as the provider imports it: `<id>@<region>` where the inputs name a region."""
        region = inputs.get("region")
        return [f"{identifier}@{region}" if region else identifier for identifier in self.find(aws, inputs)]

    @property
    def taggable(self) -> bool:
        """Whether the provider's default tags reach it: not where tags are a list of objects (auto scaling groups)."""
        return "tags" in self.inputs and self.inputs["tags"] is None


@dataclass(frozen=True, kw_only=True)
class Function:
    """One look-up (`aws:index/getAvailabilityZones:getAvailabilityZones`) of the program."""

    token: str
    inputs: Spec
    read: Callable[[Aws, Inputs], Inputs]
    source: str
    secret_outputs: frozenset[str] = frozenset()


def spec(names: str = "", **nested: Spec | None) -> Spec:
    """A Spec from space-separated plain names and nested ones: `spec("engine port", tags=None, root=spec("size"))`."""
    return {**dict.fromkeys(names.split()), **nested}


def undeclared(declared: Spec, inputs: Any, path: str = "") -> list[str]:
    """Paths of inputs that the Spec does not declare, at any depth (`rootBlockDevice.size`)."""
    if isinstance(inputs, list):
        return [found for index, item in enumerate(inputs) for found in undeclared(declared, item, f"{path}[{index}]")]
    if not isinstance(inputs, Mapping):
        return []
    found: list[str] = []
    for name, value in inputs.items():
        here = f"{path}.{name}" if path else name
        if name not in declared:
            found.append(here)
        elif (nested := declared[name]) is not None:
            found.extend(undeclared(nested, value, here))
    return found


def name_tags(inputs: Inputs) -> list[dict[str, str]]:
    """The tags in the form most of AWS's APIs take: [{"Key": …, "Value": …}], sorted."""
    return [{"Key": key, "Value": value} for key, value in sorted(inputs.get("tagsAll", {}).items())]
