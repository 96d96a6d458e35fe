"""The switches that keep others out: addresses on the internet, ways to it, and what an account forbids.

Source: the AWS provider's documentation of each type (defaults), and the services' own user guides.
"""

from __future__ import annotations

from typing import Any, Final

from changes.rule import DATABASE, OPEN
from changes.switch import (
    Switch,
    but,
    chosen,
    elsewhere,
    gains,
    higher_or_none,
    left,
    loses,
    lower,
    none_of,
    off,
    on,
    one_of,
    order,
    removed,
)  # fmt: skip
from rehearsal.policy_documents import listed

_BUCKET = "aws:s3/bucket:Bucket"
_INSTANCE, _TEMPLATE = "aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"
_SUBNET, _ROUTE, _TABLE = "aws:ec2/subnet:Subnet", "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable"
_BALANCER, _LISTENER = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/listener:Listener"
_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_VPC_ORIGIN, _ENDPOINT = "aws:cloudfront/vpcOrigin:VpcOrigin", "aws:ec2/vpcEndpoint:VpcEndpoint"
_POOL = "aws:cognito/userPool:UserPool"
_PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
_BLOCKS = (
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
)
_LOGINS = ("authenticate-oidc", "authenticate-cognito", "jwt-validation")

_ADDRESS = "gets an address on the internet"
_MACHINES = "gives its machines an address on the internet"
_ELSEWHERE = "leads to another network: {new}"
_GROUPS = "is reached through other security groups too: {new} instead of {old}"
_MOVES = "moves to another part of the network: {new} instead of {old}"
_PASSWORD = "lets people choose weaker passwords, or keep them longer"  # noqa: S105 - a sentence
_NO_TLS = "sends requests on without TLS"


def _to_the_internet(old: Any, new: Any) -> bool:
    """A route to an internet gateway; those of virtual private gateways, and the network's own, lead elsewhere."""
    before, after = (
        [one for one in listed(side) if one not in (None, "", "local") and not str(one).startswith("vgw-")]
        for side in (old, new)
    )
    return bool(after) and all(one in OPEN for one in before)


def _login_gone(old: Any, new: Any) -> bool:
    return loses([one for one in listed(old) if one in (*_LOGINS, *OPEN)], new)


# (rule, types, path, comparison, AWS's default, words), judged in what is there already
_CHANGED: Final = (
    ("public-address", (_SUBNET,), "mapPublicIpOnLaunch", off, None, _MACHINES),
    ("public-address", (_SUBNET,), "assignIpv6AddressOnCreation", off, None, _MACHINES),
    ("public-address", (_INSTANCE,), "associatePublicIpAddress", off, None, _ADDRESS),
    ("public-address", (_TEMPLATE,), "networkInterfaces.associatePublicIpAddress", off, None, _MACHINES),
    ("routed-to-internet", (_ROUTE,), "gatewayId", _to_the_internet, None, "leads to the internet, and back: {new}"),
    ("routed-to-internet", (_TABLE,), "routes.gatewayId", _to_the_internet, None, "leads to the internet: {new}"),
    ("routed-to-internet", ("aws:ec2/routeTableAssociation:RouteTableAssociation",), "routeTableId", chosen, None,
     "gives its subnet other routes ({new} instead of {old}), which may lead to the internet"),
    *(("routed-to-internet", (_ROUTE,), path, chosen, None, _ELSEWHERE)
      for path in ("vpcPeeringConnectionId", "transitGatewayId", "networkInterfaceId")),
    *(("routed-to-internet", (_TABLE,), f"routes.{path}", gains, None, _ELSEWHERE)
      for path in ("vpcPeeringConnectionId", "transitGatewayId", "networkInterfaceId")),
    ("security-groups-added", (*DATABASE, _INSTANCE, _TEMPLATE), "vpcSecurityGroupIds", gains, None, _GROUPS),
    ("security-groups-added", (_TEMPLATE,), "networkInterfaces.securityGroups", gains, None, _GROUPS),
    ("security-groups-added", (_BALANCER,), "securityGroups", gains, None, _GROUPS),
    ("security-groups-added", (_CACHE, _ENDPOINT), "securityGroupIds", gains, None, _GROUPS),
    ("moved-in-network", DATABASE, "dbSubnetGroupName", left, None, _MOVES),
    ("moved-in-network", ("aws:rds/subnetGroup:SubnetGroup",), "subnetIds", gains, None, _MOVES),
    ("moved-in-network", (_CACHE,), "subnetGroupName", left, None, _MOVES),
    ("moved-in-network", (_INSTANCE,), "subnetId", left, None, _MOVES),
    ("moved-in-network", ("aws:autoscaling/group:Group",), "vpcZoneIdentifiers", gains, None, _MOVES),
    ("firewall-detached", (_DISTRIBUTION,), "webAclId", removed, None, "is behind no web application firewall"),
    ("key-rotation-off", ("aws:kms/key:Key",), "enableKeyRotation", on, None, "is not rotated each year"),
    ("login-off", (_LISTENER,), "mutualAuthentication.mode", one_of("verify"), None,
     "asks for no certificate of the caller any more"),
    ("login-off", (_LISTENER,), "defaultActions.type", _login_gone, None,
     "lets people in without a login: it does {new} instead of {old}"),
    ("login-off", (_POOL,), "mfaConfiguration", order("OFF", "OPTIONAL", "ON"), "OFF",
     "asks for a second factor no longer, or less often: {new} instead of {old}"),
    ("plain-http", (_LISTENER,), "protocol", one_of("HTTPS", "TLS", "HTTP"), "HTTP",
     "takes {new} instead of {old}, in which TLS does not end here"),
    ("plain-http", (_VPC_ORIGIN,), "vpcOriginEndpointConfig.originProtocolPolicy", one_of("https-only"), None, _NO_TLS),
    ("origin-in-clear", (_VPC_ORIGIN,), "vpcOriginEndpointConfig.originSslProtocols.items",
     none_of("SSLv3", "TLSv1", "TLSv1.1"), None, "sends requests on by an old version of TLS: {new} instead of {old}"),
    ("origin-moved", (_VPC_ORIGIN,), "vpcOriginEndpointConfig.arn", elsewhere, None,
     "sends requests to {new} instead of {old}"),
    ("trust-widened", ("aws:iam/openIdConnectProvider:OpenIdConnectProvider",), "clientIdLists", gains, None,
     "takes tokens for others too: {new} instead of {old}"),
    ("trust-widened", ("aws:iam/openIdConnectProvider:OpenIdConnectProvider",), "url", left, None,
     "takes the tokens of {new} instead of {old}"),
    ("trust-widened", ("aws:iam/openIdConnectProvider:OpenIdConnectProvider",), "thumbprintLists", gains, None,
     "takes other certificates of the issuer: {new} instead of {old}"),
    ("protection-weakened", (_ENDPOINT,), "policy", removed, None,
     "lets everything through: it has no policy any more"),
    ("protection-weakened", ("aws:budgets/budget:Budget",), "notifications", removed, None, "tells nobody any more"),
    ("protection-weakened", ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",), "state",
     order("unblocked", "block-new-sharing", "block-all-sharing"), None, "lets snapshots be opened to everyone: {new}"),
    ("protection-weakened", ("aws:ebs/encryptionByDefault:EncryptionByDefault",), "enabled", on, True,
     "lets new disks be unencrypted"),
    ("protection-weakened", ("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",),
     "internetGatewayBlockMode", order("off", "block-ingress", "block-bidirectional"), None,
     "lets networks be reached from the internet: {new} instead of {old}"),
    ("protection-weakened", ("aws:ssm/serviceSetting:ServiceSetting",), "settingValue",
     but("Disable", worse=left), None, "is {new} instead of {old}"),
    ("protection-weakened", ("aws:ssm/serviceSetting:ServiceSetting",), "settingId", left, None,
     "speaks of {new}, no longer of {old}, which goes back to AWS's default"),
    ("protection-weakened", ("aws:s3/bucketOwnershipControls:BucketOwnershipControls",), "rule.objectOwnership",
     order("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"), "BucketOwnerEnforced",
     "lets access control lists count again: {new} instead of {old}"),
    ("protection-weakened", ("aws:ecr/repository:Repository",), "imageTagMutability",
     order("MUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION", "IMMUTABLE"), "MUTABLE",
     "lets an image be put in another's place: {new} instead of {old}"),
    ("protection-weakened", (_BALANCER,), "dropInvalidHeaderFields", on, None, "passes on headers that are not valid"),
    ("protection-weakened", (_BALANCER,), "desyncMitigationMode", order("monitor", "defensive", "strictest"),
     "defensive", "passes on requests that two servers may read in two ways: {new} instead of {old}"),
    ("protection-weakened", (_DISTRIBUTION,), "restrictions.geoRestriction.restrictionType",
     order("none", "blacklist", "whitelist"), None, "answers more countries: {new} instead of {old}"),
    ("protection-weakened", (_POOL,), "passwordPolicy.minimumLength", lower, 8, _PASSWORD),
    ("protection-weakened", (_PASSWORDS,), "minimumPasswordLength", lower, 6, _PASSWORD),
    ("protection-weakened", (_PASSWORDS,), "passwordReusePrevention", lower, 0, _PASSWORD),
    ("protection-weakened", (_PASSWORDS,), "maxPasswordAge", higher_or_none, 0, _PASSWORD),
    *(("protection-weakened", (_PASSWORDS,), f"require{kind}", on, None, _PASSWORD)
      for kind in ("LowercaseCharacters", "UppercaseCharacters", "Numbers", "Symbols")),
)  # fmt: skip

# (rule, types, path, comparison, words), judged in what is created too
_ALSO_NEW: Final = (
    *(("public-access-unblocked", _BLOCKS, flag, on, f"does not block public access: {flag} is off")
      for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")),
    ("opened-to-everyone", tuple(DATABASE), "publiclyAccessible", off, _ADDRESS),
    ("opened-to-everyone", (_BALANCER,), "internal", on, _ADDRESS),
    ("opened-to-everyone", (_BUCKET, "aws:s3/bucketAcl:BucketAcl"), "acl",
     none_of("public-read", "public-read-write", "authenticated-read"),
     "opens its files to everyone by the access control list {new}"),
    ("metadata-opened", (_INSTANCE, _TEMPLATE), "metadataOptions.httpTokens", one_of("required"),
     "answers the metadata service without a token (IMDSv1)"),
    ("origin-opened", ("aws:cloudfront/originAccessControl:OriginAccessControl",), "signingBehavior", one_of("always"),
     "signs CloudFront's requests no longer, so that the bucket has to let others in"),
)  # fmt: skip


SWITCHES = (
    *(
        Switch(rule=rule, types=frozenset(types), path=path, worse=worse, default=default, words=words)
        for rule, types, path, worse, default, words in _CHANGED
    ),
    *(
        Switch(rule=rule, types=frozenset(types), path=path, worse=worse, words=words, when_new=True)
        for rule, types, path, worse, words in _ALSO_NEW
    ),
)
