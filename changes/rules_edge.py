"""Rules about the edge: what a distribution asks of callers, and how it reaches its origins.

Source: Amazon CloudFront Developer Guide, "Serve private content with signed URLs and signed cookies" and "Restrict
access to an Amazon S3 origin".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from changes.change import Step
from changes.rule import EMPTY, OPEN, Rule, each_block
from changes.wildcards import covers
from controls.inputs import peek
from rehearsal.graph import UNKNOWN, Node
from rehearsal.policy_documents import listed

_DISTRIBUTION = frozenset({"aws:cloudfront/distribution:Distribution"})
_ALL = "*"
_SIGNED = ("trustedKeyGroups", "trustedSigners")
_FUNCTIONS = ("functionAssociations", "lambdaFunctionAssociations")
_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1.1")


def _unsigned(step: Step) -> str | None:
    return _less_asked(step, _SIGNED, "answers without a signed address or cookie")


def _without_function(step: Step) -> str | None:
    return _less_asked(step, _FUNCTIONS, "no longer runs a function before it answers, such as a password's")


def _less_asked(step: Step, names: tuple[str, ...], words: str) -> str | None:
    """Paths of which something was asked before and may not be now."""
    if step.before is None or step.after is None:
        return None
    before, after = _behaviors(step.before), _behaviors(step.after)
    own = {path for path, _ in (*before, *after)}
    both = {one.replace(_ALL, other.removeprefix("/")) for one in own for other in own}
    for paths in (own, both):  # a request that two patterns fit is told where those of one alone lose nothing
        if lost := sorted(path for path in paths if _loses(_at(before, path, names), _at(after, path, names))):
            return f"{words}, for {', '.join(lost)}"
    return None


def _behaviors(node: Node) -> list[tuple[str, Any]]:
    """Path patterns and their behaviors in CloudFront's order, the default one last; one not known may be of any."""
    ordered = [(_pattern(one), one) for one in each_block(node, "orderedCacheBehaviors")]
    default = [(_ALL, one) for one in each_block(node, "defaultCacheBehavior")]
    return [*ordered, *(default or [(_ALL, {})])]


def _pattern(behavior: Any) -> str:
    path = behavior.get("pathPattern") if isinstance(behavior, Mapping) else UNKNOWN
    return _ALL if path in OPEN else str(path)


def _at(behaviors: list[tuple[str, Any]], path: str, names: tuple[str, ...]) -> list[Any]:
    """What the first behavior that answers the path asks."""
    bare = path.removeprefix("/")
    behavior = next(one for pattern, one in behaviors if covers(pattern.removeprefix("/"), bare))
    if not isinstance(behavior, Mapping):
        return [UNKNOWN]
    return [one for name in names for one in listed(behavior.get(name))]


def _loses(old: list[Any], new: list[Any]) -> bool:
    return bool(old) and new != old and not _certain(new)


def _certain(asked: list[Any]) -> bool:
    return bool(asked) and not any(one in OPEN for one in asked)


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
    Rule(id="signature-off", title="A site answers without a signed address or cookie", risk="security",
         types=_DISTRIBUTION, properties=("defaultCacheBehavior", "orderedCacheBehaviors"), check=_unsigned,
         remedy="leave its key groups on: files behind them were private"),
    Rule(id="edge-function-detached", title="A site runs no function before it answers any more", risk="security",
         types=_DISTRIBUTION, properties=("defaultCacheBehavior", "orderedCacheBehaviors"), check=_without_function,
         remedy="leave it on, or make sure that it was no password or check"),
    Rule(id="origin-opened", title="A bucket behind a site has to let others in", risk="security", types=_DISTRIBUTION,
         properties=("origins", "signingBehavior"), check=_origin_opened,
         remedy="leave the origin access control on, signing always"),
    Rule(id="origin-in-clear", title="A site reaches its server without TLS", risk="security", types=_DISTRIBUTION,
         properties=("origins",), check=_origin_in_clear, remedy="leave it at https-only with TLS 1.2"),
)  # fmt: skip
