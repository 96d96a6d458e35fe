"""Brings a component up alone, in an emulated AWS of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from infra.provider import aws_provider, environment_tags
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import Graph

ACCOUNT = "123456789012"
REGION = "us-east-1"
TAGS = environment_tags(product="acme", environment="dev", extra={})

BringUp = Callable[..., tuple[Graph, EmulatedAws]]


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    """An empty account, for what must be there before the program runs."""
    with EmulatedAws(account_id=ACCOUNT, region=REGION) as emulated:
        yield emulated


@pytest.fixture
def bring_up(aws: EmulatedAws) -> BringUp:
    """`bring_up(program)` gives the graph of a run and the AWS it left; `preview=True` only plans.

    `program` takes the options that the stack gives to every component: the one provider.
    """
    import pulumi

    from rehearsal.in_process import run

    def bring(
        program: Callable[[pulumi.ResourceOptions], object], *, preview: bool = False
    ) -> tuple[Graph, EmulatedAws]:
        def whole() -> None:
            provider = aws_provider(region=REGION, account_id=ACCOUNT, tags=TAGS)
            program(pulumi.ResourceOptions(providers={"aws": provider}))

        return run(whole, aws=aws, project="platform", stack="dev", config={}, preview=preview).graph, aws

    return bring
