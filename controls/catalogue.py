"""All controls that are checked, sorted by service and number."""

from __future__ import annotations

from controls import account, autoscaling, cloudfront, ec2, edge, elb, iam, messaging, rds, s3, vpc
from controls.control import Control
from controls.standard import order

_MODULES = (account, autoscaling, cloudfront, ec2, edge, elb, iam, messaging, rds, s3, vpc)

ALL: tuple[Control, ...] = tuple(
    sorted((control for module in _MODULES for control in module.CONTROLS), key=lambda control: order(control.id))
)


def by_id(control_id: str) -> Control:
    """The control with this id; raises LookupError, naming it, where there is none."""
    for control in ALL:
        if control.id == control_id:
            return control
    raise LookupError(f"no control {control_id} is checked")
