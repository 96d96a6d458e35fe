"""What IAM refuses of names, documents and numbers, each check as the stand-in's `limits` take it.

Quotas: IAM User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

import re

from rehearsal import policy_documents
from rehearsal.resource import Inputs, Limit

MANAGED_POLICIES_PER_ROLE = 10
KEYS_PER_USER = 2
GROUPS_PER_USER = 10
VERSIONS_PER_POLICY = 5
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]+/")


def names(inputs: Inputs) -> str | None:
    """Names and paths have the characters that IAM knows."""
    name, path = inputs.get("name"), inputs.get("path")
    if name is not None and not _NAME.fullmatch(str(name)):
        return f"IAM refuses the name {name}: use letters, digits and any of +=,.@_-"
    if path is not None and not _PATH.fullmatch(str(path)):
        return f"IAM refuses the path {path}: begin and end it with a slash"
    return None


def length(limit: int) -> Limit:
    """A name has at most this many characters."""

    def check(inputs: Inputs) -> str | None:
        name = str(inputs.get("name", ""))
        return f"the name {name} has {len(name)} characters of {limit}: shorten it" if len(name) > limit else None

    return check


def document(key: str, kind: policy_documents.Kind, limit: int) -> Limit:
    """The input `key` is a policy that IAM takes, of at most this many characters."""

    def check(inputs: Inputs) -> str | None:
        if key not in inputs:
            return None
        if found := policy_documents.fault(inputs[key], kind):
            return f"IAM refuses {key}: {found}"
        size = policy_documents.size(inputs[key])
        return f"{key} has {size:,} characters of {limit:,}: split it" if size > limit else None

    return check


def inline(kind: str) -> Limit:
    """An inline policy of a `role`, `group` or `user`."""
    return document("policy", "identity", policy_documents.INLINE_SIZES[kind])


def session(inputs: Inputs) -> str | None:
    """A role's sessions last between one and twelve hours."""
    seconds = inputs.get("maxSessionDuration", 3600)
    return None if 3600 <= seconds <= 43_200 else f"maxSessionDuration is {seconds}: use 3600 to 43200 seconds"


def groups_per_user(inputs: Inputs) -> str | None:
    """A user is in ten groups at most."""
    count = len(inputs.get("groups", []))
    return None if count <= GROUPS_PER_USER else f"{count} groups for a user, IAM allows {GROUPS_PER_USER}"


def provider_url(inputs: Inputs) -> str | None:
    """An identity provider's URL is https, without port or query."""
    url = str(inputs.get("url", "https://x"))
    if re.fullmatch(r"https://[^:?#]+", url):
        return None
    return f"IAM refuses the provider URL {url}: write https:// and a host, with no port, query or fragment"
