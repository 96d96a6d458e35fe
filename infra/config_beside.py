"""Two environments' configurations side by side: what differs, what of it should, and what looks like a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel

from infra.config import PlatformConfig
from infra.config_beside_rules import EXPECTED, RULES
from infra.config_own import own

Kind = Literal["mistake", "other", "expected"]
MISTAKE: Final = "mistake"
_OWN_MACHINE = re.compile(r"(?<![\w.-])(localhost|127\.0\.0\.1)(?![\w.-])")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One environment: its name, its configuration, and the keys that its YAML sets."""

    name: str
    config: PlatformConfig
    raw: Mapping[str, Any]

    @property
    def is_production(self) -> bool:
        """Whether it is held to production's standards."""
        return self.config.environment.tier == "production"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One key that differs, or that looks wrong on one side: both values, and what is to be said of them.

    `defaulted` names the sides whose YAML does not set it. `other` differences are neither expected nor suspicious.
    """

    path: str
    values: tuple[Any, Any]
    defaulted: tuple[str, ...]
    kind: Kind
    reason: str

    @property
    def section(self) -> str:
        """The part of the configuration that it is in."""
        return self.path.partition(".")[0]


def beside(one: Side, two: Side) -> tuple[Beside, ...]:
    """All that differs between two environments, in the schema's order, and what names the other one."""
    leaves = [dict(_leaves(side.config)) for side in (one, two)]
    paths = list(dict.fromkeys([*leaves[0], *leaves[1]]))
    found = []
    for path in paths:
        values = leaves[0].get(path), leaves[1].get(path)
        wrong = next(iter(_foreign(path, values, one, two)), None)
        if values[0] == values[1] and wrong is None:
            continue
        kind, reason = _judged(path, values, one, two) if wrong is None else (MISTAKE, wrong)
        unset = tuple(side.name for side in (one, two) if not _is_set(side.raw, path))
        found.append(Beside(path=path, values=values, defaulted=unset, kind=kind, reason=reason))
    return tuple(found)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Plain values by path; an optional part that one side has and the other has not is told as a whole."""
    for name, field in type(value).model_fields.items():
        held = getattr(value, name)
        inner = f"{path}{name}"
        if isinstance(held, BaseModel) and type(None) not in get_args(field.annotation):
            yield from _leaves(held, f"{inner}.")
        else:
            yield inner, _plain(held)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _judged(path: str, values: tuple[Any, Any], one: Side, two: Side) -> tuple[Kind, str]:
    if (reason := own(path)) is not None:
        return "expected", reason
    rule = next((rule for rule in RULES if rule.path == path), None)
    if rule is not None and one.is_production != two.is_production:
        production, other = (values, two) if one.is_production else (values[::-1], one)
        if rule.weaker(*production):
            return "mistake", rule.wrong.format(other=other.name)
        return "expected", rule.right
    expected = EXPECTED.get(path)
    return ("expected", expected) if expected else ("other", "")


def _foreign(path: str, values: tuple[Any, Any], one: Side, two: Side) -> Iterator[str]:
    """What of a value belongs to the other environment, or to somebody's own machine."""
    for value, mine, other in ((values[0], one, two), (values[1], two, one)):
        for text in _texts(value):
            if mine.is_production and _OWN_MACHINE.search(text):
                yield f"{mine.name} names somebody's own machine ({text})"
            if own(path) is None:
                for what, name in _names(other, mine):
                    if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.])", text):
                        yield f"{mine.name} names {other.name}'s {what} ({name})"


def _names(side: Side, beside: Side) -> Iterator[tuple[str, str]]:
    """What is the environment's alone: domain, account, and the beginning of its physical names."""
    config, others = side.config, beside.config
    if config.dns and not (others.dns and others.dns.domain == config.dns.domain):
        yield "domain", config.dns.domain
    if config.aws.account_id != others.aws.account_id:
        yield "account", config.aws.account_id
    yield "resources", f"{config.product.name}-{side.name}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))


def _is_set(raw: Any, path: str) -> bool:
    for part in path.split("."):
        if not isinstance(raw, Mapping) or part not in raw:
            return False
        raw = raw[part]
    return True
