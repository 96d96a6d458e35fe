"""Rules about the service: what restarts, gets smaller, or stops telling people."""

from __future__ import annotations

from changes.change import Step
from changes.rule import DATABASE, DISTRIBUTION, OPEN, Rule, changed, lowered, sides, turned_off

_GROUP = frozenset({"aws:autoscaling/group:Group"})
_INSTANCE = frozenset({"aws:ec2/instance:Instance"})
_ALARM = frozenset({"aws:cloudwatch/metricAlarm:MetricAlarm"})
_AT_ONCE = "applied at once"
_LATER = "in the next maintenance window"


def _resized(step: Step) -> str | None:
    found = changed(step, "instanceClass")
    when = _AT_ONCE if sides(step, "applyImmediately")[1] is True else _LATER
    return (
        f"goes from {found[0]} to {found[1]}, {when}: it is down for some minutes, less with a standby"
        if found
        else None
    )


def _alone(step: Step) -> str | None:
    if step.before is not None and turned_off(step, "multiAz"):
        return "loses its standby in another zone: a failure of its zone takes it down until it is restored"
    return None


def _fewer(step: Step) -> str | None:
    for path in ("maxSize", "minSize", "desiredCapacity"):
        found = lowered(step, path)
        if found:
            return f"has {found[1]} machines instead of {found[0]} ({path})"
    return None


def _restarted(step: Step) -> str | None:
    found = changed(step, "instanceType")
    return f"goes from {found[0]} to {found[1]}: it is stopped and started, which takes minutes" if found else None


def _silenced(step: Step) -> str | None:
    old, new = sides(step, "alarmActions", [])
    if step.before is not None and turned_off(step, "actionsEnabled", default=True):
        return "tells nobody any more"
    return "tells nobody any more" if step.before and step.after and old and not new and new not in OPEN else None


def _disabled(step: Step) -> str | None:
    return "answers nobody any more" if turned_off(step, "enabled", default=True) and step.before else None


def _balancer_deletable(step: Step) -> str | None:
    off = turned_off(step, "enableDeletionProtection")
    return "loses its deletion protection: one wrong call or click takes the API down" if off else None


RULES = (
    Rule(id="database-resized", title="Another instance class of the database", risk="downtime", types=DATABASE,
         properties=("instanceClass",), check=_resized, guarded=False,
         remedy="do it in a quiet hour, with the maintenance page on"),
    Rule(id="standby-off", title="A database without a standby any more", risk="downtime", types=DATABASE,
         properties=("multiAz",), check=_alone, guarded=False, remedy="leave it on in production"),
    Rule(id="fewer-machines", title="Fewer machines in the group", risk="downtime", types=_GROUP,
         properties=("maxSize", "minSize", "desiredCapacity"), check=_fewer, guarded=False,
         remedy="look at the load of the last weeks first"),
    Rule(id="server-resized", title="Another instance type of the server", risk="downtime", types=_INSTANCE,
         properties=("instanceType",), check=_restarted, guarded=False,
         remedy="do it in a quiet hour, with the maintenance page on"),
    Rule(id="alarm-silenced", title="An alarm that tells nobody", risk="downtime", types=_ALARM,
         properties=("alarmActions", "actionsEnabled"), check=_silenced, guarded=False,
         remedy="raise its threshold instead"),
    Rule(id="site-disabled", title="A distribution is turned off", risk="downtime", types=DISTRIBUTION,
         properties=("enabled",), check=_disabled, guarded=False, remedy="use `diceytech maintenance on` for a while"),
    Rule(id="balancer-protection-off", title="A load balancer loses its deletion protection", risk="downtime",
         types=frozenset({"aws:lb/loadBalancer:LoadBalancer"}), properties=("enableDeletionProtection",),
         check=_balancer_deletable, guarded=False, remedy="take it off only in the change that deletes it"),
)  # fmt: skip
