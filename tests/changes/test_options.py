"""Options, providers and former names of resources, which replace, keep or delete what no input names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_graphs import PROVIDER, change, node, only, ops, provider

from changes.change import Change, PropertyChange
from changes.judge import judge
from rehearsal.foretold import stand_in
from rehearsal.graph import UNKNOWN, Node

BUCKET, VERSIONING = "aws:s3/bucket:Bucket", "aws:s3/bucketVersioning:BucketVersioning"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
GROUP, PARAMETER = "aws:cloudwatch/logGroup:LogGroup", "aws:ssm/parameter:Parameter"
ENCRYPTION = "aws:ebs/encryptionByDefault:EncryptionByDefault"


def optioned(one: Node, **options: Any) -> Node:
    return replace(one, options=options)


def guarded(found: Change) -> set[str]:
    return {one.rule for one in judge(found).judgements if one.guarded}


def versioning(status: str, mfa: str, *ignored: str) -> Node:
    return optioned(
        node(VERSIONING, "v", bucket="b", versioningConfiguration={"status": status, "mfaDelete": mfa}),
        ignoreChanges=[*ignored],
    )


def test_a_path_that_is_ignored_hides_nothing_beside_it() -> None:
    ignored = "versioningConfiguration.mfaDelete"
    found = change([versioning("Enabled", "Disabled", ignored)], [versioning("Suspended", "Enabled", ignored)])
    assert [one.path for one in only(found).changes] == ["versioningConfiguration.status"]
    assert only(found).node.inputs["versioningConfiguration"] == {"status": "Suspended", "mfaDelete": "Disabled"}
    assert "versioning-off" in guarded(found)
    assert change([versioning("Enabled", "Disabled", ignored)], [versioning("Enabled", "Enabled", ignored)]).steps == ()


@pytest.mark.parametrize("ignored", ["origins[0].connectionAttempts", "origins[*].connectionAttempts"])
def test_an_origin_goes_elsewhere_beside_a_path_that_is_ignored(ignored: str) -> None:
    def site(domain: str, attempts: int) -> Node:
        origin = {"originId": "site", "domainName": domain, "connectionAttempts": attempts}
        return optioned(node(DISTRIBUTION, "d", origins=[origin], enabled=True), ignoreChanges=[ignored])

    found = only(change([site("good.example.net", 3)], [site("evil.example.net", 2)]))
    assert "evil.example.net" in str([one.after for one in found.changes])
    assert found.node.inputs["origins"][0]["connectionAttempts"] == 3
    assert change([site("good.example.net", 3)], [site("good.example.net", 2)]).steps == ()


def test_what_is_made_anew_is_made_of_what_was_ignored_too() -> None:
    def one(bucket: str, status: str) -> Node:
        return replace(versioning(status, "", "versioningConfiguration"), inputs={
            "bucket": bucket, "versioningConfiguration": {"status": status}})  # fmt: skip

    step = only(change([one("a", "Enabled")], [one("b", "Suspended")]))
    assert (step.op, step.node.inputs["versioningConfiguration"]) == ("replace", {"status": "Suspended"})


def test_an_ignored_place_is_not_changed_by_a_replacement_elsewhere_and_its_neighbours_are() -> None:
    def pair(name: str) -> list[Node]:
        group = node(GROUP, "group", name=name)
        held = {"a": stand_in(group.urn, "arn"), "b": stand_in(group.urn, "arn"), "c": name}
        user = node("aws:x/unheardOf:Thing", "user", after={"held": group}, held=held)
        return [group, optioned(user, ignoreChanges=["held.a", "held.c"])]

    steps = {step.node.name: step for step in change(pair("one"), pair("two")).steps}
    assert [(one.path, one.after) for one in steps["user"].changes] == [("held.b", UNKNOWN)]


def test_what_is_ignored_no_longer_waits_for_somebody_who_looks() -> None:
    old, new = versioning("Suspended", "", "versioningConfiguration.status"), versioning("Suspended", "")
    assert "ignored-no-longer" in guarded(change([old], [new]))
    assert guarded(change([new], [old])) == set()
    assert guarded(change([old], [versioning("Suspended", "", "versioningConfiguration")])) == set()


def test_another_trigger_replaces_and_the_first_one_does_not() -> None:
    plain = node(BUCKET, "media", bucket="b")
    one, two = (optioned(plain, replacementTrigger=[value]) for value in (1, 2))
    assert ops(change([one], [two])) == {"media": "replace"}
    assert "bucket-replaced" in guarded(change([one], [two]))
    assert change([one], [one]).steps == ()
    assert only(change([plain], [one])).op == only(change([one], [plain])).op == "update"


def test_a_trigger_made_of_what_is_replaced_replaces() -> None:
    def pair(name: str) -> list[Node]:
        group = node(GROUP, "group", name=name)
        return [group, optioned(node(BUCKET, "media", bucket="b"), replacementTrigger=[stand_in(group.urn, "arn")])]

    assert ops(change(pair("one"), pair("two"))) == {"group": "replace", "media": "replace"}


def test_a_side_whose_trigger_is_not_told_makes_no_replacement() -> None:
    group = node(GROUP, "group")
    told, less = (
        optioned(node(BUCKET, "b"), replacementTrigger=[value]) for value in (stand_in(group.urn, "arn"), UNKNOWN)
    )
    assert change([less], [told]).steps == change([told], [less]).steps == ()


def test_what_is_replaced_with_another_is_replaced_near_and_far() -> None:
    def three(name: str, *, named: bool = True) -> list[Node]:
        first = node(PARAMETER, "first", name=name, type="String")
        second = optioned(node(GROUP, "second", name="g"), **({"replaceWith": [first.urn]} if named else {}))
        third = optioned(node(BUCKET, "third", bucket="b"), replaceWith=[second.urn])
        return [first, second, third]

    everything = {"first": "replace", "second": "replace", "third": "replace"}
    assert ops(change(three("/a"), three("/b"))) == everything
    assert ops(change(three("/a", named=False), three("/b"))) == everything  # the list changes at once
    assert {"log-group-replaced", "bucket-replaced"} <= guarded(change(three("/a"), three("/b")))
    assert change(three("/a"), three("/a")).steps == ()


def test_what_must_be_new_for_a_property_is_so_where_that_follows_from_a_replacement() -> None:
    def pair(name: str) -> list[Node]:
        group = node(GROUP, "group", name=name)
        user = node("aws:x/unheardOf:Thing", "user", after={"a": group}, a=stand_in(group.urn, "arn"))
        return [group, optioned(user, replaceOnChanges=["a"])]

    assert ops(change(pair("one"), pair("two"))) == {"group": "replace", "user": "replace"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deletedWith", "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::other"),
        ("resourceHooks", {"before_delete": ["copy"]}),
        ("importID", "somebody-elses"),
        ("pluginDownloadURL", "https://evil.example.net"),
    ],
)
def test_an_option_that_nobody_can_judge_waits(name: str, value: object) -> None:
    plain = node(BUCKET, "media", bucket="b")
    found = change([plain], [optioned(plain, **{name: value})])
    assert ("option-unjudged" in guarded(found), only(found).changes[0].path) == (True, name)


def test_an_input_of_an_options_name_is_none() -> None:
    cluster, main = node("aws:eks/cluster:Cluster", "c", version="1.30"), provider()
    newer = replace(cluster, inputs={"version": "1.31"})
    assert "option-unjudged" not in guarded(change([cluster], [newer]))
    old, new = (replace(main, inputs={**main.inputs, "version": one}) for one in ("7.51.1", "7.52.0"))
    assert guarded(change([old], [new])) == {"provider-changed"}  # as a preview of the engine has it
    assert "option-unjudged" in guarded(change([main], [optioned(main, version="6.0.0")]))


def test_outputs_that_are_secret_no_longer_wait_and_more_of_them_and_a_finished_import_are_nothing() -> None:
    plain = node(PARAMETER, "p", name="/p")
    secret = optioned(plain, additionalSecretOutputs=["value"])
    assert change([plain], [secret]).steps == ()
    assert "option-unjudged" in guarded(change([secret], [plain]))
    assert change([optioned(plain, importID="/p")], [plain]).steps == ()
    assert ops(change([], [optioned(plain, importID="/p")])) == {"p": "import"}


def by(made: Node, one: Node) -> Node:
    return replace(made, provider=one.urn)


def another(name: str = "west", region: object = "us-west-2", accounts: object = '["123456789012"]') -> Node:
    return node(PROVIDER, name, region=region, allowedAccountIds=accounts)


MAIN = another("main", "us-east-1")


@pytest.mark.parametrize(
    ("there", "paths"),
    [
        (another(), ["provider.region"]),
        (another(region="us-east-1", accounts='["999999999999"]'), ["provider.allowedAccountIds[0]"]),
        (another(region=UNKNOWN), ["provider.region"]),
        (another(region="us-east-1"), []),
    ],
)
def test_a_provider_of_another_region_or_account_replaces_what_goes_to_it(there: Node, paths: list[str]) -> None:
    group = node(GROUP, "logs", name="logs")
    found = change([MAIN, there, by(group, MAIN)], [MAIN, there, by(group, there)])
    assert ops(found) == dict.fromkeys(["logs"][: len(paths)], "replace")
    assert [one.path for step in found.steps for one in step.changes] == paths


def test_a_provider_that_may_be_anywhere_replaces_what_goes_to_it_and_not_what_stays() -> None:
    group = node(GROUP, "logs", name="logs")
    one, other = (another(name, "us-east-1", None) for name in ("main", "twin"))
    assert only(change([one, other, by(group, one)], [one, other, by(group, other)])).changes == (
        PropertyChange(path="provider", before="main", after="twin", replaces=True),
    )
    assert change([one, by(group, one)], [one, by(group, one)]).steps == ()
    renamed = optioned(other, aliases=[one.urn])
    assert change([one, by(group, one)], [renamed, by(group, renamed)]).steps == ()


def test_only_what_a_provider_makes_goes_with_it_and_has_its_tags() -> None:
    def both(region: str, **tags: str) -> list[Node]:
        east, west = provider(**tags), replace(another(region=region), inputs={"region": region})
        return [east, west, *(by(node(GROUP, name, name=name), one) for name, one in (("e", east), ("w", west)))]

    assert ops(change(both("us-west-1"), both("us-west-2"))) == {"west": "replace", "w": "replace"}
    assert ops(change(both("us-west-1"), both("us-west-1", Team="x"))) == {"aws": "update", "e": "update"}


def test_the_graph_of_an_older_tree_names_no_provider_and_still_shows_what_moves() -> None:
    group = node(GROUP, "logs", name="logs")
    assert change([MAIN, group], [MAIN, by(group, MAIN)]).steps == ()
    assert ops(change([MAIN, group], [MAIN, another(), by(group, another())]))["logs"] == "replace"


def test_what_guards_a_region_is_missed_there_once_it_goes_to_another() -> None:
    default, there = node(ENCRYPTION, "disks", enabled=True), another()
    found = change([MAIN, there, by(default, MAIN)], [MAIN, there, by(default, there)])
    assert guarded(found) == {"disk-encryption-replaced"}


def test_what_is_made_before_the_old_one_goes_does_not_stay_where_it_is_used_in_another_region() -> None:
    function, there = node("aws:cloudfront/function:Function", "f", name="f"), another()
    assert judge(change([MAIN, by(function, MAIN)], [MAIN, there, by(function, there)])).judgements[0].guarded


def test_of_two_resources_that_one_names_as_its_former_selves_the_second_is_deleted() -> None:
    one, two = node(GROUP, "nginx", name="n"), node(GROUP, "worker", name="w")
    new = optioned(node(GROUP, "all", name="w"), aliases=["urn:gone", two.urn, one.urn])
    found = change([one, two], [new])
    assert ops(found) == {"nginx": "delete"}
    assert "log-group-deleted" in guarded(found)
    assert ops(change([one, two], [optioned(new, aliases=[one.urn, two.urn])])) == {
        "all": "replace",
        "worker": "delete",
    }
