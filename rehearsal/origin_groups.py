"""CloudFront's origin groups: what AWS refuses in them, and how the API spells them.

Sources: Amazon CloudFront API Reference, "OriginGroup", and Developer Guide, "Optimize high availability with
CloudFront origin failover" and "Quotas".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.resource import Inputs

GROUPS, MEMBERS = 10, 2
STATUS_CODES = frozenset({400, 403, 404, 416, 429, 500, 502, 503, 504})
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def group_ids(inputs: Inputs) -> set[str]:
    """What a behaviour may name besides an origin."""
    return {one["originId"] for one in inputs.get("originGroups") or []}


def origin_groups(inputs: Inputs) -> str | None:
    """Ids of their own, two origins of the distribution each, known status codes, behaviours that only read."""
    groups = inputs.get("originGroups") or []
    origins = {one["originId"] for one in inputs.get("origins") or []}
    ids = [one["originId"] for one in groups]
    if len(groups) > GROUPS:
        return f"a distribution has at most {GROUPS} origin groups, not {len(groups)}: take some away"
    if len(ids) != len(set(ids)) or origins & set(ids):
        return "an origin group has the id of another group or of an origin: give each its own"
    return next((found for one in groups if (found := _fault(one, origins))), None) or _written(inputs, set(ids))


def _fault(group: Mapping[str, Any], origins: set[str]) -> str | None:
    name = group["originId"]
    members = [one["originId"] for one in group["members"]]
    if len(members) != MEMBERS or len(set(members)) != MEMBERS:
        return f"the origin group {name} has {len(set(members))} members: name {MEMBERS} different origins"
    if origins and (missing := [one for one in members if one not in origins]):
        return f"the origin group {name} names {missing[0]}, which is no origin of the distribution: add it"
    codes = group["failoverCriteria"]["statusCodes"]
    if not codes or len(codes) != len(set(codes)):
        return f"the origin group {name} needs status codes, each once: name those it fails over on"
    if wrong := sorted(set(codes) - STATUS_CODES):
        known = ", ".join(str(one) for one in sorted(STATUS_CODES))
        return f"the origin group {name} cannot fail over on {wrong[0]}: use some of {known}"
    return None


def _written(inputs: Inputs, ids: set[str]) -> str | None:
    default = inputs.get("defaultCacheBehavior")
    for one in [*([default] if default else []), *(inputs.get("orderedCacheBehaviors") or [])]:
        if one["targetOriginId"] in ids and (writes := sorted(set(one["allowedMethods"]) - _READS)):
            where = one.get("pathPattern", "the default behaviour")
            return f"{where}: an origin group does not take {writes[0]}: allow {', '.join(sorted(_READS))} only"
    return None


def first_members(config: Mapping[str, Any]) -> dict[str, str]:
    """The first origin of each group of a DistributionConfig, by the group's id."""
    groups = config["OriginGroups"].get("Items") or []
    return {one["Id"]: one["Members"]["Items"][0]["OriginId"] for one in groups}


def without_groups(config: Mapping[str, Any]) -> dict[str, Any]:
    """The DistributionConfig for the emulator, which knows no groups: behaviours name a group's first member."""
    firsts = first_members(config)

    def plain(behaviour: Mapping[str, Any]) -> dict[str, Any]:
        target = behaviour["TargetOriginId"]
        return {**behaviour, "TargetOriginId": firsts.get(target, target)}

    others = [plain(one) for one in config["CacheBehaviors"]["Items"]]
    return {
        **{key: value for key, value in config.items() if key != "OriginGroups"},
        "DefaultCacheBehavior": plain(config["DefaultCacheBehavior"]),
        "CacheBehaviors": {"Quantity": len(others), "Items": others},
    }


def group_request(group: Mapping[str, Any]) -> dict[str, Any]:
    """The API's OriginGroup."""
    codes, members = group["failoverCriteria"]["statusCodes"], group["members"]
    return {
        "Id": group["originId"],
        "FailoverCriteria": {"StatusCodes": {"Quantity": len(codes), "Items": list(codes)}},
        "Members": {"Quantity": len(members), "Items": [{"OriginId": one["originId"]} for one in members]},
    }
