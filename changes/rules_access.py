"""Rules about access: what is opened, encrypted otherwise, or known too late to be judged."""

from __future__ import annotations

import re
from typing import Any, Final

from changes.change import Step
from changes.exposure import exposures
from changes.grants import Grant, beyond, grants
from changes.rule import OPEN, Rule, changed, sides
from controls.iam_documents import HOLDERS, documents
from controls.inputs import UndecidedError
from rehearsal.graph import Node

HARMLESS_WHEN_NEW: Final = {
    "firewall-detached",
    "granted-to-another",
    "key-rotation-off",
    "trust-widened",
}
_KEYS = ("keyId", "kmsKeyId", "kmsMasterKeyId", "performanceInsightsKmsKeyId", "masterUserSecretKmsKeyId")
_SSE = frozenset({"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"})
_OWN_KEY = "the key of AWS itself"
_TLS = ("sslPolicy", "viewerCertificate.minimumProtocolVersion")


def opened(step: Step) -> dict[str, str]:
    """What the step leaves open that was not open before it, in words, by the id of the rule that speaks of it."""
    if step.after is None:
        return {}
    before = exposures(step.before) if step.before else set()
    found = {one for one in exposures(step.after) if not any(other.covers(one) for other in before)}
    told: dict[str, set[str]] = {}
    for one in found:
        if step.before or one.rule not in HARMLESS_WHEN_NEW:
            told.setdefault(one.rule, set()).add(one.sentence)
    return {rule: "; ".join(sorted(sentences)) for rule, sentences in told.items()}


def _policy_open(step: Step) -> str | None:
    if step.before is None or step.after is None:
        return None
    before, after = ({one.name: one.content for one in _held(side)} for side in (step.before, step.after))
    if any(value in OPEN and before.get(name) not in OPEN for name, value in after.items()):
        return "has a policy that is only known once it is applied, so that nobody can tell now whom it lets in"
    return None


def _held(node: Node) -> list[Any]:
    try:
        return [one for one in documents(node) if one.kind != "identity"]
    except UndecidedError:
        return []


def _more_rights(step: Step) -> str | None:
    old, new = (_rights(side) for side in (step.before, step.after))
    more = sorted({f"{one.action} on {one.resource}" for one in beyond(new, old)})
    return f"may do more: {', '.join(more)}" if step.before and step.after and more else None


def _rights(node: Node | None) -> list[Grant]:
    return [one for one in grants(node) if one.kind == "identity" and one.effect == "Allow"]


def _denies_less(step: Step) -> str | None:
    old, new = ([one for one in grants(side) if one.effect == "Deny"] for side in (step.before, step.after))
    less = sorted({f"{one.action} on {one.resource}" for one in beyond(old, new)})
    return f"denies no longer: {', '.join(less)}" if step.before and step.after and less else None


def _unbounded(step: Step) -> str | None:
    old, new = sides(step, "permissionsBoundary")
    if step.before is None or step.after is None or old in (None, "") or old == new:
        return None
    return f"is bounded by {new} instead of {old}" if new else "has no permissions boundary any more"


def _secret_in_clear(step: Step) -> str | None:
    found = changed(step, "type")
    return "keeps its value in clear" if found and found[0] == "SecureString" else None


def _tls_version(policy: str) -> float:
    """The lowest TLS version that a policy of CloudFront or of a load balancer takes; 1.0 where its name tells none."""
    found = re.search(r"TLS(?:v|13-|-)?(1)[.-](\d)|FS-(1)-(\d)", policy)
    return float(".".join(part for part in found.groups() if part)) if found else 1.0


def _weaker_tls(step: Step) -> str | None:
    for path in _TLS:
        found = changed(step, path)
        if found and _tls_version(str(found[1])) < _tls_version(str(found[0])):
            return f"takes older TLS: {found[1]} instead of {found[0]}"
    return None


def _other_key(step: Step) -> str | None:
    for path in _KEYS:
        old, new = sides(step, path)
        if step.before and step.after and old != new and not (old in OPEN and new in OPEN):
            return f"is encrypted with {new or _OWN_KEY} instead of {old or _OWN_KEY}"
    return None


def _other_bucket_encryption(step: Step) -> str | None:
    found = changed(step, "rules")
    return "encrypts new files in another way; those that are there stay as they are" if found else None


def _other_tls(step: Step) -> str | None:
    for path in _TLS:
        found = changed(step, path)
        if found and _weaker_tls(step) is None:
            return f"takes TLS by {found[1]} instead of {found[0]}"
    return None


def _open(id_: str, title: str, remedy: str, *properties: str) -> Rule:
    return Rule(id=id_, title=title, risk="security", types=frozenset(), properties=properties, check=None,
                remedy=remedy)  # fmt: skip


RULES = (
    _open("opened-to-everyone", "Something is opened to the internet, to every account or to every site",
          "name who may: a prefix list, a security group, an account, an origin", "policy", "assumeRolePolicy",
          "cidrIpv4", "cidrIpv6", "fromPort", "toPort", "ipProtocol", "ingress", "acl",
          "publiclyAccessible", "internal", "corsRules", "permissions"),
    _open("public-access-unblocked", "A block of public access is taken off",
          "leave all four on; CloudFront reads private buckets", "blockPublicAcls", "blockPublicPolicy",
          "ignorePublicAcls", "restrictPublicBuckets"),
    _open("administrator-rights", "A policy allows everything", "name the actions and the resources",
          "policy", "policyArn", "managedPolicyArns"),
    _open("granted-to-another", "A policy lets another account, role or user in",
          "make sure that you know who it is", "policy", "policyDocument"),
    _open("source-not-known", "Whom a rule lets in is only told by the apply",
          "apply what it depends on first, then preview again", "cidrIpv4", "cidrIpv6", "ingress"),
    _open("trust-widened", "Somebody else may take a role", "make sure that you know who it is", "assumeRolePolicy"),
    _open("encryption-off", "Something is kept unencrypted", "leave it on; it costs nothing", "storageEncrypted",
          "rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings"),
    _open("plain-http", "Requests are taken without TLS", "redirect to HTTPS", "protocol", "defaultActions",
          "defaultCacheBehavior", "orderedCacheBehaviors"),
    _open("firewall-detached", "A site is behind no web application firewall any more",
          "leave the firewall on, or count instead of block while you try a rule", "webAclId"),
    _open("metadata-opened", "A machine's credentials can be read without a token", "set http_tokens to required",
          "metadataOptions"),
    _open("key-rotation-off", "A key is no longer rotated", "leave it on", "enableKeyRotation"),
    Rule(id="encryption-changed", title="Something is encrypted with another key", risk="security", types=frozenset(),
         properties=_KEYS, check=_other_key, remedy="make sure that all readers may use the new key, and keep the old"),
    Rule(id="bucket-encrypted-otherwise", title="A bucket encrypts in another way", risk="security", types=_SSE,
         properties=("rules",), check=_other_bucket_encryption,
         remedy="make sure that all readers may use the new key, and keep the old"),
    Rule(id="boundary-lifted", title="The permissions boundary of a role or user is taken off or changed",
         risk="security", types=frozenset(), properties=("permissionsBoundary",), check=_unbounded,
         remedy="leave it: it is what keeps an identity from widening itself"),
    Rule(id="deny-lifted", title="A policy no longer denies what it denied", risk="security", types=frozenset(HOLDERS),
         properties=("policy", "assumeRolePolicy", "policyDocument", "inlinePolicies"), check=_denies_less,
         remedy="leave it; what is denied nobody else can allow"),
    Rule(id="secret-in-clear", title="A parameter is no longer encrypted", risk="security",
         types=frozenset({"aws:ssm/parameter:Parameter"}), properties=("type",), check=_secret_in_clear,
         remedy="leave it a SecureString"),
    Rule(id="tls-weakened", title="Older versions of TLS are taken", risk="security", types=frozenset(),
         properties=("sslPolicy", "viewerCertificate"), check=_weaker_tls, remedy="leave it at TLS 1.2 or later"),
    Rule(id="tls-changed", title="Another set of TLS versions and ciphers", risk="security", types=frozenset(),
         properties=("sslPolicy", "viewerCertificate"), check=_other_tls, guarded=False,
         remedy="leave it at TLS 1.2 or later"),
    Rule(id="policy-not-known", title="A policy that only the apply will tell", risk="security",
         types=frozenset(HOLDERS), properties=("policy", "assumeRolePolicy", "policyDocument"), check=_policy_open,
         remedy="apply what it depends on first, then preview again"),
    Rule(id="rights-widened", title="An identity may do more than before", risk="security", types=frozenset(HOLDERS),
         properties=("policy", "inlinePolicies"), check=_more_rights, guarded=False,
         remedy="make sure that it needs them"),
)  # fmt: skip
