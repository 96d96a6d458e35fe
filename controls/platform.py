"""The platform's own controls on data, network, logs and secrets, where AWS's standard says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from controls.control import Control, each
from controls.ec2 import INSTANCE, TEMPLATE
from controls.inputs import known, peek, rows, value
from controls.messaging import TOPIC
from controls.rds import DATABASE
from controls.references import pointing
from controls.s3 import BUCKET
from rehearsal.graph import SECRET, Graph, Node

CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PARAMETER = "aws:ssm/parameter:Parameter"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a resource type
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

_EVERYONE = ("0.0.0.0/0", "::/0")
_UPLOADS = {"POST", "PUT"}


def _protected(node: Node, graph: Graph) -> str | None:
    if node.protect or (node.type == BUCKET and not _takes_uploads(node, graph)):
        return None
    return "Pulumi may delete or replace it"


def _takes_uploads(bucket: Node, graph: Graph) -> bool:
    methods = [
        known(method, f"a method of {cors.name}")
        for cors in pointing(graph, CORS, "bucket", bucket)
        for rule in rows(cors, "corsRules")
        for method in rule.get("allowedMethods") or ()
    ]
    return not _UPLOADS.isdisjoint(methods)


def _leaves_a_copy(node: Node, _: Graph) -> str | None:
    if node.type == BUCKET:
        return "a destroy empties it first" if value(node, "forceDestroy", False) else None
    return "a destroy takes no final snapshot" if value(node, "skipFinalSnapshot", False) else None


def _own_hop_only(node: Node, _: Graph) -> str | None:
    path = "metadataOptions.httpPutResponseHopLimit"
    limit = value(node, path, 1 if value(node, "metadataOptions.httpTokens") == "required" else 2)
    return None if int(limit) == 1 else f"its metadata can be read {int(limit)} hops away"


def _not_for_everyone(node: Node, _: Graph) -> str | None:
    for source in _sources(node):
        if known(source, f"a source of {node.name}") in _EVERYONE:
            return f"it lets {source} in"
    return None


def _sources(node: Node) -> Iterator[object]:
    if node.type == INGRESS:
        yield from (peek(node, "cidrIpv4"), peek(node, "cidrIpv6"))
        return
    for rule in rows(node, "ingress"):
        yield from (*(rule.get("cidrBlocks") or ()), *(rule.get("ipv6CidrBlocks") or ()))


def _forgets(group: Node, _: Graph) -> str | None:
    return None if int(value(group, "retentionInDays", 0)) > 0 else "it keeps its logs for ever"


def _masked(node: Node, _: Graph) -> str | None:
    for place, found in _secret_places(node):
        if found != SECRET and known(found, f"{place} of {node.name}") is not None:
            return f"{place} is not marked as a secret"
    return None


def _secret_places(node: Node) -> Iterator[tuple[str, object]]:
    if node.type == PARAMETER:
        if value(node, "type") == "SecureString":
            yield "value", peek(node, "value")
    elif node.type == SECRET_VERSION:
        yield "secretString", peek(node, "secretString")
    elif node.type == DATABASE:
        yield "password", peek(node, "password")
    elif node.type == DISTRIBUTION and peek(node, "origins") != SECRET:  # the real engine masks all of them
        for origin in rows(node, "origins"):
            yield from (
                (f"the header {one.get('name')}", one.get("value")) for one in origin.get("customHeaders") or ()
            )


def _password_kept_by_aws(database: Node, _: Graph) -> str | None:
    return None if value(database, "manageMasterUserPassword", False) else "its password is in Pulumi's state"


def _own_key(topic: Node, graph: Graph) -> str | None:
    if not str(value(topic, "kmsMasterKeyId", "")).endswith("alias/aws/sns"):
        return None
    alarms = any(pointing(graph, ALARM, path, topic) for path in ("alarmActions", "okActions"))
    return "CloudWatch may not use the key alias/aws/sns" if alarms else None


CONTROLS = (
    Control(
        id="PLATFORM.1",
        title="What holds data is protected from deletion and replacement",
        severity="critical",
        scope="production",
        rule=each((DATABASE, BUCKET), _protected),
        why="One wrong edit of the YAML replaces the database or the uploads, and their content is gone.",
        remedy="set environment.protect to true",
        page="Deleting a DB instance",
        path="AmazonRDS/latest/UserGuide/USER_DeleteInstance.html#USER_DeleteInstance.DeletionProtection",
    ),
    Control(
        id="PLATFORM.2",
        title="What holds data leaves a copy when it is destroyed",
        severity="high",
        scope="production",
        rule=each((DATABASE, BUCKET), _leaves_a_copy),
        why="A destroy that was meant for another environment cannot be undone.",
        remedy="set environment.keep_data and database.final_snapshot to true",
        page="Deleting a DB instance",
        path="AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    ),
    Control(
        id="PLATFORM.3",
        title="Instance metadata is answered to the machine itself only",
        severity="medium",
        rule=each((INSTANCE, TEMPLATE), _own_hop_only),
        why="A container or a proxy on the machine hands the server's credentials on.",
        remedy="set httpPutResponseHopLimit to 1, as the server component does",
        page="Configure the Instance Metadata Service options",
        path="AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html",
    ),
    Control(
        id="PLATFORM.4",
        title="The servers are reached through CloudFront alone",
        severity="high",
        rule=each((INGRESS, GROUP), _not_for_everyone),
        why="Requests that go past CloudFront meet no filter, no gate and no cache.",
        remedy="let in CloudFront's prefix list or a security group, not everyone, on any port",
        page="Restrict access to Application Load Balancers",
        path="AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
        differs="EC2.18 lets everyone in on ports 80 and 443.",
    ),
    Control(
        id="PLATFORM.5",
        title="Log groups forget",
        severity="medium",
        rule=each(LOG_GROUP, _forgets),
        why="Logs hold what people did; kept for ever they cost more each month and must be given out when asked for.",
        remedy="set observability.log_retention_days, database.log_retention_days or network.flow_log_retention_days",
        page="Working with log groups and log streams",
        path="AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    ),
    Control(
        id="PLATFORM.6",
        title="Secret values are marked as secrets",
        severity="critical",
        rule=each((PARAMETER, SECRET_VERSION, DATABASE, DISTRIBUTION), _masked),
        why="What is not marked stands in clear in the state, in previews and in the logs of pipelines.",
        remedy="wrap the value in pulumi.Output.secret, or read it from where `diceytech secrets set` keeps it",
        page="AWS Secrets Manager best practices",
        path="secretsmanager/latest/userguide/best-practices.html",
    ),
    Control(
        id="PLATFORM.7",
        title="AWS makes, keeps and rotates the database's password",
        severity="high",
        rule=each(DATABASE, _password_kept_by_aws),
        why="A password that was ever typed or stored elsewhere is known to more than those who need it.",
        remedy="keep manageMasterUserPassword, as the database component does",
        page="Password management with Amazon RDS and AWS Secrets Manager",
        path="AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
    ),
    Control(
        id="PLATFORM.8",
        title="CloudWatch may use the key of the alarms' topic",
        severity="high",
        rule=each(TOPIC, _own_key),
        why="With AWS's own key the topic drops every alarm, and nothing shows that it does.",
        remedy="give the topic a KMS key whose policy names cloudwatch.amazonaws.com, as the topics component does",
        page="Using Amazon CloudWatch alarms",
        path="AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
    ),
)
