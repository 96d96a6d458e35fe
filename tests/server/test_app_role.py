"""The app role may make every call of a backend's deploy, rollback and status, and lacks each statement's right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from small_fleet import ONE, THREE, TWO, Fleet

from infra import deploy_policies
from infra.deploy_policies import Scope
from infra.policies import Document
from rehearsal.call_actions import own_action
from rehearsal.call_resources import resources
from rehearsal.policy_evaluation import allowed
from rehearsal.recording import Call
from scripts.backend.deploy import carry_out
from scripts.backend.plan import plan_rollback

pytestmark = pytest.mark.slow

Fleets = Callable[[int], Fleet]


def scope(fleet: Fleet) -> Scope:
    names, outputs = fleet.backend.names, fleet.backend.outputs
    return Scope(
        names=names,
        region=fleet.backend.session.region_name,
        website_bucket=names.bucket("website"),
        artifacts_bucket=outputs.artifacts_bucket,
        media_bucket=names.bucket("media"),
        logs_bucket=names.bucket("logs"),
        log_groups=(),
        state_bucket=None,
        state_key_arn=None,
        domain=None,
        create_zone=False,
    )


def recorded(fleet: Fleet) -> list[Call]:
    """Calls by the fleet's session from now on; its clients take the handler over when they are made."""
    calls: list[Call] = []

    def asked(params: dict[str, Any], model: Any, **_: object) -> None:
        calls.append(
            Call(
                phase="up",
                urn="",
                service=str(model.service_model.service_name),
                operation=model.name,
                region=fleet.backend.session.region_name,
                params=deepcopy({name: value for name, value in params.items() if name != "Body"}),
                answer={},
            )
        )

    fleet.backend.session.events.register("before-parameter-build", asked)
    return calls


def requests(call: Call, fleet: Fleet) -> Iterator[tuple[str, str, dict[str, str | list[str]]]]:
    """Actions, resources and condition keys that IAM is asked about."""
    action, account = own_action(call), fleet.backend.names.account_id
    if action == "ssm:SendCommand":
        region = call.region
        yield action, f"arn:aws:ssm:{region}:{account}:document/{call.params['DocumentName']}", {}
        for instance in call.params["InstanceIds"]:
            tags: dict[str, str | list[str]] = {
                f"ssm:resourceTag/{key}": value for key, value in fleet.known[instance].tags.items()
            }
            yield action, f"arn:aws:ec2:{region}:{account}:instance/{instance}", tags
        return
    known = [arn for arn in resources(call, account) if arn.split(":")[2] == action.partition(":")[0]]
    for arn in known if action.startswith(("s3:", "ssm:GetP", "ssm:PutP")) else ["*"]:
        yield action, arn, {}


def refused(policy: Document, calls: list[Call], fleet: Fleet) -> set[str]:
    return {
        action
        for call in calls
        for action, resource, context in requests(call, fleet)
        if not allowed([policy], action, resource, context)
    }


@pytest.fixture
def released(fleet: Fleets) -> tuple[Fleet, list[Call]]:
    """Two machines after three releases, of which two are kept, and a rollback; and the calls that took."""
    two = fleet(2)
    two.keep(2)
    calls = recorded(two)
    two.deploy(ONE)
    two.deploy(TWO)
    two.deploy(THREE)
    carry_out(two.backend, plan_rollback(two.backend, None), two.means())
    return two, calls


def test_every_call_of_a_deploy_and_a_rollback_is_allowed(released: tuple[Fleet, list[Call]]) -> None:
    fleet, calls = released
    made = {own_action(call) for call in calls}
    assert {
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "ssm:SendCommand",
        "ssm:PutParameter",
        "ec2:DescribeInstances",
    } <= made
    assert refused(deploy_policies.app(scope(fleet)), calls, fleet) == set()


def test_without_a_statement_a_deploy_would_stop(released: tuple[Fleet, list[Call]]) -> None:
    fleet, calls = released
    whole = deploy_policies.app(scope(fleet))
    needed = {}
    for one in whole["Statement"]:
        rest = {**whole, "Statement": [other for other in whole["Statement"] if other is not one]}
        needed[one["Sid"]] = refused(rest, calls, fleet)
    stops = {sid for sid, actions in needed.items() if actions}
    assert {
        "Releases",
        "OldReleases",
        "ReleaseDocument",
        "ReleaseMachines",
        "ReadMachines",
        "Commands",
        "WriteParameters",
    } <= stops


def test_another_environments_app_role_may_do_none_of_its_writes(released: tuple[Fleet, list[Call]]) -> None:
    fleet, calls = released
    other = scope(fleet)
    names = type(other.names)(product=other.names.product, environment="other", account_id=other.names.account_id)
    policy = deploy_policies.app(
        Scope(**{**vars(other), "names": names, "artifacts_bucket": "other", "website_bucket": "other-website"})
    )
    writes = [call for call in calls if own_action(call) in ("s3:PutObject", "ssm:SendCommand", "ssm:PutParameter")]
    assert refused(policy, writes, fleet) == {"s3:PutObject", "ssm:SendCommand", "ssm:PutParameter"}
    for call in writes:
        for action, resource, context in requests(call, fleet):
            assert not allowed([policy], action, resource, context)
