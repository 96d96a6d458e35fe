"""Checks a request against the AWS service models that botocore ships, further than botocore does.

botocore checks names, types, required members and minimums. The same models also hold enums, patterns and maximums,
which it leaves to the service; an emulator rarely looks at them either, so a value that AWS is known to refuse would
pass a rehearsal. `check_request` lists what the model refuses; `install` makes every call of a client raise
`RefusedByModel` before anything is sent.

How a pattern is read. The Smithy specification ("pattern trait") says that patterns are not anchored, but the models
in botocore are written for Java's `matches()`, where the whole value has to match: of the 402 patterns that AWS
publishes for these services both here and in Smithy (github.com/aws/api-models-aws, April 2025), 192 have gained `^`
and `$` there and 122 have them in both; `.*\\S.*` became `\\S` and `role/.*` became `^...role/`, which also shows that
`.` stands for any character. So: the whole value, `.` matches newlines, and `\\w` and `\\d` are ASCII as in Java.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import regex
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

KNOWN_WRONG: Final[Mapping[tuple[str, str, str], str]] = {
    ("ec2", "PlacementGroupArn", "pattern"): "`^` stands behind `placement-group/`, so that nothing can match",
    ("ec2", "ComponentRegion", "pattern"): "refuses the regions us-gov-west-1 and us-gov-east-1",
    ("rds", "DBInstanceClass", "pattern"): "refuses db.serverless, the class of Aurora Serverless v2",
    ("rds", "TargetDBInstanceClass", "pattern"): "refuses db.serverless, the class of Aurora Serverless v2",
}
"""Model entries that refuse what AWS accepts: (service, shape, trait) to the reason; the trait is not checked.

Traits are enum, pattern, length and range; `uncompilable` lists a pattern that `regex` does not understand.
"""

PATTERN_SECONDS: Final = 0.5  # some models hold patterns that backtrack without end on long values
SHOWN_LENGTH: Final = 80

_JAVA_ASTRAL = r"\uD800\uDC00-\uDBFF\uDFFF"  # every pair of UTF-16 surrogates, that is U+10000 and above
_CONFIDENTIAL = regex.compile(
    r"password|passphrase|private_?key|secret_?(string|binary|value|access)|user_?data|auth_?token", regex.IGNORECASE
)


class RefusedByModel(Exception):
    """AWS's own model of an operation refuses the request; nothing was sent.

    `reasons` has one line per refused value: its path, the value (masked if confidential) and what is allowed.
    """

    def __init__(self, *, service: str, operation: str, reasons: list[str], where: str = "") -> None:
        self.service, self.operation, self.reasons, self.where = service, operation, tuple(reasons), where
        place = f"{where}: " if where else ""
        super().__init__(f"{place}AWS would refuse {service}:{operation}: " + "; ".join(reasons))


def check_request(operation_model: OperationModel, params: Mapping[str, Any]) -> list[str]:
    """What the model refuses in these request parameters, one line per value; empty when it allows them all.

    Names, types and required members are left to botocore's own validator: a value of the wrong type is passed over,
    unless it is confidential.
    """
    if operation_model.input_shape is None:
        return []
    service = operation_model.service_model.service_name
    return list(_walk(service, operation_model.input_shape, params, path="", hidden=False))


def install(client: Any, *, where: Callable[[], str] = lambda: "") -> None:  # Any: boto3 makes its clients at run time
    """Makes every call of this boto3 client raise RefusedByModel for what its model refuses.

    `where` is asked at that moment for what the message starts with, e.g. the resource that is being created.
    """
    service = client.meta.service_model.service_name

    def refuse(params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        if reasons := check_request(model, params):
            raise RefusedByModel(service=service, operation=model.name, reasons=reasons, where=where())

    # Last, so that it sees what botocore's own handlers have made of the values (base64, copy sources).
    client.meta.events.register_last("before-parameter-build", refuse, unique_id="rehearsal-service-models")


@cache
def compiled(pattern: str) -> regex.Pattern[str] | None:
    """The model's pattern as an expression for `fullmatch`; None if it is not one that `regex` understands."""
    # With the ASCII flag `regex` would take \p{L} for ASCII letters too; no model mixes \p with \w or \d.
    flags = regex.DOTALL if r"\p{" in pattern else regex.DOTALL | regex.ASCII
    try:
        return regex.compile(pattern.replace(_JAVA_ASTRAL, r"\U00010000-\U0010FFFF"), flags)
    except regex.error:
        return None


def _walk(service: str, shape: Shape, value: Any, *, path: str, hidden: bool) -> Iterator[str]:
    hidden = hidden or bool(shape.metadata.get("sensitive")) or _CONFIDENTIAL.search(path) is not None
    if hidden and shape.type_name == "string" and not isinstance(value, str):
        yield f"{path} = [hidden] is not a string"  # botocore would say so too, but with the value
    for rule in _refusals(service, shape, value):
        yield f"{path} = {'[hidden]' if hidden else _shown(value)} {rule}"
    for member, inner, inner_path in _members(shape, value, path):
        yield from _walk(service, member, inner, path=inner_path, hidden=hidden)


def _members(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, inner in value.items():
            if name in shape.members and inner is not None:
                yield shape.members[name], inner, f"{path}.{name}" if path else name
    elif isinstance(shape, ListShape) and isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield shape.member, inner, f"{path}[{index}]"
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, inner in value.items():
            yield shape.key, key, f"{path}[{key!r}]"
            yield shape.value, inner, f"{path}[{key!r}]"


def _refusals(service: str, shape: Shape, value: Any) -> Iterator[str]:
    for trait, check in _CHECKS.items():
        if (service, shape.name, trait) not in KNOWN_WRONG and (rule := check(shape, value)):
            yield rule


def _enum(shape: Shape, value: Any) -> str | None:
    allowed = shape.metadata.get("enum")
    if not allowed or not isinstance(value, str) or value in allowed:
        return None
    shown = ", ".join(allowed[:12]) + (f" and {len(allowed) - 12} more" if len(allowed) > 12 else "")
    return f"is not one of: {shown}"


def _pattern(shape: Shape, value: Any) -> str | None:
    pattern = shape.metadata.get("pattern")
    if pattern is None or not isinstance(value, str) or (expression := compiled(pattern)) is None:
        return None
    try:
        matches = expression.fullmatch(value, timeout=PATTERN_SECONDS) is not None
    except TimeoutError:
        return None
    return None if matches else f"does not match {pattern}"


def _length(shape: Shape, value: Any) -> str | None:
    kinds, unit = _SIZED.get(shape.type_name, ((), ""))
    if not isinstance(value, kinds):
        return None
    sized: Any = value.encode() if shape.type_name == "blob" and isinstance(value, str) else value
    return _outside(shape, len(sized), f"has {len(sized):,} {unit}, allowed are")


def _range(shape: Shape, value: Any) -> str | None:
    numeric = shape.type_name in {"integer", "long", "float", "double"}
    if not numeric or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _outside(shape, value, "is out of range, allowed are")


def _outside(shape: Shape, number: float, words: str) -> str | None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is None or number >= float(least)) and (most is None or number <= float(most)):
        return None
    return f"{words} {'any' if least is None else least} to {'any' if most is None else most}"


_SIZED: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str,), "characters"),
    "blob": ((bytes, bytearray, str), "bytes"),
    "list": ((list, tuple), "entries"),
    "map": ((dict,), "entries"),
}
_CHECKS: Final[Mapping[str, Callable[[Shape, Any], str | None]]] = {
    "enum": _enum,
    "pattern": _pattern,
    "length": _length,
    "range": _range,
}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}... ({len(text):,} characters)"
