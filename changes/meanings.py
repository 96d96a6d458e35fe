"""What each type of resource is to the product, in plain words, and what its change can do to people and data.

Every type of the platform and of the account is here, and others that hold data in many AWS accounts. A type that is
not here is unknown, and any change of it waits for a person. Source of what AWS loses and keeps: the services' own
user guides, "Deleting a ..." of each, and the types' tables in rehearsal/resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from changes.change import Risk
from changes.rule import each_block
from changes.stack_titles import is_of_account
from rehearsal.graph import PROVIDER, Node

_MACHINE: Final = "aws:ec2/instance:Instance"
ROLE: Final = "aws:iam/role:Role"
_REBOOT: Final = "the API does not answer until another one has booted and taken the live release"
_SNAPSHOT: Final = "take a snapshot and try a restore of it first"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """One type's role.

    `word` is its rules' prefix (`database-replaced`), `role` what people call it (`the database`). `lost` says what is
    gone with it for good, `remedy` what to do first; both empty for what holds no data. `away` says what happens while
    or when it is not there, `anew` what does when it is replaced, where that is something else. The risks are those of
    an update nothing else is known of, and of a delete or replacement;
    `guards_access` types protect something, so that their delete waits for a person; `moves` says that Pulumi makes the
    new one first, and what uses it goes over to it, so that a replacement is not felt.
    """

    word: str
    role: str
    lost: str = ""
    away: str = ""
    anew: str = ""
    remedy: str = ""
    updated: Risk = "cosmetic"
    gone: Risk = "downtime"
    guards_access: bool = False
    moves: bool = False


def meaning(node: Node) -> Meaning | None:
    """The role of a resource's type; None for one that nobody has described.

    A machine holds data where it has disks that the program gives it, and that go with it. A role of the account
    project is one that deploys.
    """
    known = DEPLOY_ROLE if node.type == ROLE and is_of_account(node.urn) else MEANINGS.get(node.type)
    if known is None or node.type != _MACHINE or not _disks(node):
        return known
    return replace(
        known,
        lost=f"what is on its {_disks(node)} is lost, and {_REBOOT}",
        remedy=f"{_SNAPSHOT}, or keep what matters elsewhere",
    )


def _disks(node: Node) -> str:
    """In words, those that AWS deletes with the machine: all but those that the program keeps."""
    root, others = (
        [one for one in each_block(node, name) if not isinstance(one, Mapping) or _goes(one)]
        for name in ("rootBlockDevice", "ebsBlockDevices")
    )
    others += list(each_block(node, "ephemeralBlockDevices"))
    return " and ".join(word for word, held in (("own disk", root), ("further disks", others)) if held)


def _goes(disk: Mapping[str, Any]) -> bool:
    return disk.get("deleteOnTermination", True) not in (False, "false")


_COPY = "copy what it holds to another place first"

_STATE = {
    "aws:rds/instance:Instance": Meaning(
        word="database",
        role="the database",
        lost="all data is lost unless restored from a snapshot",
        remedy=f"{_SNAPSHOT} (`diceytech db snapshot`)",
        updated="downtime",
    ),
    "aws:rds/cluster:Cluster": Meaning(
        word="database-cluster",
        role="the database cluster",
        lost="all data is lost unless restored from a snapshot",
        remedy=_SNAPSHOT,
        updated="downtime",
    ),
    "aws:s3/bucket:Bucket": Meaning(
        word="bucket",
        role="the bucket",
        lost="all its files and their versions are lost",
        remedy=f"{_COPY} (`aws s3 sync`)",
    ),
    "aws:kms/key:Key": Meaning(
        word="key",
        role="the encryption key",
        lost="all that is encrypted with it can never be read again, once its waiting period is over",
        remedy="keep it: a key that nothing uses costs 1 USD a month",
        updated="security",
    ),
    "aws:secretsmanager/secret:Secret": Meaning(
        word="secret",
        role="the secret",
        lost="its value is lost once its recovery window is over",
        remedy="keep a copy of its value where it may be",
        updated="security",
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Meaning(
        word="secret-value",
        role="the secret's value",
        lost="the value is not current any more; of those before, Secrets Manager keeps one (AWSPREVIOUS)",
        remedy="make sure that nothing still needs the old value",
        updated="security",
    ),
    "aws:ssm/parameter:Parameter": Meaning(
        word="parameter",
        role="the parameter",
        lost="its value and its history are lost",
        remedy="note its value first (`aws ssm get-parameter`)",
    ),
    "aws:cloudwatch/logGroup:LogGroup": Meaning(
        word="log-group",
        role="the log group",
        lost="all its logs are lost",
        remedy="export the logs to S3 first",
    ),
    "aws:route53/zone:Zone": Meaning(
        word="zone",
        role="the DNS zone",
        lost="records made outside of Pulumi are lost, and the domain does not resolve until the registrar has the new"
        " name servers",
        remedy="export the records first, and have access to the registrar at hand",
        updated="downtime",
    ),
    "aws:ebs/volume:Volume": Meaning(
        word="volume", role="the disk", lost="all its data is lost unless restored from a snapshot", remedy=_SNAPSHOT
    ),
    "aws:efs/fileSystem:FileSystem": Meaning(
        word="file-system", role="the file system", lost="all its files are lost", remedy=_COPY
    ),
    "aws:dynamodb/table:Table": Meaning(
        word="table", role="the table", lost="all its items are lost unless restored from a backup", remedy=_SNAPSHOT
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": Meaning(
        word="cache", role="the cache", lost="all it holds is lost", remedy=_SNAPSHOT, updated="downtime"
    ),
    "aws:ecr/repository:Repository": Meaning(
        word="repository", role="the image repository", lost="all its images are lost", remedy=_COPY
    ),
    "aws:sqs/queue:Queue": Meaning(
        word="queue", role="the queue", lost="messages that wait in it are lost", remedy="let it run empty first"
    ),
    "aws:cognito/userPool:UserPool": Meaning(
        word="user-pool", role="the user pool", lost="all its users and their passwords are lost", remedy=_COPY
    ),
}

_SERVICE = {
    "aws:ec2/instance:Instance": Meaning(
        word="server",
        role="the server",
        away=f"{_REBOOT}, and what was written to its disk is gone",
        updated="downtime",
    ),
    "aws:autoscaling/group:Group": Meaning(
        word="servers",
        role="the group of servers",
        away="all its machines are ended; the API does not answer until new ones have booted",
        updated="downtime",
    ),
    "aws:autoscaling/policy:Policy": Meaning(
        word="scaling", role="the scaling rule", away="the group keeps its size, whatever the load", updated="downtime"
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": Meaning(
        word="launch-template",
        role="the template that machines are made from",
        away="no new machine can be made",
        updated="downtime",
        moves=True,
    ),
    "aws:lb/loadBalancer:LoadBalancer": Meaning(
        word="balancer", role="the load balancer", away="the API does not answer meanwhile", updated="downtime"
    ),
    "aws:lb/listener:Listener": Meaning(
        word="listener", role="the load balancer's listener", away="the API does not answer meanwhile",
        updated="security",
    ),
    "aws:lb/targetGroup:TargetGroup": Meaning(
        word="targets", role="the load balancer's target group", away="the API does not answer meanwhile",
        updated="downtime",
    ),
    "aws:cloudfront/distribution:Distribution": Meaning(
        word="distribution",
        role="the CloudFront distribution",
        away="the site does not answer until DNS names the new one, which takes up to an hour",
        updated="downtime",
    ),
    "aws:cloudfront/function:Function": Meaning(
        word="edge-function", role="the function at the edge",
        away="what it does ends: the password before the site, or the paths that it rewrites", gone="security",
        guards_access=True,
        updated="downtime",
        moves=True,
    ),
    "aws:cloudfront/vpcOrigin:VpcOrigin": Meaning(
        word="origin", role="CloudFront's way to the servers", away="the API does not answer meanwhile",
        updated="downtime",
        moves=True,
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": Meaning(
        word="origin-access", role="CloudFront's right to read a bucket", away="its files are refused meanwhile",
        updated="security",
        moves=True,
    ),
    "aws:acm/certificate:Certificate": Meaning(
        word="certificate", role="the TLS certificate", away="browsers are refused where the old one was",
        updated="security",
        moves=True,
    ),
    "aws:acm/certificateValidation:CertificateValidation": Meaning(
        word="certificate-validation", role="the wait for the certificate", away="nothing at AWS goes with it",
        gone="cosmetic",
    ),
    "aws:route53/record:Record": Meaning(
        word="record", role="the DNS record", away="its name does not resolve, for its TTL and longer",
        updated="downtime",
    ),
    "aws:ec2/eip:Eip": Meaning(
        word="address",
        role="the public IP address",
        away="the address goes back to AWS, and may soon be somebody else's",
    ),
    "aws:ec2/eipAssociation:EipAssociation": Meaning(
        word="address-association", role="the server's hold of its public address",
        away="nothing reaches the server meanwhile", updated="downtime",
    ),
    "aws:iam/accessKey:AccessKey": Meaning(
        word="access-key",
        role="the access key",
        away="uploads and downloads that use it are refused until the servers have the new one"
        " (`diceytech secrets rotate media-user` loses nothing)",
        updated="security",
    ),
    "aws:rds/parameterGroup:ParameterGroup": Meaning(
        word="database-parameters", role="the database's parameters",
        away="the new ones count once the database is restarted",
        updated="downtime",
    ),
    "aws:rds/subnetGroup:SubnetGroup": Meaning(
        word="database-subnets", role="the database's place in the network", away="the database moves",
        updated="downtime",
    ),
}  # fmt: skip

_NETWORK_AWAY = "what is in it, or reaches the internet through it, is cut off meanwhile"
_NETWORK = {
    f"aws:ec2/{name[0].lower()}{name[1:]}:{name}": Meaning(word=word, role=role, away=_NETWORK_AWAY, updated="downtime")
    for name, word, role in (
        ("Vpc", "network", "the network"),
        ("Subnet", "subnet", "the subnet"),
        ("InternetGateway", "internet-gateway", "the way to the internet"),
        ("NatGateway", "nat", "the private machines' way to the internet"),
        ("Route", "route", "the route"),
        ("RouteTable", "routes", "the route table"),
        ("RouteTableAssociation", "subnet-routes", "the subnet's route table"),
        ("VpcEndpoint", "endpoint", "the private way to an AWS service"),
    )
}

_RULE_ANEW: Final = "the old one counts no longer, and the new one lets in or out whatever it names"
_ANEW: Final = dict.fromkeys(("ingress", "egress"), _RULE_ANEW)
_ACCESS = {
    type_: Meaning(
        word=word, role=role, away=away, anew=_ANEW.get(word, ""), updated="security", gone="security",
        guards_access=guards,
    )
    for type_, word, role, away, guards in (
        ("aws:ec2/securityGroup:SecurityGroup", "security-group", "the firewall of machines", "", False),
        ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default-group", "the network's default firewall",
         "it is no longer kept empty", True),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ingress", "the rule that lets somebody connect",
         "those whom it let in are refused", False),
        ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "egress", "the rule that lets machines connect out",
         "connections that it let out are refused", False),
        ("aws:s3/bucketPolicy:BucketPolicy", "bucket-policy", "the bucket's policy",
         "its rules no longer hold, also those that deny", True),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "public-access-block",
         "the bucket's block of public access", "a policy can open the bucket to everyone", True),
        ("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account-public-access-block",
         "the account's block of public access", "a policy can open any bucket to everyone", True),
        ("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "bucket-ownership",
         "the ownership of the bucket's files",
         "access control lists count again", True),
        ("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
         "bucket-encryption", "the bucket's encryption", "new files are encrypted by S3's own key only", True),
        ("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", "bucket-cors",
         "the list of sites that may call the bucket",
         "browsers refuse uploads and downloads", False),
        ("aws:s3/bucketLogging:BucketLogging", "bucket-logging", "the log of the bucket's requests",
         "nobody can tell any more who read what", False),
        ("aws:iam/role:Role", "role", "the role", "whoever works as it is refused", False),
        ("aws:iam/user:User", "user", "the user", "whoever works as it is refused", False),
        ("aws:iam/group:Group", "group", "the group of users", "its members lose its rights", False),
        ("aws:iam/userGroupMembership:UserGroupMembership", "membership", "the membership in the group",
         "the user loses the group's rights", False),
        ("aws:iam/groupPolicy:GroupPolicy", "group-policy", "the rights of the group", "its members lose them", False),
        ("aws:iam/rolePolicy:RolePolicy", "role-policy", "the rights of the role", "the role loses them", False),
        ("aws:iam/policy:Policy", "policy", "the rights of a policy", "whoever has it loses them", True),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role-policy-attachment", "the rights of the role",
         "the role loses them", False),
        ("aws:iam/instanceProfile:InstanceProfile", "instance-profile", "the machines' role", "they lose it", False),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "oidc", "the trust in GitHub's tokens",
         "pipelines cannot deploy", True),
        ("aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "password-policy", "the rules for passwords",
         "users may choose weak passwords", True),
        ("aws:kms/alias:Alias", "key-alias", "the key's name", "what finds the key by this name does not", False),
        ("aws:wafv2/webAcl:WebAcl", "firewall", "the web application firewall", "requests are no longer filtered",
         True),
        ("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "headers", "the site's security headers",
         "browsers are no longer told to protect the pages", False),
        ("aws:ec2/flowLog:FlowLog", "flow-log", "the log of the network's connections",
         "connections are no longer recorded", False),
        ("aws:route53/queryLog:QueryLog", "query-log", "the log of DNS queries", "queries are no longer recorded",
         False),
        ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "log-policy", "the right to write logs",
         "AWS services cannot write logs", False),
        ("aws:sns/topicPolicy:TopicPolicy", "topic-policy", "the right to send alarms",
         "alarms may not be sent", False),
        ("aws:ebs/encryptionByDefault:EncryptionByDefault", "disk-encryption", "the encryption of new disks",
         "new disks may be unencrypted", True),
        ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "snapshot-block",
         "the block of public snapshots", "a snapshot can be opened to everyone", True),
        ("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions", "network-block",
         "the networks' block of public access", "networks may be reached from the internet", True),
        ("aws:ssm/serviceSetting:ServiceSetting", "ssm-setting", "the account's setting of Systems Manager", "", True),
        ("aws:ssm/document:Document", "session-document", "the commands that may be run on machines", "", False),
    )
}  # fmt: skip

DEPLOY_ROLE: Final = Meaning(
    word="deploy-role",
    role="the deploy role",
    away="the pipelines' jobs that work as it are refused",
    updated="security",
    gone="security",
    guards_access=True,
)

_OTHERS = {
    "aws:s3/bucketVersioning:BucketVersioning": Meaning(
        word="bucket-versioning",
        role="the bucket's versioning",
        lost="files that are overwritten or deleted from now on cannot be brought back",
        remedy="leave it on; old versions are removed by the lifecycle rules",
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Meaning(
        word="bucket-replication",
        role="the bucket's copy in another region",
        lost="files from now on have no copy elsewhere",
        remedy="leave it on until another copy is there",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Meaning(
        word="bucket-lifecycle", role="the bucket's lifecycle rules", away="nothing expires any more", gone="cost"
    ),
    "aws:budgets/budget:Budget": Meaning(
        word="budget", role="the alarm on costs", away="nobody is told of high costs", gone="cost", guards_access=True
    ),
    "aws:cloudwatch/dashboard:Dashboard": Meaning(word="dashboard", role="the dashboard", gone="cosmetic"),
    PROVIDER: Meaning(
        word="provider", role="the provider: account, region and tags of everything", gone="unknown", updated="unknown"
    ),
    **{
        type_: Meaning(word=word, role=role, away=away)
        for type_, word, role, away in (
            ("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", "the alarm", "nobody is told when it happens"),
            ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "log-metric", "the count of errors in a log",
             "alarms on it stay silent"),
            ("aws:cloudwatch/logDelivery:LogDelivery", "log-delivery", "the delivery of access logs",
             "requests are no longer recorded"),
            ("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "log-destination",
             "the target of access logs", "requests are no longer recorded"),
            ("aws:cloudwatch/logDeliverySource:LogDeliverySource", "log-source", "the source of access logs",
             "requests are no longer recorded"),
            ("aws:sns/topic:Topic", "topic", "the way alarms take", "nobody is told of alarms"),
            ("aws:sns/topicSubscription:TopicSubscription", "subscription", "the receiver of alarms",
             "they are no longer told, and a new address has to confirm first"),
            ("aws:rds/eventSubscription:EventSubscription", "database-events", "the news of the database",
             "nobody is told of failures of the database"),
        )
    },
}  # fmt: skip

MEANINGS: dict[str, Meaning] = {**_STATE, **_SERVICE, **_NETWORK, **_ACCESS, **_OTHERS}
