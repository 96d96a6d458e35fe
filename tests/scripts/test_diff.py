"""`diceytech diff --base`: both commits planned by their own code, with nobody's credentials."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from commands import diceytech, edit, repository
from small_git import commit, empty, git, own, whole

from reports.as_markdown import markdown
from reports.examples import EXAMPLES, ORIGIN, verdict
from reports.report import text

pytestmark = pytest.mark.slow
SECRET = "wJalrXUtnFEMI-not-to-be-seen"
UNTIL = (date.today() + timedelta(days=9)).isoformat()
ENTRY = (
    f"- {{environment: prod, resource: database-instance, rule: backups-shortened, reason: enough, until: {UNTIL}}}\n"
)


FURTHER = """def further() -> None:
    import json

    import pulumi_aws as aws

    provider = aws.Provider("further", region="us-east-1", allowed_account_ids=["123456789012"])
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
    }
    aws.iam.Role(
        "evil",
        name="evil",
        assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        opts=pulumi.ResourceOptions(provider=provider),
    )


"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole(tmp_path_factory.mktemp("diff") / "platform")


@pytest.fixture
def platform(made: Path) -> Path:
    """The repository with its first commit checked out, and nothing else."""
    git(made, "checkout", "--quiet", "--force", "main")
    git(made, "clean", "--quiet", "-d", "--force")
    git(made, "checkout", "--quiet", "-B", "topic")
    return made


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["environments"]
    return {one["environment"] or f"account {one['account']}": one for one in found}


def risks(environment: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in environment["judgements"]}


def test_only_the_environment_that_was_edited_changes_and_the_guard_refuses(platform: Path) -> None:
    edit(platform / "Pulumi.prod.yaml", "backup_retention_days: 30", "backup_retention_days: 3")
    edit(platform / "Pulumi.prod.yaml", "    protect: true ", "    protect: false ")
    found = told(own(platform, "diff", "--base", "main", "--json"))
    assert found["dev"]["judgements"] == []
    assert found["account main"]["steps"] == []
    assert {"backups-shortened", "protect-off"} <= risks(found["prod"])
    assert found["prod"]["origin"] == "main..HEAD with uncommitted changes"
    commit(platform)
    assert told(own(platform, "diff", "--base", "main", "--json"))["prod"]["origin"] == "main..HEAD"
    assert own(platform, "diff", "--base", "main", "--guard", "--env", "prod").returncode == 2
    assert own(platform, "diff", "--base", "main", "--guard", "--env", "dev").returncode == 0


def test_an_account_that_trusts_another_repository_is_refused_until_its_own_word_lets_it_pass(platform: Path) -> None:
    edit(platform / "account/Pulumi.main.yaml", "repository: example/diceytech", "repository: other/diceytech")
    commit(platform)
    found = told(own(platform, "diff", "--base", "main", "--json"))
    assert [found[name]["steps"] for name in ("dev", "prod")] == [[], []]
    assert "trust-widened" in risks(found["account main"])
    assert own(platform, "diff", "--base", "main", "--guard").returncode == 2
    assert own(platform, "diff", "--base", "main", "--guard", "--env", "prod").returncode == 0
    alone = ("diff", "--base", "main", "--guard", "--account", "main")
    refused = [one for one in found["account main"]["judgements"] if one["state"] == "refused"]
    given = [f"--acknowledge={one['rule']}:{one['resource']}=moved there" for one in refused]
    assert own(platform, *alone, *given[1:]).returncode == 2
    assert own(platform, *alone, *given).returncode == 0
    for key, code in (("environment: main", 1), ("environment: prod", 2), ("account: main", 0)):
        entries = [
            f"- {{{key}, resource: {one['resource']}, rule: {one['rule']}, reason: moved, until: {UNTIL}}}\n"
            for one in refused
        ]
        (platform / "changes.ack.yaml").write_text("".join(entries), encoding="utf-8")
        assert own(platform, *alone).returncode == code, key


def test_an_account_is_compared_by_each_side_s_own_code(platform: Path) -> None:
    edit(platform / "infra/components/account_guards.py", "PASSWORD_LENGTH = 14", "PASSWORD_LENGTH = 8")
    commit(platform)
    found = told(own(platform, "diff", "--base", "main", "--json"))
    [one] = found["account main"]["judgements"]
    assert (one["rule"], one["state"], one["resource"]) == ("protection-weakened", "refused", "guards-passwords")
    assert (one["causes"][0]["before"], one["causes"][0]["after"]) == (14, 8)


def test_an_environment_s_edit_that_moves_what_its_roles_reach_is_told_of_the_account_too(platform: Path) -> None:
    edit(platform / "Pulumi.dev.yaml", "    # bucket: diceytech-storage", "    bucket: diceytech-storage")
    found = told(own(platform, "diff", "--base", "main", "--json"))
    assert "bucket-replaced" in risks(found["dev"])
    assert "deploy-rights-widened" in risks(found["account main"])


def test_a_base_from_before_the_account_was_planned_has_its_environments_compared_and_it_says_so(
    platform: Path,
) -> None:
    git(platform, "rm", "--quiet", "rehearsal/account.py")
    edit(platform / "Pulumi.prod.yaml", "backup_retention_days: 30", "backup_retention_days: 31")
    commit(platform)
    git(platform, "tag", "--force", "before")
    git(platform, "checkout", "--quiet", "--force", "main")
    edit(platform / "account/Pulumi.main.yaml", "repository: example/diceytech", "repository: other/diceytech")
    found = told(own(platform, "diff", "--base", "before", "--json"))
    assert (set(found), risks(found["prod"])) == ({"dev", "prod"}, {"backups-shortened"})
    for one in found.values():
        assert any("account main was not compared: before is from before its plans" in each for each in one["warnings"])
    alone = own(platform, "diff", "--base", "before", "--account", "main")
    assert (alone.returncode, "account main was not compared" in alone.stderr.replace("\n", " ")) == (1, True)
    assert own(platform, "diff", "--base", "before", "--env", "dev").returncode == 0


def test_an_account_whose_yaml_is_not_valid_is_warned_of_and_stops_the_guard(platform: Path) -> None:
    edit(platform / "account/Pulumi.main.yaml", "monthly_usd: 300", "monthly_usd: none at all")
    edit(platform / "Pulumi.dev.yaml", "keep_days: 30", "keep_days: 31")
    found = told(own(platform, "diff", "--base", "main", "--json"))
    assert set(found) == {"dev", "prod"}
    wrong = "account main was not compared: the working tree, account/Pulumi.main.yaml: 1 error"
    assert all(any(wrong in each for each in one["warnings"]) for one in found.values())
    for words in (("--guard",), ("--account", "main")):
        done = own(platform, "diff", "--base", "main", *words)
        assert (done.returncode, "account main was not compared" in done.stderr.replace("\n", " ")) == (1, True), words
    assert own(platform, "diff", "--base", "main", "--env", "dev", "--guard").returncode == 0


def test_an_account_that_the_head_cannot_plan_stops_the_guard(platform: Path) -> None:
    git(platform, "mv", "rehearsal/account.py", "rehearsal/accounts.py")
    edit(platform / "account/Pulumi.main.yaml", "repository: example/diceytech", "repository: other/diceytech")
    done = own(platform, "diff", "--base", "main", "--guard")
    words = done.stderr.replace("\n", " ")
    assert (done.returncode, "the working tree has no rehearsal/account.py" in words) == (1, True)
    assert "is from before" not in done.stdout + words


def test_an_account_whose_program_takes_a_stand_in_apart_is_shown_and_stops_the_guard(platform: Path) -> None:
    edit(
        platform / "infra/stacks/account.py",
        "    return made.arn\n",
        '    made.arn.apply(lambda arn: arn.split(":")[5])\n    return made.arn\n',
    )
    edit(platform / "account/Pulumi.main.yaml", "repository: example/diceytech", "repository: other/diceytech")
    found = told(own(platform, "diff", "--base", "main", "--json"))["account main"]
    assert any("what only the apply tells could not be compared" in one for one in found["warnings"])
    for words in (("--guard",), ("--guard", "--account", "main")):
        done = own(platform, "diff", "--base", "main", *words)
        assert (done.returncode, "account main: what only the apply tells" in done.stderr.replace("\n", " ")) == (
            1,
            True,
        )
    assert own(platform, "diff", "--base", "main", "--guard", "--env", "dev").returncode == 0


def test_what_the_account_s_main_program_registers_by_itself_is_judged(platform: Path) -> None:
    edit(
        platform / "account/__main__.py",
        '        account(config, environments, source=f"account/{file.name}")\n',
        '        account(config, environments, source=f"account/{file.name}")\n        further()\n',
    )
    edit(platform / "account/__main__.py", "def main() -> None:", FURTHER + "def main() -> None:")
    found = told(own(platform, "diff", "--base", "main", "--json"))["account main"]
    assert "trust-widened" in risks(found)
    assert own(platform, "diff", "--base", "main", "--guard").returncode == 2


def test_an_account_that_is_not_there_and_two_names_are_errors(platform: Path) -> None:
    done = own(platform, "diff", "--base", "main", "--account", "other")
    assert (done.returncode, "there is no account other, neither in main" in done.stderr) == (1, True)
    done = own(platform, "diff", "--base", "main", "--account", "main", "--env", "dev")
    assert (done.returncode, "name one each" in done.stderr) == (1, True)


def test_the_cost_of_an_account_is_told_where_it_changes(platform: Path) -> None:
    edit(platform / "account/Pulumi.main.yaml", "monthly_usd: 300", "monthly_usd: 400")
    done = own(platform, "diff", "--base", "main", "--cost", "--json")
    costs = {one["environment"] or one["account"]: one for one in json.loads(done.stdout)["cost"]["environments"]}
    assert set(costs) == {"dev", "prod", "main"}
    assert (costs["main"]["difference"], costs["main"]["not_priced"]) == (0.0, [])
    git(platform, "checkout", "--quiet", "--force", "main")
    done = own(platform, "diff", "--base", "main", "--cost", "--json")
    assert {one["environment"] for one in json.loads(done.stdout)["cost"]["environments"]} == {"dev", "prod"}


def test_code_is_compared_as_well_each_side_by_its_own(platform: Path) -> None:
    """A change of the program alone: the base's process must not have imported the head's code, nor the reverse."""
    edit(
        platform / "infra/bucket_policies.py",
        '"Principal": {"Service": "cloudfront.amazonaws.com"}',
        '"Principal": "*"',
    )
    commit(platform)
    for arguments, after in (
        (("--base", "main"), "*"),
        (("--base", "HEAD", "--head", "main"), "cloudfront.amazonaws.com"),
    ):
        found = told(own(platform, "diff", *arguments, "--env", "dev", "--json"))["dev"]
        changes = [change for step in found["steps"] for change in step["changes"]]
        assert changes, arguments
        assert all(change["path"].startswith("policy.Statement") for change in changes)
        assert any(after in json.dumps(change["after"]) for change in changes)
        assert found["origin"] == ("main..HEAD" if after == "*" else "HEAD..main")


def test_an_environment_on_one_side_only_is_created_or_deleted_whole(platform: Path) -> None:
    git(platform, "rm", "--quiet", "Pulumi.prod.yaml")
    edit(platform / "Pulumi.dev.yaml", "cidr: 10.20.0.0/16", "cidr: 10.21.0.0/16")
    (platform / "Pulumi.dev.yaml").rename(platform / "Pulumi.qa.yaml")
    commit(platform)
    found = told(own(platform, "diff", "--base", "main", "--json"))
    counts = {
        name: {op for op, number in one["summary"]["operations"].items() if number} for name, one in found.items()
    }
    numbers = {name: sum(one["summary"]["operations"].values()) for name, one in found.items()}
    assert numbers["prod"] > numbers["dev"] == numbers["qa"] > 100  # qa is dev under another name
    assert counts == {"dev": {"delete"}, "prod": {"delete"}, "qa": {"create"}}
    assert any("deletes nothing by itself" in warning for warning in found["prod"]["warnings"])


def test_neither_side_sees_credentials_and_no_secret_is_printed(platform: Path) -> None:
    spy = (
        "import os\n"
        "held = [name for name in os.environ if name.startswith(('AWS_SECRET', 'PULUMI', 'GITHUB'))]\n"
        "assert not held, held\n"
    )
    package = platform / "rehearsal" / "__init__.py"
    package.write_text(spy, encoding="utf-8")
    commit(platform, "a base that looks for credentials")
    git(platform, "tag", "--force", "spying")
    package.write_text("", encoding="utf-8")
    held = {"AWS_SECRET_ACCESS_KEY": SECRET, "PULUMI_ACCESS_TOKEN": SECRET, "GITHUB_TOKEN": SECRET}
    done = own(platform, "diff", "--base", "spying", "--env", "dev", **held)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_base_that_is_not_valid_is_named_with_its_side_and_a_ciphertext_is_not_shown(platform: Path) -> None:
    edit(platform / "Pulumi.dev.yaml", "storage_gb: 20", "storage_gb: 5")
    edit(platform / "Pulumi.prod.yaml", "alarm_emails: [ops@example.com]", f"alarm_emails: {{secure: {SECRET}}}")
    commit(platform)
    git(platform, "tag", "--force", "broken")
    git(platform, "checkout", "--quiet", "--force", "main")
    done = own(platform, "diff", "--base", "broken")
    assert done.returncode == 1
    assert "broken, dev: Pulumi.dev.yaml" in done.stderr
    assert "broken, prod: Pulumi.prod.yaml" in done.stderr
    assert "database.storage_gb" in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stdout + done.stderr
    other = own(platform, "diff", "--base", "main", "--head", "broken")
    assert "broken, dev: Pulumi.dev.yaml" in other.stderr


def test_a_base_whose_program_fails_is_an_error_of_that_side(platform: Path) -> None:
    (platform / "rehearsal" / "platform.py").write_text("raise RuntimeError('old')\n", encoding="utf-8")
    commit(platform)
    git(platform, "tag", "--force", "failing")
    git(platform, "checkout", "--quiet", "--force", "main")
    done = own(platform, "diff", "--base", "failing", "--env", "dev")
    assert done.returncode == 1
    assert "failing, dev: the program failed (RuntimeError: old)" in done.stderr.replace("\n", " ")


def test_a_base_from_before_stand_ins_is_compared_blindly_and_it_says_so(platform: Path) -> None:
    git(platform, "rm", "--quiet", "rehearsal/foretold.py")
    edit(platform / "rehearsal/wire.py", "from rehearsal.foretold import names_an_output\n", "")
    edit(platform / "rehearsal/wire.py", " or names_an_output(value)", "")
    edit(platform / "rehearsal/in_process.py", "from rehearsal.foretold import NAMED, stand_in\n", "")
    commit(platform)
    git(platform, "tag", "--force", "old")
    git(platform, "checkout", "--quiet", "--force", "main")
    found = told(own(platform, "diff", "--base", "old", "--json"))
    assert [one["judgements"] for one in found.values()] == [[], [], []]
    assert all(any("could not be compared" in warning for warning in one["warnings"]) for one in found.values())


def test_an_acknowledgement_of_the_head_lets_its_change_pass(platform: Path) -> None:
    edit(platform / "Pulumi.prod.yaml", "backup_retention_days: 30", "backup_retention_days: 8")
    commit(platform)
    word = "backups-shortened:database-instance=a week and a day are enough"
    assert own(platform, "diff", "--base", "main", "--guard").returncode == 2
    assert own(platform, "diff", "--base", "main", "--guard", "--env", "prod", "--acknowledge", word).returncode == 0
    unused = own(platform, "diff", "--base", "HEAD", "--guard", "--env", "prod", "--acknowledge", word)
    assert (unused.returncode, "acknowledged and not in this change: --acknowledge" in unused.stderr) == (1, True)
    entry = ENTRY
    (platform / "changes.ack.yaml").write_text(entry, encoding="utf-8")
    assert own(platform, "diff", "--base", "main", "--guard").returncode == 0
    (platform / "changes.ack.yaml").write_text(entry.replace(UNTIL, "2000-01-01"), encoding="utf-8")
    assert own(platform, "diff", "--base", "main", "--guard").returncode == 2
    two = entry + entry.replace("backups-shortened", "protect-off")
    (platform / "changes.ack.yaml").write_text(two, encoding="utf-8")
    stale = own(platform, "diff", "--base", "main", "--guard")
    assert (stale.returncode, "changes.ack.yaml:2 (protect-off of database-instance)" in stale.stderr) == (1, True)


def test_an_acknowledgement_that_was_merged_with_its_change_does_not_stop_the_next_pull_request(platform: Path) -> None:
    (platform / "changes.ack.yaml").write_text(ENTRY, encoding="utf-8")
    commit(platform)
    git(platform, "tag", "--force", "merged")
    edit(platform / "Pulumi.prod.yaml", "log_retention_days: 365", "log_retention_days: 731")
    words = ("diff", "--base", "merged", "--env", "prod", "--guard")
    done = own(platform, *words)
    assert (
        done.returncode,
        "changes.ack.yaml:1 (backups-shortened of database-instance); remove it" in done.stderr,
    ) == (
        0,
        True,
    )
    (platform / "changes.ack.yaml").write_text(ENTRY.replace("backups-shortened", "protect-off"), encoding="utf-8")
    done = own(platform, *words)
    assert (done.returncode, "acknowledged and not in this change" in done.stderr) == (1, True)


def test_the_refused_change_of_the_documents_is_what_the_command_says(platform: Path) -> None:
    example = next(one for one in EXAMPLES if one.name == "refused")
    for old, new in example.edits.items():
        edit(platform / "Pulumi.prod.yaml", old, new)
    commit(platform)
    done = own(platform, "diff", "--base", "main", "--env", "prod", "--guard")
    assert done.returncode == 2
    assert done.stdout == text([verdict("refused")], guard=True).replace(ORIGIN, "main..HEAD")
    done = own(platform, "diff", "--base", "main", "--env", "prod", "--format", "markdown")
    assert done.stdout == markdown([verdict("refused")]).replace(ORIGIN, "main..HEAD")


def test_commits_of_the_base_that_are_missing_here_are_warned_of(platform: Path) -> None:
    git(platform, "checkout", "--quiet", "-B", "ahead")
    edit(platform / "Pulumi.dev.yaml", "keep_days: 30", "keep_days: 31")
    commit(platform)
    git(platform, "checkout", "--quiet", "topic")
    warnings = told(own(platform, "diff", "--base", "ahead", "--env", "dev", "--json"))["dev"]["warnings"]
    assert any("ahead has 1 commit that this side lacks" in warning for warning in warnings)


def test_another_version_of_the_provider_is_told_and_refuses_nothing(platform: Path) -> None:
    file, servicer = platform / "requirements.txt", platform / "rehearsal" / "servicer.py"
    old = re.search(r"pulumi-aws==(\S+)", file.read_text(encoding="utf-8"))
    assert old is not None
    edit(file, old[0], "pulumi-aws==7.99.0")
    edit(servicer, f'PROVIDER_VERSION = "{old[1]}"', 'PROVIDER_VERSION = "7.99.0"')
    found = told(own(platform, "diff", "--base", "main", "--env", "dev", "--json", "--guard"))["dev"]
    assert any(f"the AWS provider goes from {old[1]} to 7.99.0" in one for one in found["warnings"])
    assert risks(found) == set()


def test_strict_refuses_uncommitted_changes(platform: Path) -> None:
    (platform / "new").write_text("x", encoding="utf-8")
    done = own(platform, "diff", "--base", "main", "--strict")
    assert done.returncode == 1
    assert "uncommitted changes, which --strict refuses" in done.stderr


def test_the_cost_of_a_change_is_that_of_its_plans(platform: Path) -> None:
    edit(platform / "Pulumi.dev.yaml", "instance_class: db.t4g.micro", "instance_class: db.t4g.small")
    done = own(platform, "cost", "--base", "main", "--json")
    assert done.returncode == 0, done.stderr
    dev, prod = json.loads(done.stdout)["environments"]
    assert dev["difference"] == round(dev["after"] - dev["before"], 2) > 0
    assert [one["resource"] for one in dev["resources"]] == ["database-instance"]
    assert (prod["difference"], prod["resources"]) == (0.0, [])


def test_a_price_that_is_missing_is_no_saving_and_ends_the_cost_of_a_change(platform: Path) -> None:
    edit(platform / "Pulumi.dev.yaml", "instance_type: t3.micro", "instance_type: m7i.24xlarge")
    done = own(platform, "cost", "--base", "main", "--env", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert "dev cannot be priced (server-instance): the price sheet has no price of ec2 m7i.24xlarge" in done.stderr
    done = own(platform, "diff", "--base", "main", "--env", "dev", "--cost")
    assert ("a month less" in done.stdout, "m7i.24xlarge" in done.stdout) == (False, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--base", "no-such"], "no-such is no commit"),
        (["--base=-x"], "is no name of a commit"),
        ([], "compare with what?"),
        (["dev"], "name two environments"),
        (["--base", "main", "--graph"], "--graph is for two environments"),
        (["--base", "main"], "has no rehearsal/platform.py"),
    ],
)
def test_bad_input_is_an_error_in_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    root = repository(empty(tmp_path / "git") / "platform")
    (root / "infra" / "kept").write_text("", encoding="utf-8")
    commit(root)
    with (root / "Pulumi.prod.yaml").open("a", encoding="utf-8") as file:
        file.write("# a change: what is the same is not planned\n")
    done = diceytech("diff", *arguments, cwd=root)
    assert (done.returncode, words in done.stderr.replace("\n", " ")) == (1, True), done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_repository_it_is_an_error(tmp_path: Path) -> None:
    done = diceytech("diff", "--base", "main", cwd=repository(tmp_path / "bare"))
    assert (done.returncode, "is in no git repository" in done.stderr) == (1, True)
