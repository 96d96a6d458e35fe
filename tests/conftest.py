"""What holds for every test: in CI a skip must be one that CI cannot mend."""

from __future__ import annotations

import gc
import os
import signal

import pytest
from hypothesis import settings

# The SDK's types are millions of objects that stay: walking them less often saves a tenth of the suite's CPU time.
gc.set_threshold(200_000, 50, 1000)

# How long an example takes says something of the machine, not of the code.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

# Under nohup every command that a test starts would rightly ignore a terminal that goes.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Why a test may be skipped in CI, by the beginning of its reason; anything else there is a missing set-up step.
UNAVOIDABLE_IN_CI = ("root may read and write everything",)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fails a green run in CI that skipped what CI can run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or exitstatus or not os.environ.get("CI"):
        return
    reasons = [str(report.longrepr[2]) for report in reporter.stats.get("skipped", [])]
    avoidable = [one for one in reasons if not one.removeprefix("Skipped: ").startswith(UNAVOIDABLE_IN_CI)]
    for reason in avoidable:
        reporter.write_line(f"skipped, but CI can run it: {reason}", red=True)
    if avoidable:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
