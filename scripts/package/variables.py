"""Which React project is built, and with which variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from infra.config import Frontend, Product
from infra.config_across import environment as read_environment
from infra.config_source import project_defaults
from infra.environment_variables import react
from infra.errors import PlatformError
from scripts.render import outputs_of


def website(root: Path, environment: str | None, *, rehearsed: bool) -> tuple[Frontend, Mapping[str, str]]:
    """`product.website`, and the REACT_APP_* variables of the environment; none without one.

    Raises ConfigError where the configuration is wrong, and PlatformError where the environment is not up.
    """
    if environment is None:
        return _product(root).website, {}
    config = read_environment(root, environment)
    return config.product.website, react(config, outputs_of(root, environment, config, rehearsed=rehearsed))


def _product(root: Path) -> Product:
    try:
        return Product.model_validate(project_defaults(root).get("product"))
    except ValidationError:
        raise PlatformError("Pulumi.yaml: `product` is not right; `diceytech config check` says why") from None
