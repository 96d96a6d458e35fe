"""`diceytech maintenance on|off`: the page instead of the product, on machines of now and those that boot later."""

from __future__ import annotations

from collections.abc import Sequence

from infra.errors import PlatformError
from scripts.backend.backend import Backend
from scripts.backend.hosts import Commands, OnLine, Outcome, find


def turn(backend: Backend, switch: str, on_line: OnLine) -> Sequence[Outcome]:
    """Sets it everywhere, `on` or `off`; raises PlatformError naming the machines that did not follow.

    The parameter comes first, so that a machine that boots meanwhile follows too.
    """
    hosts = find(backend)
    backend.set_parameter(backend.maintenance_parameter, switch)
    outcomes = Commands(backend, on_line).run_on([host.id for host in hosts], f"maintenance-{switch}")
    if failed := [one for one in outcomes if not one.ok]:
        names = ", ".join(f"{one.host} ({one.message})" for one in failed)
        raise PlatformError(f"maintenance is {switch} but not on {names}; run this again")
    return outcomes
