"""Every template is tried before the first resource: a broken one must not be found with half a platform up."""

from __future__ import annotations

from dataclasses import fields

from infra.config import PlatformConfig
from infra.names import Names
from infra.outputs import SCHEMA, Outputs
from infra.rendering import FILES, RenderingError, rendered, subject


def try_templates(config: PlatformConfig, names: Names) -> None:
    """Renders every file with stand-ins for outputs that are not known yet; raises TemplateError."""
    of = subject(config, names.environment, _stand_ins(config, names))
    for name in FILES:
        try:
            rendered(name, of)
        except RenderingError:
            continue  # not a file of this configuration, such as a worker's unit without a worker


def _stand_ins(config: PlatformConfig, names: Names) -> Outputs:
    known = {
        "schema": SCHEMA,
        "product": names.product,
        "environment": names.environment,
        "account_id": names.account_id,
        "region": config.aws.region,
        "site_url": "https://site.example",
        "database_port": config.database.port,
        "server_mode": config.server.mode,
        "secrets_store": config.secrets.store,
        "name_servers": None,
    }
    return Outputs(**{field.name: known.get(field.name, "stand-in") for field in fields(Outputs)})  # type: ignore[arg-type] # each by its own type above
