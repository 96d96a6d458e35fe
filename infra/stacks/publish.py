"""The outputs: exported field by field, and written as the parameter that scripts read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.outputs import Outputs


def publish(
    values: Mapping[str, pulumi.Input[Any]],
    *,
    parameter: str,
    after: Sequence[pulumi.Resource],
    provider: aws.Provider,
) -> None:
    """Exports the fields of Outputs and writes them to the SSM parameter; raises KeyError where one is not given.

    The parameter is written last, `after` all components: an `up` that fails must not announce half a platform. It is
    Pulumi's alone: whatever a release writes would be put back by the next `up`.
    """
    for field in fields(Outputs):
        pulumi.export(field.name, values[field.name])
    text = pulumi.Output.all(**values).apply(lambda known: Outputs(**known).to_parameter())
    aws.ssm.Parameter(
        "platform-parameter",
        name=parameter,
        type="String",
        description="What this environment is made of, for the deploy scripts",
        value=text,
        opts=pulumi.ResourceOptions(provider=provider, depends_on=list(after)),
    )
