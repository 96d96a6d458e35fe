"""Alarms on everything that users notice or that runs full."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import alarm_rules
from infra.alarm_rules import AlarmRule, Thresholds
from infra.regions import GLOBAL_REGION


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """What is watched. Either `instance_id`, of a single server, or the fleet's three names are set.

    The load balancer and its target group are named by the suffixes of their ARNs. Topics are in the environment's
    region and in us-east-1.
    """

    name_prefix: str
    metric_namespace: str
    topic_arn: pulumi.Input[str]
    us_east_1_topic_arn: pulumi.Input[str]
    distribution_id: pulumi.Input[str]
    database_identifier: pulumi.Input[str]
    thresholds: Thresholds
    instance_id: pulumi.Input[str] | None = None
    autoscaling_group_name: pulumi.Input[str] | None = None
    load_balancer_arn_suffix: pulumi.Input[str] | None = None
    target_group_arn_suffix: pulumi.Input[str] | None = None


class Alarms(pulumi.ComponentResource):
    """One metric alarm per rule, named `<product>-<env>-<key>`; it reports when it goes off and when it ends.

    Not when data lacks: each alarm starts without data, and every first `up` would send a mail for each.
    """

    names: list[str]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Alarms", name, None, opts)
        rules = _rules(args)
        for rule in rules:
            self._alarm(name, args, rule)
        self.names = [f"{args.name_prefix}-{rule.key}" for rule in rules]
        self.register_outputs({"names": self.names})

    def _alarm(self, name: str, args: AlarmsArgs, rule: AlarmRule) -> None:
        topic = args.us_east_1_topic_arn if rule.us_east_1 else args.topic_arn
        aws.cloudwatch.MetricAlarm(
            f"{name}-{rule.key}",
            name=f"{args.name_prefix}-{rule.key}",
            alarm_description=rule.description,
            namespace=rule.namespace,
            metric_name=rule.metric,
            dimensions=dict(rule.dimensions),
            statistic=rule.statistic,
            period=rule.period,
            evaluation_periods=rule.periods,
            datapoints_to_alarm=rule.datapoints,
            comparison_operator=rule.comparison,
            threshold=rule.threshold,
            treat_missing_data=rule.missing,
            actions_enabled=True,
            alarm_actions=[topic],
            ok_actions=[topic],
            region=GLOBAL_REGION if rule.us_east_1 else None,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _rules(args: AlarmsArgs) -> list[AlarmRule]:
    rules = [
        *alarm_rules.application_rules(namespace=args.metric_namespace, thresholds=args.thresholds),
        alarm_rules.disk_rule(namespace=args.metric_namespace, thresholds=args.thresholds),
        alarm_rules.website_rule(distribution_id=args.distribution_id),
        *alarm_rules.database_rules(instance=args.database_identifier, thresholds=args.thresholds),
    ]
    if args.instance_id is not None:
        rules += alarm_rules.single_rules(instance_id=args.instance_id, thresholds=args.thresholds)
    if (
        args.autoscaling_group_name is not None
        and args.load_balancer_arn_suffix is not None
        and args.target_group_arn_suffix is not None
    ):
        rules += alarm_rules.fleet_rules(
            group=args.autoscaling_group_name,
            load_balancer=args.load_balancer_arn_suffix,
            target_group=args.target_group_arn_suffix,
            thresholds=args.thresholds,
        )
    return rules
