"""The plan of one stack of the account project, from the real configuration, without any AWS."""

from __future__ import annotations

from pathlib import Path

from infra.account_config import account_file, load_account
from infra.config_source import load
from infra.stacks.account import account
from rehearsal.graph import Graph
from rehearsal.in_process import run
from rehearsal.platform import NoAws

PROJECT = "account"


def planned(root: Path, stack: str, *, foretell: bool = False) -> Graph:
    """The graph from account/Pulumi.<stack>.yaml under `root` and the environments that it names, as the engine's
    program has them; with `foretell` to be compared with another such plan. Raises ConfigError or ProviderError.
    """
    config = load_account(root, stack)
    environments = {one.name: load(root, one.name) for one in config.environments}
    return run(
        lambda: account(config, environments, source=f"account/{account_file(root, stack).name}"),
        aws=NoAws(account_id=config.aws.account_id, region=config.aws.region),
        project=PROJECT,
        stack=stack,
        config={},
        preview=True,
        foretell=foretell,
    ).graph
