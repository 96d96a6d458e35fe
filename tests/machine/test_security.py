"""The services are as closed as systemd measures, on the machine that they run on."""

from __future__ import annotations

import re

import pytest

from infra.config_across import environment
from infra.rendering import rendered, subject
from rehearsal.machine.world import World
from tests.machine.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.machine]
MOST = 2.0  # of systemd's exposure, 0 to 10


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_service_has_little_exposure(single: World, part: str) -> None:
    [machine] = single.machines
    unit = rendered(f"{part}.service", subject(environment(ROOT, "dev"), "dev"))
    machine.run(["tee", f"/etc/systemd/system/test-{part}@.service"], given=unit)
    words = ["systemd-analyze", "security", "--no-pager", "--offline=no", f"test-{part}@blue.service"]
    machine.run(["systemctl", "daemon-reload"])
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", machine.run(words, check=False).stdout)
    assert found
    assert float(found[1]) <= MOST


def test_what_the_machine_knows_of_secrets_is_roots_alone(single: World) -> None:
    [machine] = single.machines
    held = machine.run(["stat", "--format=%a %U", "/etc/diceytech", "/etc/diceytech/origin-secrets.map"]).stdout
    assert held.splitlines() == ["700 root", "600 root"]


def test_nothing_listens_but_nginx_and_the_resolver(single: World) -> None:
    [machine] = single.machines
    rows = machine.run(["ss", "--listening", "--tcp", "--numeric", "--no-header"]).stdout.splitlines()
    assert {row.split()[3].rpartition(":")[2] for row in rows} <= {"80"}
