"""FSBP controls for Elastic Load Balancing, as they apply to an Application Load Balancer."""

from __future__ import annotations

from controls.control import Control, Judge, Severity, each
from controls.inputs import block, is_true, rows, value
from controls.references import pointed_at
from controls.vpc import SUBNET, covered_zones
from rehearsal.graph import Graph, Node

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
TARGETS = "aws:lb/targetGroup:TargetGroup"

# The parameter sslPolicies of ELB.17.
_STRONG_POLICIES = {
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
}


def _redirects(listener: Node, _: Graph) -> str | None:
    if value(listener, "protocol", "HTTP") != "HTTP":
        return None
    first = next(iter(rows(listener, "defaultActions")), {})
    to_https = block(first, "redirect", listener).get("protocol") == "HTTPS"
    return None if first.get("type") == "redirect" and to_https else "it answers plain HTTP without a redirect"


def _drops_bad_headers(balancer: Node, _: Graph) -> str | None:
    return None if is_true(value(balancer, "dropInvalidHeaderFields")) else "it passes invalid header fields on"


def _logged(balancer: Node, _: Graph) -> str | None:
    return None if is_true(value(balancer, "accessLogs.enabled")) else "its requests are not logged"


def _protected(balancer: Node, _: Graph) -> str | None:
    return None if is_true(value(balancer, "enableDeletionProtection")) else "nothing protects it from deletion"


def _desync(balancer: Node, _: Graph) -> str | None:
    mode = value(balancer, "desyncMitigationMode", "defensive")
    return None if mode in {"defensive", "strictest"} else f"its desync mitigation mode is {mode}"


def _spans_zones(balancer: Node, graph: Graph) -> str | None:
    subnets = pointed_at(graph, balancer, "subnets", SUBNET)
    count = len(covered_zones(subnets)) if subnets else len(value(balancer, "subnets", []))
    return None if count >= 2 else "it stands in one availability zone"


def _strong_tls(listener: Node, _: Graph) -> str | None:
    if value(listener, "protocol", "HTTP") != "HTTPS":
        return None
    policy = value(listener, "sslPolicy", "ELBSecurityPolicy-2016-08")
    return None if policy in _STRONG_POLICIES else f"its TLS policy is {policy}"


def _encrypted(listener: Node, _: Graph) -> str | None:
    protocol = value(listener, "protocol", "HTTP")
    return None if protocol in {"HTTPS", "TLS"} else f"it speaks {protocol}"


def _health_encrypted(targets: Node, _: Graph) -> str | None:
    if value(targets, "targetType") == "lambda":
        return None
    protocol = value(targets, "healthCheck.protocol", "HTTP")
    return None if protocol == "HTTPS" else f"it asks for health over {protocol}"


def _targets_encrypted(targets: Node, _: Graph) -> str | None:
    protocol = value(targets, "protocol", "HTTP")
    if value(targets, "targetType") in {"lambda", "alb"} or protocol in {"GENEVE", "HTTPS", "TLS", "QUIC"}:
        return None
    return f"it speaks {protocol} to its targets"


def _control(id_: str, type_: str, judge: Judge, title: str, remedy: str, severity: Severity = "medium") -> Control:
    return Control(id=id_, title=title, severity=severity, rule=each(type_, judge), remedy=remedy)


CONTROLS = (
    _control(
        "ELB.1",
        LISTENER,
        _redirects,
        "Application Load Balancer should be configured to redirect all HTTP requests to HTTPS",
        "set dns.domain, so that the listener has a certificate",
    ),
    _control(
        "ELB.4",
        BALANCER,
        _drops_bad_headers,
        "Application Load Balancer should be configured to drop invalid http headers",
        "set dropInvalidHeaderFields, as the server component does",
    ),
    _control(
        "ELB.5",
        BALANCER,
        _logged,
        "Application and Classic Load Balancers logging should be enabled",
        "keep accessLogs on, as the server component does",
    ),
    _control(
        "ELB.6",
        BALANCER,
        _protected,
        "Application, Gateway, and Network Load Balancers should have deletion protection enabled",
        "set environment.protect to true",
    ),
    _control(
        "ELB.12",
        BALANCER,
        _desync,
        "Application Load Balancer should be configured with defensive or strictest desync mitigation mode",
        "set desyncMitigationMode to defensive or strictest, as the server component does",
    ),
    _control(
        "ELB.13",
        BALANCER,
        _spans_zones,
        "Application, Network and Gateway Load Balancers should span multiple Availability Zones",
        "name two or more network.zones",
    ),
    _control(
        "ELB.17",
        LISTENER,
        _strong_tls,
        "Application and Network Load Balancers with listeners should use recommended security policies",
        "set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06, as the server component does",
    ),
    _control(
        "ELB.18",
        LISTENER,
        _encrypted,
        "Application and Network Load Balancer listeners should use secure protocols to encrypt data in transit",
        "set dns.domain, so that the listener has a certificate",
    ),
    _control(
        "ELB.21",
        TARGETS,
        _health_encrypted,
        "Application and Network Load Balancer target groups should use encrypted health check protocols",
        "check health over HTTPS, as the server component does",
    ),
    _control(
        "ELB.22",
        TARGETS,
        _targets_encrypted,
        "ELB target groups should use encrypted transport protocols",
        "speak HTTPS to the targets, as the server component does; a load balancer does not check their certificate",
    ),
)
