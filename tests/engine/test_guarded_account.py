"""The account project under the guard, on the real engine: each test goes on where the one before it stopped."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.engine.rehearsed import ACCOUNT, ACCOUNT_STACK, Rehearsed
from tests.scripts.commands import edit

pytestmark = pytest.mark.slow
ROLE = "diceytech-prod-deploy-app"
ISSUER = "token.actions.githubusercontent.com"
OURS, THEIRS = "repository: example/diceytech", "repository: other/diceytech"


@pytest.fixture(scope="module")
def account(rehearsed: Rehearsed) -> Rehearsed:
    """The account project, brought up by `diceytech up` from nothing."""
    done = up(rehearsed)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "account main: allowed" in done.stdout
    return rehearsed


def up(rehearsed: Rehearsed, *words: str) -> subprocess.CompletedProcess[str]:
    return rehearsed.run("diceytech", "up", "--account", ACCOUNT_STACK, "--yes", *words)


def preview(rehearsed: Rehearsed, *words: str) -> dict[str, object]:
    """What the command says of the account, for machines."""
    done = rehearsed.run("diceytech", "preview", "--account", ACCOUNT_STACK, "--json", *words)
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)["environments"]
    assert (found["environment"], found["account"]) == (None, ACCOUNT_STACK)
    return dict(found)


def change(rehearsed: Rehearsed, old: str, new: str) -> None:
    edit(rehearsed.root / "account" / f"Pulumi.{ACCOUNT_STACK}.yaml", old, new)


def subjects(rehearsed: Rehearsed) -> list[str]:
    """Whose jobs AWS lets take prod's app role."""
    trust = rehearsed.account().client("iam").get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    claims = trust["Statement"][0]["Condition"]["StringEquals"]
    return [str(one) for one in claims[f"{ISSUER}:sub"]]


def test_a_second_up_has_nothing_to_do(account: Rehearsed) -> None:
    assert subjects(account) == ["repo:example/diceytech:environment:prod"]
    done = up(account)
    assert (done.returncode, done.stdout) == (0, "account main: nothing to do\n"), done.stderr
    assert preview(account)["steps"] == []


def test_a_harmless_change_is_applied(account: Rehearsed) -> None:
    change(account, "monthly_usd: 300", "monthly_usd: 400")
    done = up(account)
    assert done.returncode == 0, done.stderr
    assert "limitAmount: 300 -> 400" in done.stdout
    [budget] = account.account().client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert float(budget["BudgetLimit"]["Amount"]) == 400


def test_roles_that_another_repository_could_take_are_refused_and_nothing_is_applied(account: Rehearsed) -> None:
    before = account.state(ACCOUNT_STACK)
    change(account, OURS, THEIRS)
    done = up(account)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "account main: REFUSED" in done.stdout
    assert "--acknowledge 'trust-widened:prod-app=" in done.stdout
    assert account.state(ACCOUNT_STACK) == before
    assert subjects(account) == ["repo:example/diceytech:environment:prod"]


def test_acknowledged_by_name_they_are_applied(account: Rehearsed) -> None:
    judgements = preview(account)["judgements"]
    assert isinstance(judgements, list)
    refused = {(one["rule"], one["resource"]) for one in judgements if one["state"] == "refused"}
    assert {
        ("trust-widened", f"{env}-{kind}") for env in ("dev", "prod") for kind in ("app", "infrastructure", "plan")
    } < refused
    words = [f"--acknowledge={rule}:{name}=the repository moved" for rule, name in sorted(refused)]
    assert up(account, *words[1:]).returncode == 2
    done = up(account, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert subjects(account) == ["repo:other/diceytech:environment:prod"]


def test_a_deploy_role_that_is_to_go_is_refused(account: Rehearsed) -> None:
    change(account, "    - name: dev\n", "")
    done = up(account)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "--acknowledge 'deploy-role-deleted:dev-app=" in done.stdout
    assert account.account().client("iam").get_role(RoleName="diceytech-dev-deploy-app")
