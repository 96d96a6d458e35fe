"""Why the standard's other controls for these services are not checked on a plan."""

from __future__ import annotations

_CLASSIC = "the platform makes no Classic Load Balancer"
_CLUSTER = "the database is an RDS instance; the platform makes no DB cluster"
_ENGINE = "the database engine is PostgreSQL"
_LAUNCH_CONFIGURATION = (
    "groups start from a launch template (AutoScaling.9); the platform makes no launch configuration"
)
_ROOT = "a fact about the account's root user, set by its owner and seen only on the account"
_RUN_TIME = "a fact about the running account, which a plan does not hold: "
_VPN = "the platform makes no VPN connection"
_WAF_CLASSIC = "the platform makes no AWS WAF Classic resource"

NOT_APPLICABLE: dict[str, str] = {
    "ACM.1": _RUN_TIME + "days until a certificate expires; certificates validated by DNS renew themselves",
    "AutoScaling.3": _LAUNCH_CONFIGURATION,
    "AutoScaling.5": _LAUNCH_CONFIGURATION,
    "Backup.1": "recovery points of RDS and EBS keep the encryption of their source, which RDS.3 and EC2.3 check",
    "CloudFront.16": "no distribution has a Lambda function URL as its origin",
    "EC2.1": "the platform makes no EBS snapshot; EC2.182 blocks sharing them",
    "EC2.4": _RUN_TIME + "how long a machine has been stopped",
    "EC2.20": _VPN,
    "EC2.23": "the platform makes no transit gateway",
    "EC2.51": "the platform makes no Client VPN endpoint",
    "EC2.171": _VPN,
    "EC2.173": "the platform makes no Spot Fleet request",
    "EC2.183": _VPN,
    "ELB.2": _CLASSIC,
    "ELB.3": _CLASSIC,
    "ELB.7": _CLASSIC,
    "ELB.8": _CLASSIC,
    "ELB.9": _CLASSIC,
    "ELB.10": _CLASSIC,
    "ELB.14": _CLASSIC,
    "IAM.3": _RUN_TIME + "the age of an access key; keys are rotated with two keys",
    "IAM.4": _ROOT,
    "IAM.5": "the platform's users have no console password",
    "IAM.6": _ROOT,
    "IAM.8": _RUN_TIME + "when a credential was last used",
    "KMS.3": _RUN_TIME + "whether a key is scheduled for deletion",
    "RDS.1": "the platform makes no snapshot resource; RDS takes its automatic ones, which are private",
    "RDS.4": "snapshots keep the encryption of the database, which RDS.3 checks",
    "RDS.7": _CLUSTER,
    "RDS.12": _CLUSTER,
    "RDS.14": _CLUSTER,
    "RDS.15": _CLUSTER,
    "RDS.16": _CLUSTER,
    "RDS.19": _CLUSTER,
    "RDS.24": _CLUSTER,
    "RDS.27": _CLUSTER,
    "RDS.34": _CLUSTER,
    "RDS.35": _CLUSTER,
    "RDS.37": _CLUSTER,
    "RDS.40": _ENGINE,
    "RDS.41": _ENGINE,
    "RDS.42": _ENGINE,
    "RDS.43": "the platform makes no RDS Proxy",
    "RDS.44": _ENGINE,
    "RDS.45": _CLUSTER,
    "RDS.47": _CLUSTER,
    "RDS.48": _CLUSTER,
    "RDS.50": _CLUSTER,
    "RDS.51": _CLUSTER,
    "S3.19": "the platform makes no S3 access point",
    "S3.24": "the platform makes no Multi-Region Access Point",
    "S3.25": "the platform makes no directory bucket",
    "SSM.2": _RUN_TIME + "whether the machine's patches are up to date",
    "SSM.3": _RUN_TIME + "whether the machine's associations ran",
    "SecretsManager.2": _RUN_TIME + "whether the last rotation succeeded",
    "SecretsManager.3": _RUN_TIME + "when a secret was last read",
    "SecretsManager.4": _RUN_TIME + "when a secret was last rotated; SecretsManager.1 checks that it will be",
    "WAF.1": _WAF_CLASSIC,
    "WAF.2": _WAF_CLASSIC,
    "WAF.3": _WAF_CLASSIC,
    "WAF.4": _WAF_CLASSIC,
    "WAF.6": _WAF_CLASSIC,
    "WAF.7": _WAF_CLASSIC,
    "WAF.8": _WAF_CLASSIC,
}
