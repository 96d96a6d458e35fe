"""Rules about how a distribution reaches its origins: where they are, whether signed, and whether by TLS.

Source: Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin" and "Require HTTPS for communication
between CloudFront and your custom origin".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from changes.change import Step
from changes.rule import DISTRIBUTION, EMPTY, OPEN, Rule, each_block
from controls.inputs import peek
from rehearsal.foretold import names_an_output
from rehearsal.graph import Node
from rehearsal.policy_documents import listed

_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1.1")


def _origin_opened(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    if peek(step.after, "origins") in OPEN and peek(step.before, "origins") not in OPEN:
        return "reads its origins as only the apply will tell"
    pairs = list(_pairs(step.before, step.after))
    found = sorted(
        {name for name, old, new in pairs if _access(old) not in EMPTY and _gone(_access(old), _access(new))}
    )
    return f"reads {', '.join(found)} unsigned, so that the bucket has to let others in" if found else None


def _gone(old: Any, new: Any) -> bool:
    return old != new and new in (*EMPTY, *OPEN)


def _pairs(before: Node, after: Node) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Each origin as it is now with what it was: by its id, and by its domain name, whatever its id is."""
    for new in _origins(after):
        for old in _origins(before):
            if old.get("originId") == new.get("originId") or old.get("domainName") == new.get("domainName"):
                yield str(new.get("originId")), old, new


def _origins(node: Node) -> list[Mapping[str, Any]]:
    return [one for one in each_block(node, "origins") if isinstance(one, Mapping)]


def _access(origin: Mapping[str, Any]) -> Any:
    older = origin.get("s3OriginConfig")
    identity = older.get("originAccessIdentity") if isinstance(older, Mapping) else None
    return origin.get("originAccessControlId") or identity


def _origin_moved(step: Step) -> str | None:
    """Origins of the same id at another domain that is known, and no output of the program's own."""
    if step.before is None or step.after is None:
        return None
    domains = {one.get("originId"): one.get("domainName") for one in _origins(step.before)}
    found = []
    for one in _origins(step.after):
        old, new = domains.get(one.get("originId")), one.get("domainName")
        if None not in (old, new) and old != new and new not in OPEN and not names_an_output(str(new)):
            found.append(f"{one.get('originId')} from {new} instead of {'another' if old in OPEN else old}")
    return f"fetches {', '.join(sorted(found))}" if found else None


def _origin_in_clear(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    pairs = list(_pairs(step.before, step.after))
    found = sorted({name for name, old, new in pairs if _may_be_tls(old) and not _is_tls(new) and old != new})
    return f"sends requests to {', '.join(found)} without TLS, or by an old version of it" if found else None


def _may_be_tls(origin: Mapping[str, Any]) -> bool:
    return _is_tls(origin) or _custom(origin) in OPEN


def _custom(origin: Mapping[str, Any]) -> Any:
    held = origin.get("customOriginConfig")
    return held.get("originProtocolPolicy") if isinstance(held, Mapping) else held


def _is_tls(origin: Mapping[str, Any]) -> bool:
    """Whether what comes from a server comes by TLS 1.2 or later; buckets and VPC origins say so elsewhere."""
    held = origin.get("customOriginConfig")
    versions = listed(held.get("originSslProtocols")) if isinstance(held, Mapping) else []
    return _custom(origin) in (None, "https-only") and not any(one in (*_OLD_TLS, *OPEN) for one in versions)


RULES = (
    Rule(id="origin-opened", title="A bucket behind a site has to let others in", risk="security", types=DISTRIBUTION,
         properties=("origins", "signingBehavior"), check=_origin_opened,
         remedy="leave the origin access control on, signing always"),
    Rule(id="origin-moved", title="A site fetches what it answers from another domain", risk="security",
         types=DISTRIBUTION, properties=("origins",), check=_origin_moved,
         remedy="make sure that you know whose it is"),
    Rule(id="origin-in-clear", title="A site reaches its server without TLS", risk="security", types=DISTRIBUTION,
         properties=("origins",), check=_origin_in_clear, remedy="leave it at https-only with TLS 1.2"),
)  # fmt: skip
