"""Values of secrets that are set before an environment comes up, read by name when the program runs."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.config import PlatformConfig
from infra.names import Names


def secret_value(config: PlatformConfig, names: Names, name: str, provider: aws.Provider) -> pulumi.Output[str]:
    """The value of the secret, as a Pulumi secret; the look-up fails where `diceytech secrets set` was forgotten."""
    opts = pulumi.InvokeOptions(provider=provider)
    path = names.secret(name)
    if config.secrets.store == "ssm":
        return pulumi.Output.secret(aws.ssm.get_parameter_output(name=path, with_decryption=True, opts=opts).value)
    return pulumi.Output.secret(aws.secretsmanager.get_secret_version_output(secret_id=path, opts=opts).secret_string)
