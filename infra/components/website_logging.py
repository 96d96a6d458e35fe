"""The distribution's access logs: standard logging v2, since the older kind needs a bucket with ACLs."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.regions import GLOBAL_REGION


def access_logs(
    parent: pulumi.Resource, name: str, *, distribution_arn: pulumi.Input[str], logs_bucket_arn: pulumi.Input[str]
) -> None:
    """Delivers the logs, as JSON, under AWSLogs/<account>/CloudFront/ of the logs bucket.

    No suffix path: CloudFront puts that prefix before it when it is created and takes it away when it is changed
    (terraform-provider-aws #46328).
    """
    within = pulumi.ResourceOptions(parent=parent)
    source = aws.cloudwatch.LogDeliverySource(
        f"{name}-logs",
        region=GLOBAL_REGION,
        log_type="ACCESS_LOGS",
        resource_arn=distribution_arn,
        opts=within,
    )
    destination = aws.cloudwatch.LogDeliveryDestination(
        f"{name}-logs",
        region=GLOBAL_REGION,
        output_format="json",
        delivery_destination_configuration={"destination_resource_arn": logs_bucket_arn},
        opts=within,
    )
    aws.cloudwatch.LogDelivery(
        f"{name}-logs",
        region=GLOBAL_REGION,
        delivery_source_name=source.name,
        delivery_destination_arn=destination.arn,
        opts=within,
    )
