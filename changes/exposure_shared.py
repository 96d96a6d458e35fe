"""What resources share by lists of their own, which are no policies: whom they name, and where files are copied.

Source: Amazon S3 User Guide, "Access control list (ACL) overview" and "Replicating objects"; AWS Systems Manager User
Guide, "Sharing SSM documents"; Amazon CloudFront Developer Guide, "Use managed response headers policies".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from changes.exposed import Exposed, Target
from changes.rule import OPEN, each_block
from controls.inputs import peek
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_EVERYONE = ("/AllUsers", "/AuthenticatedUsers")  # groups of S3's access control lists
# `https://*.own.example`, or any port of one host; `*.example` is a whole top level, `*own.example` takes in evilown.
_OF_ONE_DOMAIN = re.compile(r"([a-z]+://)?\*\.[^*./:]+(\.[^*./:]+)+(:\d+)?|[a-z]+://[^*/:]+:\*", re.I)
_MANAGED_CORS = (
    "60669652-455b-4ae9-85a4-c4c02393f86c",  # SimpleCORS
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd",  # CORS-With-Preflight
    "e61eb60c-9c35-4d20-a928-2b84e02af89c",  # CORS-and-SecurityHeadersPolicy
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63",  # CORS-with-preflight-and-SecurityHeadersPolicy
)
_BUCKET_ARN = re.compile(r"^arn:[^:]*:s3:::")


def access_list(node: Node) -> Iterator[Exposed]:
    """Whom it names: of an access control list: groups by their address, others by their id."""
    for grant in (*each_block(node, "grants"), *each_block(node, "accessControlPolicy.grants")):
        held = grant if isinstance(grant, Mapping) else {"uri": grant}
        grantee = held.get("grantee", {})
        who = {**held, **(grantee if isinstance(grantee, Mapping) else {"uri": grantee})}
        what = ", ".join(str(one) for one in listed(held.get("permissions") or held.get("permission")))
        if who.get("uri") in OPEN or str(who.get("uri")).endswith(_EVERYONE):
            yield Exposed("opened-to-everyone", f"lets everyone in by an access control list: {what or 'not known'}")
        elif who.get("id"):
            yield Exposed("granted-to-another", f"lets {who['id']} in by an access control list: {what}")


def cors(node: Node) -> Iterator[Exposed]:
    """Sites whose scripts may call the bucket."""
    for rule in each_block(node, "corsRules"):
        if isinstance(rule, Mapping) and any(_is_any_site(str(one)) for one in listed(rule.get("allowedOrigins"))):
            yield Exposed("opened-to-everyone", "lets the scripts of every site call the bucket")


def cors_of_answers(node: Node) -> Iterator[Exposed]:
    """Sites whose scripts may read what a distribution answers."""
    for held in each_block(node, "corsConfig"):
        allowed = held.get("accessControlAllowOrigins") if isinstance(held, Mapping) else None
        origins = allowed.get("items") if isinstance(allowed, Mapping) else None
        if any(_is_any_site(str(one)) for one in listed(origins)):
            yield Exposed("opened-to-everyone", "lets the scripts of every site read the answers")


def is_open_to_sites(policy: object) -> bool:
    """Whether it is the id of a policy of AWS's own, the same in each account, by which every site may read answers."""
    return policy in _MANAGED_CORS


def _is_any_site(origin: str) -> bool:
    """Whether sites that anybody can make are let in: by a wildcard but for names within one domain, or by no name."""
    return origin == "null" or ("*" in origin and not _OF_ONE_DOMAIN.fullmatch(origin))


def of_bucket(node: Node) -> Iterator[Exposed]:
    """All that the bucket has in its own inputs."""
    yield from access_list(node)
    yield from cors(node)
    yield from replication(node)


def document(node: Node) -> Iterator[Exposed]:
    """Accounts that may use a document of Systems Manager."""
    held = peek(node, "permissions")
    if "all" in str(held).lower():
        yield Exposed("opened-to-everyone", "is shared with every account")
    for account in re.findall(r"\d{12}", str(held)):
        yield Exposed("granted-to-another", f"is shared with the account {account}", Target(account))


def replication(node: Node) -> Iterator[Exposed]:
    """Buckets that files are copied to, with the account that is to own the copies, if any is named."""
    for path in ("rules", "replicationConfiguration.rules"):
        made_of = node.property_dependencies.get(path.partition(".")[0], ())
        for rule in each_block(node, path):
            held = rule if isinstance(rule, Mapping) else {"destination": rule}
            target = held.get("destination")
            to = target if isinstance(target, Mapping) else {"bucket": target}
            if target is not None and held.get("status") != "Disabled":
                account, bucket = str(to.get("account") or ""), _BUCKET_ARN.sub("", str(to.get("bucket")))
                of = f" of the account {account}" if account else ""
                by = Target(account, bucket, made_of)
                yield Exposed("granted-to-another", f"copies its files to {bucket}{of}", by)
