"""All controls that are checked: the standard's and the platform's own, sorted by service and number."""

from __future__ import annotations

from dataclasses import replace

from controls import (
    account,
    autoscaling,
    cloudfront,
    ec2,
    edge,
    elb,
    iam,
    iam_grants,
    iam_lint,
    messaging,
    platform,
    rds,
    s3,
    vpc,
)
from controls.control import Control
from controls.reasons import REASONS
from controls.standard import order

_STANDARD = (account, autoscaling, cloudfront, ec2, edge, elb, iam, messaging, rds, s3, vpc)
_OWN = (platform, iam_grants, iam_lint)

ALL: tuple[Control, ...] = tuple(
    sorted(
        (
            replace(one, why=one.why or REASONS.get(one.id, ""))
            for module in (*_STANDARD, *_OWN)
            for one in module.CONTROLS
        ),
        key=lambda control: order(control.id),
    )
)


def by_id(control_id: str) -> Control:
    """The control with this id; raises LookupError, naming it, where there is none."""
    for control in ALL:
        if control.id == control_id:
            return control
    raise LookupError(f"no control {control_id} is checked")
