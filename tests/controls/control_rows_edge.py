"""Rows for the distribution, its web ACL, certificate and zone."""

from __future__ import annotations

from control_graphs import changed, node, row, without

from controls import cloudfront, edge, s3

SITE = {"originId": "site", "domainName": "site-id.s3.eu-west-1.amazonaws.com", "originAccessControlId": "oac"}
API = {
    "originId": "api",
    "domainName": "api.example.org",
    "customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]},
}
VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "m"}
CERTIFICATE = {
    "acmCertificateArn": "arn:certificate",
    "sslSupportMethod": "sni-only",
    "minimumProtocolVersion": "TLSv1.2_2021",
}

DISTRIBUTION = [
    node(s3.BUCKET, "site"),
    node(
        cloudfront.DISTRIBUTION,
        "cdn",
        defaultRootObject="index.html",
        defaultCacheBehavior={"viewerProtocolPolicy": "redirect-to-https"},
        orderedCacheBehaviors=[{"pathPattern": "/api/*", "viewerProtocolPolicy": "https-only"}],
        origins=[SITE, API],
        originGroups=[{"originId": "group", "members": [{"originId": "site"}, {"originId": "spare"}]}],
        webAclId="acl-arn",
        viewerCertificate=CERTIFICATE,
    ),
    node(
        cloudfront.VPC_ORIGIN,
        "private",
        vpcOriginEndpointConfig={
            "originProtocolPolicy": "https-only",
            "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1},
        },
    ),
    node(cloudfront.LOG_SOURCE, "source", logType="ACCESS_LOGS", resourceArn="cdn-id"),
    node(cloudfront.LOG_DELIVERY, "delivery", deliverySourceName="source-id"),
]
ACL = [node(edge.WEB_ACL, "acl", visibilityConfig=VISIBLE, rules=[{"name": "common", "visibilityConfig": VISIBLE}])]
ZONE = [node(edge.ZONE, "zone"), node(edge.QUERY_LOG, "queries", zoneId="zone-id")]


def cdn(**inputs: object) -> list:
    return changed(DISTRIBUTION, "cdn", **inputs)


ROWS = [
    row("CloudFront.1", DISTRIBUTION, cdn(defaultRootObject=None)),
    row("CloudFront.3", DISTRIBUTION, cdn(orderedCacheBehaviors=[{"viewerProtocolPolicy": "allow-all"}])),
    row("CloudFront.4", DISTRIBUTION, cdn(originGroups=[{"members": [{"originId": "site"}]}])),
    row("CloudFront.5", DISTRIBUTION, without(DISTRIBUTION, "delivery")),
    row("CloudFront.6", DISTRIBUTION, cdn(webAclId="")),
    row("CloudFront.7", DISTRIBUTION, cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})),
    row("CloudFront.8", DISTRIBUTION, cdn(viewerCertificate={**CERTIFICATE, "sslSupportMethod": "vip"})),
    row(
        "CloudFront.9",
        DISTRIBUTION,
        cdn(origins=[{**API, "customOriginConfig": {"originProtocolPolicy": "http-only"}}]),
    ),
    row("CloudFront.10", DISTRIBUTION, cdn(origins=[{**API, "customOriginConfig": {"originSslProtocols": ["SSLv3"]}}])),
    row("CloudFront.12", DISTRIBUTION, without(DISTRIBUTION, "site")),
    row("CloudFront.13", DISTRIBUTION, cdn(origins=[{**SITE, "originAccessControlId": None}])),
    row(
        "CloudFront.15", DISTRIBUTION, cdn(viewerCertificate={**CERTIFICATE, "minimumProtocolVersion": "TLSv1.1_2016"})
    ),
    row("CloudFront.17", DISTRIBUTION, cdn(defaultCacheBehavior={"trustedSigners": ["self"]})),
    row("WAF.10", ACL, changed(ACL, "acl", rules=[])),
    row(
        "WAF.12",
        ACL,
        changed(ACL, "acl", rules=[{"name": "r", "visibilityConfig": {"cloudwatchMetricsEnabled": False}}]),
    ),
    row("ACM.2", [node(edge.CERTIFICATE, "c")], [node(edge.CERTIFICATE, "c", keyAlgorithm="RSA_1024")]),
    row("Route53.2", ZONE, without(ZONE, "queries")),
]
