"""The engine's plugins end when the engine is gone, a kill -9 too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["rehearsal.language_host", "rehearsal.plugin"])
def test_a_plugin_ends_when_the_engine_that_holds_its_input_is_gone(module: str) -> None:
    environment = {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as plugin:
        assert plugin.stdin is not None
        assert plugin.stdout is not None
        assert int(plugin.stdout.readline()) > 0
        assert plugin.poll() is None
        plugin.stdin.close()  # what the kernel does to it when the engine dies
        assert plugin.wait(timeout=60) == 0
