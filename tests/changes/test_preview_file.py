"""A preview in JSON is read as the change that it is; what is no whole preview is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from changes.change import PropertyChange
from changes.judge import judge
from changes.preview_file import NOT_WHOLE, parse, read
from infra.errors import PlatformError
from rehearsal.graph import SECRET, UNKNOWN
from rehearsal.wire import SECRET_MARK, SIGNATURE
from rehearsal.wire import UNKNOWN as ENGINE_UNKNOWN
from tests.changes.previews import BUCKET, POLICY, STACK, both, document, preview, state, step

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "fixtures" / "preview-prod.json"
KEPT_DOCUMENT = json.loads(KEPT.read_text(encoding="utf-8"))


def changes_of(*steps: dict[str, Any], **summary: int) -> tuple[PropertyChange, ...]:
    [found] = parse(document(*steps, **summary), stack="dev", origin="p").steps
    return found.changes


@pytest.mark.parametrize("odd", [
    {"parent": 1.5}, {"id": []}, {"dependencies": [[]]}, {"dependencies": {"a": 1}}, {"inputs": [1]}, {"outputs": "x"},
    {"propertyDependencies": {"accountId": [[]]}}, {"propertyDependencies": {"accountId": "urn"}},
    {"ignoreChanges": 5}, {"replaceOnChanges": [[]]},
])  # fmt: skip
def test_what_the_engine_does_not_write_is_no_preview(odd: dict[str, Any]) -> None:
    with pytest.raises(PlatformError, match="is no preview of a whole run"):
        parse(document(step("create", BUCKET, **{"inputs": {}, **odd}), create=1), stack="dev", origin="p")


@pytest.mark.parametrize("odd", [{"parent": 1.5}, {"dependencies": [[]]}, {"propertyDependencies": {"a": [[]]}}])
def test_what_the_engine_does_not_write_is_no_plan(odd: dict[str, Any]) -> None:
    plan = {"resourcePlans": {BUCKET: {"steps": ["create"], "goal": odd}}}
    with pytest.raises(PlatformError, match="is no preview of a whole run"):
        parse(plan, stack="dev", origin="p")


def test_a_new_resource_has_its_unknowns_secrets_and_dependencies(tmp_path: Path) -> None:
    made = step(
        "create",
        POLICY,
        inputs={"bucket": ENGINE_UNKNOWN, "policy": SECRET, "tags": {"a": [ENGINE_UNKNOWN]}, "__defaults": []},
        propertyDependencies={"bucket": [BUCKET]},
        protect=True,
    )
    found = read(preview(tmp_path / "p.json", step("create", STACK), made, create=2), "dev")
    [node] = found.after
    assert node.inputs == {"bucket": UNKNOWN, "policy": SECRET, "tags": {"a": [UNKNOWN]}}
    assert (node.property_dependencies, node.protect, node.id) == ({"bucket": (BUCKET,)}, True, None)
    assert [(one.op, one.node.name, one.before) for one in found.steps] == [("create", "policy", None)]
    assert found.whole


def test_a_secret_that_the_engine_left_in_clear_is_masked_on_both_sides() -> None:
    marked = {SIGNATURE: SECRET_MARK, "value": "hunter2", "ciphertext": "v1:x"}
    found = parse(
        document(both("update", {"key": "a", "code": marked}, {"key": "b", "code": [marked]}), update=1),
        stack="dev",
        origin="p",
    )
    assert "hunter2" not in repr(found)
    assert {one.path: (one.before, one.after) for one in found.steps[0].changes} == {
        "code": (SECRET, [SECRET]),
        "key": ("a", "b"),
    }


def test_what_stays_has_the_id_and_outputs_of_the_old_state_and_what_goes_is_only_before() -> None:
    asked, held = state(BUCKET, inputs={"bucket": "media-1"}), state(BUCKET, id="media-1", outputs={"arn": "arn:x"})
    stays = {"op": "same", "urn": BUCKET, "newState": asked, "oldState": held}
    found = parse(document(stays, step("delete", POLICY), same=1, delete=1), stack="dev", origin="p")
    assert [(node.name, node.id, node.outputs) for node in found.after] == [("media", "media-1", {"arn": "arn:x"})]
    assert [node.name for node in found.before] == ["media", "policy"]
    assert [(one.op, one.after) for one in found.steps] == [("delete", None)]


def test_it_is_whole_when_it_tells_of_all_that_stays() -> None:
    stays = {"op": "same", "urn": BUCKET, "newState": state(BUCKET), "oldState": state(BUCKET, id="x")}
    assert parse(document(stays, same=1), stack="dev", origin="p").warnings == ()
    found = parse(document(stays, same=130), stack="dev", origin="p")
    assert (found.whole, found.warnings) == (False, (NOT_WHOLE,))
    assert parse(document(same=130), stack="dev", origin="p").steps == ()


def test_three_lines_of_a_replacement_are_one_step_as_it_will_be() -> None:
    lines = [both(op, {"bucket": "old"}, {"bucket": "new"}) for op in ("create-replacement", "replace")]
    gone = {"op": "delete-replaced", "urn": BUCKET, "oldState": state(BUCKET, id="old", inputs={"bucket": "old"})}
    lines[1]["replaceReasons"] = ["bucket"]
    found = parse(document(*lines, gone, replace=1), stack="dev", origin="p")
    [one] = found.steps
    assert (one.op, one.before and one.before.id, one.after and one.after.inputs) == (
        "replace",
        "media-1",
        {"bucket": "new"},
    )
    assert one.changes == (PropertyChange(path="bucket", before="old", after="new", replaces=True),)
    assert [node.inputs for node in found.after] == [{"bucket": "new"}]


def test_the_provider_s_own_diff_says_which_properties_differ_and_where() -> None:
    old = {"rules": [{"status": "Enabled"}], "name": "same", "tags": {"a.b": "1"}}
    new = {"rules": [{"status": "Disabled"}], "name": "same", "tags": {"a.b": "2"}}
    details = {"rules[0].status": {"kind": "update-replace"}, 'tags["a.b"]': {"kind": "update"}}
    assert changes_of(both("replace", old, new, detailedDiff=details), replace=1) == (
        PropertyChange(path="rules[0].status", before="Enabled", after="Disabled", replaces=True),
        PropertyChange(path='tags["a.b"]', before="1", after="2"),
    )


def test_what_its_diff_leaves_out_is_compared_all_the_same() -> None:
    old, new = {"tags": {"a": "1"}, "acl": "private"}, {"tags": {"a": "2"}, "acl": "public-read"}
    written = both("update", old, new, detailedDiff={"tags.a": {"kind": "update"}})
    found = parse(document(written, update=1), stack="dev", origin="p")
    assert [one.path for one in found.steps[0].changes] == ["acl", "tags.a"]
    assert "opened-to-everyone" in {one.rule for one in judge(found).judgements if one.guarded}


def test_a_step_that_is_called_the_same_and_is_not_is_judged() -> None:
    written = both("same", {"acl": "private"}, {"acl": "public-read"})
    found = parse(document(written, same=1), stack="dev", origin="p")
    assert [one.rule for one in judge(found).judgements if one.guarded] == ["opened-to-everyone"]
    alike = both("same", {"forceDestroy": False, "acl": "private"}, {"acl": "private"})
    assert parse(document(alike, same=1), stack="dev", origin="p").steps == ()


def test_another_type_by_an_alias_is_a_change_that_may_replace_whatever_the_engine_calls_it() -> None:
    other = BUCKET.replace("s3/bucket:Bucket", "cloudwatch/dashboard:Dashboard")
    for op in ("same", "update"):
        step = {"op": op, "urn": other, "oldState": state(BUCKET, id="media-1"), "newState": state(other)}
        [change] = changes_of(step, **{op: 1})
        assert (change.path, change.replaces) == ("resourceType", True)
        [judgement] = judge(parse(document(step, **{op: 1}), stack="dev", origin="a test")).judgements
        assert (judgement.risk, judgement.guarded) == ("data loss", True)


def test_a_resource_of_aws_is_no_component_whatever_the_file_says() -> None:
    gone = step("delete", BUCKET)
    gone["oldState"]["custom"] = False
    found = parse(document(gone, delete=1), stack="dev", origin="p")
    assert [one.rule for one in judge(found).judgements if one.guarded] == ["bucket-deleted"]


def test_a_type_that_is_not_that_of_its_urn_is_refused() -> None:
    gone = step("delete", BUCKET)
    gone["oldState"]["type"] = "platform:components:Media"
    with pytest.raises(PlatformError, match="media is a platform:components:Media, and another type by its URN"):
        parse(document(gone, delete=1), stack="dev", origin="p")


def test_within_a_document_in_json_the_words_that_differ_are_named() -> None:
    old, new = ({"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": one}]})} for one in ("a", "b"))
    [found] = changes_of(both("update", old, new, detailedDiff={"policy": {"kind": "update"}}), update=1)
    assert (found.path, found.before, found.after) == ("policy.Statement[0].Action", "a", "b")


def test_a_path_within_a_secret_shows_nothing_of_it() -> None:
    written = both("update", {"o": SECRET}, {"o": SECRET}, detailedDiff={"o[1].name": {"kind": "update"}})
    assert changes_of(written, update=1) == (PropertyChange(path="o[1].name", before=SECRET, after=SECRET),)


def test_a_protection_that_is_taken_off_is_a_step_although_the_engine_calls_it_the_same() -> None:
    written = both("same", {"a": 1}, {"a": 1})
    written["oldState"]["protect"] = True
    found = parse(document(written, same=1), stack="dev", origin="p")
    assert [(one.op, one.changes) for one in found.steps] == [
        ("update", (PropertyChange(path="protect", before=True, after=False),))
    ]
    assert [one.rule for one in judge(found).judgements if one.guarded] == ["protect-off"]


@pytest.mark.parametrize(("name", "value"), [
    ("deletedWith", POLICY), ("resourceHooks", {"before-delete": ["copy"]}), ("importID", "somebody-elses"),
])  # fmt: skip
def test_an_option_that_nobody_can_judge_waits_although_the_engine_calls_it_the_same(name: str, value: Any) -> None:
    written = both("same", {"a": 1}, {"a": 1})
    written["newState"][name] = value
    found = parse(document(written, same=1), stack="dev", origin="p")
    assert [(one.op, one.changes) for one in found.steps] == [
        ("update", (PropertyChange(path=name, before=None, after=value),))
    ]
    assert [one.rule for one in judge(found).judgements if one.guarded] == ["option-unjudged"]
    written["oldState"][name] = value
    assert parse(document(written, same=1), stack="dev", origin="p").steps == ()


def test_secret_outputs_that_are_told_again_wait_and_the_import_of_what_is_there_means_nothing() -> None:
    written = both("same", {"a": 1}, {"a": 1})
    written["oldState"]["additionalSecretOutputs"] = ["arn"]
    written["newState"]["importID"] = written["oldState"]["id"]
    found = parse(document(written, same=1), stack="dev", origin="p")
    assert [one.path for step in found.steps for one in step.changes] == ["additionalSecretOutputs"]
    assert "option-unjudged" in {one.rule for one in judge(found).judgements if one.guarded}


def test_what_was_called_otherwise_has_its_present_name_on_both_sides_and_so_has_what_refers_to_it() -> None:
    former = BUCKET.replace("media", "former")

    def there(urn: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        return {"op": "same", "urn": urn, "oldState": {**state(urn, id="id"), **old}, "newState": {**state(urn), **new}}

    steps = (
        there(BUCKET, {"urn": former}, {}),
        there(POLICY, *({"propertyDependencies": {"bucket": [one]}} for one in (former, BUCKET))),
    )
    found = parse(document(*steps, same=2), stack="dev", origin="p")
    assert [(one.urn, one.property_dependencies) for one in found.before] == [
        (one.urn, one.property_dependencies) for one in found.after
    ]
    steps[0]["newState"]["deletedWith"] = POLICY
    [step_] = parse(document(*steps, same=2), stack="dev", origin="p").steps
    assert step_.before is not None
    assert (step_.before.urn, step_.before.name) == (BUCKET, "former")


def test_of_two_providers_a_preview_tells_which_one_makes_a_setting() -> None:
    type_ = "aws:ebs/encryptionByDefault:EncryptionByDefault"
    east, west = (f"urn:pulumi:dev::platform::pulumi:providers:aws::{name}" for name in ("east", "west"))

    def there(urn: str, **more: Any) -> dict[str, Any]:
        return {"op": "same", "urn": urn, "oldState": state(urn, id="id", **more), "newState": state(urn, **more)}

    first = there(BUCKET.replace("aws:s3/bucket:Bucket::media", f"{type_}::one"), provider=f"{east}::0", inputs={})
    for by, found in ((east, True), (west, False)):
        new = step("create", first["urn"].replace("one", "two"), provider=f"{by}::0", inputs={"enabled": True})
        regions = (there(east, inputs={"region": "us-east-1"}), there(west, inputs={"region": "us-west-2"}))
        report = judge(parse(document(*regions, first, new, same=3, create=1), stack="dev", origin="p"))
        assert ("set-twice" in {one.rule for one in report.judgements}) == found


def test_what_is_left_at_aws_is_forgotten_and_not_deleted() -> None:
    kept = step("delete", BUCKET, retainOnDelete=True)
    [found] = parse(document(kept, delete=1), stack="dev", origin="p").steps
    assert found.op == "forget"


def test_the_leftover_of_an_earlier_replacement_is_a_step_beside_the_resource_itself() -> None:
    stays = {"op": "same", "urn": BUCKET, "newState": state(BUCKET), "oldState": state(BUCKET, id="new")}
    leftover = step("delete", BUCKET, id="old", delete=True)
    found = parse(document(stays, leftover, same=1, delete=1), stack="dev", origin="p")
    assert [one.before and one.before.id for one in found.steps] == ["old"]
    assert [node.id for node in found.before] == ["new"]


def test_the_kept_preview_of_prod_replaces_its_database_by_name() -> None:
    found = read(KEPT, "prod")
    database = next(one for one in found.steps if one.node.name == "database-instance")
    assert (database.op, found.whole) == ("replace", False)
    assert PropertyChange(path="dbName", before="app", after="other", replaces=True) in database.changes
    ops = [one["op"] for one in KEPT_DOCUMENT["steps"] if ":components:" not in one["urn"].split("$")[-1]]
    assert len(found.steps) == sum(op in ("create", "update", "replace", "delete") for op in ops)
    assert {one.rule for one in judge(found).judgements if one.guarded} >= {"database-replaced", "protect-off"}


def test_refresh_steps_of_a_preview_are_not_part_of_what_it_would_do() -> None:
    seen = {"op": "refresh", "urn": POLICY, "oldState": state(POLICY), "newState": state(POLICY)}
    found = parse(document(seen, step("create", BUCKET), create=1), stack="dev", origin="p")
    assert [one.node.name for one in found.steps] == ["media"]


EVENT = '{"sequence": 0, "timestamp": 1, "preludeEvent": {}}'
PROD = BUCKET.replace("dev", "prod")
ACCOUNT = BUCKET.replace("::platform::", "::account::")
FAILED = [{"message": "error: no\n", "severity": "error"}, {"message": "warning: w", "severity": "warning"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ('{"steps": [{"op": "create"', "it is no whole JSON"),
        (KEPT.read_text(encoding="utf-8")[:100_000], "it is no whole JSON"),
        ("[]", "is no preview of a whole run"),
        ("null", "is no preview of a whole run"),
        ('{"version": 3, "deployment": {"resources": []}}', "no 'steps'"),
        ('{"steps": []}', "no 'changeSummary'"),
        ('{"steps": [{"op": "create", "urn": "u"}], "changeSummary": {}}', "of u, not of dev"),
        (json.dumps(document({"op": "create", "urn": BUCKET, "newState": {}}, create=1)), "no 'urn'"),
        ("[" * 10_000 + "]" * 10_000, "it is nested too deeply"),
        (EVENT, "an event of a log"),
        (f"{EVENT}\n{EVENT}\n", "log of events, one JSON object a line"),
        (json.dumps(document(step("create", PROD), create=1)), "is a preview of prod, not of dev; pass --env prod"),
        (
            json.dumps(document(step("delete", ACCOUNT), delete=1)),
            "preview of account dev, not of dev; pass --account dev",
        ),
        (json.dumps(document(step("delete", PROD), delete=1)), "is a preview of prod, not of dev; pass --env prod"),
        (json.dumps(document(update=3, same=9)), "is cut: it has 0 steps 'update' of 3"),
        (json.dumps(document(step("create", BUCKET))), "is cut: it has 1 steps 'create' of 0"),
        (json.dumps(document(step("explode", BUCKET), explode=1)), "a step 'explode', which nobody here knows"),
        (json.dumps(document(step("refresh", BUCKET), same=1)), "preview of a refresh; `diceytech drift --env dev`"),
        (json.dumps(document()), "is no preview of a whole run (it counts no resource, and a stack is one itself)"),
        (json.dumps(document(same=0)), "it counts no resource"),
        (json.dumps({**document(), "diagnostics": FAILED}), "of a preview that failed: no; mend that"),
        (json.dumps({**document(same=1), "diagnostics": FAILED}), "of a preview that failed: no; mend that"),
    ],
)
def test_what_is_cut_foreign_failed_or_of_another_stack_is_one_clear_error(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "p.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PlatformError) as error:
        read(file, "dev")
    assert message in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_value_nested_too_deeply_is_the_same_error(tmp_path: Path) -> None:
    deep = '{"a": ' * 900 + "1" + "}" * 900
    content = json.dumps(document(step("create", BUCKET, inputs="DEEP"), create=1)).replace('"DEEP"', deep)
    file = tmp_path / "p.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PlatformError, match="nested too deeply"):
        read(file, "dev")


def test_what_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(PlatformError, match="not UTF-8"):
        read(tmp_path / "p.json", "dev")


def test_a_file_that_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"gone\.json: No such file"):
        read(tmp_path / "gone.json", "dev")
    with pytest.raises(PlatformError, match="Is a directory"):
        read(tmp_path, "dev")
