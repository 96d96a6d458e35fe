"""A boto3 session for the account that an environment names, and for no other.

Credentials come from wherever boto3 finds them: variables, profiles, single sign-on, a container's or machine's role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.errors import PlatformError

if TYPE_CHECKING:
    from infra.config import PlatformConfig

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 20, 2  # for each call; a person is waiting

NO_CREDENTIALS = "no AWS credentials; run `aws configure`, or set AWS_PROFILE"


class CredentialsError(PlatformError):
    """No credentials, or those of another account."""


def session(config: PlatformConfig, environment: str) -> Any:
    """A boto3 session in the environment's region; raises CredentialsError unless it is in its account."""
    where = f"Pulumi.{environment}.yaml in platform:aws.account_id"
    return session_of(config.aws.account_id, config.aws.region, named_in=where)


def session_of(account_id: str, region: str, *, named_in: str) -> Any:
    """A boto3 session in the account that a file names; raises CredentialsError for those of another account."""
    found = any_account(region)
    account = identity(found)["Account"]
    if account != account_id:
        hint = f"{account_id} is named in {named_in}"
        raise CredentialsError(f"the credentials are for account {account}, {hint}; switch profile, or edit that line")
    return found


def any_account(region: str) -> Any:
    """A boto3 session of whichever account the credentials are for; raises CredentialsError for a profile unknown."""
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    retries = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
    try:
        base = botocore.session.get_session()
        base.set_default_client_config(
            Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries)
        )
        return boto3.Session(botocore_session=base, region_name=region)
    except BotoCoreError as error:
        raise _unusable(error) from None


def identity(boto_session: Any) -> dict[str, str]:
    """Who the credentials are for: Account and Arn; raises CredentialsError where AWS does not say."""
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

    try:
        # Asked first: each client of a session without credentials would look for a machine's role again, 2 s each.
        if boto_session.get_credentials() is None:
            raise CredentialsError(NO_CREDENTIALS)
        answer = boto_session.client("sts").get_caller_identity()
    except (ConnectionError, HTTPClientError) as error:
        raise CredentialsError(f"AWS does not answer ({_one_line(error)}); check the network, then try again") from None
    except (BotoCoreError, ClientError) as error:
        raise _unusable(error) from None
    return {"Account": str(answer["Account"]), "Arn": str(answer["Arn"])}


def usable(boto_session: Any) -> Any:
    """The session's keys of the moment, renewed where they run out; raises CredentialsError where that fails."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = boto_session.get_credentials()
        if found is None:
            raise CredentialsError(NO_CREDENTIALS)
        return found.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> CredentialsError:
    return CredentialsError(f"no usable AWS credentials ({_one_line(error)}); renew them, or set AWS_PROFILE")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
