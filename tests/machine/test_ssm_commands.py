"""What Systems Manager is told to run is run on the machine, and its true end comes back through boto3."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.machine.world import World

pytestmark = [pytest.mark.slow, pytest.mark.machine]
DOCUMENT = {
    "schemaVersion": "2.2",
    "parameters": {"Words": {"type": "String", "default": "true", "allowedPattern": "^[a-z0-9 ;>&]*$"}},
    "mainSteps": [
        {
            "action": "aws:runShellScript",
            "name": "words",
            "inputs": {"timeoutSeconds": "2", "runCommand": ["{{ Words }}"]},
        }
    ],
}


@pytest.fixture(scope="module")
def ssm(single: World) -> Iterator[Any]:
    client = single.aws.client("ssm")
    client.create_document(Name="test-words", DocumentType="Command", Content=json.dumps(DOCUMENT))
    yield client
    client.delete_document(Name="test-words")


def sent(ssm: Any, world: World, words: str, **options: Any) -> str:
    target = [{"Key": "tag:Name", "Values": [world.outputs.server_tag.partition("=")[2]]}]
    answer = ssm.send_command(DocumentName="test-words", Targets=target, Parameters={"Words": [words]}, **options)
    return str(answer["Command"]["CommandId"])


def ended(ssm: Any, world: World, command: str) -> dict[str, Any]:
    """The invocation on the first machine, once it has ended."""
    deadline = time.monotonic() + 30
    while True:
        found: dict[str, Any] = ssm.get_command_invocation(CommandId=command, InstanceId=world.machines[0].id)
        if found["Status"] not in ("Pending", "InProgress"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_the_output_and_the_exit_code_are_those_of_the_machine(ssm: Any, single: World) -> None:
    found = ended(ssm, single, sent(ssm, single, "hostname; echo wrong >&2; exit 7"))
    assert (found["Status"], found["ResponseCode"]) == ("Failed", 7)
    assert found["StandardOutputContent"] == single.machines[0].run(["hostname"]).stdout
    assert found["StandardErrorContent"] == "wrong\n"


def test_success_is_told_of_a_command_that_succeeded_only(ssm: Any, single: World) -> None:
    command = sent(ssm, single, "true")
    assert ended(ssm, single, command)["Status"] == "Success"
    [listed] = ssm.list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
    assert (listed["Status"], listed["CommandPlugins"][0]["ResponseCode"]) == ("Success", 0)
    assert ssm.list_commands(CommandId=command)["Commands"][0]["Status"] == "Success"


def test_a_step_that_takes_longer_than_its_document_allows_is_ended(ssm: Any, single: World) -> None:
    found = ended(ssm, single, sent(ssm, single, "sleep 987"))
    assert (found["Status"], found["StatusDetails"]) == ("TimedOut", "ExecutionTimedOut")
    assert "sleep 987" not in single.machines[0].run(["ps", "-e", "-o", "args"]).stdout


def test_a_command_that_is_cancelled_ends_on_the_machine(ssm: Any, single: World) -> None:
    command = sent(ssm, single, "sleep 654")
    ssm.cancel_command(CommandId=command)
    assert ended(ssm, single, command)["Status"] == "Cancelled"
    assert "sleep 654" not in single.machines[0].run(["ps", "-e", "-o", "args"]).stdout


def test_parameters_that_the_document_does_not_allow_are_refused(ssm: Any, single: World) -> None:
    with pytest.raises(ClientError, match="InvalidParameters"):
        sent(ssm, single, "$(reboot)")
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        ssm.send_command(DocumentName="test-words", InstanceIds=["i-00000000000000000"])
    with pytest.raises(ClientError, match="InvalidDocument"):
        ssm.send_command(DocumentName="test-nothing", InstanceIds=[single.machines[0].id])


def test_a_machine_that_is_off_is_told_apart_and_waited_for(ssm: Any, single: World) -> None:
    [machine] = single.machines
    machine.power_cut()
    [told] = ssm.describe_instance_information()["InstanceInformationList"]
    assert (told["InstanceId"], told["PingStatus"]) == (machine.id, "ConnectionLost")
    late = sent(ssm, single, "hostname", TimeoutSeconds=600)
    machine.boot()
    machine.answers()
    assert ended(ssm, single, late)["Status"] == "Success"
    [told] = ssm.describe_instance_information()["InstanceInformationList"]
    assert told["PingStatus"] == "Online"


def test_no_machine_with_the_tag_is_no_success_of_any(ssm: Any) -> None:
    target = [{"Key": "tag:Name", "Values": ["nobody"]}]
    command = ssm.send_command(DocumentName="test-words", Targets=target)["Command"]
    assert (command["TargetCount"], command["StatusDetails"]) == (0, "NoInstancesInTag")
