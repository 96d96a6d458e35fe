"""A machine boots on the user data that EC2 would get, and nginx is alive before the first release."""

from __future__ import annotations

import json

import pytest

from infra.config_across import environment
from infra.rendering import user_data
from rehearsal.machine.world import World
from tests.machine.asking import ask
from tests.machine.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.machine]


def test_the_machine_ran_exactly_the_user_data_that_the_platform_renders(single: World) -> None:
    [machine] = single.machines
    held = machine.run(["cat", "/var/lib/cloud/instance/user-data.txt"]).stdout
    assert held == user_data(environment(ROOT, "dev"), "dev")


def test_the_user_data_ended_well_and_no_unit_failed(single: World) -> None:
    [machine] = single.machines
    status = json.loads(machine.run(["cloud-init", "status", "--format", "json"], check=False).stdout)
    assert (status["status"], status["errors"]) == ("done", [])
    assert machine.run(["systemctl", "--failed", "--plain", "--no-legend"]).stdout == ""
    log = machine.run(["journalctl", "--identifier=diceytech-boot", "--output=cat"]).stdout
    assert log.strip().endswith("no release yet")


def test_nginx_is_alive_before_the_first_release_and_serves_nothing_else(single: World) -> None:
    [machine] = single.machines
    assert ask(single, machine, "/livez", {}).status == 200
    with pytest.raises(ConnectionError):
        ask(single, machine, "/", {})


def test_the_machine_reaches_aws_by_its_role_and_nothing_else(single: World) -> None:
    [machine] = single.machines
    program = """
import boto3
client = boto3.client("ssm", region_name="us-east-1")
print(client.get_parameter(Name="/diceytech/dev/platform")["Parameter"]["Name"])
"""
    assert machine.run(["python3", "-c", program]).stdout.strip() == "/diceytech/dev/platform"
    assert machine.run(["curl", "-s", "--max-time", "2", "http://192.88.99.1/"], check=False).returncode == 7


def test_metadata_needs_a_token(single: World) -> None:
    [machine] = single.machines
    url = "http://169.254.169.254/latest/meta-data/instance-id"
    refused = machine.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url])
    assert refused.stdout == "401"


def test_a_machine_without_power_comes_back_by_itself(single: World) -> None:
    [machine] = single.machines
    machine.run(["sh", "-c", "echo kept > /srv/kept"])
    before = machine.pid
    machine.power_cut()
    assert machine.pid is None
    machine.boot()
    machine.answers()
    assert machine.pid != before
    assert machine.run(["cat", "/srv/kept"]).stdout == "kept\n"
