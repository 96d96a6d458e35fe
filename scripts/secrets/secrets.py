"""`diceytech secrets`: values of the secrets that the YAML names, kept in SSM or Secrets Manager, never shown unasked.

A plan and the platform read them by name; their values are written by this command alone.
"""

from __future__ import annotations

import secrets as random_source
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.config import PlatformConfig
from infra.errors import PlatformError
from infra.names import Names

GENERATED_BYTES = 48
LONGEST = {"ssm": 4096, "secretsmanager": 65536}  # bytes: PutParameter (standard tier) and PutSecretValue


class SecretsError(PlatformError):
    """A secret cannot be set or read; never holds a value."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One secret that the YAML names: where it is, and when it was last set (None: missing)."""

    name: str
    path: str
    store: str
    changed: datetime | None


def refuse_unknown(config: PlatformConfig, name: str) -> None:
    """Raises SecretsError for a secret that the YAML does not name."""
    if name not in config.secret_names():
        known = ", ".join(config.secret_names())
        raise SecretsError(f"{name}: the YAML names no such secret, only {known}; add it to platform:secrets.django")


@dataclass(frozen=True)
class Store:
    """The environment's secrets, in the store that its YAML chose; `session` is a boto3 session or the emulated AWS."""

    session: Any
    config: PlatformConfig
    names: Names

    def path(self, name: str) -> str:
        """Physical name of a secret; raises SecretsError for one that the YAML does not name."""
        refuse_unknown(self.config, name)
        return self.names.secret(name)

    def set(self, name: str, value: str) -> None:
        """Creates or replaces the value; raises SecretsError for one that cannot be kept, and where AWS refuses."""
        path = self.path(name)
        self._refuse_value(name, value)
        with _asking(f"set {name}", path):
            if self.config.secrets.store == "ssm":
                self.session.client("ssm").put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=True)
                return
            client = self.session.client("secretsmanager")
            try:
                client.put_secret_value(SecretId=path, SecretString=value)
            except client.exceptions.ResourceNotFoundException:
                client.create_secret(Name=path, SecretString=value)

    def get(self, name: str) -> str:
        """The value; raises SecretsError where it was never set, and where AWS refuses."""
        path = self.path(name)
        missing = SecretsError(f"{name} is not set; run `diceytech secrets set {name} --env {self.names.environment}`")
        with _asking(f"read {name}", path):
            if self.config.secrets.store == "ssm":
                client = self.session.client("ssm")
                try:
                    return str(client.get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"])
                except client.exceptions.ParameterNotFound:
                    raise missing from None
            client = self.session.client("secretsmanager")
            try:
                return str(client.get_secret_value(SecretId=path)["SecretString"])
            except (client.exceptions.ResourceNotFoundException, KeyError):
                raise missing from None

    def list(self) -> Iterator[Listed]:
        """Every secret that the YAML names, set or missing, in its order; raises SecretsError where AWS refuses."""
        for name in self.config.secret_names():
            path = self.path(name)
            with _asking(f"look for {name}", path):
                changed = self._changed(path)
            yield Listed(name=name, path=path, store=self.config.secrets.store, changed=changed)

    def _changed(self, path: str) -> datetime | None:
        changed: datetime
        if self.config.secrets.store == "ssm":
            client = self.session.client("ssm")
            try:
                changed = client.get_parameter(Name=path, WithDecryption=False)["Parameter"]["LastModifiedDate"]
            except client.exceptions.ParameterNotFound:
                return None
            return changed
        client = self.session.client("secretsmanager")
        try:
            changed = client.describe_secret(SecretId=path)["LastChangedDate"]
        except client.exceptions.ResourceNotFoundException:
            return None
        return changed

    def _refuse_value(self, name: str, value: str) -> None:
        limit = LONGEST[self.config.secrets.store]
        if not value or set(value) & set("\n\r\0"):
            raise SecretsError(f"{name}: a value is one line of at least one character; nothing was changed")
        if len(value.encode()) > limit:
            raise SecretsError(f"{name}: the value has more than the {limit} bytes that the store takes")
        if self.config.secrets.store == "ssm" and "{{" in value:
            raise SecretsError(f"{name}: SSM refuses values with two opening braces; use another value")


@contextmanager
def _asking(what: str, path: str) -> Iterator[None]:
    """AWS's refusals as SecretsError: the code alone, because a message may quote the value that it refuses."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        operation, code = error.operation_name, error.response.get("Error", {}).get("Code", "unknown")
        raise SecretsError(
            f"AWS refused to {what} ({operation}: {code}); check what the credentials may do with {path}"
        ) from None
    except BotoCoreError as error:
        raise SecretsError(f"could not {what} ({type(error).__name__}); check the network, then try again") from None


def generate() -> str:
    """A fresh random value of 48 bytes, in URL-safe letters."""
    return random_source.token_urlsafe(GENERATED_BYTES)


def as_json(listed: list[Listed]) -> list[dict[str, str | None]]:
    """The list for machines."""
    return [{**vars(item), "changed": item.changed.isoformat() if item.changed else None} for item in listed]


def show(listed: list[Listed]) -> None:
    """Prints the list for people, a line each."""
    from scripts.terminal import out

    longest = max(len(item.path) for item in listed)
    for item in listed:
        changed = item.changed.strftime("set %Y-%m-%d %H:%M") if item.changed else "[red]missing[/]"
        out.print(f"{item.path:<{longest}}  {item.store}  {changed}")
