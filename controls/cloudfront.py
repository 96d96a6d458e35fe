"""FSBP controls for Amazon CloudFront distributions and their origins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controls.control import Control, Judge, Severity, each
from controls.inputs import block, known, peek, rows, value
from controls.references import pointing
from controls.s3 import BUCKET
from rehearsal.graph import UNKNOWN, Graph, Node

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"
LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
LOG_DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"

# The parameter securityPolicies of CloudFront.15.
_MODERN_TLS = {"TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"}

Block = Mapping[str, Any]


def _behaviors(distribution: Node) -> list[Block]:
    return [*rows(distribution, "defaultCacheBehavior"), *rows(distribution, "orderedCacheBehaviors")]


def _s3_origins(distribution: Node) -> list[Block]:
    return [origin for origin in rows(distribution, "origins") if _is_s3(origin)]


def _is_s3(origin: Block) -> bool:
    if origin.get("customOriginConfig") or origin.get("vpcOriginConfig"):
        return False
    domain = str(origin.get("domainName"))
    return domain == UNKNOWN or ".s3." in domain or ".s3-" in domain or bool(origin.get("s3OriginConfig"))


def _root_object(distribution: Node, _: Graph) -> str | None:
    if not _s3_origins(distribution) or value(distribution, "defaultRootObject"):
        return None
    return "it has no default root object"


def _https_for_viewers(distribution: Node, _: Graph) -> str | None:
    for behavior in _behaviors(distribution):
        policy = known(behavior.get("viewerProtocolPolicy"), f"a viewer protocol policy of {distribution.name}")
        if policy not in {"redirect-to-https", "https-only"}:
            return f"the behaviour {behavior.get('pathPattern', '(default)')} answers plain HTTP"
    return None


def _failover(distribution: Node, _: Graph) -> str | None:
    groups = rows(distribution, "originGroups")
    return None if any(len(group.get("members") or ()) >= 2 for group in groups) else "no origin has a second one"


def _logged(distribution: Node, graph: Graph) -> str | None:
    if value(distribution, "loggingConfig.bucket"):
        return None
    for source in pointing(graph, LOG_SOURCE, "resourceArn", distribution):
        if value(source, "logType") == "ACCESS_LOGS" and pointing(graph, LOG_DELIVERY, "deliverySourceName", source):
            return None
    return "its requests are not logged"


def _filtered(distribution: Node, _: Graph) -> str | None:
    return None if value(distribution, "webAclId") else "no web ACL filters its requests"


def _certificate(distribution: Node) -> bool:
    keys = ("acmCertificateArn", "iamCertificateId")
    return any(value(distribution, f"viewerCertificate.{key}") for key in keys)


def _own_certificate(distribution: Node, _: Graph) -> str | None:
    return None if _certificate(distribution) else "it uses CloudFront's default certificate"


def _by_server_name(distribution: Node, _: Graph) -> str | None:
    if not _certificate(distribution) or value(distribution, "viewerCertificate.sslSupportMethod") == "sni-only":
        return None
    return "it takes dedicated addresses for TLS"


def _modern_tls(distribution: Node, _: Graph) -> str | None:
    if not _certificate(distribution):
        return None
    version = value(distribution, "viewerCertificate.minimumProtocolVersion", "TLSv1")
    return None if version in _MODERN_TLS else f"it accepts TLS by the old policy {version}"


def _https_to_origin(node: Node, _: Graph) -> str | None:
    if node.type == VPC_ORIGIN:
        policy = value(node, "vpcOriginEndpointConfig.originProtocolPolicy")
        return None if policy == "https-only" else f"its protocol policy is {policy}"
    viewers_on_http = any(one.get("viewerProtocolPolicy") == "allow-all" for one in _behaviors(node))
    for origin in rows(node, "origins"):
        policy = block(origin, "customOriginConfig", node).get("originProtocolPolicy", "https-only")
        policy = known(policy, f"an origin protocol policy of {node.name}")
        if policy == "http-only" or (policy == "match-viewer" and viewers_on_http):
            return f"it speaks plain HTTP to the origin {origin.get('originId')}"
    return None


def _no_old_ssl(node: Node, _: Graph) -> str | None:
    if node.type == VPC_ORIGIN:
        spoken = list(value(node, "vpcOriginEndpointConfig.originSslProtocols.items", []))
    else:
        customs = [block(origin, "customOriginConfig", node) for origin in rows(node, "origins")]
        spoken = [protocol for custom in customs for protocol in block(custom, "originSslProtocols", node)]
    known_ones = [known(protocol, f"an origin's TLS protocol of {node.name}") for protocol in spoken]
    return "it speaks SSLv3 to an origin" if "SSLv3" in known_ones else None


def _buckets_exist(distribution: Node, graph: Graph) -> str | None:
    names = [
        str(known(peek(bucket, "bucket") or bucket.id, f"the name of {bucket.name}")) for bucket in graph.of(BUCKET)
    ]
    for origin in _s3_origins(distribution):
        domain = str(known(origin.get("domainName"), f"an origin's domain of {distribution.name}"))
        if not any(domain.startswith(f"{name}.s3") for name in names):
            return f"its origin {domain} is no bucket of this environment"
    return None


def _origin_access_control(distribution: Node, _: Graph) -> str | None:
    for origin in _s3_origins(distribution):
        if not known(origin.get("originAccessControlId"), f"an origin access control of {distribution.name}"):
            return f"its origin {origin.get('originId')} has no origin access control"
    return None


def _key_groups(distribution: Node, _: Graph) -> str | None:
    signers = any(behavior.get("trustedSigners") for behavior in _behaviors(distribution))
    return "it trusts AWS accounts as signers" if signers else None


def _control(id_: str, severity: Severity, judge: Judge, title: str, remedy: str, differs: str = "") -> Control:
    types = (DISTRIBUTION, VPC_ORIGIN) if id_ in {"CloudFront.9", "CloudFront.10"} else (DISTRIBUTION,)
    return Control(id=id_, title=title, severity=severity, rule=each(types, judge), remedy=remedy, differs=differs)


CONTROLS = (
    _control(
        "CloudFront.1",
        "high",
        _root_object,
        "CloudFront distributions should have a default root object configured",
        "set defaultRootObject to index.html, as the website component does",
    ),
    _control(
        "CloudFront.3",
        "medium",
        _https_for_viewers,
        "CloudFront distributions should require encryption in transit",
        "set redirect-to-https on every behaviour, as the website component does",
    ),
    _control(
        "CloudFront.4",
        "low",
        _failover,
        "CloudFront distributions should have origin failover configured",
        "set website.failover_region, or accept it with why one region is enough",
    ),
    _control(
        "CloudFront.5",
        "medium",
        _logged,
        "CloudFront distributions should have logging enabled",
        "set website.access_logs to true",
        "Standard logging v2 counts too. Security Hub's rule looks at legacy logging alone, which needs a bucket"
        " with access control lists and so breaks S3.12.",
    ),
    _control(
        "CloudFront.6",
        "medium",
        _filtered,
        "CloudFront distributions should have WAF enabled",
        "set website.waf to true",
    ),
    _control(
        "CloudFront.7",
        "medium",
        _own_certificate,
        "CloudFront distributions should use custom SSL/TLS certificates",
        "set dns.domain",
    ),
    _control(
        "CloudFront.8",
        "low",
        _by_server_name,
        "CloudFront distributions should use SNI to serve HTTPS requests",
        "set sslSupportMethod to sni-only, as the website component does",
    ),
    _control(
        "CloudFront.9",
        "medium",
        _https_to_origin,
        "CloudFront distributions should encrypt traffic to custom origins",
        "set dns.domain with server.mode fleet, so that the load balancer has a certificate CloudFront trusts",
        "A VPC origin, whose protocol policy is on a resource of its own, is held to the same rule.",
    ),
    _control(
        "CloudFront.10",
        "medium",
        _no_old_ssl,
        "CloudFront distributions should not use deprecated SSL protocols between edge locations and custom origins",
        "leave TLSv1.2 alone in originSslProtocols, as the website component does",
    ),
    _control(
        "CloudFront.12",
        "high",
        _buckets_exist,
        "CloudFront distributions should not point to non-existent S3 origins",
        "point the origin at a bucket of this environment",
    ),
    _control(
        "CloudFront.13",
        "medium",
        _origin_access_control,
        "CloudFront distributions should use origin access control",
        "give every bucket origin an origin access control, as the website component does",
    ),
    _control(
        "CloudFront.15",
        "medium",
        _modern_tls,
        "CloudFront distributions should use the recommended TLS security policy",
        "set minimumProtocolVersion to TLSv1.2_2021 or newer, as the website component does",
    ),
    _control(
        "CloudFront.17",
        "medium",
        _key_groups,
        "CloudFront distributions should use trusted key groups for signed URLs and cookies",
        "name key groups, not accounts, as trusted signers",
        "A distribution that signs nothing passes: a public website is read without a signature. The Config rule"
        " behind the control also fails where no authentication is configured.",
    ),
)
