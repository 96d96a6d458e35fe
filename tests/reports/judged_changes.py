"""Changes to show, judged and decided by the real rules, and texts that mean harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from changes.change import Acknowledgement, Change, Op, Step, Verdict
from changes.guard import decide
from changes.judge import judge
from changes.property_changes import property_changes
from rehearsal.graph import Graph, Node

TODAY = date(2026, 6, 1)
DATABASE, BUCKET, ALARM = "aws:rds/instance:Instance", "aws:s3/bucket:Bucket", "aws:cloudwatch/metricAlarm:MetricAlarm"
PARAMETER = "aws:ssm/parameter:Parameter"
HOSTILE = (
    "`x` | </details><script>alert(1)</script> @octocat #1 [x](https://evil.example) ![x](//evil.example/x.png)"
    " www.evil.example GH-26\n\n# heading\n- @octocat\n```\n</code></pre>\x1b[31m\x9b2J\u202egnp.\u2066\u200b\ud800"
    " ${{ x }} {{ 7*7 }}"
)
CANARY = "canary-4f1d-hunter2"


def component(name: str, kind: str = "Database") -> Node:
    token = f"platform:components:{kind}"
    return Node(
        urn=f"urn:pulumi:prod::platform::{token}::{name}", type=token, name=name, parent=None, inputs={}, custom=False
    )


def node(type_: str, name: str, inputs: Mapping[str, Any] | None = None, *, parent: Node | None = None) -> Node:
    chain = f"{parent.type}${type_}" if parent else type_
    return Node(
        urn=f"urn:pulumi:prod::platform::{chain}::{name}",
        type=type_,
        name=name,
        parent=parent.urn if parent else None,
        inputs=inputs or {},
    )


def step(op: Op, before: Node | None, after: Node | None) -> Step:
    changes = property_changes(before.inputs, after.inputs) if before and after else ()
    return Step(op=op, before=before, after=after, changes=changes)


def verdict(
    *steps: Step,
    beside: Sequence[Node] = (),
    words: Sequence[Acknowledgement] = (),
    stack: str = "prod",
    whole: bool = True,
    warnings: tuple[str, ...] = (),
    outside: bool = False,
) -> Verdict:
    before = Graph(tuple(sorted([*(one.before for one in steps if one.before), *beside], key=lambda one: one.urn)))
    after = Graph(tuple(sorted([*(one.after for one in steps if one.after), *beside], key=lambda one: one.urn)))
    ordered = tuple(sorted(steps, key=lambda one: one.node.urn))
    change = Change(
        stack=stack,
        origin="main..HEAD",
        steps=ordered,
        before=before,
        after=after,
        whole=whole,
        warnings=warnings,
        outside=outside,
    )
    return decide(judge(change), words, today=TODAY)


def word(rule: str, resource: str, *, until: date | None = date(2026, 12, 31), stack: str = "prod") -> Acknowledgement:
    return Acknowledgement(
        stack=stack, resource=resource, rule=rule, reason="restored beside it", until=until, source="ack:1"
    )


def deleted_database(name: str = "db") -> Step:
    return step("delete", node(DATABASE, name, {"instanceClass": "db.t4g.medium"}, parent=component("database")), None)


def resized_database(before: str = "db.t4g.medium", after: str = "db.t4g.large") -> Step:
    top = component("database")
    return step(
        "update",
        node(DATABASE, "main-db", {"instanceClass": before, "engine": "postgres"}, parent=top),
        node(DATABASE, "main-db", {"instanceClass": after, "engine": "postgres"}, parent=top),
    )


def created(number: int) -> list[Step]:
    tops = [component("alarms", "Alarms"), component("logs", "LogGroups")]
    return [step("create", None, node(ALARM, f"alarm-{index}", parent=tops[index % 2])) for index in range(number)]


def renamed_parameter(before: str, after: str, *, name: str = "setting", key: str = "description") -> Step:
    return step("update", node(PARAMETER, name, {key: before}), node(PARAMETER, name, {key: after}))


def hostile() -> Verdict:
    """A change whose every text that a person can write means harm."""
    return verdict(
        step("delete", node(BUCKET, HOSTILE, {"bucket": HOSTILE}, parent=component(HOSTILE, "Media")), None),
        step("create", None, node(f"acme:x/y:{HOSTILE}", HOSTILE)),
        renamed_parameter("a", HOSTILE, name=HOSTILE),
        step("update", node(PARAMETER, "map", {HOSTILE: "1"}), node(PARAMETER, "map", {HOSTILE: HOSTILE})),
        beside=[component(HOSTILE, "Media")],
        words=[Acknowledgement(
            stack=HOSTILE, resource=HOSTILE, rule="bucket-deleted", reason=HOSTILE, until=None, source=HOSTILE
        )],
        stack=HOSTILE,
        warnings=(HOSTILE,),
    )  # fmt: skip
