"""ACM: certificates and their validation by DNS."""

from __future__ import annotations

from rehearsal.api import refusal
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec

DOMAIN_LIMIT = 253  # characters: ACM API Reference, RequestCertificate
COMMON_NAME_LIMIT = 64  # of the first name: ACM User Guide, "Certificate characteristics and limitations"


def domains(inputs: Inputs) -> str | None:
    """Lengths of the names."""
    first = str(inputs.get("domainName", ""))
    for name in (first, *inputs.get("subjectAlternativeNames", [])):
        if len(name) > DOMAIN_LIMIT:
            return f"{name} has {len(name)} characters of {DOMAIN_LIMIT}: use a shorter domain"
    if len(first) > COMMON_NAME_LIMIT:
        return (
            f"ACM refuses {first} as the first name, it has {len(first)} characters of {COMMON_NAME_LIMIT}: shorten it"
        )
    return None


def method(inputs: Inputs) -> str | None:
    """By DNS: an e-mail would wait for a person."""
    if inputs.get("validationMethod", "DNS") != "DNS":
        return "the stand-in validates by DNS only: set validation_method to DNS"
    return None


def create_certificate(aws: Aws, inputs: Inputs) -> Created:
    """RequestCertificate."""
    client = aws.client("acm", inputs.get("region"))
    wanted = {
        "KeyAlgorithm": inputs.get("keyAlgorithm"),
        "SubjectAlternativeNames": inputs.get("subjectAlternativeNames"),
        "Tags": name_tags(inputs) or None,
    }
    arn = client.request_certificate(
        DomainName=inputs["domainName"],
        ValidationMethod="DNS",
        **{name: value for name, value in wanted.items() if value is not None},
    )["CertificateArn"]
    found = client.describe_certificate(CertificateArn=arn)["Certificate"]
    options = [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option["ResourceRecord"]["Name"],
            "resourceRecordType": option["ResourceRecord"]["Type"],
            "resourceRecordValue": option["ResourceRecord"]["Value"],
        }
        for option in sorted(found["DomainValidationOptions"], key=lambda option: option["DomainName"])
    ]
    outputs = {"arn": arn, "domainValidationOptions": options, "status": "PENDING_VALIDATION"}
    return Created(id=arn, outputs=outputs)


def create_validation(aws: Aws, inputs: Inputs) -> Created:
    """Waits for the certificate, which is issued once its record is in DNS."""
    client = aws.client("acm", inputs.get("region"))
    found = client.describe_certificate(CertificateArn=inputs["certificateArn"])["Certificate"]
    wanted = {option["ResourceRecord"]["Name"].removesuffix(".") for option in found["DomainValidationOptions"]}
    named = {name.removesuffix(".") for name in inputs.get("validationRecordFqdns") or wanted}
    missing = sorted((wanted - named) | (wanted - _published(aws)))
    if missing:
        message = f"the certificate waits for ever for the record {missing[0]}: make it in the domain's hosted zone"
        raise refusal("DescribeCertificate", "ValidationTimeout", message)
    return Created(id=f"{found['IssuedAt']:%Y-%m-%d %H:%M:%S} +0000 UTC")


def _published(aws: Aws) -> set[str]:
    client = aws.client("route53")
    return {
        record["Name"].removesuffix(".")
        for zone in client.list_hosted_zones()["HostedZones"]
        for record in client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    }


RESOURCES = (
    ResourceType(
        token="aws:acm/certificate:Certificate",
        inputs=spec("domainName subjectAlternativeNames validationMethod keyAlgorithm region tags"),
        create=create_certificate,
        computed=("arn", "domainValidationOptions", "status", "tagsAll"),
        replace_on=frozenset({"domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "region"}),
        limits=(domains, method),
        emulated="partial",
        not_emulated=("the certificate is signed by nobody whom a browser trusts",),
        source="Terraform AWS provider docs: aws_acm_certificate",
    ),
    ResourceType(
        token="aws:acm/certificateValidation:CertificateValidation",
        inputs=spec("certificateArn validationRecordFqdns region"),
        create=create_validation,
        replace_on=frozenset({"certificateArn", "validationRecordFqdns", "region"}),
        limits=(),
        emulated="partial",
        not_emulated=("issued at once where AWS waits for DNS, up to 75 minutes",),
        source="Terraform AWS provider docs: aws_acm_certificate_validation",
    ),
)
