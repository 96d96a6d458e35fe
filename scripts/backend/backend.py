"""One environment's backend as its commands reach it: configuration, outputs and AWS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.config import PlatformConfig
from infra.config_across import environment as read_environment
from infra.errors import PlatformError
from infra.names import Names
from infra.outputs import Outputs, from_parameter
from scripts.aws.asking import AwsRefusedError, asking
from scripts.aws.session import session


@dataclass(frozen=True, kw_only=True)
class Backend:
    """`session` is a boto3 session in the environment's account and region."""

    config: PlatformConfig
    names: Names
    outputs: Outputs
    session: Any

    @property
    def release_parameter(self) -> str:
        """SSM parameter with the id of the release that a machine takes when it boots."""
        return self.names.release_parameters[0]

    @property
    def maintenance_parameter(self) -> str:
        """SSM parameter that says `on` while the maintenance page is to be served."""
        return self.names.release_parameters[1]

    def parameter(self, name: str) -> str | None:
        """An SSM parameter's value; None where there is none. Raises AwsRefusedError."""
        client = self.session.client("ssm")
        with asking(f"read {name}"):
            try:
                return str(client.get_parameter(Name=name)["Parameter"]["Value"])
            except client.exceptions.ParameterNotFound:
                return None

    def set_parameter(self, name: str, value: str) -> None:
        """Writes an SSM parameter; raises AwsRefusedError."""
        with asking(f"write {name}"):
            self.session.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def opened(root: Path, environment: str) -> Backend:
    """The backend of an environment that is up.

    Raises ConfigError for an environment that does not exist, CredentialsError, OutputsError, or PlatformError where
    the environment is not up.
    """
    config = read_environment(root, environment)
    names = Names(product=config.product.name, environment=environment, account_id=config.aws.account_id)
    boto = session(config, environment)
    try:
        with asking(f"read {names.platform_parameter}"):
            found = boto.client("ssm").get_parameter(Name=names.platform_parameter)
    except AwsRefusedError as error:
        if error.code != "ParameterNotFound":
            raise
        raise PlatformError(
            f"{environment} is not up: there is no {names.platform_parameter} in {config.aws.region}; "
            f"run `diceytech up --env {environment}`"
        ) from None
    outputs = from_parameter(found["Parameter"]["Value"], environment=environment, account_id=names.account_id)
    return Backend(config=config, names=names, outputs=outputs, session=boto)
