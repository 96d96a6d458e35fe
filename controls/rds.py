"""FSBP controls for Amazon RDS, as they apply to an RDS for PostgreSQL instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controls.control import Control, Judge, Severity, each
from controls.inputs import UndecidedError, is_true, known, rows, texts, value
from controls.references import pointed_at, pointing, refers
from controls.vpc import EVERYWHERE, SUBNET
from rehearsal.graph import Graph, Node

DATABASE = "aws:rds/instance:Instance"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"
SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"

_DEFAULT_PORT = 5432
_DEFAULT_USERS = {"admin", "postgres"}
_RETENTION_DAYS = 7  # RDS.11's default parameter backupRetentionMinimum


def _flag(path: str, problem: str) -> Judge:
    def judge(database: Node, _: Graph) -> str | None:
        return None if is_true(value(database, path)) else problem

    return judge


def _not_public(database: Node, _: Graph) -> str | None:
    return "it has a public address" if is_true(value(database, "publiclyAccessible")) else None


def _watched_closely(database: Node, _: Graph) -> str | None:
    on = int(value(database, "monitoringInterval", 0)) > 0 and value(database, "monitoringRoleArn")
    return None if on else "enhanced monitoring is off"


def _exports(*wanted: str) -> Judge:
    def judge(database: Node, _: Graph) -> str | None:
        missing = [log for log in wanted if log not in texts(database, "enabledCloudwatchLogsExports")]
        return f"it does not export its logs: {', '.join(missing)}" if missing else None

    return judge


def _backed_up(database: Node, _: Graph) -> str | None:
    days = int(value(database, "backupRetentionPeriod", 0))
    return None if days >= _RETENTION_DAYS else f"its backups are kept {days} days, under {_RETENTION_DAYS}"


def _upgraded(database: Node, _: Graph) -> str | None:
    return "minor versions are not applied" if value(database, "autoMinorVersionUpgrade", True) is False else None


def _uncommon_port(database: Node, _: Graph) -> str | None:
    port = int(value(database, "port", _DEFAULT_PORT))
    return f"it listens on PostgreSQL's default port {port}" if port == _DEFAULT_PORT else None


def _uncommon_user(database: Node, _: Graph) -> str | None:
    user = value(database, "username")
    if user is None:
        return "it names no administrator"
    return f"its administrator is called {user}, as everyone expects" if user in _DEFAULT_USERS else None


def _isolated(database: Node, graph: Graph) -> str | None:
    groups = pointed_at(graph, database, "dbSubnetGroupName", SUBNET_GROUP)
    subnets = [subnet for group in groups for subnet in pointed_at(graph, group, "subnetIds", SUBNET)]
    if not subnets:
        raise UndecidedError("its subnets are not part of this graph, so their routes are not known")
    public = [subnet.name for subnet in subnets if _reached_from_outside(subnet, graph)]
    return f"its subnet {public[0]} has a route to an internet gateway" if public else None


def _reached_from_outside(subnet: Node, graph: Graph) -> bool:
    gateways = graph.of(GATEWAY)
    for association in pointing(graph, ASSOCIATION, "subnetId", subnet):
        for table in pointed_at(graph, association, "routeTableId", ROUTE_TABLE):
            for route in pointing(graph, ROUTE, "routeTableId", table):
                target = {value(route, "destinationCidrBlock"), value(route, "destinationIpv6CidrBlock")}
                if EVERYWHERE & target and any(refers(route, "gatewayId", gateway) for gateway in gateways):
                    return True
            if any(_leads_outside(row) for row in rows(table, "routes")):
                return True
    return False


def _leads_outside(route: Mapping[str, Any]) -> bool:
    target = {known(route.get(key), f"{key} of a route") for key in ("cidrBlock", "ipv6CidrBlock")}
    return route.get("gatewayId") is not None and bool(EVERYWHERE & target)


def _announced(source: str, *categories: str) -> Judge:
    def judge(_: Node, graph: Graph) -> str | None:
        open_question = None
        for subscription in graph.of(SUBSCRIPTION):
            try:
                if _covers(subscription, source, categories):
                    return None
            except UndecidedError as error:
                open_question = error
        if open_question:
            raise open_question
        return f"no event subscription reports {', '.join(categories)} of {source}"

    return judge


def _covers(subscription: Node, source: str, categories: tuple[str, ...]) -> bool:
    if value(subscription, "sourceType", source) != source or value(subscription, "enabled", True) is False:
        return False
    reported = texts(subscription, "eventCategories")
    return not texts(subscription, "sourceIds") and (not reported or set(categories) <= set(reported))


def _control(id_: str, severity: Severity, judge: Judge, title: str, remedy: str, differs: str = "") -> Control:
    return Control(id=id_, title=title, severity=severity, rule=each(DATABASE, judge), remedy=remedy, differs=differs)


_SUBSCRIBE = "keep the database component's event subscription to the alarm topic"
_REQUIRED = "Security Hub passes an account without any subscription; here a database must have this one."

CONTROLS = (
    _control(
        "RDS.2",
        "critical",
        _not_public,
        "RDS DB Instances should prohibit public access, as determined by the PubliclyAccessible configuration",
        "leave publiclyAccessible false, as the database component does",
    ),
    _control(
        "RDS.3",
        "medium",
        _flag("storageEncrypted", "its storage is not encrypted"),
        "RDS DB instances should have encryption at-rest enabled",
        "set storageEncrypted, as the database component does",
    ),
    _control(
        "RDS.5",
        "medium",
        _flag("multiAz", "it stands in one availability zone"),
        "RDS DB instances should be configured with multiple Availability Zones",
        "set database.multi_az to true",
    ),
    _control(
        "RDS.6",
        "low",
        _watched_closely,
        "Enhanced monitoring should be configured for RDS DB instances",
        "set database.monitoring_interval to 60",
    ),
    _control(
        "RDS.8",
        "low",
        _flag("deletionProtection", "nothing protects it from deletion"),
        "RDS DB instances should have deletion protection enabled",
        "set database.deletion_protection to true",
    ),
    _control(
        "RDS.9",
        "medium",
        _exports("postgresql", "upgrade"),
        "RDS DB instances should publish logs to CloudWatch Logs",
        "export the logs postgresql and upgrade, as the database component does",
    ),
    _control(
        "RDS.10",
        "medium",
        _flag("iamDatabaseAuthenticationEnabled", "it does not accept IAM authentication"),
        "IAM authentication should be configured for RDS instances",
        "set iamDatabaseAuthenticationEnabled, as the database component does",
    ),
    _control(
        "RDS.11",
        "medium",
        _backed_up,
        "RDS instances should have automatic backups enabled",
        "set database.backup_retention_days to 7 or more",
    ),
    _control(
        "RDS.13",
        "high",
        _upgraded,
        "RDS automatic minor version upgrades should be enabled",
        "leave autoMinorVersionUpgrade on, as the database component does",
    ),
    _control(
        "RDS.17",
        "low",
        _flag("copyTagsToSnapshot", "its snapshots do not carry its tags"),
        "RDS DB instances should be configured to copy tags to snapshots",
        "set copyTagsToSnapshot, as the database component does",
    ),
    _control(
        "RDS.20",
        "low",
        _announced("db-instance", "maintenance", "configuration change", "failure"),
        "Existing RDS event notification subscriptions should be configured for critical database instance events",
        _SUBSCRIBE,
        _REQUIRED,
    ),
    _control(
        "RDS.21",
        "low",
        _announced("db-parameter-group", "configuration change"),
        "An RDS event notifications subscription should be configured for critical database parameter group events",
        _SUBSCRIBE,
    ),
    _control(
        "RDS.22",
        "low",
        _announced("db-security-group", "configuration change", "failure"),
        "An RDS event notifications subscription should be configured for critical database security group events",
        _SUBSCRIBE,
    ),
    _control(
        "RDS.23",
        "low",
        _uncommon_port,
        "RDS instances should not use a database engine default port",
        "set database.port to another port, such as 5433",
    ),
    _control(
        "RDS.25",
        "medium",
        _uncommon_user,
        "RDS database instances should use a custom administrator username",
        "set database.username to a name of your own",
    ),
    _control(
        "RDS.36",
        "medium",
        _exports("postgresql"),
        "RDS for PostgreSQL DB instances should publish logs to CloudWatch Logs",
        "export the log postgresql, as the database component does",
    ),
    _control(
        "RDS.46",
        "high",
        _isolated,
        "RDS DB instances should not be deployed in public subnets with routes to internet gateways",
        "put the database in the isolated subnets, as the network component lays them out",
    ),
)
