"""Rules that join several keys of the configuration, in a module for each part of the platform.

Each check is a function whose parameters are named after the sections it reads; it yields a Problem for each thing
that is wrong. A check runs as soon as its own sections are valid, so one mistake does not hide another; one whose only
parameter is `sections` gets all that are valid. The CHECKS of a module list those that are run.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from infra.config_checks import account, database, network, product, server, variables, website
from infra.config_checks.problem import Check, Problem
from infra.config_checks.variables import PLATFORM_VARIABLES

__all__ = ["CHECKS", "PLATFORM_VARIABLES", "Problem", "run_checks"]

CHECKS: tuple[Check, ...] = (
    *product.CHECKS,
    *account.CHECKS,
    *network.CHECKS,
    *website.CHECKS,
    *database.CHECKS,
    *server.CHECKS,
    *variables.CHECKS,
)


def run_checks(sections: Mapping[str, object]) -> list[Problem]:
    """All problems that the checks find in these valid sections, by their names."""
    problems: list[Problem] = []
    for function in CHECKS:
        wanted = list(inspect.signature(function).parameters)
        if wanted == ["sections"]:
            problems.extend(function(sections=sections))
        elif all(name in sections for name in wanted):
            problems.extend(function(**{name: sections[name] for name in wanted}))
    return problems
