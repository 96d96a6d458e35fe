"""Rules about how a distribution reaches its origins: where they are, whether signed, and whether by TLS.

Source: Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin" and "Require HTTPS for communication
between CloudFront and your custom origin".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from changes.behaviors import answering, behaviors, paths_where
from changes.change import Step
from changes.opened import properties as thrown_in
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
    """Origins of the same id, and paths, at another domain that is known, and no output of the program's own."""
    if step.before is None or step.after is None:
        return None
    moved = [f"fetches {', '.join(found)}" if (found := _moved(step.before, step.after)) else None,
             _answered_by_others(step.before, step.after)]  # fmt: skip
    return "; ".join(one for one in moved if one) or None


def _answered_by_others(before: Node, after: Node) -> str | None:
    """Paths that are answered from a domain that answered none of their requests, nor what has no path of its own."""
    old, new = _domains(before), _domains(after)
    main = _reached(behaviors(before)[-1][1], old)

    def others(was: Any, now: Any) -> set[str]:
        return {one for one in _reached(now, new) - _reached(was, old) - main if _is_strange(one)}

    paths = paths_where(behaviors(before), behaviors(after), lambda was, now: bool(others(was, now)))
    named = {
        one for path in paths for one in others(answering(behaviors(before), path), answering(behaviors(after), path))
    }
    return f"answers {', '.join(paths)} from {', '.join(sorted(named))}" if paths else None


def _reached(behavior: Any, domains: Mapping[str, frozenset[str]]) -> frozenset[str]:
    target = behavior.get("targetOriginId") if isinstance(behavior, Mapping) else None
    return domains.get(str(target), frozenset())


def _domains(node: Node) -> dict[str, frozenset[str]]:
    """The domains by the ids of origins, and of groups of them."""
    found = {str(one.get("originId")): frozenset({str(one.get("domainName"))}) for one in _origins(node)}
    for group in each_block(node, "originGroups"):
        if isinstance(group, Mapping):
            members = [one.get("originId") for one in listed(group.get("members")) if isinstance(one, Mapping)]
            reached = (found.get(str(one), frozenset()) for one in members)
            found[str(group.get("originId"))] = frozenset(domain for each in reached for domain in each)
    return found


def _is_strange(domain: str) -> bool:
    return domain not in OPEN and not names_an_output(domain)


def _moved(before: Node, after: Node) -> list[str]:
    domains = {one.get("originId"): one.get("domainName") for one in _origins(before)}
    found = []
    for one in _origins(after):
        old, new = domains.get(one.get("originId")), one.get("domainName")
        if None not in (old, new) and old != new and _is_strange(str(new)):
            found.append(f"{one.get('originId')} from {new} instead of {'another' if old in OPEN else old}")
    return sorted(found)


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
         types=DISTRIBUTION, check=_origin_moved,
         properties=("origins", "originGroups", "defaultCacheBehavior", "orderedCacheBehaviors",
                     *thrown_in("origin-moved")),
         remedy="make sure that you know whose it is"),
    Rule(id="origin-in-clear", title="A site reaches its server without TLS", risk="security", types=DISTRIBUTION,
         properties=("origins", *thrown_in("origin-in-clear")), check=_origin_in_clear,
         remedy="leave it at https-only with TLS 1.2"),
)  # fmt: skip
