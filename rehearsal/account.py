"""The plan of one stack of the account project, from the real configuration, without any AWS.

The engine's own program is run, account/__main__.py, so that nothing is missed that it registers by itself.
"""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pulumi

from infra.account_config import NAMESPACE, account_file, load_account
from infra.config_source import own_keys, read_yaml
from infra.errors import PlatformError
from infra.first_run import REHEARSAL
from rehearsal.graph import Graph
from rehearsal.in_process import run
from rehearsal.platform import NoAws

PROJECT = "account"


def planned(root: Path, stack: str, *, foretell: bool = False) -> Graph:
    """The graph from account/Pulumi.<stack>.yaml under `root` and the environments that it names, as the engine's
    program has them; with `foretell` to be compared with another such plan. Raises PlatformError.
    """
    config = load_account(root, stack)
    file = account_file(root, stack)
    own = own_keys(read_yaml(file), file, namespace=NAMESPACE)
    with _rehearsed():
        return run(
            lambda: _program(root),
            aws=NoAws(account_id=config.aws.account_id, region=config.aws.region),
            project=PROJECT,
            stack=stack,
            config={f"{NAMESPACE}:{key}": value for key, value in own.items()},
            preview=True,
            foretell=foretell,
        ).graph


def _program(root: Path) -> None:
    try:
        runpy.run_path(str(root / PROJECT / "__main__.py"), run_name="__main__")
    except pulumi.RunError as error:
        raise PlatformError(str(error)) from None


@contextmanager
def _rehearsed() -> Iterator[None]:
    """Says to the program that no account is meant, so that it takes the emulator's."""
    kept = os.environ.get(REHEARSAL)
    os.environ[REHEARSAL] = "1"
    try:
        yield
    finally:
        if kept is None:
            del os.environ[REHEARSAL]
        else:
            os.environ[REHEARSAL] = kept
