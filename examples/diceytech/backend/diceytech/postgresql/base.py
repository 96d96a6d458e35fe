"""Connections, of requests and of the worker, that read the password when they are made."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import base

from diceytech.postgresql.password import is_refusal, password_of


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for the password where DATABASES has a SECRET_ARN."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection; raises the server's refusal where no password of the secret is right within two seconds."""
        arn = self.settings_dict.get("SECRET_ARN")
        if not arn:
            return super().get_new_connection(conn_params)
        secret = password_of(arn)
        refusal: psycopg.OperationalError | None = None
        for password in secret.attempts():
            try:
                connection = super().get_new_connection({**conn_params, "password": password})
            except psycopg.OperationalError as error:
                if not is_refusal(error):
                    raise
                refusal = error
                continue
            secret.known = password
            return connection
        raise refusal or psycopg.OperationalError("the secret named by DATABASE_SECRET_ARN holds no password")


class SecretAsyncConnection(psycopg.AsyncConnection[Any]):
    """The same for the worker's pool; `secret_arn` is one of its connection's parameters."""

    @classmethod
    async def connect(cls, conninfo: str = "", *, secret_arn: str, **kwargs: Any) -> Self:  # type: ignore[override] # psycopg's overloads list every parameter
        """A connection, as above."""
        secret = password_of(secret_arn)
        attempts = secret.attempts()
        refusal: psycopg.OperationalError | None = None
        while (password := await asyncio.to_thread(next, attempts, None)) is not None:
            try:
                connection = await super().connect(conninfo, **{**kwargs, "password": password})
            except psycopg.OperationalError as error:
                if not is_refusal(error):
                    raise
                refusal = error
                continue
            secret.known = password
            return connection
        raise refusal or psycopg.OperationalError("the secret named by DATABASE_SECRET_ARN holds no password")
