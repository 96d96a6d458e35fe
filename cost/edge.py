"""Prices of the site's front, logs, alarms and identities. Source: AWS's pages "CloudFront", "WAF", "CloudWatch"."""

from __future__ import annotations

from collections.abc import Iterator

from controls.inputs import rows, value
from cost.item import Item
from cost.pricing import Priced, Rule
from rehearsal.graph import Node

FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


def _distribution(asked: Priced) -> Iterator[Item]:
    yield asked.usage("data from CloudFront, beyond 1 TB free", "cdn-gb", "North America and Europe")
    yield asked.usage("requests to CloudFront, beyond 10 million free", "cdn-requests", "HTTPS")
    yield asked.usage("CloudFront functions, beyond 2 million free", "cdn-functions", "all")


def _acl(asked: Priced) -> Iterator[Item]:
    count = len(rows(asked.node, "rules"))
    yield asked.fixed("web ACL", "waf", "acl")
    yield asked.fixed(f"its {count} rules and rule groups", "waf-rule", "rule", count)
    yield asked.usage("requests that the web ACL looks at", "waf-requests", "all")


def _zone(asked: Priced) -> Iterator[Item]:
    yield asked.fixed("hosted zone", "zone", "zone")
    yield asked.usage("DNS queries", "zone-queries", "all")


def _alarm(asked: Priced) -> Iterator[Item]:
    metrics = [query for query in rows(asked.node, "metricQueries") if query.get("metric")]
    yield asked.fixed("alarm", "alarm", "standard", max(1, len(metrics)))


def _dashboard(asked: Priced) -> Iterator[Item]:
    yield asked.fixed("dashboard", "dashboard", "dashboard")


def _metric(asked: Priced) -> Iterator[Item]:
    """Filters that write the same metric are paid once: the first of them by URN."""
    mine = _written(asked.node)
    if asked.node.urn == min(node.urn for node in asked.graph.of(FILTER) if _written(node) == mine):
        yield asked.fixed(f"metric {mine[1]}", "metric", "custom")


def _written(node: Node) -> tuple[str, str]:
    return str(value(node, "metricTransformation.namespace")), str(value(node, "metricTransformation.name"))


def _log_group(asked: Priced) -> Iterator[Item]:
    yield asked.usage("logs taken in", "logs-in", "standard")
    yield asked.usage("logs kept", "logs-kept", "compressed")


def _topic(asked: Priced) -> Iterator[Item]:
    yield asked.usage("e-mails of alarms, beyond 1,000 free", "email", "e-mail")


RULES: dict[str, Rule] = {
    "aws:cloudfront/distribution:Distribution": _distribution,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    FILTER: _metric,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:route53/zone:Zone": _zone,
    "aws:sns/topic:Topic": _topic,
    "aws:wafv2/webAcl:WebAcl": _acl,
}
_IDENTITY = "IAM is free"
_DELIVERY = "CloudFront's standard logs are free; the files are paid in S3"
_SETTING = "a setting of the account is free"
FREE = {
    "aws:acm/certificate:Certificate": "a public certificate for AWS's own services is free",
    "aws:acm/certificateValidation:CertificateValidation": "a step of Pulumi's, no resource of AWS",
    "aws:cloudfront/function:Function": "its invocations are paid by use",
    "aws:cloudfront/originAccessControl:OriginAccessControl": "paid with the distribution",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": "paid with the distribution",
    "aws:cloudfront/vpcOrigin:VpcOrigin": "a VPC origin is free",
    "aws:cloudwatch/logDelivery:LogDelivery": _DELIVERY,
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _DELIVERY,
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _DELIVERY,
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "a policy is free",
    "aws:budgets/budget:Budget": "a budget without actions is free",
    "aws:ebs/encryptionByDefault:EncryptionByDefault": _SETTING,
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": _SETTING,
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": _SETTING,
    "aws:iam/accessKey:AccessKey": _IDENTITY,
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": _SETTING,
    "aws:iam/group:Group": _IDENTITY,
    "aws:iam/groupPolicy:GroupPolicy": _IDENTITY,
    "aws:iam/instanceProfile:InstanceProfile": _IDENTITY,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _IDENTITY,
    "aws:iam/policy:Policy": _IDENTITY,
    "aws:iam/role:Role": _IDENTITY,
    "aws:iam/rolePolicy:RolePolicy": _IDENTITY,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _IDENTITY,
    "aws:iam/user:User": _IDENTITY,
    "aws:iam/userGroupMembership:UserGroupMembership": _IDENTITY,
    "aws:route53/queryLog:QueryLog": "what it writes is paid with its log group",
    "aws:route53/record:Record": "paid with the zone; queries of aliases to AWS are free",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _SETTING,
    "aws:sns/topicPolicy:TopicPolicy": "a policy is free",
    "aws:sns/topicSubscription:TopicSubscription": "paid as messages of its topic",
    "aws:ssm/document:Document": "commands to EC2 machines are free",
    "aws:ssm/serviceSetting:ServiceSetting": _SETTING,
}
