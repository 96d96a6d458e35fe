"""AWS's refusals and silence as one message each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.errors import PlatformError

THROTTLED = ("Throttl", "TooManyRequests", "SlowDown", "RequestLimitExceeded")  # parts of AWS's codes
SILENT = {
    "InternalFailure", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout",
    "500", "502", "503", "504",
    # botocore's own, where nothing or half of an answer came
    "ConnectTimeoutError", "ConnectionClosedError", "ConnectionError", "EndpointConnectionError", "HTTPClientError",
    "ProxyConnectionError", "ReadTimeoutError", "ResponseStreamingError", "SSLError",
}  # fmt: skip


def throttled(code: str) -> bool:
    """Whether AWS was asked too much at once."""
    return any(word in code for word in THROTTLED)


class AwsRefusedError(PlatformError):
    """AWS refused a call, or did not answer; `code` is AWS's own, or the botocore class."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def passing(self) -> bool:
        """Whether the same call may do a little later: the answer says nothing about it."""
        return throttled(self.code) or self.code in SILENT


@contextmanager
def asking(what: str, *, remedy: str = "check what your credentials may do") -> Iterator[None]:
    """Turns botocore's errors into AwsRefusedError: `what` is what could not be done."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    try:
        yield
    except ClientError as error:
        found = error.response.get("Error", {})
        code, text = str(found.get("Code", "unknown")), " ".join(str(found.get("Message", "")).split())[:200]
        said = f"{code}: {text}" if text else code
        raise AwsRefusedError(f"{what}: AWS refuses {error.operation_name} ({said}); {remedy}", code) from None
    except ParamValidationError as error:
        text = " ".join(str(error).split())[:300]
        raise AwsRefusedError(f"{what}: AWS takes no such request ({text})", type(error).__name__) from None
    except BotoCoreError as error:
        text = " ".join(str(error).split())[:300]
        message = f"{what}: AWS does not answer ({text}); check the network, then try again"
        raise AwsRefusedError(message, type(error).__name__) from None
