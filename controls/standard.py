"""The controls of the standard that belong to the services this platform uses.

Source: docs.aws.amazon.com, "AWS Foundational Security Best Practices standard in Security Hub CSPM" (v1.0.0), read on
2026-11-23 in a copy of early 2026, and "Security Hub CSPM controls for Amazon CloudFront, Amazon EC2, Elastic Load
Balancing, Amazon RDS" in newer copies for what was added since (CloudFront.17, EC2.182, EC2.183, ELB.21, ELB.22,
RDS.50, RDS.51). Services that are an account's own and that the platform makes nothing of (Account, CloudTrail,
Config, GuardDuty, Inspector, Macie) are left out; CloudWatch, Logs and Budgets have no control in the standard.
"""

from __future__ import annotations

import re

_NUMBERS: dict[str, tuple[int, ...]] = {
    "ACM": (1, 2),
    "AutoScaling": (1, 2, 3, 5, 6, 9),
    "Backup": (1,),
    "CloudFront": (1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17),
    "EC2": (
        *(1, 2, 3, 4, 6, 7, 8, 9, 10, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 51, 55, 56, 57, 58, 60),
        *(170, 171, 172, 173, 180, 181, 182, 183),
    ),
    "ELB": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 17, 18, 21, 22),
    "IAM": (1, 2, 3, 4, 5, 6, 7, 8, 21),
    "KMS": (1, 2, 3, 5),
    "RDS": (
        *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 27, 34, 35, 36, 37),
        *(40, 41, 42, 43, 44, 45, 46, 47, 48, 50, 51),
    ),
    "Route53": (2,),
    "S3": (1, 2, 3, 5, 6, 8, 9, 12, 13, 19, 24, 25),
    "SNS": (4,),
    "SSM": (1, 2, 3, 4, 6, 7),
    "SecretsManager": (1, 2, 3, 4),
    "WAF": (1, 2, 3, 4, 6, 7, 8, 10, 12),
}

STANDARD_IDS: frozenset[str] = frozenset(f"{service}.{number}" for service in _NUMBERS for number in _NUMBERS[service])


def is_control_id(text: str) -> bool:
    """Whether a text has the form of a control's id (`S3.9`), be there such a control or not."""
    return re.fullmatch(r"[A-Z][A-Za-z0-9]*\.\d+", text) is not None


def is_own(control_id: str) -> bool:
    """Whether a control is the platform's own, not of AWS's standard."""
    return control_id.startswith("PLATFORM.")


def order(control_id: str) -> tuple[str, int]:
    """The key that sorts `S3.9` before `S3.12`."""
    service, number = control_id.split(".")
    return service, int(number)
