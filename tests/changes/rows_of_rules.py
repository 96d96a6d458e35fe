"""Rows for the rules that read more than one property: (rule, type, before, what is found, what is not)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from small_changes import policy

from rehearsal.graph import UNKNOWN

Inputs = Mapping[str, Any]
Row = tuple[str, str, Inputs, Inputs, Inputs]
COPIES, BUCKET = "s3/bucketReplicationConfig:BucketReplicationConfig", "s3/bucket:Bucket"
INGRESS, GROUP = "vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ec2/securityGroup:SecurityGroup"
SITE, FIREWALL = "cloudfront/distribution:Distribution", "wafv2/webAcl:WebAcl"
LISTENER, DOCUMENT = "lb/listener:Listener", "ssm/document:Document"
ROLE, RIGHTS = "iam/role:Role", "iam/rolePolicy:RolePolicy"
BUCKET_POLICY, TOPIC_POLICY = "s3/bucketPolicy:BucketPolicy", "sns/topicPolicy:TopicPolicy"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
EVERYONE = {**READ, "Principal": "*"}
STRANGER = {**READ, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
BY_SERVICE = {**READ, "Principal": {"Service": "cloudfront.amazonaws.com"}}
TAKE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
BY_POOL = {"Effect": "Allow", "Action": "sts:*", "Principal": {"Federated": "cognito-identity.amazonaws.com"}}
PASS = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111111111111:role/x"}
TO_EC2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
ANY = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OURS = {"StringEquals": {"aws:SourceAccount": "111111111111"}}
TWO = {"StringEquals": {"aws:SourceAccount": ["111111111111", "222222222222"]}}
HERE = {"StringEquals": {"aws:SourceAccount": "111111111111", "aws:SourceArn": "arn:x"}}


def only(path: str) -> Inputs:
    return {**EVERYONE, "Resource": f"arn:aws:s3:::b/{path}"}


def sites(*origins: str) -> Inputs:
    return {"corsRules": [{"allowedOrigins": list(origins)}]}


def answering(*origins: str) -> Inputs:
    return {"corsConfig": {"accessControlAllowOrigins": {"items": list(origins)}}}


LOGGING: Mapping[str, Callable[[str], Inputs]] = {
    "cloudwatch/logDeliveryDestination:LogDeliveryDestination": lambda to: {
        "deliveryDestinationConfiguration": {"destinationResourceArn": to}
    },
    "ec2/flowLog:FlowLog": lambda to: {"logDestination": to},
    "route53/queryLog:QueryLog": lambda to: {"cloudwatchLogGroupArn": to},
    "s3/bucketLogging:BucketLogging": lambda to: {"targetBucket": to},
}


def redirect(protocol: str) -> Inputs:
    return {"port": 80, "defaultActions": [{"type": "redirect", "redirect": {"protocol": protocol}}]}


def copying(**held: Any) -> Inputs:
    return {"status": "Enabled", "destination": {"bucket": "arn:there"}, **held}


def behaviors(**held: Any) -> Inputs:
    return {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only"}, **held}


def private(**held: Any) -> Inputs:
    return {"pathPattern": "/private/*", **held}


def origin(**held: Any) -> Inputs:
    return {"origins": [{"originId": "media", "domainName": "b.s3.amazonaws.com", **held}]}


def reaching(default: str, pattern: str = "", target: str = "") -> Inputs:
    """Origins of an own server, of a foreign one and of the program itself, and a group, by what answers from them."""
    domains = {"a": "a.example", "b": "evil.example", "own": "[the dns of LoadBalancer/own]"}
    ordered = [{"pathPattern": pattern, "targetOriginId": target}] if pattern else []
    return {
        "origins": [{"originId": id_, "domainName": domain} for id_, domain in domains.items()],
        "originGroups": [{"originId": "group", "members": [{"originId": "a"}]}],
        "defaultCacheBehavior": {"targetOriginId": default},
        "orderedCacheBehaviors": ordered,
    }


def running(*events: str) -> Inputs:
    functions = [{"functionArn": "f", "eventType": event} for event in events]
    return {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only", "functionAssociations": functions}}


def sharing(policy_id: str) -> Inputs:
    """A site whose answers have the headers of a policy of AWS's own."""
    return {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only", "responseHeadersPolicyId": policy_id}}


def caching(policy_id: str, **held: Any) -> Inputs:
    return {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only", "cachePolicyId": policy_id}, **held}


def server(**held: Any) -> Inputs:
    return {"origins": [{"originId": "api", "domainName": "api.example", "customOriginConfig": held}]}


def filtering(action: str = "block", *, key: str = "action", **statement: Any) -> Inputs:
    return {"name": "r", key: {action: {}}, "statement": {"rateBasedStatement": {"limit": 2000, **statement}}}


def media(*patterns: str, default: bool = False, signed: str = "") -> Inputs:
    """Behaviors in this order, of which the default one and the named one may ask for a key."""
    keys = {"trustedKeyGroups": ["k"]}
    ordered = [{"pathPattern": one, **(keys if one == signed else {})} for one in patterns]
    return {"defaultCacheBehavior": keys if default else {}, "orderedCacheBehaviors": ordered}


def numbered(*, block: int, allow: int) -> Inputs:
    """A rule that refuses and one that lets pass, at these priorities."""
    refuses, passes = filtering(), {**filtering("allow"), "name": "in"}
    return {"rules": [{**refuses, "priority": block}, {**passes, "priority": allow}]}


def jobs(*subjects: str, operator: str = "StringLike", claim: str = "sub") -> Inputs:
    """A trust in GitHub's tokens with these subjects."""
    github = "token.actions.githubusercontent.com"
    return {"assumeRolePolicy": policy({
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{github}"},
        "Condition": {operator: {f"{github}:{claim}": list(subjects)}},
    })}  # fmt: skip


UNCACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
SECRET_POLICY = "secretsmanager/secret:Secret"
RATE, LOWER = filtering(), filtering(limit=1000)
CLEAR, TLS = {"originProtocolPolicy": "http-only"}, {"originProtocolPolicy": "https-only"}
OLD_TLS = {**TLS, "originSslProtocols": ["TLSv1"]}
SIGNED = behaviors(orderedCacheBehaviors=[private(trustedKeyGroups=["k"])])
SIGNED_BY_DEFAULT = {"defaultCacheBehavior": {"viewerProtocolPolicy": "https-only", "trustedKeyGroups": ["k"]}}
RUNS = behaviors(orderedCacheBehaviors=[private(functionAssociations=[{"functionArn": "f"}])])
GRANT = {"grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}, "permission": "READ"}
LOGS = {"grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "permission": "WRITE"}

ROWS: list[Row] = [
    ("replication-narrowed", COPIES, {"rules": [copying()]}, {"rules": [copying(status="Disabled")]},
     {"rules": [copying(id="x", priority=2)]}),
    ("replication-narrowed", COPIES, {"rules": [copying()]}, {"rules": [copying(filter={"prefix": "a/"})]},
     {"rules": [copying(filter={"prefix": ""}), copying(filter={"prefix": "a/"})]}),
    ("replication-narrowed", COPIES, {"rules": [copying(filter={"prefix": "a/"})]}, {"rules": []},
     {"rules": [copying(filter={"prefix": ""})]}),
    ("replication-narrowed", COPIES, {"rules": [copying()]}, {"rules": [copying(destination={"bucket": "arn:other"})]},
     {"rules": [copying(), copying(destination={"bucket": "arn:other"})]}),
    ("replication-narrowed", COPIES, {"rules": [copying(sourceSelectionCriteria={"a": {"status": "Enabled"}})]},
     {"rules": [copying()]}, {"rules": [copying(sourceSelectionCriteria={"a": {"status": "Enabled"}}, id="x")]}),
    ("replication-narrowed", COPIES, {"rules": [copying()]}, {"rules": UNKNOWN}, {"rules": [copying()], "role": "r"}),
    ("replication-narrowed", BUCKET, {"replicationConfiguration": {"role": "r", "rules": [copying()]}}, {},
     {"replicationConfiguration": {"role": "s", "rules": [copying()]}}),
    ("expiry-shortened", BUCKET, {"lifecycleRules": []},
     {"lifecycleRules": [{"enabled": True, "noncurrentVersionExpiration": {"days": 1}}]},
     {"lifecycleRules": [{"enabled": False, "noncurrentVersionExpiration": {"days": 1}}]}),
    ("expiry-shortened", BUCKET, {"lifecycleRules": [{"enabled": True, "expiration": {"days": 9}}]},
     {"lifecycleRules": [{"enabled": True, "expiration": {"days": UNKNOWN}}]},
     {"lifecycleRules": [{"enabled": True, "prefix": "tmp/", "expiration": {"days": 9}}]}),
    ("expiry-shortened", BUCKET, {"lifecycleRules": [{"enabled": UNKNOWN, "expiration": {"days": 9}}]},
     {"lifecycleRules": [{"enabled": True, "expiration": {"days": 9}}]}, {"lifecycleRules": []}),
    ("engine-upgraded", "rds/instance:Instance", {"engineVersion": "17.4"}, {"engineVersion": UNKNOWN}, {}),
    ("engine-upgraded", "rds/instance:Instance", {"engineVersion": UNKNOWN}, {"engineVersion": "18"}, {"port": 1}),
    ("backups-shortened", "rds/instance:Instance", {"backupRetentionPeriod": UNKNOWN}, {"backupRetentionPeriod": 1},
     {"backupRetentionPeriod": UNKNOWN, "port": 1}),
    ("backups-deleted-with-it", "rds/instance:Instance", {"deleteAutomatedBackups": UNKNOWN},
     {"deleteAutomatedBackups": True}, {"deleteAutomatedBackups": False}),
    ("log-retention-shortened", "cloudwatch/logGroup:LogGroup", {"retentionInDays": UNKNOWN}, {"retentionInDays": 1},
     {"retentionInDays": UNKNOWN, "tagsAll": {}}),
    ("deletion-protection-off", "dynamodb/table:Table", {"deletionProtectionEnabled": UNKNOWN}, {},
     {"deletionProtectionEnabled": True}),
    ("opened-to-everyone", "sns/topic:Topic", {}, {"policy": policy(EVERYONE)},
     {"policy": policy({**EVERYONE, "Effect": "Deny"})}),
    ("opened-to-everyone", "sqs/queue:Queue", {"policy": policy(BY_SERVICE)}, {"policy": policy(EVERYONE)}, {}),
    ("opened-to-everyone", SECRET_POLICY, {}, {"policy": policy(EVERYONE)}, {"recoveryWindowInDays": 30}),
    ("opened-to-everyone", BUCKET, {}, {"policy": policy(EVERYONE)},
     {"policy": policy({**EVERYONE, "Condition": OURS})}),
    ("opened-to-everyone", "kms/key:Key", {"enableKeyRotation": True},
     {"enableKeyRotation": True, "policy": policy(EVERYONE)},
     {"enableKeyRotation": True, "policy": policy({**EVERYONE, "Condition": OURS})}),
    ("opened-to-everyone", BUCKET_POLICY, {},
     {"policy": policy({**EVERYONE, "Condition": {"ArnLike": {"aws:SourceArn": []}}})},
     {"policy": policy({**EVERYONE, "Condition": OURS})}),
    ("opened-to-everyone", BUCKET, {}, {"grants": [{"type": "Group", "uri": "x/AllUsers", "permissions": ["READ"]}]},
     {"grants": [{"type": "CanonicalUser", "id": "mine", "permissions": ["FULL_CONTROL"]}]}),
    ("opened-to-everyone", "s3/bucketAcl:BucketAcl", {}, {"accessControlPolicy": {"grants": [GRANT]}},
     {"accessControlPolicy": {"grants": [LOGS]}}),
    ("granted-to-another", BUCKET, {"grants": []}, {"grants": [{"id": "theirs", "permissions": ["READ"]}]},
     {"bucket": "b"}),
    ("granted-to-another", "sqs/queue:Queue", {}, {"policy": policy(STRANGER)}, {"policy": policy()}),
    ("let-in-another", INGRESS, {"cidrIpv4": "10.0.0.0/8"}, {"prefixListId": "pl-1"}, {"cidrIpv4": "10.1.0.0/16"}),
    ("let-in-another", INGRESS, {"ipProtocol": "tcp", "prefixListId": "pl-1", "fromPort": 1, "toPort": 9},
     {"ipProtocol": "tcp", "prefixListId": "pl-1", "fromPort": 1, "toPort": 10},
     {"ipProtocol": "tcp", "prefixListId": "pl-1", "fromPort": 2, "toPort": 8}),
    ("let-in-another", INGRESS, {}, {"referencedSecurityGroupId": "999999999999/sg-1"},
     {"referencedSecurityGroupId": "[the id of SecurityGroup/own]"}),
    ("network-opened", INGRESS,
     {"ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/16", "fromPort": 5432, "toPort": 5432},
     {"ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8", "fromPort": 5432, "toPort": 5432},
     {"ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/24", "fromPort": 5432, "toPort": 5432}),
    ("network-opened", INGRESS,
     {"ipProtocol": "tcp", "cidrIpv6": "fd00:1::/48", "fromPort": 5432, "toPort": 5432},
     {"ipProtocol": "-1", "cidrIpv6": "fd00:1::/48"},
     {"ipProtocol": "tcp", "cidrIpv6": "fd00:1::/48", "fromPort": 5432, "toPort": 5432, "description": "d"}),
    ("network-opened", INGRESS, {"ipProtocol": "tcp", "referencedSecurityGroupId": "sg-1", "fromPort": 1, "toPort": 1},
     {"ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"},
     {"ipProtocol": "tcp", "referencedSecurityGroupId": "sg-1", "fromPort": 1, "toPort": 1, "description": "d"}),
    ("network-opened", INGRESS,
     {"ipProtocol": "tcp", "referencedSecurityGroupId": "[the id of SecurityGroup/own]", "fromPort": 1, "toPort": 9},
     {"ipProtocol": "tcp", "referencedSecurityGroupId": "[the id of SecurityGroup/own]", "fromPort": 1, "toPort": 10},
     {"ipProtocol": "tcp", "referencedSecurityGroupId": "[the id of SecurityGroup/own]", "fromPort": 2, "toPort": 9}),
    ("network-opened", GROUP, {"ingress": []}, {"ingress": [{"protocol": "-1", "cidrBlocks": ["10.0.0.0/8"]}]},
     {"ingress": [], "description": "d"}),
    ("let-in-another", GROUP, {"ingress": []}, {"ingress": [{"protocol": "tcp", "securityGroups": ["sg-9"]}]},
     {"ingress": [{"protocol": "tcp", "cidrBlocks": ["10.0.0.0/8"]}]}),
    ("opened-to-everyone", "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {}, answering("*"),
     answering("https://own.example")),
    ("opened-to-everyone", "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", answering("https://own.example"),
     answering("https://own.example", "http*"), answering("https://*.own.example")),
    *(("granted-to-another", type_, logging("arn:aws:s3:::own"), logging(theirs),
       logging("[the arn of Bucket/own]"))
      for type_, logging in LOGGING.items()
      for theirs in ("arn:aws:s3:::theirs", "arn:aws:s3:::theirs/folder",
                     "arn:aws:logs:us-east-1:999999999999:log-group:x", "theirs-[the id of Bucket/own]")),
    ("granted-to-another", "lb/loadBalancer:LoadBalancer", {"internal": True},
     {"internal": True, "accessLogs": {"bucket": "theirs", "enabled": True}},
     {"internal": True, "accessLogs": {"bucket": "theirs", "enabled": False}}),
    *(("opened-to-everyone", "s3/bucketCorsConfiguration:BucketCorsConfiguration", sites("https://own.example"),
       sites(wide), sites("https://*.own.example", "http://localhost:*"))
      for wide in ("https://*", "http://*", "http*", "https://*.example", "https://*own.example", "https://own*",
                   "null", "https://own.example*", "https:*")),
    ("condition-lifted", RIGHTS, {"policy": policy({**READ, "Condition": OURS})}, {"policy": policy(READ)},
     {"policy": policy({**READ, "Condition": HERE})}),
    ("condition-lifted", RIGHTS, {"policy": policy({**READ, "Condition": OURS})},
     {"policy": policy({**READ, "Condition": TWO})},
     {"policy": policy({**READ, "Condition": OURS, "Action": "s3:Get*"})}),
    *(("condition-lifted", RIGHTS, {"policy": policy({**READ, "Condition": old})},
       {"policy": policy({**READ, "Condition": wide})}, {"policy": policy({**READ, "Condition": narrow})})
      for old, wide, narrow in (
          ({"StringLike": {"s3:prefix": ["a/*", "b"]}}, {"StringLike": {"s3:prefix": ["*"]}},
           {"StringLike": {"s3:prefix": ["a/b/*"]}}),
          ({"StringLike": {"s3:prefix": "a/*"}}, {"StringLike": {"s3:prefix": "a*"}},
           {"StringEquals": {"s3:prefix": "a/b"}}),
          ({"StringEquals": {"aws:ResourceTag/P": "d"}}, {"StringLike": {"aws:ResourceTag/P": "*"}},
           {"StringEquals": {"aws:ResourceTag/P": "d", "aws:ResourceTag/Q": "e"}}),
          ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
           {"Bool": {"aws:MultiFactorAuthPresent": "true", "aws:SecureTransport": "true"}}),
          ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, {"Bool": {"aws:SecureTransport": "true"}},
           {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
          ({"IpAddress": {"aws:SourceIp": "10.0.0.0/24"}}, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
           {"IpAddress": {"aws:SourceIp": "10.0.0.0/25"}}),
          ({"IpAddress": {"aws:SourceIp": "fd00::/24"}}, {"IpAddress": {"aws:SourceIp": ["fd00::/24", "10.0.0.0/8"]}},
           {"IpAddress": {"aws:SourceIp": "fd00::1"}}),
          ({"DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}},
           {"DateLessThan": {"aws:CurrentTime": "2099-12-01T00:00:00Z"}},
           {"DateLessThan": {"aws:CurrentTime": "2026-11-01T00:00:00Z"}}),
          ({"NumericGreaterThan": {"s3:TlsVersion": "1.2"}}, {"NumericGreaterThan": {"s3:TlsVersion": "1.1"}},
           {"NumericGreaterThan": {"s3:TlsVersion": "1.3"}}),
          ({"StringLike": {"s3:prefix": "${*}"}}, {"StringLike": {"s3:prefix": "${aws:username}"}},
           {"StringLike": {"s3:prefix": "${*}", "s3:delimiter": "/"}}),
      )),
    ("condition-lifted", ROLE, {"assumeRolePolicy": policy({**TAKE, "Condition": OURS})},
     {"assumeRolePolicy": policy(TAKE)},
     {"assumeRolePolicy": policy({**TAKE, "Condition": HERE})}),
    ("condition-lifted", ROLE, {"assumeRolePolicy": policy({**TAKE, "Condition": OURS})},
     {"assumeRolePolicy": policy({**TAKE, "Condition": {"StringEquals": {"aws:SourceAccount": []}}})},
     {"assumeRolePolicy": policy({**TAKE, "Condition": OURS}, {**TAKE, "Effect": "Deny"})}),
    ("condition-lifted", RIGHTS, {"policy": policy({**PASS, "Condition": TO_EC2})},
     {"policy": policy({**PASS, "Action": "iam:*", "Resource": "*"})},
     {"policy": policy({**PASS, "Condition": TO_EC2, "Action": "iam:*", "Resource": "*"})}),
    ("condition-lifted", RIGHTS, {"policy": policy({**PASS, "Resource": "*", "Condition": TO_EC2})},
     {"policy": policy({**PASS, "Action": "iam:Pass*"})}, {"policy": policy({**PASS, "Action": "iam:Get*"})}),
    ("condition-lifted", ROLE, {"assumeRolePolicy": policy({**TAKE, "Condition": OURS})},
     {"assumeRolePolicy": policy({**TAKE, "Action": "sts:*"})},
     {"assumeRolePolicy": policy({**TAKE, "Action": "sts:*", "Condition": OURS})}),
    ("trust-widened", ROLE, {"assumeRolePolicy": policy(TAKE)}, {"assumeRolePolicy": policy(TAKE, BY_POOL)},
     {"assumeRolePolicy": policy(TAKE, {**TAKE, "Principal": {"Service": "lambda.amazonaws.com"}})}),
    ("administrator-rights", RIGHTS, {"policy": policy(READ)}, {"policy": policy({**ANY, "Action": "iam:*"})},
     {"policy": policy({**ANY, "Action": "iam:Get*"})}),
    ("administrator-rights", RIGHTS, {"policy": policy(READ)}, {"policy": policy({**ANY, "Resource": "arn:aws:*"})},
     {"policy": policy({**ANY, "Resource": "arn:aws:s3:::*"})}),
    ("administrator-rights", RIGHTS, {"policy": policy(READ)},
     {"policy": policy({**ANY, "Action": "IAM:*", "Resource": "arn:aws:iam::111111111111:role/*"})},
     {"policy": policy({**ANY, "Action": "iam:*", "Resource": "arn:aws:iam::111111111111:role/prod-*"})}),
    *(("administrator-rights", RIGHTS, {"policy": policy(READ)}, {"policy": policy(wide)},
       {"policy": policy({**wide, "Action": "iam:?et*"})})
      for wide in ({**ANY, "Action": "iam:?*"}, {**ANY, "Action": "?am:???*"}, {**ANY, "Action": "iam:*?"},
                   {**ANY, "Action": "iam:*", "Resource": "arn:aws:iam::111111111111:role/?*"},
                   {**ANY, "Action": "iam:*", "Resource": "arn:aws:iam::11111111111?:role/*"},
                   {**ANY, "Action": "iam:*", "Resource": "arn:aws:iam::11*2?:user/??*"},
                   {**ANY, "Action": "iam:*", "Resource": "arn:aws-cn:iam*"})),
    ("opened-to-everyone", BUCKET_POLICY, {"policy": policy(only("p?"))}, {"policy": policy(only("p*"))},
     {"policy": policy(only("p1"))}),
    ("opened-to-everyone", BUCKET_POLICY, {"policy": policy(only("[ab]"))}, {"policy": policy(only("a"))},
     {"policy": policy(only("[ab]"), {**EVERYONE, "Effect": "Deny"})}),
    ("plain-http", LISTENER, {"protocol": "HTTPS", "port": 443}, {"port": 443},
     {"protocol": "HTTPS", "port": 8443}),
    ("plain-http", LISTENER, {"protocol": "HTTPS", "port": 443}, {"protocol": "HTTP", **redirect("HTTP")},
     {"protocol": "HTTP", **redirect("HTTPS")}),
    ("let-in-another", INGRESS, {"cidrIpv4": "10.0.0.0/16"}, {"cidrIpv4": "203.0.113.9/32"},
     {"cidrIpv4": "10.1.0.0/16"}),
    ("let-in-another", INGRESS, {"cidrIpv4": "54.1.0.0/16"}, {"cidrIpv4": "54.0.0.0/8"}, {"cidrIpv4": "54.1.2.0/24"}),
    ("let-in-another", INGRESS, {"cidrIpv6": "fd00::/8"}, {"cidrIpv6": "2600:1f18::/32"}, {"cidrIpv6": "fd12::/16"}),
    ("let-in-another", INGRESS, {"cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443, "ipProtocol": "tcp"},
     {"cidrIpv4": "203.0.113.9/32", "ipProtocol": "-1"},
     {"cidrIpv4": "203.0.113.9/32", "fromPort": 443, "toPort": 443, "ipProtocol": "tcp"}),
    ("let-in-another", GROUP, {"ingress": []}, {"ingress": [{"protocol": "-1", "cidrBlocks": ["203.0.113.9/32"]}]},
     {"ingress": [{"protocol": "-1", "cidrBlocks": ["172.16.0.0/12"], "ipv6CidrBlocks": ["::1/128"]}]}),
    ("granted-to-another", COPIES, {"rules": [copying()]},
     {"rules": [copying(), copying(destination={"bucket": "arn:aws:s3:::x", "account": "999999999999"})]},
     {"rules": [copying(), copying(destination={"bucket": "[the arn of Bucket/own]"})]}),
    ("granted-to-another", BUCKET, {}, {"replicationConfiguration": {"rules": [copying()]}}, {"bucket": "b"}),
    ("granted-to-another", DOCUMENT, {"permissions": {"accountIds": "111111111111"}},
     {"permissions": {"accountIds": "111111111111,999999999999"}}, {"permissions": {"accountIds": ""}}),
    ("condition-lifted", TOPIC_POLICY, {"policy": policy({**BY_SERVICE, "Condition": HERE})},
     {"policy": policy({**BY_SERVICE, "Condition": OURS})},
     {"policy": policy({**BY_SERVICE, "Condition": HERE}, READ)}),
    ("deny-lifted", BUCKET_POLICY,
     {"policy": policy({**EVERYONE, "Effect": "Deny", "NotAction": ["s3:List*"], "Action": None})},
     {"policy": policy({**EVERYONE, "Effect": "Deny", "NotAction": ["s3:List*", "s3:Get*"], "Action": None})},
     {"policy": policy({**EVERYONE, "Effect": "Deny", "NotAction": [], "Action": "*"})}),
    ("deny-lifted", BUCKET_POLICY, {"policy": policy({**EVERYONE, "Effect": "Deny"})},
     {"policy": policy({**EVERYONE, "Effect": "Deny", "Condition": {"ArnLike": {"aws:SourceArn": []}}})},
     {"policy": policy({**EVERYONE, "Effect": "Deny"}, BY_SERVICE)}),
    ("policy-not-known", RIGHTS, {"policy": policy(READ)}, {"policy": UNKNOWN}, {"policy": policy(READ), "name": "n"}),
    *(("opened-to-everyone", ROLE, jobs("repo:a/b:environment:prod", operator="StringEquals"), wide,
       jobs("repo:a/b:environment:prod", "repo:a/b:environment:dev"))
      for wide in (jobs("repo:a/*"), jobs("repo:a/b:*"), jobs("repo:a/b:environment:prod", "repo:a/b:re?:x"), jobs(),
                   jobs("sts.amazonaws.com", claim="aud"), jobs("repo:a/b:ref:x", operator="StringNotEquals"))),
    ("policy-not-known", ROLE, {"inlinePolicies": []}, {"inlinePolicies": UNKNOWN},
     {"inlinePolicies": [], "name": "n"}),
    ("policy-not-known", "sqs/queue:Queue", {}, {"policy": UNKNOWN}, {"delaySeconds": 1}),
    ("signature-off", SITE, SIGNED, behaviors(orderedCacheBehaviors=[private()]),
     behaviors(orderedCacheBehaviors=[private(trustedKeyGroups=["k", "l"])])),
    ("signature-off", SITE, SIGNED, behaviors(), {**SIGNED, **SIGNED_BY_DEFAULT}),
    ("signature-off", SITE, SIGNED, behaviors(orderedCacheBehaviors=[private(trustedKeyGroups=UNKNOWN)]),
     {**SIGNED, "comment": "c"}),
    ("signature-off", SITE, behaviors(orderedCacheBehaviors=[private(trustedKeyGroups=UNKNOWN)]),
     behaviors(orderedCacheBehaviors=[private()]), SIGNED_BY_DEFAULT),
    ("signature-off", SITE, media(default=True), media("resumes/*", default=True),
     media("resumes/*", default=True, signed="resumes/*")),
    ("signature-off", SITE, media("media/resumes/*", signed="media/resumes/*"),
     media("media/*", "media/resumes/*", signed="media/resumes/*"),
     media("media/resumes/*", "media/*", signed="media/resumes/*")),
    ("signature-off", SITE, media("a/r/*", "a/*", signed="a/r/*"), media("a/*", "a/r/*", signed="a/r/*"),
     media("a/r/*", "b/*", "a/*", signed="a/r/*")),
    ("signature-off", SITE, media("*.pdf", signed="*.pdf"), media("/open/*", "*.pdf", signed="*.pdf"),
     media("*.pdf", "/open/*", signed="*.pdf")),
    ("signature-off", SITE, media("/api/*", signed="/api/*"), media("/???/users/*", "/api/*", signed="/api/*"),
     media("/api/*", "/???/users/*", signed="/api/*")),
    ("signature-off", SITE, media("/api/*", signed="/api/*"), media("/?pi/users/*", "/api/*", signed="/api/*"),
     media("/?pp/users/*", "/api/*", signed="/api/*")),
    ("signature-off", SITE, media(default=True), {**media(default=True), "orderedCacheBehaviors": UNKNOWN},
     {**media(default=True), "comment": "c"}),
    ("edge-function-detached", SITE, RUNS, behaviors(orderedCacheBehaviors=[private(functionAssociations=[])]),
     behaviors(orderedCacheBehaviors=[private(functionAssociations=[{"functionArn": "g"}])])),
    ("edge-function-detached", SITE, running("viewer-request"), running("viewer-response"),
     running("viewer-request", "viewer-response")),
    ("edge-function-detached", SITE, running("viewer-request", "origin-response"), running("origin-response"),
     running("origin-response", "viewer-request")),
    *(("opened-to-everyone", SITE, behaviors(), sharing(managed), sharing("67f7725c-6f97-4210-82d7-5512b31e9d03"))
      for managed in ("60669652-455b-4ae9-85a4-c4c02393f86c", "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
                      "e61eb60c-9c35-4d20-a928-2b84e02af89c", "eaab4381-ed33-4a86-88ca-d9558dc6cd63")),
    ("encryption-changed", "kms/alias:Alias", {"targetKeyId": "a"}, {"targetKeyId": "b"},
     {"targetKeyId": "a", "name": "alias/x"}),
    ("origin-opened", SITE, origin(originAccessControlId="a"), origin(), origin(originAccessControlId="b")),
    ("origin-opened", SITE, origin(originAccessControlId="a"), origin(originId="other"),
     {"origins": [*origin(originAccessControlId="a")["origins"], {"originId": "x", "domainName": "x"}]}),
    ("origin-opened", SITE, origin(originAccessControlId="a"), origin(originAccessControlId=UNKNOWN),
     {**origin(originAccessControlId="a"), "comment": "c"}),
    ("origin-opened", SITE, origin(s3OriginConfig={"originAccessIdentity": "a"}), {"origins": UNKNOWN},
     origin(originAccessControlId="b")),
    ("origin-moved", SITE, origin(), origin(domainName="evil.example"), origin(domainName="[the dns of Bucket/own]")),
    ("origin-moved", SITE, origin(), {"origins": [{"originId": "media", "domainName": "evil.example"}]},
     {"origins": [*origin()["origins"], {"originId": "x", "domainName": "x"}]}),
    ("origin-moved", SITE, reaching("a"), reaching("b"), reaching("a", "/x/*", "own")),
    ("origin-moved", SITE, reaching("a"), reaching("a", "/x/*", "b"), {**reaching("a"), "comment": "c"}),
    ("origin-moved", SITE, reaching("a", "/x/*", "b"), reaching("b", "/x/*", "b"), reaching("a")),
    ("origin-moved", SITE, reaching("group"),
     {**reaching("group"), "originGroups": [{"originId": "group", "members": [{"originId": "a"}, {"originId": "b"}]}]},
     reaching("a")),
    ("cached-for-others", SITE, caching(UNCACHED), caching("x"), caching(UNCACHED, comment="c")),
    ("cached-for-others", SITE, caching(UNCACHED), caching(UNKNOWN), caching(UNCACHED, comment="c")),
    ("cached-for-others", SITE, behaviors(orderedCacheBehaviors=[private(cachePolicyId=UNCACHED)]), behaviors(),
     behaviors(orderedCacheBehaviors=[private(cachePolicyId=UNCACHED), private(pathPattern="/x/*")])),
    ("origin-in-clear", SITE, server(**TLS), server(**CLEAR), server(**TLS, httpsPort=8443)),
    ("origin-in-clear", SITE, server(**TLS), server(**OLD_TLS), server(**TLS, originSslProtocols=["TLSv1.2"])),
    ("origin-in-clear", SITE, server(originProtocolPolicy=UNKNOWN), server(**CLEAR), server(**TLS)),
    ("firewall-detached", SITE, {"webAclId": "a"}, {"webAclId": "b"}, {"webAclId": "a", "comment": "c"}),
    ("firewall-weakened", FIREWALL, {"rules": [RATE]}, {"rules": []}, {"rules": [RATE, {**RATE, "name": "s"}]}),
    ("firewall-weakened", FIREWALL, {"rules": [RATE]}, {"rules": [filtering("count")]}, {"rules": [LOWER]}),
    ("firewall-weakened", FIREWALL, {"rules": [LOWER]}, {"rules": [RATE]}, {"rules": [{**LOWER, "priority": 9}]}),
    ("firewall-weakened", FIREWALL, {"rules": [filtering("none", key="overrideAction")]},
     {"rules": [filtering("count", key="overrideAction")]}, {"rules": [filtering("none", key="overrideAction"), RATE]}),
    ("firewall-weakened", FIREWALL, {"rules": [filtering(ruleActionOverrides=[])]},
     {"rules": [filtering(ruleActionOverrides=[{"name": "a", "actionToUse": {"count": {}}}])]},
     {"rules": [RATE, RATE]}),
    ("firewall-weakened", FIREWALL, {"rules": [RATE]}, {"rules": [filtering(scopeDownStatement={"x": 1})]},
     {"rules": [LOWER]}),
    ("firewall-weakened", FIREWALL, {"rules": [RATE]}, {"rules": [RATE, {**filtering("allow"), "name": "in"}]},
     {"rules": [RATE]}),
    ("firewall-weakened", FIREWALL, {"defaultAction": {"block": {}}}, {"defaultAction": {"allow": {}}},
     {"defaultAction": {"block": {"customResponse": {"responseCode": 404}}}}),
    ("firewall-weakened", FIREWALL, numbered(block=1, allow=2), numbered(block=2, allow=1),
     numbered(block=5, allow=9)),
    ("firewall-weakened", FIREWALL, {"rules": [RATE]}, {"rules": UNKNOWN}, {"rules": [RATE], "description": "d"}),
]  # fmt: skip
