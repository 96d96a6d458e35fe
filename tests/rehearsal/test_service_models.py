"""What the service models refuse, and that they refuse nothing AWS is known to accept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from rehearsal import service_models
from rehearsal.service_models import KNOWN_WRONG, RefusedByModel, check_request

SERVICES = [
    "ec2", "s3", "s3control", "iam", "rds", "cloudfront", "logs", "cloudwatch", "elbv2", "autoscaling",
    "secretsmanager", "sns", "kms", "ssm", "route53", "acm", "wafv2", "budgets", "sts", "backup",
]  # fmt: skip
SESSION = botocore.session.get_session()
ACCOUNT = "123456789012"
KEY_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
POLICY = '{\n  "Version": "2012-10-17",\n\t"Statement": []\n}'
TAGS = [{"Key": "Name", "Value": "diceytech-dev"}, {"Key": "owner", "Value": "Plattform-Team: a+b@c/d"}]
WIDE_TAGS = [*TAGS, {"Key": "größe", "Value": "日本 😀"}]  # Auto Scaling takes any character, IAM letters only

# Requests in the form of AWS's own API examples, with the values this platform sends: all are accepted by AWS.
VALID: list[tuple[str, str, dict[str, Any]]] = [
    ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": TAGS}]}),
    ("ec2", "RunInstances", {"ImageId": "ami-0a1b2c3d4e5f60718", "InstanceType": "t4g.micro", "MinCount": 1,
                             "MaxCount": 1, "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
                             "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {
                                 "VolumeType": "gp3", "VolumeSize": 20, "Encrypted": True}}],
                             "Monitoring": {"Enabled": True}, "UserData": "I2Nsb3VkLWNvbmZpZw=="}),
    ("ec2", "CreateLaunchTemplate", {"LaunchTemplateName": "diceytech-dev-server-1a2b3c4", "LaunchTemplateData": {
        "ImageId": "ami-0a1b2c3d4e5f60718", "InstanceType": "m7g.large", "UserData": "IyEvYmluL3No"}}),
    ("ec2", "CreateFlowLogs", {"ResourceIds": ["vpc-0123456789abcdef0"], "ResourceType": "VPC", "TrafficType": "ALL",
                               "LogDestinationType": "cloud-watch-logs", "MaxAggregationInterval": 60}),
    ("ec2", "DescribeInstances", {"MaxResults": 1000}),
    ("ec2", "ModifyInstanceAttribute", {"InstanceId": "i-0123456789abcdef0", "DisableApiTermination": {"Value": True}}),
    ("s3", "CreateBucket", {"Bucket": "diceytech-dev-media-123456789012", "CreateBucketConfiguration": {
        "LocationConstraint": "eu-west-1"}, "ObjectOwnership": "BucketOwnerEnforced"}),
    ("s3", "PutBucketEncryption", {"Bucket": "b", "ServerSideEncryptionConfiguration": {"Rules": [{
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY_ARN}}]}}),
    ("s3", "PutBucketLifecycleConfiguration", {"Bucket": "b", "LifecycleConfiguration": {"Rules": [{
        "ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {
            "NoncurrentDays": 30}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER_IR"}]}]}}),
    ("s3", "PutObject", {"Bucket": "b", "Key": "a", "Body": b"x", "ACL": "public-read", "StorageClass": "STANDARD_IA"}),
    ("s3", "CopyObject", {"Bucket": "b", "Key": "a", "CopySource": "b/other%20key"}),
    ("s3control", "PutPublicAccessBlock", {"AccountId": ACCOUNT, "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True}}),
    ("iam", "CreateRole", {"RoleName": "diceytech-dev-server-1a2b3c4", "Path": "/diceytech/dev/", "Tags": TAGS,
                           "AssumeRolePolicyDocument": POLICY, "MaxSessionDuration": 3600,
                           "Description": "What the server may do (dev): read its secrets, write its logs",
                           "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary"}),
    ("iam", "AttachRolePolicy", {"RoleName": "server",
                                 "PolicyArn": "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"}),
    ("iam", "CreatePolicy", {"PolicyName": "a+b=c,d.e@f-g_h", "PolicyDocument": POLICY, "Path": "/"}),
    ("iam", "CreateUser", {"UserName": "diceytech-dev-media", "Path": "/"}),
    ("iam", "CreateOpenIDConnectProvider", {"Url": "https://token.actions.githubusercontent.com",
                                            "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["a" * 40]}),
    ("iam", "CreateServiceLinkedRole", {"AWSServiceName": "autoscaling.amazonaws.com"}),
    ("iam", "UpdateAccessKey", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive", "UserName": "a"}),
    ("rds", "CreateDBInstance", {"DBInstanceIdentifier": "diceytech-dev", "DBInstanceClass": "db.t4g.micro",
                                 "Engine": "postgres", "EngineVersion": "17", "AllocatedStorage": 20,
                                 "MasterUsername": "app", "ManageMasterUserPassword": True, "StorageType": "gp3",
                                 "CACertificateIdentifier": "rds-ca-rsa2048-g1", "MonitoringInterval": 60,
                                 "PerformanceInsightsRetentionPeriod": 7, "BackupRetentionPeriod": 35,
                                 "EnableCloudwatchLogsExports": ["postgresql", "upgrade"]}),
    ("rds", "CreateDBParameterGroup", {"DBParameterGroupName": "p", "DBParameterGroupFamily": "postgres17",
                                       "Description": "TLS forced"}),
    ("rds", "ModifyDBParameterGroup", {"DBParameterGroupName": "p", "Parameters": [{
        "ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}]}),
    ("rds", "CreateDBProxy", {"DBProxyName": "proxy", "EngineFamily": "POSTGRESQL", "VpcSubnetIds": ["subnet-1"],
                              "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/p", "Auth": [{"AuthScheme": "SECRETS"}]}),
    ("rds", "CreateBlueGreenDeployment", {"BlueGreenDeploymentName": "bg-1", "TargetDBInstanceClass": "db.r6i.2xlarge",
                                          "Source": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:diceytech",
                                          "TargetDBParameterGroupName": "default.postgres17"}),
    ("rds", "CreateTenantDatabase", {"DBInstanceIdentifier": "d", "TenantDBName": "t", "MasterUsername": "u"}),
    ("cloudfront", "CreateFunction", {"Name": "diceytech-dev-spa", "FunctionCode": b"function handler(e) {}",
                                      "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"}}),
    ("cloudfront", "CreateOriginAccessControl", {"OriginAccessControlConfig": {
        "Name": "media", "SigningProtocol": "sigv4", "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3"}}),
    ("cloudfront", "CreateInvalidation", {"DistributionId": "E1ABCDEFGHIJKL", "InvalidationBatch": {
        "CallerReference": "1", "Paths": {"Quantity": 1, "Items": ["/*"]}}}),
    ("logs", "CreateLogGroup", {"logGroupName": "/aws/rds/instance/diceytech-dev/postgresql", "kmsKeyId": KEY_ARN,
                                "tags": {"Name": "a"}, "logGroupClass": "STANDARD"}),
    ("logs", "PutMetricFilter", {"logGroupName": "diceytech-backend", "filterName": "errors", "metricTransformations": [
        {"metricName": "Errors", "metricNamespace": "diceytech/dev", "metricValue": "1", "unit": "Count"}],
        "filterPattern": '{ $.level = "ERROR" }'}),
    ("logs", "PutRetentionPolicy", {"logGroupName": "diceytech-backend", "retentionInDays": 14}),
    ("logs", "PutDeliverySource", {"name": "cdn-dev", "logType": "ACCESS_LOGS",
                                   "resourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1ABCDEFGHIJKL"}),
    ("logs", "PutDeliveryDestination", {"name": "cdn-dev", "outputFormat": "json", "deliveryDestinationConfiguration": {
        "destinationResourceArn": "arn:aws:s3:::diceytech-dev-logs/cdn"}}),
    ("logs", "CreateDelivery", {"deliverySourceName": "cdn-dev", "deliveryDestinationArn":
        f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-destination:cdn-dev", "s3DeliveryConfiguration": {
            "suffixPath": "/{DistributionId}/{yyyy}/{MM}/{dd}/{HH}", "enableHiveCompatiblePath": False},
        "recordFields": ["date", "x-edge-location", "cs(User-Agent)"]}),
    ("cloudwatch", "PutMetricAlarm", {"AlarmName": "diceytech-dev 5xx", "ComparisonOperator":
        "GreaterThanOrEqualToThreshold", "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Period": 60,
        "Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count", "Statistic": "Sum",
        "TreatMissingData": "notBreaching", "Threshold": 0.5, "Unit": "Count", "AlarmActions": [
            f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms"], "Tags": TAGS}),
    ("cloudwatch", "PutMetricAlarm", {"AlarmName": "p99", "ComparisonOperator": "GreaterThanThreshold",
                                      "EvaluationPeriods": 1, "ExtendedStatistic": "p99.9", "Period": 300}),
    ("cloudwatch", "PutDashboard", {"DashboardName": "diceytech-dev", "DashboardBody": '{"widgets": []}'}),
    ("elbv2", "CreateLoadBalancer", {"Name": "diceytech-dev", "Type": "application", "Scheme": "internal",
                                     "IpAddressType": "dualstack", "Subnets": ["subnet-1", "subnet-2"]}),
    ("elbv2", "CreateTargetGroup", {"Name": "tg-1a2b3c4", "Protocol": "HTTP", "Port": 8000, "TargetType": "instance",
                                    "HealthCheckPath": "/livez", "Matcher": {"HttpCode": "200-299"},
                                    "HealthCheckIntervalSeconds": 10, "HealthyThresholdCount": 2}),
    ("elbv2", "CreateListener", {"LoadBalancerArn": "arn", "Port": 443, "Protocol": "HTTPS",
                                 "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "DefaultActions": [{
                                     "Type": "fixed-response", "FixedResponseConfig": {
                                         "StatusCode": "403", "ContentType": "text/plain", "MessageBody": "no"}}]}),
    ("elbv2", "CreateRule", {"ListenerArn": "arn", "Priority": 1, "Actions": [{
        "Type": "forward", "TargetGroupArn": "a"}],
                             "Conditions": [{"Field": "http-header", "HttpHeaderConfig": {
                                 "HttpHeaderName": "X-Origin-Key", "Values": ["v"]}}]}),
    ("elbv2", "ModifyLoadBalancerAttributes", {"LoadBalancerArn": "arn", "Attributes": [{
        "Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}]}),
    ("autoscaling", "CreateAutoScalingGroup", {"AutoScalingGroupName": "fleet", "MinSize": 1, "MaxSize": 4, "Tags": [
        {**tag, "PropagateAtLaunch": True} for tag in WIDE_TAGS], "HealthCheckType": "ELB", "LaunchTemplate": {
            "LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"},
        "VPCZoneIdentifier": "subnet-0123456789abcdef0,subnet-0123456789abcdef1"}),
    ("autoscaling", "PutScalingPolicy", {"AutoScalingGroupName": "fleet", "PolicyName": "cpu", "PolicyType":
        "TargetTrackingScaling", "TargetTrackingConfiguration": {"TargetValue": 60.0, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ASGAverageCPUUtilization"}}}),
    ("autoscaling", "StartInstanceRefresh", {"AutoScalingGroupName": "fleet", "Preferences": {
        "MinHealthyPercentage": 100, "MaxHealthyPercentage": 200, "InstanceWarmup": 60}}),
    ("secretsmanager", "CreateSecret", {"Name": "diceytech/dev/django", "SecretString": "{}", "KmsKeyId": KEY_ARN,
                                        "ClientRequestToken": "12345678-1234-1234-1234-123456789012", "Tags": TAGS}),
    ("secretsmanager", "RotateSecret", {"SecretId": "diceytech/dev/django", "RotationRules": {
        "ScheduleExpression": "cron(0 16 ? * MON#1 *)", "Duration": "3h", "AutomaticallyAfterDays": 30},
        "RotationLambdaARN": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:rotate"}),
    ("secretsmanager", "DeleteSecret", {"SecretId": "a", "RecoveryWindowInDays": 7}),
    ("sns", "CreateTopic", {"Name": "diceytech-dev-alarms.fifo", "Attributes": {"KmsMasterKeyId": KEY_ARN}}),
    ("sns", "Subscribe", {"TopicArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:a", "Protocol": "email", "Endpoint": "a@b.c"}),
    ("kms", "CreateKey", {"Description": "", "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT",
                          "Policy": POLICY, "Tags": [{"TagKey": "Name", "TagValue": ""}]}),
    ("kms", "CreateAlias", {"AliasName": "alias/diceytech-dev/alarms", "TargetKeyId": KEY_ARN}),
    ("kms", "EnableKeyRotation", {"KeyId": KEY_ARN, "RotationPeriodInDays": 365}),
    ("ssm", "PutParameter", {"Name": "/diceytech/dev/platform", "Value": '{"schema": 1}', "Type": "String",
                             "Tier": "Standard", "DataType": "text"}),
    ("ssm", "GetParameter", {"Name": "/aws/service/debian/release/13/latest/amd64"}),
    ("ssm", "CreateDocument", {"Name": "diceytech-dev-release", "Content": "{}", "DocumentType": "Command",
                               "DocumentFormat": "JSON", "TargetType": "/AWS::EC2::Instance"}),
    ("ssm", "SendCommand", {"DocumentName": "diceytech-dev-release", "DocumentVersion": "$LATEST", "Targets": [
        {"Key": "tag:diceytech:env", "Values": ["dev"]}], "TimeoutSeconds": 600, "MaxConcurrency": "50%",
        "Parameters": {"release": ["2026-11-23T10:00:00Z"]}, "CloudWatchOutputConfig": {
            "CloudWatchLogGroupName": "diceytech-deploys", "CloudWatchOutputEnabled": True}}),
    ("ssm", "CreateAssociation", {"Name": "AWS-UpdateSSMAgent", "ScheduleExpression": "rate(14 days)", "Targets": [
        {"Key": "InstanceIds", "Values": ["*"]}]}),
    ("route53", "ChangeResourceRecordSets", {"HostedZoneId": "Z2FDTNDATAQYW2", "ChangeBatch": {"Changes": [{
        "Action": "UPSERT", "ResourceRecordSet": {"Name": "*.example.com.", "Type": "A", "AliasTarget": {
            "HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d111111abcdef8.cloudfront.net",
            "EvaluateTargetHealth": False}}}]}}),
    ("route53", "CreateHostedZone", {"Name": "example.com", "CallerReference": "1", "HostedZoneConfig": {
        "Comment": "made by the platform", "PrivateZone": False}}),
    ("acm", "RequestCertificate", {"DomainName": "*.dev.example.com", "ValidationMethod": "DNS",
                                   "SubjectAlternativeNames": ["example.com"], "IdempotencyToken": "a1b2",
                                   "KeyAlgorithm": "EC_prime256v1", "Tags": TAGS}),
    ("wafv2", "CreateWebACL", {"Name": "diceytech-prod", "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}},
                               "Description": "Rules in front of the site", "VisibilityConfig": {
                                   "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True,
                                   "MetricName": "diceytech-prod"}, "Rules": [{
                                       "Name": "rate", "Priority": 1, "Action": {"Block": {}}, "Statement": {
                                           "RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP",
                                                                  "EvaluationWindowSec": 300}},
                                       "VisibilityConfig": {"SampledRequestsEnabled": True, "MetricName": "rate",
                                                            "CloudWatchMetricsEnabled": True}}, {
                                       "Name": "common", "Priority": 2, "OverrideAction": {"None": {}}, "Statement": {
                                           "ManagedRuleGroupStatement": {
                                               "VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
                                       "VisibilityConfig": {"SampledRequestsEnabled": True, "MetricName": "common",
                                                            "CloudWatchMetricsEnabled": True}}]}),
    ("budgets", "CreateBudget", {"AccountId": ACCOUNT, "Budget": {
        "BudgetName": "diceytech monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "100.0", "Unit": "USD"}}, "NotificationsWithSubscribers": [{
            "Notification": {"NotificationType": "FORECASTED", "ComparisonOperator": "GREATER_THAN",
                             "Threshold": 100.0, "ThresholdType": "PERCENTAGE"},
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "team@example.com"}]}]}),
    ("sts", "AssumeRole", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/diceytech/dev/deploy", "RoleSessionName":
        "deploy@dev", "DurationSeconds": 900}),
    ("backup", "CreateBackupVault", {"BackupVaultName": "diceytech-prod", "EncryptionKeyArn": KEY_ARN}),
    ("backup", "CreateBackupPlan", {"BackupPlan": {"BackupPlanName": "daily", "Rules": [{
        "RuleName": "daily", "TargetBackupVaultName": "diceytech-prod", "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 35}}]}}),
]  # fmt: skip

REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("s3", "PutBucketVersioning", {"Bucket": "b", "VersioningConfiguration": {"Status": "On"}},
     "VersioningConfiguration.Status = 'On' is not one of: Enabled, Suspended"),
    ("iam", "CreateRole", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"},
     r"RoleName = 'a b' does not match [\w+=,.@-]+"),
    ("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "a", "Value": "<"}]},
     r"Tags[0].Value = '<' does not match [\p{L}\p{Z}\p{N}_.:/=+\-@]*"),
    ("iam", "CreateRole", {"RoleName": "rolé", "AssumeRolePolicyDocument": "{}"},
     r"RoleName = 'rolé' does not match [\w+=,.@-]+"),
    ("iam", "CreateRole", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"},
     f"RoleName = '{'r' * 65}' has 65 characters, allowed are 1 to 64"),
    ("cloudfront", "CreateFunction", {"Name": "f", "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
                                      "FunctionCode": b"x" * 40961},
     "FunctionCode = [hidden] has 40,961 bytes, allowed are 1 to 40960"),
    ("sts", "AssumeRole", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "RoleSessionName": "rs", "DurationSeconds": 1},
     "DurationSeconds = 1 is out of range, allowed are 900 to 43200"),
    ("autoscaling", "StartInstanceRefresh", {"AutoScalingGroupName": "f", "Preferences": {"MinHealthyPercentage": 101}},
     "Preferences.MinHealthyPercentage = 101 is out of range, allowed are 0 to 100"),
    ("logs", "CreateLogGroup", {"logGroupName": "g", "tags": {"a<": "v"}},
     r"tags['a<'] = 'a<' does not match ^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$"),
    ("acm", "RequestCertificate", {"DomainName": "a.example.com", "SubjectAlternativeNames": [
        f"n{n}.example.com" for n in range(101)]}, "has 101 entries, allowed are 1 to 100"),
]  # fmt: skip


def check(service: str, operation: str, params: dict[str, Any]) -> list[str]:
    model = SESSION.get_service_model(service).operation_model(operation)
    assert model.input_shape is not None
    names_and_types = ParamValidator().validate(params, model.input_shape)
    assert not names_and_types.has_errors(), names_and_types.generate_report()
    return check_request(model, params)


@pytest.mark.parametrize(("service", "operation", "params"), VALID, ids=[f"{s}-{o}" for s, o, _ in VALID])
def test_what_aws_accepts_is_not_refused(service: str, operation: str, params: dict[str, Any]) -> None:
    assert check(service, operation, params) == []


def test_every_service_of_the_platform_is_tried_with_valid_values() -> None:
    assert {service for service, _, _ in VALID} == set(SERVICES)


@pytest.mark.parametrize(("service", "operation", "params", "message"), REFUSED, ids=[case[3][:40] for case in REFUSED])
def test_what_the_model_refuses_is_named_with_its_path_and_what_is_allowed(
    service: str, operation: str, params: dict[str, Any], message: str
) -> None:
    model = SESSION.get_service_model(service).operation_model(operation)
    (reason,) = check_request(model, params)
    assert message in reason


def string_patterns() -> Iterator[tuple[str, str, str]]:
    for service in SERVICES:
        model: ServiceModel = SESSION.get_service_model(service)
        for name in model.shape_names:
            if pattern := model.shape_for(name).metadata.get("pattern"):
                yield service, name, pattern


def test_every_pattern_of_the_services_used_compiles_or_is_listed() -> None:
    broken = {
        (service, name) for service, name, pattern in string_patterns() if service_models.compiled(pattern) is None
    }
    assert broken == {(service, name) for service, name, trait in KNOWN_WRONG if trait == "uncompilable"}
    assert sum(1 for _ in string_patterns()) > 400


def test_no_pattern_mixes_unicode_properties_with_ascii_classes() -> None:
    mixed = [
        name for _, name, pattern in string_patterns() if r"\p{" in pattern and (r"\w" in pattern or r"\d" in pattern)
    ]
    assert mixed == []


def test_a_pattern_that_does_not_compile_lets_the_value_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    assert service_models.compiled("[z-a]") is None
    monkeypatch.setattr(service_models, "compiled", lambda _: None)
    assert check("iam", "GetRole", {"RoleName": "a b"}) == []


def test_known_wrong_entries_exist_in_the_models() -> None:
    for service, name, _ in KNOWN_WRONG:
        assert name in SESSION.get_service_model(service).shape_names


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        (("ec2", "PlacementGroupArn", "pattern"), f"arn:aws:ec2:eu-west-1:{ACCOUNT}:placement-group/spread"),
        (("ec2", "ComponentRegion", "pattern"), "us-gov-west-1"),
        (("rds", "DBInstanceClass", "pattern"), "db.serverless"),
        (("rds", "TargetDBInstanceClass", "pattern"), "db.serverless"),
    ],
)
def test_a_known_wrong_entry_still_refuses_what_aws_accepts(key: tuple[str, str, str], accepted: str) -> None:
    pattern = SESSION.get_service_model(key[0]).shape_for(key[1]).metadata["pattern"]
    expression = service_models.compiled(pattern)
    assert key in KNOWN_WRONG
    assert expression is not None
    assert expression.fullmatch(accepted) is None, "the model has been put right: take the entry out"


def test_a_known_wrong_entry_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_models, "KNOWN_WRONG", {("iam", "roleNameType", "pattern"): "for this test"})
    assert check("iam", "GetRole", {"RoleName": "a b"}) == []


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("iam", "CreateLoginProfile", {"UserName": "u", "Password": "hünter2\u4e00"}),
        ("ssm", "PutParameter", {"Name": "n", "Value": "hünter2\u4e00", "Type": "Sekure"}),
        ("secretsmanager", "CreateSecret", {"Name": "n", "SecretString": "hünter2" * 10_000}),
        ("autoscaling", "CreateLaunchConfiguration", {"LaunchConfigurationName": "l", "UserData": "hünter2" * 10_000}),
    ],
)
def test_no_confidential_value_is_in_a_message(service: str, operation: str, params: dict[str, Any]) -> None:
    reasons = check(service, operation, params)
    assert reasons
    assert "hünter2" not in "\n".join(reasons)


def test_a_confidential_value_of_the_wrong_type_is_refused_without_being_shown() -> None:
    model = SESSION.get_service_model("iam").operation_model("CreateLoginProfile")
    assert check_request(model, {"UserName": "u", "Password": 12345}) == ["Password = [hidden] is not a string"]


def test_a_long_value_is_cut_short() -> None:
    (reason,) = check("iam", "GetRole", {"RoleName": "a" * 5000})
    assert len(reason) < 200


def test_a_value_of_the_wrong_type_is_left_to_botocore() -> None:
    model = SESSION.get_service_model("iam").operation_model("CreateRole")
    assert check_request(model, {"RoleName": 7, "Tags": "x", "MaxSessionDuration": "y", "Unknown": 1}) == []


def client_that_sends_nothing(service: str) -> tuple[Any, list[str]]:  # Any: boto3 makes its clients at run time
    client = boto3.session.Session(region_name="eu-west-1").client(
        service, aws_access_key_id="x", aws_secret_access_key="x"
    )
    sent: list[str] = []

    def answer(event_name: str, request: AWSRequest, **_: object) -> AWSResponse:
        sent.append(event_name)
        return AWSResponse(request.url, 200, {}, None)

    client.meta.events.register("before-send", answer)
    return client, sent


def test_a_client_refuses_before_anything_is_sent_and_says_where() -> None:
    iam, sent = client_that_sends_nothing("iam")
    service_models.install(iam, where=lambda: "server/role")
    with pytest.raises(
        RefusedByModel, match=r"^server/role: AWS would refuse iam:CreateRole: RoleName = 'a b'"
    ) as error:
        iam.create_role(RoleName="a b", AssumeRolePolicyDocument="{}")
    assert (error.value.service, error.value.operation, len(error.value.reasons)) == ("iam", "CreateRole", 1)
    assert sent == []


def test_user_data_is_measured_as_it_is_sent() -> None:
    autoscaling, sent = client_that_sends_nothing("autoscaling")
    service_models.install(autoscaling)
    with pytest.raises(RefusedByModel, match="26,668 characters"):
        autoscaling.create_launch_configuration(LaunchConfigurationName="l", UserData="x" * 20_000)
    assert sent == []


def test_a_platform_of_calls_is_checked_in_a_fraction_of_a_second() -> None:
    models = [(SESSION.get_service_model(s).operation_model(o), p) for s, o, p in VALID]
    started = time.process_time()
    for _ in range(3):
        for model, params in models:
            check_request(model, params)
    assert time.process_time() - started < 2
