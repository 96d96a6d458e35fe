"""Credentials of every ordinary kind: static ones at once, all others by botocore.

Static keys, in variables or in a profile that holds nothing else, are read here, since importing botocore takes longer
than a deploy that changes nothing. Everything else is botocore's: single sign-on, assumed roles, `credential_process`,
web identity, a machine's or container's role. Which of them wins is botocore's order; a test compares the two.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.aws.signing import Credentials

STATIC = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"}
# What may stand beside static keys without changing whose keys are used.
SETTINGS = {"region", "output", "cli_pager", "retry_mode", "max_attempts", "ca_bundle"}


def provider(region: str) -> Callable[[], Credentials]:
    """A function that gives the credentials of the moment; raises CredentialsError where there are none."""
    found = from_variables(os.environ) or from_profile(os.environ)
    if found is not None:
        static = found
        return lambda: static
    return _botocore(region)


def from_variables(variables: Mapping[str, str]) -> Credentials | None:
    """Static keys of AWS_ACCESS_KEY_ID and its like; None where they are not all set."""
    access, secret = variables.get("AWS_ACCESS_KEY_ID"), variables.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        return None
    token = variables.get("AWS_SESSION_TOKEN") or variables.get("AWS_SECURITY_TOKEN")
    return Credentials(access_key=access, secret_key=secret, token=token or None, source="the AWS_ variables")


def from_profile(variables: Mapping[str, str]) -> Credentials | None:
    """Static keys of the profile in the shared credentials file; None where anything else may come before them."""
    if variables.get("AWS_ACCESS_KEY_ID") or variables.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return None
    profile = variables.get("AWS_DEFAULT_PROFILE") or variables.get("AWS_PROFILE") or "default"
    home = Path(variables.get("HOME") or Path.home())
    credentials = _section(variables.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws/credentials", [profile])
    words = ["profile", profile]
    config = _section(variables.get("AWS_CONFIG_FILE") or home / ".aws/config", words)
    if profile == "default":
        config |= _section(variables.get("AWS_CONFIG_FILE") or home / ".aws/config", [profile])
    if not credentials or credentials.keys() - STATIC - SETTINGS or config.keys() - SETTINGS:
        return None
    access, secret = credentials.get("aws_access_key_id"), credentials.get("aws_secret_access_key")
    if not access or not secret:
        return None
    token = credentials.get("aws_session_token") or credentials.get("aws_security_token")
    return Credentials(access_key=access, secret_key=secret, token=token, source=f"the profile {profile}")


def _section(file: str | Path, words: list[str]) -> dict[str, str]:
    """The values of the section of that name; whatever cannot be read here is botocore's to judge."""
    import configparser
    import shlex

    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(Path(os.path.expandvars(file)).expanduser().read_text(encoding="utf-8"))
        names = [name for name in parser.sections() if name == words[-1] == words[0] or shlex.split(name) == words]
        return {key: value for name in names for key, value in parser.items(name)}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, configparser.Error):
        return {"unreadable": ""}


def _botocore(region: str) -> Callable[[], Credentials]:
    from scripts.aws.session import any_account, usable

    held = any_account(region)

    def current() -> Credentials:
        frozen = usable(held)
        return Credentials(access_key=frozen.access_key, secret_key=frozen.secret_key, token=frozen.token)

    current()
    return current
