"""What the CDN must know of the backend, and where CloudFront's VPC origins exist."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from infra.errors import PlatformError
from infra.names import Names

if TYPE_CHECKING:
    import pulumi

HEADER = "X-Origin-Secret"

# Ids, not names: `us-east-1a` is another zone in each account. Amazon CloudFront Developer Guide, "Restrict access with
# VPC origins", "Supported AWS Regions for VPC origins".
ZONES_WITHOUT_VPC_ORIGINS = frozenset({"use1-az3", "usw1-az2", "apne1-az3", "apne2-az1", "cac1-az3"})


class OriginError(PlatformError):
    """CloudFront cannot reach a backend that is placed so."""


@dataclass(frozen=True, kw_only=True)
class BackendOrigin:
    """The backend as an origin of the distribution.

    `vpc_origin_id` is set for the kind `vpc` alone. CloudFront sends `header_value`, a secret, in the header
    `header_name`, and nginx refuses requests without it: the ways in are shared with every other distribution.
    """

    domain_name: pulumi.Input[str]
    kind: Literal["vpc", "public"]
    vpc_origin_id: pulumi.Input[str] | None
    protocol: Literal["http", "https"]
    header_value: pulumi.Input[str] = field(repr=False)
    header_name: str = HEADER


def vpc_origin_name(names: Names, *, arn: str, protocol: str, tags: Mapping[str, str]) -> str:
    """A name of at most 64 characters, another one after any change: the old origin keeps its own until it goes."""
    digest = hashlib.sha256(json.dumps([protocol, sorted(tags.items())]).encode()).hexdigest()[:8]
    return f"{names.prefix}-{digest}-{arn.rsplit('/', 1)[1]}"


def refuse_zones_without_vpc_origins(zone_ids: Mapping[str, str]) -> None:
    """Raises OriginError where one of the zones, by name to id, has no VPC origins."""
    unfit = [f"{name} ({zone_id})" for name, zone_id in zone_ids.items() if zone_id in ZONES_WITHOUT_VPC_ORIGINS]
    if unfit:
        raise OriginError(
            f"network.zones: CloudFront has no VPC origins in {', '.join(unfit)} of this account; "
            "name another zone, or set server.origin: public"
        )
