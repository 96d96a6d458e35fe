"""`diceytech render`: a file of an environment, from its configuration and, where it needs them, its outputs."""

from __future__ import annotations

from pathlib import Path

from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from infra.first_run import EMULATOR_ACCOUNT
from infra.names import Names
from infra.outputs import Outputs, from_parameter
from infra.rendering import FILES, rendered, subject
from scripts.terminal import err, out, write


def render(name: str, environment: str, root: Path, outputs: Outputs | None) -> str:
    """The text of one file; raises ConfigError, RenderingError or TemplateError."""
    return rendered(name, subject(read_environment(root, environment), environment, outputs))


def write_rendered(root: Path, name: str, environment: str, file: Path | None, *, rehearsed: bool = False) -> None:
    """Writes one file, or prints it; the outputs that it needs are those of `outputs_of`."""
    config = read_environment(root, environment)
    needs_outputs = name in FILES and FILES[name].needs_outputs
    outputs = outputs_of(root, environment, config, rehearsed=rehearsed) if needs_outputs else None
    write(file, render(name, environment, root, outputs))


def outputs_of(root: Path, environment: str, config: PlatformConfig, *, rehearsed: bool) -> Outputs:
    """The real outputs; with `rehearsed`, or where the account is the emulator's, those of a rehearsal.

    Raises what `read_outputs` and a rehearsal raise.
    """
    if rehearsed or config.aws.account_id == EMULATOR_ACCOUNT:
        err.print("the outputs are those of a rehearsal, not of AWS", markup=False)
        return _rehearsed_outputs(root, environment)
    return read_outputs(config, environment)


def read_outputs(config: PlatformConfig, environment: str) -> Outputs:
    """The platform's outputs from its SSM parameter; raises CredentialsError, OutputsError or PlatformError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from scripts.aws.session import session

    account = config.aws.account_id
    parameter = Names(product=config.product.name, environment=environment, account_id=account).platform_parameter
    try:
        answer = session(config, environment).client("ssm").get_parameter(Name=parameter)
    except (BotoCoreError, ClientError) as error:
        text = " ".join(str(error).split())
        raise PlatformError(f"{parameter} cannot be read ({text}); run `diceytech up --env {environment}`") from None
    return from_parameter(answer["Parameter"]["Value"], environment=environment, account_id=account)


def show_list() -> None:
    """Prints what can be rendered, and which of it needs an environment that is up."""
    from rich.table import Table

    table = Table("file", "for", "needs", box=None, header_style="bold")
    for name, file in FILES.items():
        table.add_row(name, file.purpose, "configuration, outputs" if file.needs_outputs else "configuration")
    out.print(table)


def _rehearsed_outputs(root: Path, environment: str) -> Outputs:
    from rehearsal.platform import rehearsed

    with rehearsed(root, environment) as found:
        return found.outputs
