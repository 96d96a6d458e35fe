"""Each rule: a change that it finds, and one beside it that it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from rows_of_accounts import ROWS as OF_ACCOUNTS
from rows_of_rules import ROWS as MORE
from rows_of_switches import ROWS as SWITCHED
from small_changes import changed, judged, node, policy, with_inputs

from changes import grants
from changes.change import Risk
from changes.judge import RULES
from rehearsal.graph import UNKNOWN, Node

DB, BUCKET, KEY = "rds/instance:Instance", "s3/bucket:Bucket", "kms/key:Key"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
SSE = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ROLE, RIGHTS, BUCKET_POLICY = "iam/role:Role", "iam/rolePolicy:RolePolicy", "s3/bucketPolicy:BucketPolicy"
FLAGS = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
OWN = {**READ, "Principal": {"AWS": "arn:aws:iam::111111111111:role/r"}}
EVERYONE = {**READ, "Principal": "*"}
TAKE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
STRANGER = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
Inputs = Mapping[str, Any]


def expiring(days: int) -> list[Inputs]:
    return [{"id": "old", "status": "Enabled", "expiration": {"days": days}}]


# (rule, type, inputs before, inputs of what is found, inputs of what is not)
ROWS: list[tuple[str, str, Inputs, Inputs, Inputs]] = [
    (
        "deletion-protection-off",
        DB,
        {"deletionProtection": True},
        {"deletionProtection": False},
        {"deletionProtection": True, "port": 1},
    ),
    (
        "final-snapshot-off",
        DB,
        {"skipFinalSnapshot": False},
        {"skipFinalSnapshot": True},
        {"skipFinalSnapshot": False, "port": 1},
    ),
    (
        "backups-deleted-with-it",
        DB,
        {"deleteAutomatedBackups": False},
        {"deleteAutomatedBackups": True},
        {"port": 1, "deleteAutomatedBackups": False},
    ),
    (
        "backups-shortened",
        DB,
        {"backupRetentionPeriod": 14},
        {"backupRetentionPeriod": 13},
        {"backupRetentionPeriod": 15},
    ),
    ("backups-shortened", DB, {"backupRetentionPeriod": 14}, {}, {"backupRetentionPeriod": 14, "port": 1}),
    ("storage-shrunk", DB, {"allocatedStorage": 50}, {"allocatedStorage": 20}, {"allocatedStorage": 60}),
    ("storage-shrunk", "ebs/volume:Volume", {"size": 50}, {"size": UNKNOWN}, {"size": 51}),
    ("storage-capped", DB, {"maxAllocatedStorage": 500}, {"maxAllocatedStorage": 50}, {"maxAllocatedStorage": 600}),
    ("engine-upgraded", DB, {"engineVersion": "17.4"}, {"engineVersion": "18.1"}, {"engineVersion": "17.5"}),
    ("engine-upgraded", DB, {"engineVersion": "17"}, {"engineVersion": "16"}, {"engineVersion": "17.2"}),
    (
        "log-retention-shortened",
        "cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 30},
        {"retentionInDays": 7},
        {"retentionInDays": 0},
    ),
    ("log-retention-shortened", "cloudwatch/logGroup:LogGroup", {}, {"retentionInDays": 3653}, {"kmsKeyId": "k"}),
    ("expiry-shortened", LIFECYCLE, {"rules": expiring(90)}, {"rules": expiring(30)}, {"rules": expiring(91)}),
    (
        "expiry-shortened",
        LIFECYCLE,
        {"rules": []},
        {"rules": expiring(365)},
        {"rules": [{"id": "x", "status": "Disabled", "expiration": {"days": 1}}]},
    ),
    (
        "versioning-off",
        "s3/bucketVersioning:BucketVersioning",
        {"versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        {"versioningConfiguration": {"status": "Enabled"}, "mfa": "x"},
    ),
    (
        "force-destroy-on",
        BUCKET,
        {"forceDestroy": False},
        {"forceDestroy": True},
        {"forceDestroy": False, "bucket": "b"},
    ),
    (
        "recovery-window-shortened",
        KEY,
        {"deletionWindowInDays": 30, "enableKeyRotation": True},
        {"deletionWindowInDays": 7, "enableKeyRotation": True},
        {"enableKeyRotation": True},
    ),
    (
        "recovery-window-shortened",
        "secretsmanager/secret:Secret",
        {},
        {"recoveryWindowInDays": 0},
        {"recoveryWindowInDays": 30},
    ),
    ("key-off", KEY, {"isEnabled": True}, {"isEnabled": False}, {"isEnabled": True, "description": "d"}),
    (
        "opened-to-everyone",
        INGRESS,
        {"cidrIpv4": "10.0.0.0/8", "fromPort": 22, "toPort": 22},
        {"cidrIpv4": "0.0.0.0/0", "fromPort": 22, "toPort": 22},
        {"cidrIpv4": "10.1.0.0/16", "fromPort": 22, "toPort": 22},
    ),
    (
        "opened-to-everyone",
        INGRESS,
        {"cidrIpv4": "10.0.0.0/8"},
        {"cidrIpv4": "128.0.0.0/1"},
        {"cidrIpv6": "2001:db8::/48"},
    ),
    ("opened-to-everyone", INGRESS, {"cidrIpv6": "::1/128"}, {"cidrIpv6": "::/0"}, {"prefixListId": "pl-1"}),
    (
        "opened-to-everyone",
        "ec2/securityGroup:SecurityGroup",
        {},
        {"ingress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]},
        {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]},
    ),
    (
        "opened-to-everyone",
        BUCKET_POLICY,
        {"policy": policy(OWN)},
        {"policy": policy(OWN, EVERYONE)},
        {"policy": policy(OWN, {**EVERYONE, "Effect": "Deny"})},
    ),
    (
        "opened-to-everyone",
        "sns/topicPolicy:TopicPolicy",
        {"policy": policy(OWN)},
        {"policy": policy(EVERYONE)},
        {"policy": policy({**EVERYONE, "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}})},
    ),
    (
        "opened-to-everyone",
        ROLE,
        {"assumeRolePolicy": policy(TAKE)},
        {"assumeRolePolicy": policy({**TAKE, "Principal": "*"})},
        {"assumeRolePolicy": policy(TAKE, {**TAKE, "Effect": "Deny", "Principal": "*"})},
    ),
    (
        "opened-to-everyone",
        DB,
        {"publiclyAccessible": False, "storageEncrypted": True},
        {"publiclyAccessible": True, "storageEncrypted": True},
        {"storageEncrypted": True, "port": 2},
    ),
    (
        "opened-to-everyone",
        "lb/loadBalancer:LoadBalancer",
        {"internal": True},
        {"internal": False},
        {"internal": True, "idleTimeout": 5},
    ),
    (
        "opened-to-everyone",
        "s3/bucketCorsConfiguration:BucketCorsConfiguration",
        {"corsRules": [{"allowedOrigins": ["https://a"]}]},
        {"corsRules": [{"allowedOrigins": ["*"]}]},
        {"corsRules": [{"allowedOrigins": ["https://b"]}]},
    ),
    (
        "opened-to-everyone",
        "ssm/document:Document",
        {},
        {"permissions": {"type": "Share", "accountIds": "All"}},
        {"permissions": {"type": "Share", "accountIds": "111111111111"}},
    ),
    ("public-access-unblocked", BLOCK, FLAGS, {**FLAGS, "ignorePublicAcls": False}, {**FLAGS, "bucket": "b"}),
    (
        "administrator-rights",
        RIGHTS,
        {"policy": policy(READ)},
        {"policy": policy({"Effect": "Allow", "Action": "*", "Resource": "*"})},
        {"policy": policy({**READ, "Action": "s3:*"})},
    ),
    (
        "trust-widened",
        ROLE,
        {"assumeRolePolicy": policy(TAKE)},
        {"assumeRolePolicy": policy(TAKE, STRANGER)},
        {"assumeRolePolicy": policy({**TAKE, "Principal": {"Service": "rds.amazonaws.com"}})},
    ),
    (
        "encryption-off",
        DB,
        {"storageEncrypted": True},
        {"storageEncrypted": False},
        {"storageEncrypted": True, "port": 3},
    ),
    (
        "encryption-off",
        "ec2/instance:Instance",
        {"rootBlockDevice": {"encrypted": True}},
        {"rootBlockDevice": {"encrypted": False}},
        {"rootBlockDevice": {"encrypted": True, "volumeSize": 9}},
    ),
    (
        "plain-http",
        "lb/listener:Listener",
        {"protocol": "HTTPS"},
        {"protocol": "HTTP", "defaultActions": [{"type": "forward"}]},
        {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]},
    ),
    (
        "plain-http",
        "cloudfront/distribution:Distribution",
        {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only"}},
        {"defaultCacheBehavior": {"viewerProtocolPolicy": "allow-all"}},
        {"defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https"}},
    ),
    ("firewall-detached", "cloudfront/distribution:Distribution", {"webAclId": "a"}, {}, {"webAclId": "a", "x": 1}),
    (
        "metadata-opened",
        "ec2/launchTemplate:LaunchTemplate",
        {"metadataOptions": {"httpTokens": "required"}},
        {"metadataOptions": {"httpTokens": "optional"}},
        {"metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2}},
    ),
    ("key-rotation-off", KEY, {"enableKeyRotation": True}, {}, {"enableKeyRotation": True, "description": "d"}),
    (
        "encryption-changed",
        DB,
        {"kmsKeyId": "a", "storageEncrypted": True},
        {"kmsKeyId": "b", "storageEncrypted": True},
        {"kmsKeyId": "a", "storageEncrypted": True, "port": 4},
    ),
    ("encryption-changed", "sns/topic:Topic", {"kmsMasterKeyId": "a"}, {}, {"kmsMasterKeyId": "a", "displayName": "d"}),
    (
        "bucket-encrypted-otherwise",
        SSE,
        {"rules": [{"bucketKeyEnabled": True}]},
        {"rules": [{"bucketKeyEnabled": False}]},
        {"rules": [{"bucketKeyEnabled": True}], "bucket": "b"},
    ),
    (
        "tls-changed",
        "lb/listener:Listener",
        {"protocol": "HTTPS", "sslPolicy": "a"},
        {"protocol": "HTTPS", "sslPolicy": "b"},
        {"protocol": "HTTPS", "sslPolicy": "a", "port": 1},
    ),
    ("policy-not-known", BUCKET_POLICY, {"policy": policy(OWN)}, {"policy": UNKNOWN}, {"policy": policy(OWN, OWN)}),
    (
        "rights-widened",
        RIGHTS,
        {"policy": policy(READ)},
        {"policy": policy({**READ, "Action": ["s3:GetObject", "s3:PutObject"]})},
        {"policy": policy({**READ, "Resource": "arn:aws:s3:::b/x/*"})},
    ),
    (
        "database-resized",
        DB,
        {"instanceClass": "db.t4g.small"},
        {"instanceClass": "db.t4g.micro"},
        {"instanceClass": "db.t4g.small", "port": 5},
    ),
    ("standby-off", DB, {"multiAz": True}, {"multiAz": False}, {"multiAz": True, "port": 6}),
    ("fewer-machines", "autoscaling/group:Group", {"maxSize": 6}, {"maxSize": 2}, {"maxSize": 8}),
    (
        "server-resized",
        "ec2/instance:Instance",
        {"instanceType": "t3.small"},
        {"instanceType": "t3.micro"},
        {"instanceType": "t3.small", "monitoring": True},
    ),
    (
        "alarm-silenced",
        "cloudwatch/metricAlarm:MetricAlarm",
        {"alarmActions": ["a"]},
        {"alarmActions": []},
        {"alarmActions": ["b"]},
    ),
    (
        "site-disabled",
        "cloudfront/distribution:Distribution",
        {"enabled": True},
        {"enabled": False},
        {"enabled": True, "comment": "c"},
    ),
    (
        "balancer-protection-off",
        "lb/loadBalancer:LoadBalancer",
        {"internal": True, "enableDeletionProtection": True},
        {"internal": True, "enableDeletionProtection": False},
        {"internal": True, "enableDeletionProtection": True, "idleTimeout": 1},
    ),
    # Less than before is no opening.
    (
        "opened-to-everyone",
        INGRESS,
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 0, "toPort": 65535},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "description": "d"},
    ),
    (
        "opened-to-everyone",
        INGRESS,
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 80, "toPort": 443},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"},
        {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443},
    ),
    (
        "opened-to-everyone",
        BUCKET_POLICY,
        {"policy": policy({**EVERYONE, "Action": "s3:Get*"})},
        {"policy": policy({**EVERYONE, "Action": "s3:*"})},
        {"policy": policy(EVERYONE)},
    ),
    (
        "opened-to-everyone",
        BUCKET_POLICY,
        {"policy": policy(OWN)},
        {"policy": "[]"},
        {"policy": policy(OWN, {**OWN, "Effect": "Deny"})},
    ),
    (
        "rights-widened",
        RIGHTS,
        {"policy": policy({**READ, "Action": "s3:*"})},
        {"policy": policy({**READ, "Action": "s3:*", "Resource": "*"})},
        {"policy": policy(READ)},
    ),
    (
        "administrator-rights",
        "iam/rolePolicyAttachment:RolePolicyAttachment",
        {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        {"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
    ),
    (
        "administrator-rights",
        RIGHTS,
        {"policy": policy(READ)},
        {"policy": policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})},
        {"policy": policy({**READ, "Action": "s3:Get*"})},
    ),
    (
        "granted-to-another",
        BUCKET_POLICY,
        {"policy": policy(OWN)},
        {"policy": policy(OWN, {**READ, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}})},
        {"policy": policy(OWN, OWN)},
    ),
    (
        "granted-to-another",
        BUCKET_POLICY,
        {"policy": policy({**READ, "Principal": {"Service": "cloudfront.amazonaws.com"}})},
        {
            "policy": policy(
                {**READ, "Resource": "arn:aws:s3:::b/resumes/*", "Principal": {"Service": "cloudfront.amazonaws.com"}},
                {**READ, "Resource": "arn:aws:s3:::c/*", "Principal": {"Service": "cloudfront.amazonaws.com"}},
            )
        },
        {
            "policy": policy(
                {**READ, "Resource": "arn:aws:s3:::b/pictures/*", "Principal": {"Service": "cloudfront.amazonaws.com"}}
            )
        },
    ),
    ("source-not-known", INGRESS, {"cidrIpv4": "10.0.0.0/8"}, {"cidrIpv4": UNKNOWN}, {"cidrIpv4": "10.1.0.0/16"}),
    (
        "source-not-known",
        "ec2/securityGroup:SecurityGroup",
        {"ingress": []},
        {"ingress": UNKNOWN},
        {"ingress": [], "description": "d"},
    ),
    (
        "boundary-lifted",
        ROLE,
        {"assumeRolePolicy": policy(TAKE), "permissionsBoundary": "arn:b"},
        {"assumeRolePolicy": policy(TAKE)},
        {"assumeRolePolicy": policy(TAKE), "permissionsBoundary": "arn:b", "maxSessionDuration": 9},
    ),
    (
        "deny-lifted",
        BUCKET_POLICY,
        {"policy": policy(OWN, {**EVERYONE, "Effect": "Deny"})},
        {"policy": policy(OWN)},
        {"policy": policy(OWN, {**EVERYONE, "Effect": "Deny", "Action": "s3:*"})},
    ),
    (
        "secret-in-clear",
        "ssm/parameter:Parameter",
        {"type": "SecureString"},
        {"type": "String"},
        {"type": "SecureString", "tier": "Standard"},
    ),
    (
        "tls-weakened",
        "cloudfront/distribution:Distribution",
        {"viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021"}},
        {"viewerCertificate": {"minimumProtocolVersion": "TLSv1.1_2016"}},
        {"viewerCertificate": {"minimumProtocolVersion": "TLSv1.3_2025"}},
    ),
    (
        "tls-weakened",
        "lb/listener:Listener",
        {"sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"},
        {"sslPolicy": "ELBSecurityPolicy-2016-08"},
        {"sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
    ),
    (
        "encryption-changed",
        "ssm/parameter:Parameter",
        {"keyId": "a"},
        {"keyId": "b"},
        {"keyId": "a", "tier": "Standard"},
    ),
    (
        "expiry-shortened",
        LIFECYCLE,
        {"rules": [{"id": "x", "filter": {"prefix": "tmp/"}, "expiration": {"days": 1}}]},
        {"rules": [{"id": "x", "filter": {"prefix": ""}, "expiration": {"days": 1}}]},
        {"rules": [{"id": "y", "filter": {"prefix": "tmp/"}, "expiration": {"days": 2}}]},
    ),
    (
        "expiry-shortened",
        LIFECYCLE,
        {"rules": expiring(90)},
        {"rules": [{"expiration": {"date": "2026-12-01"}}]},
        {"rules": [*expiring(90), {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 1}}]},
    ),
    ("expiry-shortened", LIFECYCLE, {"rules": expiring(90)}, {"rules": UNKNOWN}, {"rules": expiring(90) * 2}),
]


@pytest.mark.parametrize(("rule", "type_", "before", "bad", "good"), [*ROWS, *MORE])
def test_a_rule_finds_its_change_and_not_the_one_beside_it(
    rule: str, type_: str, before: Inputs, bad: Inputs, good: Inputs
) -> None:
    found = judged(changed(node(type_, **before), node(type_, **bad)))
    expected = next(one for one in RULES if one.id == rule)
    assert (found[rule].risk, found[rule].guarded) == (expected.risk, expected.guarded)
    assert "one" in found[rule].sentence
    assert found[rule].causes
    assert rule not in judged(changed(node(type_, **before), node(type_, **good)))


@pytest.mark.parametrize(("rule", "type_", "before", "bad", "good"), OF_ACCOUNTS)
def test_a_rule_of_the_account_project_finds_its_change_there_alone(
    rule: str, type_: str, before: Inputs, bad: Inputs, good: Inputs
) -> None:
    def there(inputs: Inputs, project: str = "account") -> Node:
        return node(type_, project=project, **inputs)

    found = judged(changed(there(before), there(bad)))
    assert found[rule].guarded == next(one for one in RULES if one.id == rule).guarded
    assert found[rule].causes
    assert "rights-widened" not in found
    assert rule not in judged(changed(there(before), there(good)))
    elsewhere = judged(changed(there(before, "platform"), there(bad, "platform")))
    assert (rule in elsewhere) == rule.startswith("budget-")


@pytest.mark.parametrize("type_", ["iam/rolePolicyAttachment:RolePolicyAttachment", "iam/rolePolicy:RolePolicy"])
def test_a_further_policy_of_a_deploy_role_waits_where_the_role_is_there_already(type_: str) -> None:
    role = node(ROLE, "deployer", project="account", assumeRolePolicy=policy(TAKE))
    inputs = {"policyArn": "arn:b"} if "Attachment" in type_ else {"policy": policy(READ)}
    further = node(type_, "further", project="account", on=(role.urn,), role="deployer", **inputs)
    assert judged(changed(None, further), others=(role,))["deploy-rights-widened"].guarded
    further = replace(further, property_dependencies=dict.fromkeys(("role", "policyArn"), (role.urn,)))
    assert judged(changed(None, further), others=(role,))["deploy-rights-widened"].guarded
    made = with_inputs(further, role=UNKNOWN, policyArn=UNKNOWN if "Attachment" in type_ else None)
    assert judged(changed(None, made), others=(role,))["deploy-rights-widened"].guarded
    assert "deploy-rights-widened" not in judged(changed(None, made), changed(None, role))
    assert "deploy-rights-widened" in judged(
        changed(None, replace(made, property_dependencies={})), changed(None, role)
    )


def test_a_deploy_role_that_goes_waits_and_another_role_does_not() -> None:
    assert judged(changed(node(ROLE, project="account"), None))["deploy-role-deleted"].guarded
    assert not judged(changed(node(ROLE), None))["role-deleted"].guarded


def test_a_policy_that_is_made_anew_brings_its_role_nothing_new() -> None:
    type_ = "iam/rolePolicyAttachment:RolePolicyAttachment"
    old, new, other = (
        replace(node(type_, project="account", policyArn=arn, role="one"), property_dependencies={"policyArn": (urn,)})
        for arn, urn in (("arn:a", "urn:one"), (UNKNOWN, "urn:one"), (UNKNOWN, "urn:other"))
    )
    assert "deploy-rights-widened" not in judged(changed(old, new))
    assert "deploy-rights-widened" in judged(changed(old, other))


def test_protection_that_is_taken_off_is_found_without_any_property() -> None:
    kept = node(DB, protect=True, storageEncrypted=True)
    assert judged(changed(kept, replace(kept, protect=False)))["protect-off"].guarded
    assert "protect-off" not in judged(changed(kept, kept))


def test_every_rule_has_a_row() -> None:
    rows = (*ROWS, *MORE, *SWITCHED, *OF_ACCOUNTS)
    of_options = {"protect-off", "option-unjudged", "ignored-no-longer", "set-twice"}  # tests/changes/test_options.py
    assert {rule.id for rule in RULES} - {row[0] for row in rows} == of_options
    assert len({rule.id for rule in RULES}) == len(RULES)


RISK_OF_THE_WHOLE: list[tuple[str, str, Risk, bool, str]] = [
    (DB, "delete", "data loss", True, "deletes the database (one): all data is lost unless restored from a snapshot"),
    (DB, "replace", "data loss", True, "replaces the database (one): all data is lost unless restored"),
    (BUCKET, "delete", "data loss", True, "all its files and their versions are lost"),
    ("cloudwatch/logGroup:LogGroup", "replace", "data loss", True, "all its logs are lost"),
    ("route53/zone:Zone", "delete", "data loss", True, "does not resolve"),
    ("wafv2/webAcl:WebAcl", "delete", "security", True, "no longer filtered"),
    ("wafv2/webAcl:WebAcl", "replace", "security", True, "no longer filtered"),
    ("ec2/instance:Instance", "replace", "downtime", False, "does not answer"),
    ("cloudfront/vpcOrigin:VpcOrigin", "replace", "cosmetic", False, "the new one is made first"),
    ("cloudfront/vpcOrigin:VpcOrigin", "delete", "downtime", False, "does not answer"),
    ("cloudwatch/dashboard:Dashboard", "delete", "cosmetic", False, "deletes the dashboard (one)"),
    ("other:new:Thing", "update", "unknown", True, "nobody has described"),
    ("other:new:Thing", "create", "unknown", True, "nobody has described"),
    ("pulumi:providers:aws", "update", "unknown", True, "account, region and tags"),
    (BUCKET, "forget", "data loss", True, "forgets, without deleting it, the bucket (one)"),
    (BUCKET, "create", "cosmetic", False, "creates the bucket (one)"),
    (BUCKET, "import", "cosmetic", False, "takes in the bucket (one)"),
]


@pytest.mark.parametrize(("type_", "op", "risk", "guarded", "words"), RISK_OF_THE_WHOLE)
def test_what_happens_to_a_resource_as_a_whole_has_its_risk(
    type_: str, op: Any, risk: Risk, guarded: bool, words: str
) -> None:
    one, other = node(type_, enabled=True), node(type_, enabled=True, region="eu-west-1")
    sides = {"delete": (one, None), "forget": (one, None), "create": (None, one), "import": (None, one)}
    found = judged(changed(*sides.get(op, (one, other)), op=op))
    whole = [
        judgement for rule, judgement in found.items() if rule.endswith(("d", "n")) and words in judgement.sentence
    ]
    assert [(one.risk, one.guarded) for one in whole] == [(risk, guarded)]


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_patterns_of_a_large_policy_are_compared_and_not_their_pairs(
    effect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, compared = 40, []
    for name in ("covers", "meet"):
        original = getattr(grants, name)

        def counting(one: str, other: str, original: Any = original) -> bool:
            compared.append((one, other))
            return bool(original(one, other))

        monkeypatch.setattr(grants, name, counting)

    def large(verb: str) -> Node:
        actions = [f"s3:{verb}{index}*" for index in range(many)]
        buckets = [f"arn:aws:s3:::b{index}/*" for index in range(many)]
        return node(RIGHTS, policy=policy({"Effect": effect, "Action": actions, "Resource": buckets}))

    before, after = large("Get"), large("Put")
    assert {"rights-widened", "deny-lifted"} & judged(changed(before, after)).keys()
    assert len(compared) < 20 * many**2  # of many**4 pairs
