"""`diceytech init`: puts another product in place, by editing `product` in Pulumi.yaml."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.config import Product
from infra.config_checks import Problem, run_checks
from infra.config_messages import problem_of
from infra.config_source import ConfigError, read_yaml
from scripts.config import yaml_edit

SETTINGS_OF_MANAGE = re.compile(r"""DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']""")


@dataclass(frozen=True, kw_only=True)
class NewProduct:
    """What a team says of its product; None leaves what `Pulumi.yaml` has."""

    name: str
    backend_path: str | None = None
    wsgi: str | None = None
    settings: str | None = None
    website_path: str | None = None
    build_output: str | None = None
    health_path: str | None = None


def plan(root: Path, product: NewProduct) -> str:
    """The new text of Pulumi.yaml; raises ConfigError where the product would not be valid.

    With a backend of its own and no modules named, they are those that its manage.py names, or the product's.
    """
    file = root / "Pulumi.yaml"
    read_yaml(file)  # a file that cannot be read has its message there
    document = yaml_edit.read(file)
    current = _section(document, file)
    settings, wsgi = _modules(root, product)
    wanted = {
        "name": product.name,
        "health_path": product.health_path,
        "backend.path": product.backend_path,
        "backend.wsgi": wsgi,
        "backend.settings": settings,
        "website.path": product.website_path,
        "website.build_output": product.build_output,
    }
    for path, value in wanted.items():
        if value is not None:
            _set(current, path, value)
    _refuse_invalid(current, file)
    return yaml_edit.text(document)


def _section(document: Any, file: Path) -> MutableMapping[str, Any]:
    try:
        found = document["config"]["product"]["default"]
    except (KeyError, TypeError):
        found = None
    if not isinstance(found, MutableMapping):
        remedy = "restore it from the repository's history"
        raise ConfigError(file.name, [Problem(path="config.product.default", message="is missing", remedy=remedy)])
    return found


def left_over(root: Path, text: str, *, name: str) -> list[str]:
    """What the new text still names after the product before it, each with the option that changes it."""
    old = str(_section(yaml_edit.read(root / "Pulumi.yaml"), root / "Pulumi.yaml").get("name"))
    current = _section(yaml_edit.parsed(text), root / "Pulumi.yaml")
    options = {
        "backend.path": "--backend",
        "backend.wsgi": "--wsgi",
        "backend.settings": "--settings",
        "website.path": "--website",
    }
    found: list[str] = []
    for path, option in options.items():
        section, key = path.split(".")
        value = str(current[section][key])
        if old != name and old in value:
            found.append(f"product.{path} is {value}; change it by {option}")
    return found


def _modules(root: Path, product: NewProduct) -> tuple[str | None, str | None]:
    """Settings and WSGI module: as given, or for a new backend as its manage.py has them."""
    if product.backend_path is None or (product.settings and product.wsgi):
        return product.settings, product.wsgi
    package = product.name.replace("-", "_")
    guess = f"{package if package.isidentifier() and package.isascii() else 'product'}.settings"
    try:
        text = (root / product.backend_path / "manage.py").read_text(encoding="utf-8")
    except (OSError, ValueError):
        text = ""
    named = SETTINGS_OF_MANAGE.search(text)
    settings = product.settings or (named.group(1) if named else guess)
    return settings, product.wsgi or f"{settings.split('.')[0]}.wsgi"


def _set(mapping: MutableMapping[str, Any], path: str, value: str) -> None:
    section, _, key = path.rpartition(".")
    target = mapping.setdefault(section, {}) if section else mapping
    if isinstance(target, MutableMapping):  # anything else is refused as a whole afterwards
        target[key] = value


def _refuse_invalid(current: MutableMapping[str, Any], file: Path) -> None:
    from pydantic import ValidationError

    try:
        product = Product.model_validate(dict(current))
    except ValidationError as error:
        raise ConfigError(
            file.name, [problem_of("product", detail, model=Product) for detail in error.errors()]
        ) from None
    if problems := run_checks({"product": product}):
        raise ConfigError(file.name, problems)
