"""ACM: certificates and their validation by DNS."""

from __future__ import annotations

from functools import partial
from typing import Any

from rehearsal import tagging
from rehearsal.api import refusal, unless_gone
from rehearsal.distribution_held import configurations
from rehearsal.resource import Aws, Created, Inputs, ResourceType, name_tags, spec
from rehearsal.tables import by_id, nothing_to_delete

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
    aws.made(arn)
    found = client.describe_certificate(CertificateArn=arn)["Certificate"]
    outputs = {"arn": arn, "domainValidationOptions": _options(found), "status": "PENDING_VALIDATION"}
    return Created(id=arn, outputs=outputs)


def _options(found: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "domainName": option["DomainName"],
            "resourceRecordName": option["ResourceRecord"]["Name"],
            "resourceRecordType": option["ResourceRecord"]["Type"],
            "resourceRecordValue": option["ResourceRecord"]["Value"],
        }
        for option in sorted(found["DomainValidationOptions"], key=lambda option: option["DomainName"])
    ]


def read_certificate(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """DescribeCertificate. Imported by its ARN."""
    client = aws.client("acm", state.get("region"))
    found = client.describe_certificate(CertificateArn=identifier)["Certificate"]
    names = [name for name in found.get("SubjectAlternativeNames", []) if name != found["DomainName"]]
    held = {
        "domainName": found["DomainName"],
        "subjectAlternativeNames": names,
        "validationMethod": "DNS",
        "keyAlgorithm": found["KeyAlgorithm"],
        "arn": identifier,
        "domainValidationOptions": _options(found),
        "status": state.get("status") or found["Status"],
        "tagsAll": _tags(client, identifier),
    }
    return Created(id=identifier, outputs=held)


def update_certificate(aws: Aws, identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
    """Its tags: nothing else can be changed."""
    client = aws.client("acm", inputs.get("region"))
    tagging.retag(
        _tags(client, identifier),
        inputs["tagsAll"],
        tag=lambda tags: client.add_tags_to_certificate(CertificateArn=identifier, Tags=tagging.as_list(tags)),
        untag=lambda keys: client.remove_tags_from_certificate(
            CertificateArn=identifier, Tags=[{"Key": key} for key in keys]
        ),
    )
    return {}


def delete_certificate(aws: Aws, identifier: str, state: Inputs) -> None:
    """DeleteCertificate, refused while a distribution or a listener shows it."""
    client = aws.client("acm", state.get("region"))
    found = client.describe_certificate(CertificateArn=identifier)["Certificate"]
    if users := [*_distributions(aws, identifier), *_listeners(aws, state, found.get("InUseBy") or [])]:
        message = f"Certificate {identifier} is in use by {users[0]}: take it away there first"
        raise refusal("DeleteCertificate", "ResourceInUseException", message)
    client.delete_certificate(CertificateArn=identifier)


def _distributions(aws: Aws, arn: str) -> list[str]:
    configs = configurations(aws).items()
    return [one for one, config in configs if config["ViewerCertificate"].get("ACMCertificateArn") == arn]


def _listeners(aws: Aws, state: Inputs, named: list[str]) -> list[str]:
    """Those that are there: the emulator never forgets one that used the certificate."""
    client = aws.client("elbv2", state.get("region"))
    listeners = [arn for arn in named if ":listener/" in arn]
    return [arn for arn in listeners if unless_gone(partial(client.describe_listeners, ListenerArns=[arn]))]


def find_certificate(aws: Aws, inputs: Inputs) -> list[str]:
    """Those of the same name with the same tags."""
    client = aws.client("acm", inputs.get("region"))
    return [
        arn for arn, name in _listed(client) if name == inputs["domainName"] and _tags(client, arn) == inputs["tagsAll"]
    ]


def every_certificate(aws: Aws, region: str) -> list[str]:
    """ARNs of all."""
    return [arn for arn, _ in _listed(aws.client("acm", region))]


def _listed(client: Any) -> list[tuple[str, str]]:
    pages = client.get_paginator("list_certificates").paginate()
    return [(one["CertificateArn"], one["DomainName"]) for page in pages for one in page["CertificateSummaryList"]]


def _tags(client: Any, arn: str) -> tagging.Tags:
    return tagging.as_mapping(client.list_tags_for_certificate(CertificateArn=arn)["Tags"])


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
    return Created(id=_issued(found))


def read_validation(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """Whether the certificate is there and issued; it cannot be imported."""
    arn = state.get("certificateArn") or identifier
    client = aws.client("acm", state.get("region"))
    found = unless_gone(lambda: client.describe_certificate(CertificateArn=arn)["Certificate"])
    if found is None or found.get("Status") != "ISSUED":
        return None
    return Created(id=_issued(found), outputs={"certificateArn": arn})


def _issued(found: dict[str, Any]) -> str:
    return f"{found['IssuedAt']:%Y-%m-%d %H:%M:%S} +0000 UTC"


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
        read=read_certificate,
        update=update_certificate,
        delete=delete_certificate,
        find=find_certificate,
        every=every_certificate,
        computed=("arn", "domainValidationOptions", "status"),
        replace_on=frozenset({"domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "region"}),
        in_place=frozenset({"tags"}),
        unordered=frozenset({"subjectAlternativeNames"}),
        defaults={"keyAlgorithm": "RSA_2048"},
        limits=(domains, method),
        emulated="partial",
        not_emulated=("the certificate is signed by nobody whom a browser trusts",),
        source="Terraform AWS provider docs: aws_acm_certificate",
    ),
    ResourceType(
        token="aws:acm/certificateValidation:CertificateValidation",
        inputs=spec("certificateArn validationRecordFqdns region"),
        create=create_validation,
        read=read_validation,
        delete=nothing_to_delete,
        find=by_id(read_validation, "certificateArn"),
        replace_on=frozenset({"certificateArn", "validationRecordFqdns", "region"}),
        untold=frozenset({"validationRecordFqdns"}),
        emulated="partial",
        not_emulated=("issued at once where AWS waits for DNS, up to 75 minutes",),
        source="Terraform AWS provider docs: aws_acm_certificate_validation",
    ),
)
