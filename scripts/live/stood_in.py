"""What of an environment `diceytech live` does not have: each difference in a sentence, for whoever looks at it."""

from __future__ import annotations

from infra.config import PlatformConfig

ALWAYS = (
    "CloudFront: the platform's own distribution, read from the local AWS and answered by this toolkit; its functions "
    "run in Node.js; nothing is cached or compressed",
    "TLS: there is none, so viewers are not sent to HTTPS, and a function's redirects to this host stay on HTTP",
    "S3, SSM and the rest of AWS: moto; signatures and bucket policies are checked by this toolkit in front of its S3",
    "the server: gunicorn and the worker of the packaged release, on this machine; no nginx, no systemd, no VPC",
    "RDS: a PostgreSQL from a wheel, without TLS, its password in DATABASE_URL",
)


def stood_in(config: PlatformConfig) -> tuple[str, ...]:
    """The differences that every environment has here, and those of what this one asks for."""
    server, website, dns = config.server, config.website, config.dns
    asked = {
        "the fleet: one server and no load balancer, whatever the fleet's size": server.mode == "fleet",
        "the VPC origin: the backend is asked on loopback": server.origin == "vpc",
        "the scheduler is not run": config.product.backend.scheduler_command is not None,
        "WAF: the web ACL is in the local AWS, and no request is held against it": website.waf,
        f"the copy of the site in {website.failover_region}: nothing is replicated there, so that it is empty": (
            website.failover_region is not None
        ),
        f"{dns.domain if dns else ''}: the site has its distribution's name only": dns is not None,
    }
    return (*ALWAYS, *(text for text, here in asked.items() if here))
