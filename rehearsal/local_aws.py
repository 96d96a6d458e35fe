"""An account of the local AWS (rehearsal/local_server.py) as the stand-in provider's tables see it, over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from infra.errors import PlatformError
from infra.loopback import LOOPBACK
from rehearsal import service_models
from rehearsal.emulator import ATTEMPTS, MISTAKEN_BY_MOTO, Account, NotEmulated

CONNECT_SECONDS, READ_SECONDS = 3, 60
NO_PROXY: Final = ("no_proxy", "NO_PROXY")


def without_proxy(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables by which a process that has these reaches this machine directly, and all else as it would.

    Programs read either spelling, and some the one before the other: both have what the user has in any of them.
    """
    own = ",".join(variables.get(name, "") for name in NO_PROXY).split(",")
    kept = [one.strip() for one in own if one.strip()]
    told = "*" if "*" in kept else ",".join(dict.fromkeys([*kept, *LOOPBACK]))
    return dict.fromkeys(NO_PROXY, told)


class NotLocalError(PlatformError):
    """The endpoint is not on this machine: a stand-in never speaks to the real AWS."""


class LocalAccount(Account):
    """One account of the local AWS; its access key is its id. Raises NotLocalError for any endpoint elsewhere."""

    def __init__(self, *, endpoint: str, account_id: str, region: str, where: Callable[[], str] = lambda: "") -> None:
        super().__init__(account_id=account_id, region=region, where=where)
        if urlsplit(endpoint).hostname not in LOOPBACK:
            raise NotLocalError(f"{endpoint or 'no endpoint'} is not on this machine; run it by `diceytech local -- …`")
        self.endpoint = endpoint
        self.records: MutableMapping[str, dict[str, Any]] = RemoteRecords(endpoint)

    def _connect(self, service: str, region: str) -> Any:
        import boto3
        from botocore.config import Config

        session = boto3.session.Session(aws_access_key_id=self.account_id, aws_secret_access_key="local")  # noqa: S106
        config = Config(
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            s3={"addressing_style": "path"},
            proxies={},  # a proxy of the user's has no way to this machine, and no business with what is sent to it
        )
        client = session.client(service, region_name=region, endpoint_url=self.endpoint, config=config)
        service_models.install(client, where=self._where)

        def refuse(model: Any, **_: object) -> None:
            if service == "s3" and model.name in MISTAKEN_BY_MOTO:
                raise NotEmulated(service, model.name)

        def not_emulated(http_response: Any, model: Any, **_: object) -> None:
            if http_response.status_code == 501:
                raise NotEmulated(service, model.name)

        without_account_in_host(client, self.account_id)
        client.meta.events.register("before-call", refuse)
        client.meta.events.register("after-call", not_emulated)
        return client


def without_account_in_host(client: Any, account_id: str) -> None:
    """S3 Control's endpoint has the account before its host, and loopback has no name for each account."""

    def shorten(request: Any, **_: object) -> None:
        request.url = request.url.replace(f"//{account_id}.", "//")

    client.meta.events.register("before-sign", shorten)


class RemoteRecords(MutableMapping[str, dict[str, Any]]):
    """The records that the local AWS holds; each access is a request."""

    def __init__(self, endpoint: str) -> None:
        found = urlsplit(endpoint)
        self._host, self._port = found.hostname or "", found.port or 80

    def __getitem__(self, name: str) -> dict[str, Any]:
        status, value = self._ask("GET", f"records/{quote(name)}")
        if status == http.client.NOT_FOUND:
            raise KeyError(name)
        found: dict[str, Any] = value
        return found

    def __setitem__(self, name: str, value: dict[str, Any]) -> None:
        self._ask("PUT", f"records/{quote(name)}", json.dumps(value))

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._ask("DELETE", f"records/{quote(name)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._ask("GET", "records")[1])

    def __len__(self) -> int:
        return len(self._ask("GET", "records")[1])

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=READ_SECONDS)
        try:
            connection.request(method, f"/_stand-in/{path}", body=body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()
