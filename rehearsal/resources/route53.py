"""Route 53: hosted zones, records, query logs, and the look-up of a zone that exists already."""

from __future__ import annotations

import re
from typing import Any

from infra.errors import PlatformError
from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, name_tags, spec

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
    if inputs["tagsAll"]:
        client.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone_id, AddTags=name_tags(inputs))
    servers = made["DelegationSet"]["NameServers"]
    outputs = {
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "zoneId": zone_id,
        "nameServers": sorted(servers),
        "primaryNameServer": servers[0],
    }
    return Created(id=zone_id, outputs=outputs)


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
    record: dict[str, Any] = {"Name": name, "Type": inputs["type"]}
    if alias := inputs.get("aliases"):
        record["AliasTarget"] = {
            "DNSName": alias[0]["name"],
            "HostedZoneId": alias[0]["zoneId"],
            "EvaluateTargetHealth": alias[0]["evaluateTargetHealth"],
        }
    else:
        record |= {"TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in inputs["records"]]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    client.change_resource_record_sets(HostedZoneId=inputs["zoneId"], ChangeBatch=batch)
    return Created(id=f"{inputs['zoneId']}_{name}_{inputs['type']}", outputs={"fqdn": name})


def create_query_log(aws: Aws, inputs: Inputs) -> Created:
    """CreateQueryLoggingConfig."""
    arn = inputs["cloudwatchLogGroupArn"]
    made = aws.client("route53").create_query_logging_config(
        HostedZoneId=inputs["zoneId"], CloudWatchLogsLogGroupArn=arn if arn.endswith(":*") else f"{arn}:*"
    )["QueryLoggingConfig"]
    return Created(id=made["Id"], outputs={"arn": f"arn:aws:route53:::queryloggingconfig/{made['Id']}"})


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
        computed=("arn", "nameServers", "primaryNameServer", "tagsAll", "zoneId"),
        replace_on=frozenset({"name"}),
        limits=(domain_name,),
        emulated="partial",
        not_emulated=("no resolver answers for the zone",),
        source="Terraform AWS provider docs: aws_route53_zone",
    ),
    ResourceType(
        token="aws:route53/record:Record",
        inputs=spec("zoneId name type ttl records allowOverwrite", aliases=spec("name zoneId evaluateTargetHealth")),
        create=create_record,
        computed=("fqdn",),
        replace_on=frozenset({"zoneId", "name"}),  # another type is one batch: the old record deleted, the new one made
        limits=(domain_name, record_values),
        source="Terraform AWS provider docs: aws_route53_record",
    ),
    ResourceType(
        token="aws:route53/queryLog:QueryLog",
        inputs=spec("zoneId cloudwatchLogGroupArn"),
        create=create_query_log,
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
