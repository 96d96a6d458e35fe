"""What the stand-in provider knows of one `aws:` type: a table entry, the same for every type.

The entries are in rehearsal/resources/<service>.py, one table per service; the servicer (rehearsal/servicer.py) does
everything that all types share: default tags, undeclared inputs, limits, secrets, what a plan leaves unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


@dataclass(frozen=True, kw_only=True)
class Created:
    """What AWS answered: the physical id, and the outputs that the inputs do not already hold."""

    id: str
    outputs: Inputs = field(default_factory=dict)


Create = Callable[[Aws, Inputs], Created]
Limit = Callable[[Inputs], str | None]  # None, or what AWS refuses in these inputs; unknown values are left out of them


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One `aws:` type of the program.

    `inputs` are the declared ones, nested: anything else is refused, since the stand-in would silently ignore it.
    `computed` are outputs that only AWS knows (unknown in a plan). `replace_on` are inputs whose change replaces the
    resource. `emulated`: `full`, the emulator holds all of it; `partial`, what `not_emulated` names is kept by the
    stand-in alone; `none`, all of it is. `auto_name` is the input that Pulumi fills with the logical name and seven
    random characters where the program leaves it out, `auto_name_limit` its greatest length. `source` is where the
    facts come from.
    """

    token: str
    inputs: Spec
    create: Create
    source: str
    computed: tuple[str, ...] = ()
    replace_on: frozenset[str] = frozenset()
    limits: tuple[Limit, ...] = ()
    emulated: Literal["full", "partial", "none"] = "full"
    not_emulated: tuple[str, ...] = ()
    secret_outputs: frozenset[str] = frozenset()
    auto_name: str | None = None
    auto_name_limit: int = 255

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
