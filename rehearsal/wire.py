"""Between Pulumi's wire format (protobuf Structs with marked secrets and unknowns) and plain Python values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct, Value
from pulumi.runtime import rpc

from rehearsal.foretold import names_an_output
from rehearsal.graph import SECRET
from rehearsal.graph import UNKNOWN as SHOWN_UNKNOWN

UNKNOWN: str = rpc.UNKNOWN  # the engine's own marker of a value that only the apply will tell
SIGNATURE = "4dabf18193072939515e22adb298388d"  # key of a marked value: Pulumi, "Property value wire format"
SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the public mark of a secret


def plain(message: Struct) -> dict[str, Any]:
    """Plain values: secrets unwrapped, whole numbers as ints, unknowns as UNKNOWN."""
    return {name: _plain(value) for name, value in message.fields.items()}


def masked(message: Struct) -> dict[str, Any]:
    """What a person may see: secrets and unknowns replaced by the graph's marks."""
    return {name: masked_value(value) for name, value in message.fields.items()}


def masked_value(value: Value) -> Any:
    """One value of those."""
    if _is_secret(value):
        return SECRET
    match value.WhichOneof("kind"):
        case "struct_value":
            return masked(value.struct_value)
        case "list_value":
            return [masked_value(item) for item in value.list_value.values]
    found = _plain(value)
    return SHOWN_UNKNOWN if found == UNKNOWN else found


def secret_names(message: Struct) -> set[str]:
    """Names of the properties that hold a secret at any depth."""
    return {name for name, value in message.fields.items() if _holds_secret(value)}


def unknown_names(message: Struct) -> list[str]:
    """Names of the properties that are unknown as a whole."""
    return [name for name, value in message.fields.items() if value.string_value == UNKNOWN]


def encode(values: Mapping[str, Any], *, secrets: Collection[str] = ()) -> Struct:
    """The wire form, with the properties named in `secrets` marked as such."""
    message = Struct()
    for name, value in values.items():
        if name in secrets and value is not None:
            message.fields[name].CopyFrom(_value({SIGNATURE: SECRET_MARK, "value": value}))
        else:
            message.fields[name].CopyFrom(_value(value))
    return message


def holds_unknown(value: Any) -> bool:
    """Whether a plain value is, or holds, one that only the apply will tell, or what stands for it."""
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_unknown(item) for item in value)
    return isinstance(value, str) and (value == UNKNOWN or names_an_output(value))


def _is_secret(value: Value) -> bool:
    fields = value.struct_value.fields
    return value.HasField("struct_value") and SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET_MARK


def _holds_secret(value: Value) -> bool:
    if _is_secret(value):
        return True
    if value.HasField("struct_value"):
        return any(_holds_secret(item) for item in value.struct_value.fields.values())
    return value.HasField("list_value") and any(_holds_secret(item) for item in value.list_value.values)


def _plain(value: Value) -> Any:
    if _is_secret(value):
        return _plain(value.struct_value.fields["value"])
    match value.WhichOneof("kind"):
        case "struct_value":
            return plain(value.struct_value)
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
    return None


def _value(value: Any) -> Value:
    if isinstance(value, Mapping):
        return Value(struct_value=encode(value))
    if isinstance(value, list | tuple):
        return Value(list_value=ListValue(values=[_value(item) for item in value]))
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=value)
    return Value(null_value=0) if value is None else Value(string_value=str(value))  # type: ignore[arg-type] # an enum
