"""Every physical name that a person, a policy or a script must know, in one place.

`<product>-<environment>-<part>`, with the account id where the name is global. Whatever is not named here is
auto-named by Pulumi, so that it can be replaced. Lengths are AWS's limits, asserted here.
"""

from __future__ import annotations

from dataclasses import dataclass

BALANCER_LENGTH = 24  # Elastic Load Balancing allows 32 characters, and Pulumi adds eight to an auto-name
LIMITS = {
    "bucket": 63,
    "role": 64,
    "user": 64,
    "group": 128,
    "policy": 128,
    "rds": 63,
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of one environment of one product."""

    product: str
    environment: str
    account_id: str

    @property
    def prefix(self) -> str:
        """`<product>-<environment>`: what policies scope to."""
        return f"{self.product}-{self.environment}"

    @property
    def path(self) -> str:
        """`/<product>/<environment>`: the path of SSM parameters and secrets."""
        return f"/{self.product}/{self.environment}"

    @property
    def platform_parameter(self) -> str:
        """SSM parameter that scripts read the outputs from."""
        return f"{self.path}/platform"

    @property
    def release_parameters(self) -> tuple[str, str]:
        """SSM parameters that the deploy scripts own: the release in use, and whether maintenance is on."""
        return f"{self.path}/release", f"{self.path}/maintenance"

    @property
    def deploy_path(self) -> str:
        """IAM path of the account project's roles and policies, which no environment's own names can match."""
        return f"/{self.product}/deploy/"

    def deploy_role(self, kind: str) -> str:
        """ARN of the account project's role for GitHub's jobs of a kind: infrastructure, app or plan."""
        return f"arn:aws:iam::{self.account_id}:role{self.deploy_path}{self.part(f'deploy-{kind}')}"

    @property
    def boundary_arn(self) -> str:
        """The permissions boundary of every role and user of the environment, made by the account project."""
        return f"arn:aws:iam::{self.account_id}:policy{self.deploy_path}{self.part('boundary', kind='policy')}"

    @property
    def replica_buckets(self) -> tuple[str, str]:
        """The website's replica in the failover region, and the bucket there that receives its access logs."""
        return self.bucket("website-replica"), self.bucket("replica-logs")

    @property
    def replication_role(self) -> str:
        """Role by which S3 copies the website to its replica."""
        return self.part("website-replication")

    def secret(self, name: str) -> str:
        """Name of an application's secret in its store."""
        return f"{self.path}/secrets/{name}"

    def part(self, part: str, *, kind: str = "role") -> str:
        """`<product>-<environment>-<part>`; raises ValueError where AWS's limit for `kind` leaves no room."""
        return _fitting(f"{self.prefix}-{part}", LIMITS[kind], kind)

    def bucket(self, part: str, override: str | None = None) -> str:
        """Name of a bucket: global, so it ends in the account id; `override` is the YAML's own choice."""
        return override or _fitting(f"{self.prefix}-{part}-{self.account_id}", LIMITS["bucket"], "bucket")

    def log_group(self, part: str, override: str | None = None) -> str:
        """Name of a log group."""
        return override or f"{self.prefix}-{part}"

    def balancer(self, part: str) -> str:
        """Logical name of a load balancer or a target group: 24 characters at most, as the prefix is cut."""
        return f"{self.prefix[: BALANCER_LENGTH - 1 - len(part)].rstrip('-')}-{part}"


def state_bucket(product: str, account_id: str) -> str:
    """Bucket of Pulumi's state, one for each account; no environment's own names begin like it."""
    return _fitting(f"pulumi-state-{product}-{account_id}", LIMITS["bucket"], "bucket")


def state_key_alias(product: str) -> str:
    """Alias of the KMS key that encrypts the state and the secrets in it."""
    return f"alias/pulumi-state-{product}"


def _fitting(name: str, limit: int, kind: str) -> str:
    if len(name) > limit:
        raise ValueError(f"the {kind} name {name} has {len(name)} characters of {limit}: shorten product.name")
    return name
