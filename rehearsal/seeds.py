"""What must be in an account before an environment comes up, put into the emulated one with placeholder values."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Final

from infra.config import AdoptedVpc, PlatformConfig
from infra.names import Names
from rehearsal import adopted_vpc
from rehearsal.resource import Aws

PLACEHOLDER_POLICY: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}],
}
BYTES = 32  # of randomness in a placeholder: as much as a real secret has, so that lengths are true


def seed(aws: Aws, config: PlatformConfig, names: Names) -> tuple[str, ...]:
    """Seeds what the configuration names and does not make; gives what it did in words, never a value."""
    done = [_secrets(aws, config, names)]
    if config.dns is not None and not config.dns.create_zone:
        seed_zone(aws, config.dns.zone)
        done.append(f"the hosted zone {config.dns.zone}, which the configuration expects to exist")
    if config.identity.permissions_boundary:
        done.append(_boundary(aws, names))
    if config.network.adopt is not None:
        done.append(_vpc(aws, config.network.adopt, config.network.zones))
    return tuple(done)


def _secrets(aws: Aws, config: PlatformConfig, names: Names) -> str:
    wanted = config.secret_names()
    for name in wanted:
        value = secrets.token_urlsafe(BYTES)
        if config.secrets.store == "ssm":
            aws.client("ssm").put_parameter(Name=names.secret(name), Value=value, Type="SecureString")
        else:
            aws.client("secretsmanager").create_secret(Name=names.secret(name), SecretString=value)
    kept = "SSM SecureString parameters" if config.secrets.store == "ssm" else "Secrets Manager secrets"
    return f"random values for the {kept} {_joined([names.secret(name) for name in wanted])}"


def seed_zone(aws: Aws, zone: str) -> str:
    """Makes a public hosted zone as an account has it before the platform comes; gives its id."""
    made = aws.client("route53").create_hosted_zone(Name=zone, CallerReference=f"rehearsal-{zone}")
    return str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/")


def _vpc(aws: Aws, adopt: AdoptedVpc, zones: Sequence[str]) -> str:
    adopted_vpc.seed(
        aws,
        vpc_id=adopt.vpc_id,
        zones=zones,
        public=adopt.public_subnet_ids,
        private=adopt.private_subnet_ids,
        database=adopt.database_subnet_ids,
    )
    return f"the VPC {adopt.vpc_id} with its subnets, which the configuration adopts"


def _boundary(aws: Aws, names: Names) -> str:
    """A policy by the boundary's name: what it allows is the account project's, and nothing here evaluates it."""
    name = names.boundary_arn.rpartition("/")[2]
    aws.client("iam").create_policy(
        PolicyName=name, Path=names.deploy_path, PolicyDocument=json.dumps(PLACEHOLDER_POLICY)
    )
    return f"the permissions boundary {name}, which the account project makes"


def make_way(aws: Aws, names: Names) -> bool:
    """Removes the placeholder of the boundary before the account project makes the real one; whether it was there."""
    iam, arn = aws.client("iam"), names.boundary_arn
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    except iam.exceptions.NoSuchEntityException:
        return False
    if iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"] != PLACEHOLDER_POLICY:
        return False
    iam.delete_policy(PolicyArn=arn)
    return True


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
