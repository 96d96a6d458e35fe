"""The platform's outputs for a deploy: from the SSM parameter that `pulumi up` wrote, or from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from infra.errors import PlatformError
from infra.names import Names
from infra.outputs import Outputs, from_parameter
from scripts.aws.http import AwsError, AwsHttp, endpoint
from scripts.aws.signing import Credentials


def from_file(file: Path, *, environment: str, account_id: str) -> Outputs:
    """The outputs in a JSON file of the parameter's form; raises PlatformError or OutputsError."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlatformError(f"{file}: cannot be read ({error}); write the platform parameter's value there") from None
    return from_parameter(text, environment=environment, account_id=account_id)


def from_aws(credentials: Callable[[], Credentials], *, names: Names, region: str) -> Outputs:
    """The outputs of an environment that is up; raises AwsError, OutputsError or PlatformError."""
    http = AwsHttp(
        service="ssm",
        region=region,
        endpoint=endpoint("ssm", f"https://ssm.{region}.amazonaws.com"),
        credentials=credentials,
    )
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter"}
    body = json.dumps({"Name": names.platform_parameter}).encode()
    try:
        answer = http.request("POST", "/", headers=headers, body=body)
    except AwsError as error:
        if error.code != "ParameterNotFound":
            raise
        raise PlatformError(
            f"{names.environment} is not up: your credentials' account has no {names.platform_parameter} in {region}; "
            f"run `diceytech up --env {names.environment}`, or switch profile"
        ) from None
    value = json.loads(answer.body)["Parameter"]["Value"]
    return from_parameter(value, environment=names.environment, account_id=names.account_id)
