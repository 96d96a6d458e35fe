"""A boto3 session for the account that an environment names, and for no other.

Credentials come from wherever boto3 finds them: variables, profiles, single sign-on, a container's or machine's role.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from infra.errors import PlatformError
from scripts.aws.signing import Credentials, CredentialsError

if TYPE_CHECKING:
    from infra.config import PlatformConfig

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 20, 2  # for each call; a person is waiting

NO_CREDENTIALS = "no AWS credentials; run `aws configure`, or set AWS_PROFILE"


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


def any_account(region: str | None) -> Any:
    """A boto3 session of whichever account the credentials are for; raises CredentialsError for a profile unknown.

    Credentials that cannot be found, renewed or sent are CredentialsError in all its clients, whenever that is. A
    client whose variable of an endpoint holds none is AwsError when it is made.
    """
    import boto3
    import botocore.session
    from botocore.config import Config

    retries = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
    with _told():
        base = botocore.session.get_session()
        base.set_default_client_config(
            Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries)
        )
        base.register("creating-client-class", _refuse_malformed_endpoint)
        base.register_component("credential_provider", _Resolver(base.get_component("credential_provider")))
        return boto3.Session(botocore_session=base, region_name=region)


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
    except (BotoCoreError, ClientError, ValueError) as error:  # a ValueError for an endpoint of the profile
        raise _unusable(_one_line(error)) from None
    return {"Account": str(answer["Account"]), "Arn": str(answer["Arn"])}


def usable(boto_session: Any) -> Any:
    """The session's keys of the moment, renewed where they run out; raises CredentialsError where that fails."""
    found = boto_session.get_credentials()
    if found is None:
        raise CredentialsError(NO_CREDENTIALS)
    return found.get_frozen_credentials()


def _refuse_malformed_endpoint(*, event_name: str, **_: Any) -> None:
    """As botocore calls it before it makes a client: the event ends in the service, as in `.secrets-manager`."""
    from scripts.aws.http import refuse_malformed_endpoint

    refuse_malformed_endpoint(event_name.rpartition(".")[2].replace("-", "_"))


class _Around:
    """Something of botocore's, and in its place to whoever asks it for anything."""

    def __init__(self, own: Any) -> None:
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)


class _Resolver(_Around):
    """botocore's search for credentials, which fails by CredentialsError alone."""

    def load_credentials(self) -> Any:
        with _told():
            found = self._own.load_credentials()
        return None if found is None else _Held(found)


class _Held(_Around):
    """botocore's credentials. Each client asks them before each request, which is when they are renewed."""

    def get_frozen_credentials(self) -> Any:
        with _told():
            found = self._own.get_frozen_credentials()
            source = str(self._own.method)
            Credentials(access_key=found.access_key, secret_key=found.secret_key, token=found.token, source=source)
        return found


@contextmanager
def _told() -> Iterator[None]:
    """Whatever goes wrong where credentials are found or renewed, as CredentialsError.

    Of what is no error of botocore's own its kind alone is told: it may quote what a process or a file holds.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except PlatformError:  # our own, of the client of a role among them
        raise
    except (BotoCoreError, ClientError, OSError, RuntimeError) as error:  # a RuntimeError: they have expired
        raise _unusable(_one_line(error)) from None
    except Exception as error:
        raise _unusable(f"what gives them cannot be understood: {type(error).__name__}") from None


def _unusable(why: str) -> CredentialsError:
    return CredentialsError(f"no usable AWS credentials ({why}); renew them, or set AWS_PROFILE")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
