"""The worker's connections, which read a rotating password as those of requests do."""

from __future__ import annotations

from django.db import connections
from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseAsyncConnector
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params

from diceytech.postgresql.base import SecretAsyncConnection


class SecretConnector(DjangoConnector):
    """procrastinate's own, but for the worker's pool where DATABASES has a SECRET_ARN."""

    def get_worker_connector(self) -> BaseAsyncConnector:
        """A pool whose connections are made by SecretAsyncConnection."""
        arn = connections[self.alias].settings_dict.get("SECRET_ARN")
        if not arn:
            return super().get_worker_connector()
        parameters = {**connector_params(self.alias), "secret_arn": arn}
        return PsycopgConnector(kwargs=parameters, connection_class=SecretAsyncConnection)


def use_secret(app: App) -> None:
    """What PROCRASTINATE_ON_APP_READY names: puts the connector in place."""
    app.connector = app.job_manager.connector = SecretConnector()
