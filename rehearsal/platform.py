"""One environment of the real configuration: its plan, or the environment itself in an emulated AWS of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.names import Names
from infra.outputs import Outputs
from infra.stacks.platform import platform
from rehearsal.emulator import EmulatedAws, Kept
from rehearsal.graph import Graph
from rehearsal.in_process import Event, Run, run
from rehearsal.seeds import seed

PROJECT = "platform"


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """One environment that came up, and the emulated AWS that it is in while the block lasts."""

    environment: str
    config: PlatformConfig
    run: Run
    seeded: tuple[str, ...]
    aws: EmulatedAws

    @property
    def outputs(self) -> Outputs:
        """The stack's exports as the contract."""
        values: dict[str, Any] = {field.name: self.run.exports.get(field.name) for field in fields(Outputs)}
        return Outputs(**values)


@dataclass(frozen=True, kw_only=True)
class NoAws:
    """What a plan has for an AWS: an account and a region, and nobody to ask."""

    account_id: str
    region: str

    def client(self, service: str, region: str | None = None) -> NoReturn:
        """A plan calls nothing: reaching this is a mistake of the program."""
        raise AssertionError(f"a plan called {service} in {region or self.region}")

    @property
    def kept(self) -> tuple[Kept, ...]:
        """A plan keeps nothing."""
        return ()

    @property
    def records(self) -> NoReturn:
        """A plan holds nothing."""
        raise AssertionError("a plan looked into the records")

    def made(self, identifier: str) -> NoReturn:
        """A plan makes nothing."""
        raise AssertionError(f"a plan made {identifier}")

    def keep(self, service: str, operation: str, params: Mapping[str, Any]) -> NoReturn:
        """A plan keeps nothing."""
        raise AssertionError(f"a plan called {service}:{operation} with {', '.join(params)}")


def planned(root: Path, environment: str) -> Graph:
    """The environment's graph from its YAML under `root`, without any AWS; raises ConfigError or ProviderError."""
    return planned_config(read_environment(root, environment), environment)


def planned_config(config: PlatformConfig, environment: str, *, foretell: bool = False) -> Graph:
    """The same for a configuration in memory; with `foretell` to be compared with another such plan."""
    aws = NoAws(account_id=config.aws.account_id, region=config.aws.region)
    return run(
        lambda: platform(config, environment),
        aws=aws,
        project=PROJECT,
        stack=environment,
        config={},
        preview=True,
        foretell=foretell,
    ).graph


@contextmanager
def rehearsed(
    root: Path, environment: str, *, on_event: Callable[[Event], None] = lambda _event: None
) -> Iterator[Rehearsal]:
    """Brings the environment up from its YAML under `root`; raises ConfigError or ProviderError."""
    config = read_environment(root, environment)
    with rehearsed_config(config, environment, on_event=on_event) as rehearsal:
        yield rehearsal


@contextmanager
def rehearsed_config(
    config: PlatformConfig, environment: str, *, on_event: Callable[[Event], None] = lambda _event: None
) -> Iterator[Rehearsal]:
    """The same for a configuration in memory."""
    names = Names(product=config.product.name, environment=environment, account_id=config.aws.account_id)
    with EmulatedAws(account_id=config.aws.account_id, region=config.aws.region) as aws:
        seeded = seed(aws, config, names)
        result = run(
            lambda: platform(config, environment),
            aws=aws,
            project=PROJECT,
            stack=environment,
            config={},
            on_event=on_event,
        )
        yield Rehearsal(environment=environment, config=config, run=result, seeded=seeded, aws=aws)


def outputs_table(outputs: Outputs) -> dict[str, Any]:
    """The outputs by name, those that are set."""
    return {name: value for name, value in asdict(outputs).items() if value is not None}
