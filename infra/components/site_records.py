"""The records that lead the site's domain to the CDN, made once the distribution is there."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class SiteRecordsArgs:
    """The domain, its zone, and the distribution with the hosted zone that CloudFront has for aliases."""

    domain: str
    zone_id: pulumi.Input[str]
    distribution_domain: pulumi.Input[str]
    distribution_zone_id: pulumi.Input[str]


class SiteRecords(pulumi.ComponentResource):
    """The domain as an alias of the distribution, over IPv4 and IPv6."""

    def __init__(self, name: str, args: SiteRecordsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:SiteRecords", name, None, opts)
        for kind in ("A", "AAAA"):
            aws.route53.Record(
                f"{name}-{kind.lower()}",
                zone_id=args.zone_id,
                name=args.domain,
                type=kind,
                aliases=[
                    {
                        "name": args.distribution_domain,
                        "zone_id": args.distribution_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"domain": args.domain})
