"""The tables of all `aws:` types and look-ups that the program uses, a package per service of several types."""

from __future__ import annotations

import importlib
import pkgutil

from rehearsal.resource import Function, ResourceType


def _collect() -> tuple[dict[str, ResourceType], dict[str, Function]]:
    resources: dict[str, ResourceType] = {}
    functions: dict[str, Function] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        table = importlib.import_module(module.name)
        resources.update({entry.token: entry for entry in getattr(table, "RESOURCES", ())})
        functions.update({entry.token: entry for entry in getattr(table, "FUNCTIONS", ())})
    return resources, functions


RESOURCES, FUNCTIONS = _collect()
