"""The CDN, certificates, DNS records and the web ACL."""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.policies import Document, Statement, actions, allow, document


def edge(scope: Scope) -> Document:
    """The CDN, certificates, DNS records and the web ACL; CloudFront and its certificates are in us-east-1."""
    cloudfront = [
        scope.arn("cloudfront", f"{kind}/*", "")
        for kind in ("function", "origin-access-control", "response-headers-policy")
    ]
    tagged = [scope.arn("cloudfront", f"{kind}/*", "") for kind in ("distribution", "vpcorigin")]
    functions = [scope.arn("cloudfront", "function/*", "")]
    certificates = [scope.arn("acm", "certificate/*", region) for region in sorted({scope.region, "us-east-1"})]
    untagged = actions(
        "cloudfront",
        "DeleteFunction DeleteOriginAccessControl DeleteResponseHeadersPolicy DescribeFunction GetFunction"
        " GetOriginAccessControl GetResponseHeadersPolicy PublishFunction UpdateFunction UpdateOriginAccessControl"
        " UpdateResponseHeadersPolicy",
    )
    changes = actions(
        "cloudfront",
        "AllowVendedLogDeliveryForResource DeleteDistribution DeleteVpcOrigin GetDistribution GetDistributionConfig"
        " GetVpcOrigin TagResource UntagResource UpdateDistribution UpdateVpcOrigin",
    )
    look_ups = actions("route53", "GetChange ListHostedZones ListHostedZonesByName")
    defaults = ["cloudfront:GetCachePolicy", "cloudfront:GetOriginRequestPolicy", "cloudfront:List*"]
    certificate = actions(
        "acm",
        "AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate"
        " RemoveTagsFromCertificate UpdateCertificateOptions",
    )
    return document(
        allow("ReadEdge", [*defaults, *look_ups, "acm:ListCertificates", "wafv2:ListWebACLs"], ["*"]),
        allow(
            "MakePoliciesAndFunctions",
            actions("cloudfront", "CreateFunction CreateOriginAccessControl CreateResponseHeadersPolicy"),
            ["*"],
        ),
        allow("PoliciesAndFunctions", untagged, cloudfront),
        allow(
            "MakeDistribution",
            ["cloudfront:CreateDistribution", "cloudfront:CreateVpcOrigin"],
            ["*"],
            StringEquals=scope.new,
        ),
        allow("ChangeDistribution", changes, tagged, StringEquals=scope.own),
        allow("TagNew", ["cloudfront:TagResource"], [*tagged, *functions], StringEquals=scope.new),
        allow(
            "TagFunctions",
            ["cloudfront:TagResource", "cloudfront:UntagResource"],
            functions,
            StringEquals=scope.own,
        ),
        allow(
            "RequestCertificate", ["acm:AddTagsToCertificate", "acm:RequestCertificate"], ["*"], StringEquals=scope.new
        ),
        allow("ChangeCertificate", certificate, certificates, StringEquals=scope.own),
        *_records(scope),
        *_web_acl(scope),
    )


def _records(scope: Scope) -> list[Statement]:
    """DNS records of the site's domain and under it, in whichever zone; the zone itself where it is the stack's."""
    if scope.domain is None:
        return []
    zones = ["arn:aws:route53:::hostedzone/*"]
    under = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [scope.domain, f"*.{scope.domain}"]}
    reads = actions("route53", "GetHostedZone ListResourceRecordSets ListTagsForResource GetDNSSEC")
    records = [
        allow("ReadRecords", reads, zones),
        allow(
            "Records",
            ["route53:ChangeResourceRecordSets"],
            zones,
            # ForAllValues holds of nothing too
            **{"ForAllValues:StringLike": under, "Null": dict.fromkeys(under, "false")},
        ),
    ]
    logging = actions(
        "route53",
        "ChangeTagsForResource CreateQueryLoggingConfig DeleteHostedZone DeleteQueryLoggingConfig"
        " GetQueryLoggingConfig UpdateHostedZoneComment",
    )
    zone = [
        allow("MakeZone", ["route53:CreateHostedZone"], ["*"]),
        allow("Zone", logging, [*zones, "arn:aws:route53:::queryloggingconfig/*"]),
    ]
    return [*records, *(zone if scope.create_zone else [])]


def _web_acl(scope: Scope) -> list[Statement]:
    acl, managed = "global/webacl/*", "global/managedruleset/*"
    changes = "CreateWebACL DeleteWebACL GetWebACL ListTagsForResource TagResource UntagResource UpdateWebACL"
    return [
        allow(
            "MakeWebAcl",
            ["wafv2:CreateWebACL", "wafv2:TagResource"],
            [scope.arn("wafv2", acl, "us-east-1")],
            StringEquals=scope.new,
        ),
        allow(
            "ChangeWebAcl", actions("wafv2", changes), [scope.arn("wafv2", acl, "us-east-1")], StringEquals=scope.own
        ),
        allow(
            "ManagedRules",
            ["wafv2:CreateWebACL", "wafv2:UpdateWebACL"],
            [scope.arn("wafv2", managed, "us-east-1")],
        ),
    ]
