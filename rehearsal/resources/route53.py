"""Route 53: hosted zones, records, query logs, and the look-up of a zone that exists already."""

from __future__ import annotations

import re
from typing import Any

from infra.errors import PlatformError
from rehearsal import tagging
from rehearsal.api import refusal, unless_gone
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, spec

GLOBAL_REGION = "us-east-1"  # where AWS keeps what has no region
NAME_LIMIT = 253
LABEL_LIMIT = 63
_LABEL = re.compile(r"[a-z0-9_*]([a-z0-9_-]*[a-z0-9])?")
_GROUP_ARN = re.compile(r"arn:aws:logs:([a-z0-9-]+):\d{12}:log-group:[^:]+(:\*)?")


def domain_name(inputs: Inputs) -> str | None:
    """Labels and lengths of a domain name."""
    name = str(inputs.get("name", "x")).removesuffix(".")
    if len(name) > NAME_LIMIT or any(
        len(label) > LABEL_LIMIT or not _LABEL.fullmatch(label) for label in name.split(".")
    ):
        return f"{name} is no domain name: use labels of letters, digits and hyphens, 63 characters each, 253 in all"
    return None


def record_values(inputs: Inputs) -> str | None:
    """A record is an alias or has values and a time to live."""
    if "aliases" in inputs:
        return "an alias record has no values and no ttl: remove them" if {"records", "ttl"} & inputs.keys() else None
    if "records" in inputs and "ttl" not in inputs:
        return "a record with values needs a ttl: set one"
    if inputs.get("type") == "CNAME" and len(inputs.get("records", [])) > 1:
        return "a CNAME record has one value: remove the others"
    return None


def log_group(inputs: Inputs) -> str | None:
    """Route 53 writes to us-east-1 only."""
    arn = str(inputs.get("cloudwatchLogGroupArn", "arn:aws:logs:us-east-1:000000000000:log-group:x"))
    found = _GROUP_ARN.fullmatch(arn)
    if not found or found[1] != "us-east-1":
        return f"query logs go to a log group in us-east-1, not to {arn}: make the group there"
    return None


def create_zone(aws: Aws, inputs: Inputs) -> Created:
    """CreateHostedZone."""
    client = aws.client("route53")
    made = client.create_hosted_zone(
        Name=inputs["name"],
        CallerReference=f"pulumi-{inputs['name']}",
        HostedZoneConfig={"Comment": inputs.get("comment") or "Managed by Pulumi"},
    )
    zone_id = _zone_id(made["HostedZone"])
    aws.made(zone_id)
    _retag(client, zone_id, inputs)
    return Created(id=zone_id, outputs=_zone_outputs(zone_id, made["DelegationSet"]["NameServers"]))


def _zone_outputs(zone_id: str, servers: list[str]) -> Inputs:
    return {
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "zoneId": zone_id,
        "nameServers": sorted(servers),
        "primaryNameServer": servers[0],
    }


def held_zone(aws: Aws, identifier: str, _state: Inputs) -> Created | None:
    """GetHostedZone."""
    client = aws.client("route53")
    found = client.get_hosted_zone(Id=identifier)
    held = {
        "name": found["HostedZone"]["Name"].removesuffix("."),
        "comment": found["HostedZone"]["Config"].get("Comment"),
        "tagsAll": _tags(client, identifier),
    }
    return Created(id=identifier, outputs=held | _zone_outputs(identifier, found["DelegationSet"]["NameServers"]))


def update_zone(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """UpdateHostedZoneComment, then the tags."""
    client = aws.client("route53")
    client.update_hosted_zone_comment(Id=identifier, Comment=inputs.get("comment") or "Managed by Pulumi")
    _retag(client, identifier, inputs)
    return {}


def delete_zone(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteHostedZone, refused while it has records of its own, unless forceDestroy removes them."""
    client = aws.client("route53")
    zone = client.get_hosted_zone(Id=identifier)["HostedZone"]["Name"]
    own = [one for one in _records(client, identifier) if one["Name"] != zone or one["Type"] not in ("NS", "SOA")]
    if own and not state.get("forceDestroy"):
        message = f"The specified hosted zone contains non-required resource record sets: delete {own[0]['Name']} first"
        raise refusal("DeleteHostedZone", "HostedZoneNotEmpty", message)
    for record in own:
        _change(client, identifier, ("DELETE", record))
    client.delete_hosted_zone(Id=identifier)


def find_zone(aws: Aws, inputs: Inputs) -> list[str]:
    """Public zones of that name with those tags: a name may be there more than once."""
    client, name = aws.client("route53"), inputs["name"].removesuffix(".") + "."
    zones = [_zone_id(zone) for zone in client.list_hosted_zones()["HostedZones"] if zone["Name"] == name]
    return [zone for zone in zones if _tags(client, zone) == inputs["tagsAll"]]


def every_zone(aws: Aws, region: str) -> list[str]:
    """Ids of all; Route 53 is global, so that they are told for one region."""
    if region != GLOBAL_REGION:
        return []
    return [_zone_id(zone) for zone in aws.client("route53").list_hosted_zones()["HostedZones"]]


def _retag(client: Any, zone_id: str, inputs: Inputs) -> None:
    where = {"ResourceType": "hostedzone", "ResourceId": zone_id}
    tagging.retag(
        _tags(client, zone_id),
        inputs["tagsAll"],
        tag=lambda tags: client.change_tags_for_resource(**where, AddTags=tagging.as_list(tags)),
        untag=lambda keys: client.change_tags_for_resource(**where, RemoveTagKeys=keys),
    )


def _tags(client: Any, zone_id: str) -> tagging.Tags:
    found = client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone_id)
    return tagging.as_mapping(found["ResourceTagSet"].get("Tags"))


def _records(client: Any, zone_id: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return [record for page in pages for record in page["ResourceRecordSets"]]


def _change(client: Any, zone_id: str, *changes: tuple[str, dict[str, Any]]) -> None:
    """One batch of actions and their record sets: all of it happens, or nothing."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
    client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def create_record(aws: Aws, inputs: Inputs) -> Created:
    """ChangeResourceRecordSets; a record in use is not overwritten unless that is allowed."""
    client = aws.client("route53")
    name = inputs["name"].removesuffix(".")
    zone = client.get_hosted_zone(Id=inputs["zoneId"])["HostedZone"]["Name"].removesuffix(".")
    if name != zone and not name.endswith(f".{zone}"):
        raise refusal(
            "ChangeResourceRecordSets",
            "InvalidChangeBatch",
            f"RRSet with DNS name {name}. is not permitted in zone {zone}.: name the zone that holds it",
        )
    if not inputs.get("allowOverwrite") and _exists(client, inputs["zoneId"], name, inputs["type"]):
        raise refusal(
            "ChangeResourceRecordSets",
            "InvalidChangeBatch",
            f"Tried to create {name}. {inputs['type']} but it already exists: delete it, or import it",
        )
    _change(client, inputs["zoneId"], ("UPSERT", _record(name, inputs)))
    return Created(id=f"{inputs['zoneId']}_{name}_{inputs['type']}", outputs={"fqdn": name})


def _record(name: str, inputs: Inputs) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": name, "Type": inputs["type"]}
    if alias := inputs.get("aliases"):
        record["AliasTarget"] = {
            "DNSName": alias[0]["name"],
            "HostedZoneId": alias[0]["zoneId"],
            "EvaluateTargetHealth": alias[0]["evaluateTargetHealth"],
        }
    else:
        record |= {"TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in inputs["records"]]}
    return record


def held_record(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The record set. Imported as `<zone>_<name>_<type>`; after a change of its type the state knows it better."""
    zone_id, _, rest = identifier.partition("_")
    name, _, kind = rest.rpartition("_")
    kind = state.get("type") or kind
    for one in _records(aws.client("route53"), zone_id):
        if one["Name"].removesuffix(".") == name.removesuffix(".") and one["Type"] == kind:
            alias = one.get("AliasTarget")
            held = {
                "zoneId": zone_id,
                "name": state.get("name") or name,
                "type": kind,
                "ttl": one.get("TTL"),
                "records": [value["Value"] for value in one.get("ResourceRecords") or []],
                "aliases": alias and [_alias(alias)],
                "fqdn": name,
            }
            return Created(id=f"{zone_id}_{name}_{kind}", outputs=held)
    return None


def _alias(target: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": target["DNSName"].removesuffix("."),
        "zoneId": target["HostedZoneId"],
        "evaluateTargetHealth": target["EvaluateTargetHealth"],
    }


def update_record(aws: Aws, _identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
    """UPSERT; a changed type is deleted and created in one batch, so that its id changes with it."""
    client, name = aws.client("route53"), inputs["name"].removesuffix(".")
    old = _held_sets(client, state) if state["type"] != inputs["type"] else []
    wanted = ("UPSERT", _record(name, inputs))
    _change(client, inputs["zoneId"], *(("DELETE", one) for one in old), wanted)
    return {"fqdn": name}


def delete_record(aws: Aws, _identifier: str, state: Inputs) -> None:
    """DELETE of what is there now."""
    client = aws.client("route53")
    for one in _held_sets(client, state):
        _change(client, state["zoneId"], ("DELETE", one))


def _held_sets(client: Any, state: Inputs) -> list[dict[str, Any]]:
    """The record set of the state's name and type, if it is there."""
    named = (state["name"].removesuffix("."), state["type"])
    return [one for one in _records(client, state["zoneId"]) if (one["Name"].removesuffix("."), one["Type"]) == named]


def find_record(aws: Aws, inputs: Inputs) -> list[str]:
    """The record set of that name and type, if the zone has it."""
    identifier = f"{inputs['zoneId']}_{inputs['name'].removesuffix('.')}_{inputs['type']}"
    found = unless_gone(lambda: held_record(aws, identifier, {}))
    return [] if found is None else [identifier]


def create_query_log(aws: Aws, inputs: Inputs) -> Created:
    """CreateQueryLoggingConfig."""
    arn = inputs["cloudwatchLogGroupArn"]
    made = aws.client("route53").create_query_logging_config(
        HostedZoneId=inputs["zoneId"], CloudWatchLogsLogGroupArn=arn if arn.endswith(":*") else f"{arn}:*"
    )["QueryLoggingConfig"]
    return Created(id=made["Id"], outputs={"arn": f"arn:aws:route53:::queryloggingconfig/{made['Id']}"})


def held_query_log(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """GetQueryLoggingConfig."""
    found = aws.client("route53").get_query_logging_config(Id=identifier)["QueryLoggingConfig"]
    arn, given = found["CloudWatchLogsLogGroupArn"], state.get("cloudwatchLogGroupArn", "")
    held = {
        "zoneId": found["HostedZoneId"],
        "cloudwatchLogGroupArn": arn if given.endswith(":*") else arn.removesuffix(":*"),
        "arn": f"arn:aws:route53:::queryloggingconfig/{identifier}",
    }
    return Created(id=identifier, outputs=held)


def delete_query_log(aws: Aws, identifier: str, _state: Inputs) -> None:
    """DeleteQueryLoggingConfig."""
    aws.client("route53").delete_query_logging_config(Id=identifier)


def find_query_log(aws: Aws, inputs: Inputs) -> list[str]:
    """The one of that zone: there is one at most."""
    return [log["Id"] for log in _query_logs(aws) if log["HostedZoneId"] == inputs["zoneId"]]


def every_query_log(aws: Aws, region: str) -> list[str]:
    """Ids of all."""
    return [log["Id"] for log in _query_logs(aws)] if region == GLOBAL_REGION else []


def _query_logs(aws: Aws) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.client("route53").list_query_logging_configs()["QueryLoggingConfigs"]
    return found


def read_zone(aws: Aws, inputs: Inputs) -> Inputs:
    """The one hosted zone with this name; PlatformError without it, as the provider's look-up fails."""
    client = aws.client("route53")
    wanted = inputs["name"].removesuffix(".") + "."
    private = bool(inputs.get("privateZone"))
    found = [
        zone
        for zone in client.list_hosted_zones()["HostedZones"]
        if zone["Name"] == wanted and bool(zone["Config"]["PrivateZone"]) == private
    ]
    if len(found) != 1:
        raise PlatformError(
            f"{len(found)} hosted zones are named {wanted[:-1]} in this account: "
            "name the zone that exists in dns.zone, or set dns.create_zone: true"
        )
    zone_id = _zone_id(found[0])
    servers = client.get_hosted_zone(Id=zone_id)["DelegationSet"]["NameServers"]
    return {
        "id": zone_id,
        "zoneId": zone_id,
        "name": wanted[:-1],
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "nameServers": sorted(servers),
        "primaryNameServer": servers[0],
        "privateZone": private,
    }


def _exists(client: Any, zone_id: str, name: str, kind: str) -> bool:
    found = client.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return (f"{name}.", kind) in {(record["Name"], record["Type"]) for record in found}


def _zone_id(zone: dict[str, Any]) -> str:
    return str(zone["Id"]).removeprefix("/hostedzone/")


RESOURCES = (
    ResourceType(
        token="aws:route53/zone:Zone",
        inputs=spec("name comment forceDestroy tags"),
        create=create_zone,
        read=held_zone,
        update=update_zone,
        delete=delete_zone,
        find=find_zone,
        every=every_zone,
        computed=("arn", "nameServers", "primaryNameServer", "zoneId"),
        replace_on=frozenset({"name"}),
        in_place=frozenset({"comment", "forceDestroy", "tags"}),
        untold=frozenset({"forceDestroy"}),
        defaults={"comment": "Managed by Pulumi"},
        limits=(domain_name,),
        emulated="partial",
        not_emulated=("no resolver answers for the zone",),
        source="Terraform AWS provider docs: aws_route53_zone",
    ),
    ResourceType(
        token="aws:route53/record:Record",
        inputs=spec("zoneId name type ttl records allowOverwrite", aliases=spec("name zoneId evaluateTargetHealth")),
        create=create_record,
        read=held_record,
        update=update_record,
        delete=delete_record,
        find=find_record,
        computed=("fqdn",),
        replace_on=frozenset({"zoneId", "name"}),  # another type is one batch: the old record deleted, the new one made
        in_place=frozenset({"type", "ttl", "records", "allowOverwrite", "aliases"}),
        untold=frozenset({"allowOverwrite"}),
        spelled={"name": lambda name: str(name).removesuffix(".").lower()},
        unordered=frozenset({"records"}),
        limits=(domain_name, record_values),
        source="Terraform AWS provider docs: aws_route53_record",
    ),
    ResourceType(
        token="aws:route53/queryLog:QueryLog",
        inputs=spec("zoneId cloudwatchLogGroupArn"),
        create=create_query_log,
        read=held_query_log,
        delete=delete_query_log,
        find=find_query_log,
        every=every_query_log,
        computed=("arn",),
        replace_on=frozenset({"zoneId", "cloudwatchLogGroupArn"}),
        limits=(log_group,),
        emulated="partial",
        not_emulated=("no query is logged",),
        source="Terraform AWS provider docs: aws_route53_query_log",
    ),
)

FUNCTIONS = (
    Function(
        token="aws:route53/getZone:getZone",
        inputs=spec("name privateZone"),
        read=read_zone,
        source="Terraform AWS provider docs: data source aws_route53_zone",
    ),
)
