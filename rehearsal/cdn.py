"""A distribution as the local AWS holds it, in the form in which requests are answered by it.

Sources: Amazon CloudFront Developer Guide, "Cache behavior settings" (path patterns, allowed methods), "Restrict access
to an Amazon S3 origin", "Optimize high availability with CloudFront origin failover".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.distribution_held import held_distribution
from rehearsal.policy_evaluation import matches
from rehearsal.resource import Aws
from rehearsal.resources.cloudfront.references import function_record, policy_record

Config = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header of a response headers policy; without `override` the origin's own stays."""

    name: str
    value: str
    override: bool


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where answers come from: a bucket, or the backend where `bucket` is None. `signed`: by origin access control."""

    bucket: str | None
    signed: bool
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How requests of a path pattern (None: all others) are answered; the second origin is asked after `failover`."""

    pattern: str | None
    origins: tuple[Origin, ...]
    failover: frozenset[int]
    methods: frozenset[str]
    forwards_everything: bool
    function: str | None
    headers: tuple[Header, ...]


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A distribution; `functions` are the published codes by name."""

    id: str
    account_id: str
    region: str
    domain: str
    root_object: str
    behaviours: tuple[Behaviour, ...]
    functions: Mapping[str, str]

    def behaviour(self, path: str) -> Behaviour:
        """The first whose pattern fits, else the default one."""
        fitting = (one for one in self.behaviours if one.pattern is None or matches(_rooted(one.pattern), path))
        return next(fitting)


def read(aws: Aws, identifier: str) -> Distribution:
    """The distribution with all that it refers to."""
    found = held_distribution(aws, identifier)["Distribution"]
    config: Config = found["DistributionConfig"]
    origins: dict[str, tuple[Origin, ...]] = {one["Id"]: (_origin(aws, one),) for one in _items(config["Origins"])}
    groups = {one["Id"]: one for one in _items(config.get("OriginGroups"))}
    for name, group in groups.items():
        origins[name] = tuple(origins[member["OriginId"]][0] for member in _items(group["Members"]))
    behaviours = [*_items(config.get("CacheBehaviors")), config["DefaultCacheBehavior"]]
    read_ones = tuple(_behaviour(aws, one, origins[one["TargetOriginId"]], groups) for one in behaviours)
    names = {one.function for one in read_ones if one.function}
    return Distribution(
        id=identifier,
        account_id=aws.account_id,
        region=aws.region,
        domain=found["DomainName"],
        root_object=config.get("DefaultRootObject", ""),
        behaviours=read_ones,
        functions={name: str(aws.records[function_record(name)]["liveCode"]) for name in sorted(names)},
    )


def _behaviour(aws: Aws, one: Config, origins: tuple[Origin, ...], groups: Mapping[str, Config]) -> Behaviour:
    edges = {edge["EventType"]: edge["FunctionARN"] for edge in _items(one.get("FunctionAssociations"))}
    arn = edges.get("viewer-request")
    group = groups.get(one["TargetOriginId"])
    codes = _items(group["FailoverCriteria"]["StatusCodes"]) if group else []
    return Behaviour(
        pattern=one.get("PathPattern"),
        origins=origins,
        failover=frozenset(codes),
        methods=frozenset(_items(one["AllowedMethods"])),
        forwards_everything=bool(one.get("OriginRequestPolicyId")),  # AllViewer is the only one that the platform uses
        function=arn.rpartition("/")[2] if arn else None,
        headers=_headers(aws, one.get("ResponseHeadersPolicyId")),
    )


def _origin(aws: Aws, origin: Config) -> Origin:
    control = origin.get("OriginAccessControlId")
    signed = False
    if control:
        found = aws.client("cloudfront").get_origin_access_control(Id=control)["OriginAccessControl"]
        signed = found["OriginAccessControlConfig"]["SigningBehavior"] == "always"
    custom = origin.get("CustomOriginConfig") or origin.get("VpcOriginConfig")
    return Origin(
        bucket=None if custom else origin["DomainName"].partition(".s3.")[0],
        signed=signed,
        headers={one["HeaderName"]: one["HeaderValue"] for one in _items(origin.get("CustomHeaders"))},
    )


def _headers(aws: Aws, policy_id: str | None) -> tuple[Header, ...]:
    """The security headers of a policy, as they are spelled in an answer."""
    if not policy_id:
        return ()
    security: Config = aws.records[policy_record(policy_id)]["config"].get("SecurityHeadersConfig", {})
    return tuple(
        Header(name=name, value=value(security[key]), override=security[key]["Override"])
        for key, (name, value) in _SPELLED.items()
        if key in security
    )


def _hsts(config: Config) -> str:
    more = [
        text for key, text in (("IncludeSubdomains", "includeSubDomains"), ("Preload", "preload")) if config.get(key)
    ]
    return "; ".join([f"max-age={config['AccessControlMaxAgeSec']}", *more])


_SPELLED: Mapping[str, tuple[str, Any]] = {
    "StrictTransportSecurity": ("Strict-Transport-Security", _hsts),
    "ContentTypeOptions": ("X-Content-Type-Options", lambda _: "nosniff"),
    "FrameOptions": ("X-Frame-Options", lambda config: config["FrameOption"]),
    "ReferrerPolicy": ("Referrer-Policy", lambda config: config["ReferrerPolicy"]),
    "ContentSecurityPolicy": ("Content-Security-Policy", lambda config: config["ContentSecurityPolicy"]),
}


def _rooted(pattern: str) -> str:
    return pattern if pattern.startswith(("/", "*")) else f"/{pattern}"


def _items(group: Config | None) -> list[Any]:
    return list((group or {}).get("Items") or [])
