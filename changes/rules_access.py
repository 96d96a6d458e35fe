"""Rules about access: what is opened, encrypted otherwise, or known too late to be judged."""

from __future__ import annotations

import re
from typing import Any

from changes.beside import TWICE
from changes.change import Risk, Step
from changes.exposure_targets import KEYS, LOGS
from changes.opened import properties as thrown_in
from changes.policies import PROPERTIES as POLICIES
from changes.rule import OPEN, Rule, changed, sides

_SSE = frozenset({"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"})
_OWN_KEY = "the key of AWS itself"
_CONNECTING = ("cidrIpv4", "cidrIpv6", "fromPort", "toPort", "ipProtocol", "prefixListId", "referencedSecurityGroupId",
               "ingress")  # fmt: skip
_WITHOUT_TLS = ("HTTP", "TCP", "UDP", "TCP_UDP")
_TLS = ("sslPolicy", "viewerCertificate.minimumProtocolVersion")


def _tls_version(policy: Any, *, unknown: float) -> float:
    """The lowest TLS version that a policy of CloudFront or of a load balancer takes; 1.0 where its name tells none."""
    if policy in OPEN:
        return unknown
    found = re.search(r"TLS(?:v|13-|-)?(1)[.-](\d)|FS-(1)-(\d)", str(policy))
    return float(".".join(part for part in found.groups() if part)) if found else 1.0


def _tls_changes(step: Step) -> list[tuple[Any, Any]]:
    """The policies before and after; what takes no TLS at all has none, and rules of its own."""
    if sides(step, "protocol")[1] in _WITHOUT_TLS:
        return []
    return [found for path in _TLS if (found := changed(step, path))]


def _weaker_tls(step: Step) -> str | None:
    for found in _tls_changes(step):
        if _tls_version(found[1], unknown=0) < _tls_version(found[0], unknown=9):
            return f"takes older TLS: {found[1]} instead of {found[0]}"
    return None


def _other_key(step: Step) -> str | None:
    for path in KEYS:
        old, new = sides(step, path)
        if step.before and step.after and old != new and not (old in OPEN and new in OPEN):
            what = "leads to" if path == "targetKeyId" else "is encrypted with"
            return f"{what} {new or _OWN_KEY} instead of {old or _OWN_KEY}"
    return None


def _other_bucket_encryption(step: Step) -> str | None:
    found = changed(step, "rules")
    return "encrypts new files in another way; those that are there stay as they are" if found else None


def _other_tls(step: Step) -> str | None:
    for found in _tls_changes(step):
        if _weaker_tls(step) is None:
            return f"takes TLS by {found[1]} instead of {found[0]}"
    return None


def _open(id_: str, title: str, remedy: str, *properties: str, risk: Risk = "security") -> Rule:
    """A rule of what is found for all of them at once, with the inputs that its switches stand in."""
    return Rule(id=id_, title=title, risk=risk, types=frozenset(), properties=(*properties, *thrown_in(id_)),
                check=None, remedy=remedy)  # fmt: skip


RULES = (
    _open("opened-to-everyone", "Something is opened to the internet, to every account or to every site",
          "name who may: a prefix list, a security group, an account, an origin", *POLICIES, *_CONNECTING, "corsRules",
          "corsConfig", "permissions", "grants", "accessControlPolicy", "defaultCacheBehavior",
          "orderedCacheBehaviors"),
    _open("public-access-unblocked", "A block of public access is taken off",
          "leave all four on; CloudFront reads private buckets"),
    _open("administrator-rights", "A policy allows everything, or all of IAM", "name the actions and the resources",
          *POLICIES, "policyArn", "managedPolicyArns"),
    _open("granted-to-another", "Another account, role or user is let in, gets copies, or has the key",
          "make sure that you know who it is", *POLICIES, "grants", "accessControlPolicy", "permissions", "rules",
          "replicationConfiguration", *KEYS, *sorted({path for paths in LOGS.values() for path in paths})),
    _open("source-not-known", "Whom a rule lets in is only told by the apply",
          "apply what it depends on first, then preview again", *_CONNECTING),
    _open("let-in-another", "A security group lets in a public address, or a list or group from elsewhere",
          "make sure that you know who it is", *_CONNECTING),
    _open("network-opened", "A security group lets in more of the own network: addresses, ports or groups",
          "name the group and the port that need it", *_CONNECTING),
    _open("trust-widened", "Somebody else may take a role", "make sure that you know who it is", "assumeRolePolicy"),
    _open("encryption-off", "Something is kept unencrypted", "leave it on; it costs nothing", "rootBlockDevice",
          "ebsBlockDevices", "blockDeviceMappings"),
    _open("plain-http", "Requests are taken without TLS", "redirect to HTTPS", "protocol", "defaultActions",
          "defaultCacheBehavior", "orderedCacheBehaviors"),
    _open("firewall-detached", "A site is behind no web application firewall any more",
          "leave the firewall on, or count instead of block while you try a rule"),
    _open("metadata-opened", "A machine's credentials can be read without a token", "set http_tokens to required"),
    _open("key-rotation-off", "A key is no longer rotated", "leave it on"),
    _open("public-address", "Machines get an address on the internet", "leave them private; load balancers are public"),
    _open("routed-to-internet", "A part of the network gets another way, to the internet or to others",
          "leave it behind the NAT gateway"),
    _open("security-groups-added", "Something is reached through further security groups",
          "add a rule to its own group instead: that names who and which port"),
    _open("moved-in-network", "Something goes to another part of the network",
          "make sure that nothing there leads to the internet"),
    _open("login-off", "A login, a certificate or a second factor is asked for no longer", "leave it on"),
    _open("protection-weakened", "A setting that protects an account or a service is weakened",
          "leave it: what needs it can be let in by name"),
    _open(TWICE, "A second resource of a setting that AWS has once: it overwrites the first",
          "change the one that is there"),
    _open("secret-in-clear", "A parameter is no longer encrypted", "leave it a SecureString"),
    Rule(id="encryption-changed", title="Something is encrypted with another key", risk="security", types=frozenset(),
         properties=KEYS, check=_other_key, remedy="make sure that all readers may use the new key, and keep the old"),
    Rule(id="bucket-encrypted-otherwise", title="A bucket encrypts in another way", risk="security", types=_SSE,
         properties=("rules",), check=_other_bucket_encryption,
         remedy="make sure that all readers may use the new key, and keep the old"),
    Rule(id="tls-weakened", title="Older versions of TLS are taken", risk="security", types=frozenset(),
         properties=("sslPolicy", "viewerCertificate"), check=_weaker_tls, remedy="leave it at TLS 1.2 or later"),
    Rule(id="tls-changed", title="Another set of TLS versions and ciphers", risk="security", types=frozenset(),
         properties=("sslPolicy", "viewerCertificate"), check=_other_tls, guarded=False,
         remedy="leave it at TLS 1.2 or later"),
)  # fmt: skip
