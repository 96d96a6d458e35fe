"""Security headers that CloudFront adds to every answer, by kind of behaviour."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.edge_functions import Kind

ONE_YEAR = 31_536_000  # seconds
UPLOADS_POLICY = "default-src 'none'; sandbox"  # what users upload must never run as a page of this site


def response_headers(
    parent: pulumi.Resource, name: str, *, content_security_policy: str
) -> dict[Kind, pulumi.Output[str]]:
    """Ids of the response headers policies by kind. The backend sets its own Content-Security-Policy."""
    policies: dict[Kind, str | None] = {
        "site": content_security_policy,
        "backend": None,
        "media": UPLOADS_POLICY,
    }
    made: dict[Kind, pulumi.Output[str]] = {}
    for kind, csp in policies.items():
        policy = aws.cloudfront.ResponseHeadersPolicy(
            f"{name}-{kind}",
            comment=f"security headers, {kind}",
            security_headers_config=_security(csp, referrer="no-referrer" if kind == "media" else None),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        made[kind] = policy.id
    return made


def _security(
    csp: str | None, *, referrer: str | None
) -> aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgsDict:
    config: aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgsDict = {
        "strict_transport_security": {
            "access_control_max_age_sec": ONE_YEAR,
            "include_subdomains": True,
            "override": True,
        },
        "content_type_options": {"override": True},
        "frame_options": {"frame_option": "DENY", "override": True},
        "referrer_policy": {"referrer_policy": referrer or "strict-origin-when-cross-origin", "override": True},
    }
    if csp is not None:
        config["content_security_policy"] = {"content_security_policy": csp, "override": True}
    return config
