"""Who hears of alarms: an encrypted topic in the environment's region, and one in us-east-1 for CloudFront's alarms."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import resource_policies
from infra.regions import GLOBAL_REGION

ALARMS = "cloudwatch.amazonaws.com"
DATABASE_EVENTS = "events.rds.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class TopicsArgs:
    """`emails` get every message once they have confirmed AWS's own."""

    name_prefix: str
    account_id: str
    region: str
    emails: Sequence[str]


class Topics(pulumi.ComponentResource):
    """Topic `<product>-<env>-alarms` with a key of its own; a second pair in us-east-1 unless that is the region."""

    topic_arn: pulumi.Output[str]
    us_east_1_topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: TopicsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Topics", name, None, opts)
        self.topic_arn = self._topic(name, args, region=None, publishers=[ALARMS, DATABASE_EVENTS])
        self.us_east_1_topic_arn = (
            self.topic_arn
            if args.region == GLOBAL_REGION
            else self._topic(f"{name}-{GLOBAL_REGION}", args, region=GLOBAL_REGION, publishers=[ALARMS])
        )
        self.register_outputs({"topic_arn": self.topic_arn, "us_east_1_topic_arn": self.us_east_1_topic_arn})

    def _topic(
        self, name: str, args: TopicsArgs, *, region: str | None, publishers: Sequence[str]
    ) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{name}-topic",
            name=f"{args.name_prefix}-alarms",
            display_name=f"{args.name_prefix} alarms",
            kms_master_key_id=self._key(name, args, region=region, publishers=publishers).arn,
            region=region,
            opts=child,
        )
        # the ARN by its parts, so that a plan shows the policy
        arn = f"arn:aws:sns:{region or args.region}:{args.account_id}:{args.name_prefix}-alarms"
        document = resource_policies.alarm_topic(account_id=args.account_id, topic_arn=arn, publishers=publishers)
        policy = aws.sns.TopicPolicy(
            f"{name}-policy", arn=topic.arn, policy=json.dumps(document), region=region, opts=child
        )
        for email in args.emails:
            aws.sns.TopicSubscription(
                f"{name}-{email}", topic=topic.arn, protocol="email", endpoint=email, region=region, opts=child
            )
        # through the policy: RDS sends a message when it subscribes, and is refused without it
        return policy.arn

    def _key(self, name: str, args: TopicsArgs, *, region: str | None, publishers: Sequence[str]) -> aws.kms.Key:
        document = resource_policies.alarm_key(account_id=args.account_id, publishers=publishers)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Alarms of {args.name_prefix}",
            policy=json.dumps(document),
            enable_key_rotation=True,
            deletion_window_in_days=7,
            region=region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.name_prefix}-alarms",
            target_key_id=key.key_id,
            region=region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return key
