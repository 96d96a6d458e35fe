"""A fault at every AWS call of every resource type, through the provider's protocol: nothing is lost or left behind.

What this shows is the stand-in provider, not the real one.
"""

from __future__ import annotations

import pytest

from tests.rehearsal.faults import probe, throttle

STACKS = ("account", "dev", "prod")


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_throttling_is_retried_unseen(stack: str) -> None:
    assert throttle(stack) > 50


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_an_error_at_any_call_names_the_resource_and_loses_nothing(stack: str) -> None:
    found = probe(stack)
    assert found.wrong == []
    assert found.injected.total() >= 10
