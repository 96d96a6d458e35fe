"""AWS's refusals and silence as one message each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.errors import PlatformError


class AwsRefusedError(PlatformError):
    """AWS refused a call, or did not answer; `code` is AWS's own, or the botocore class."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def asking(what: str, *, remedy: str = "check what your credentials may do") -> Iterator[None]:
    """Turns botocore's errors into AwsRefusedError: `what` is what could not be done."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        found = error.response.get("Error", {})
        code, text = str(found.get("Code", "unknown")), " ".join(str(found.get("Message", "")).split())[:200]
        said = f"{code}: {text}" if text else code
        raise AwsRefusedError(f"{what}: AWS refuses {error.operation_name} ({said}); {remedy}", code) from None
    except BotoCoreError as error:
        text = " ".join(str(error).split())[:300]
        message = f"{what}: AWS does not answer ({text}); check the network, then try again"
        raise AwsRefusedError(message, type(error).__name__) from None
