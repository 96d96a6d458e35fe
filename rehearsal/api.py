"""Between Pulumi's inputs and AWS's API: spelling of names, and AWS's own way of refusing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

Found = TypeVar("Found")


def pascal(value: Any) -> Any:  # Any: plain JSON, in and out
    """The value with each key's first letter as a capital, at any depth, and without what is None."""
    if isinstance(value, list):
        return [pascal(item) for item in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: pascal(item) for key, item in value.items() if item is not None}
    return value


_CAPITALS = re.compile(r"^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]")


def camel(value: Any) -> Any:  # Any: plain JSON, in and out
    """The reverse of `pascal`: `SSEAlgorithm` to `sseAlgorithm`, `ID` to `id`, at any depth."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if isinstance(value, dict):
        return {_CAPITALS.sub(lambda found: found[0].lower(), key): camel(item) for key, item in value.items()}
    return value


def refusal(operation: str, code: str, message: str) -> ClientError:
    """What AWS answers where the emulator would let a request through; `message` ends in what to do."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def unless_gone(ask: Callable[[], Found]) -> Found | None:
    """What AWS answers, or None where it says that there is no such thing."""
    try:
        return ask()
    except ClientError as error:
        if is_gone(error):
            return None
        raise


_GONE = re.compile(r"NotFound|NoSuch|DoesNotExist|Non[Ee]xistent|^404$|^InvalidDocument$")


def is_gone(error: BaseException | None) -> bool:
    """Whether AWS says in this error that the thing is not there, as each service spells it."""
    return isinstance(error, ClientError) and bool(_GONE.search(error.response["Error"]["Code"]))
