"""The typed schema of `Pulumi.<env>.yaml`: every decision about one environment.

Each class is one top-level key (`platform:database` -> `Database`), each attribute's docstring is its documentation
(`diceytech config docs`), and the JSON Schema that editors use comes from here (`diceytech config schema`).
Rules that join several keys are in infra/config_checks/, reading the YAML is infra/config_source.py.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from infra.website_paths import BACKEND_PATHS, KEEP_RELEASES

LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=20)]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
Cidr = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$")]
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
LogGroupName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-/#]{1,512}$")]
DomainName = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
PathPattern = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9_\-.*$/~\"'@:+&?]{0,254}$")]
KeyPrefix = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-.]+(/[A-Za-z0-9_\-.]+)*/$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]
RelativePath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_\-./]*$")]
PythonObject = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")]
InstanceType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$")]
Command = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f%$`\"'\\;|&<>]+$", min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(min_length=15, max_length=400)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=1000)]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[ -~]+$", max_length=1000)]
LogRetentionDays = Annotated[int, Field(json_schema_extra={"enum": list(LOG_RETENTION_DAYS)})]


InterfaceEndpoint = Literal[
    "ec2", "ssm", "ssmmessages", "logs", "secretsmanager", "kms", "ecr.api", "ecr.dkr", "ssm-contacts", "ssm-incidents"
]


class Section(BaseModel):
    """Base of every part: unknown keys are refused, values are not coerced, nothing can be changed after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Backend(Section):
    """The Django project."""

    path: RelativePath
    """Directory of the Django project, from the repository's root."""
    wsgi: PythonObject
    """WSGI module that gunicorn serves, such as `diceytech.wsgi`."""
    settings: PythonObject
    """Django settings module, such as `diceytech.settings`."""
    worker_command: Command | None = None
    """Command of the background worker, run in `path` with the release's Python; none: no worker unit."""
    scheduler_command: Command | None = None
    """Command of the scheduler of periodic tasks; none: no scheduler unit."""


class Frontend(Section):
    """The website's sources."""

    path: RelativePath
    """Directory of the React project, from the repository's root."""
    build_output: RelativePath = "build"
    """Directory, under `path`, that the build writes."""


class Product(Section):
    """What is deployed. Its name names everything: put your own product in place here, or by `diceytech init`."""

    name: Slug
    """Short name, first part of every physical name and tag: lower-case letters, digits and hyphens."""
    backend: Backend
    """The Django project."""
    website: Frontend
    """The React project."""
    health_path: PathPattern = "/healthz"
    """Path that a release must answer with 200, and its version in JSON, before it goes live."""
    smoke: Literal["guide", "none"] = "none"
    """`guide`: after a deploy of the backend the platform guide's flow is tried at the site, as `diceytech smoke` does,
    and a failure brings the release before back. `none`: only each machine's own check, through nginx."""


class Environment(Section):
    """What kind of environment this is, and how its data is guarded."""

    tier: Literal["development", "production"]
    """`production` environments are linted for safety: zones, backups, protection, retention."""
    protect: bool
    """Pulumi refuses to delete or replace the database, the media bucket and a DNS zone of our own while this is true,
    and a load balancer has deletion protection."""
    keep_data: bool
    """Destroying the environment keeps buckets with content; the database's own switch is `database.final_snapshot`."""


class Aws(Section):
    """Where the environment lives."""

    account_id: AccountId
    """The AWS account, a quoted string of 12 digits; any other account is refused. `123456789012` is the emulator's."""
    region: Region = "us-east-1"
    """Region of everything but what CloudFront needs in us-east-1."""
    shared_account: bool = False
    """Say true in both environments when two of them name one account; otherwise that is refused as a slip."""


class Subnets(Section):
    """Subnet ranges by hand, one per zone, in the order of `zones`."""

    public: tuple[Cidr, ...]
    """Ranges of the public subnets."""
    private: tuple[Cidr, ...]
    """Ranges of the private subnets."""
    database: tuple[Cidr, ...]
    """Ranges of the isolated subnets of the database."""


class AdoptedVpc(Section):
    """An existing VPC to build in; nothing of the VPC itself is then made or changed."""

    vpc_id: Annotated[str, StringConstraints(pattern=r"^vpc-[0-9a-f]{8,17}$")]
    """Id of the VPC."""
    public_subnet_ids: tuple[Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")], ...]
    """Subnets with a route to an internet gateway, in two zones at least."""
    private_subnet_ids: tuple[Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")], ...] = ()
    """Subnets that reach the internet through a NAT; needed by `egress: nat`."""
    database_subnet_ids: tuple[Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")], ...]
    """Subnets for the database, in two zones at least; the private ones may serve, public ones may not."""


class Network(Section):
    """VPC, subnets and ways out."""

    cidr: Cidr = "10.20.0.0/16"
    """Private range of the VPC, /16 to /23; cut into 16 parts, three for each zone, unless `subnets` is set."""
    zones: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")], ...],
        Field(min_length=2, max_length=3),
    ]
    """Availability zones, two or three: RDS and load balancers need two even where only one is used."""
    subnets: Subnets | None = None
    """Ranges by hand instead of the computed ones."""
    egress: Literal["public", "nat"]
    """`public`: servers in public subnets, no NAT to pay for. `nat`: servers in private ones behind a NAT gateway."""
    nat_gateways: Literal["one", "per_zone"] = "one"
    """With `egress: nat`: one shared gateway, or one in each zone so that a zone's loss is that zone's only."""
    interface_endpoints: tuple[InterfaceEndpoint, ...] = ()
    """AWS services reached by a private endpoint (about 7 USD a month each and zone)."""
    flow_log_retention_days: LogRetentionDays | None = 14
    """Days that VPC flow logs are kept; null: no flow logs."""
    adopt: AdoptedVpc | None = None
    """Build in an existing VPC."""


class Media(Section):
    """Bucket of uploaded files."""

    bucket: BucketName | None = None
    """Physical name instead of `<product>-<env>-media-<account>`; the platform guide's is `diceytech-storage`."""
    access: Literal["private", "public"] = "private"
    """`private`: only the CDN and the server read. `public`: the platform guide's policy; shows résumés to anyone."""
    public_prefixes: Annotated[tuple[KeyPrefix, ...], Field(min_length=1)] = (
        "profile_pics/",
        "project_images/",
        "company_logos/",
    )
    """Key prefixes that the CDN serves to anyone under /media/."""
    private_prefixes: tuple[KeyPrefix, ...] = ("resumes/",)
    """Key prefixes that are read by signed URL only."""
    cors_origins: tuple[Origin, ...] = ()
    """Origins, besides the site itself, whose pages may upload from the browser, such as `http://localhost:3000`."""
    noncurrent_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that a deleted or overwritten file can be brought back (versioning)."""


class Gate(Section):
    """A user name and password in front of the whole site, for an environment that is not for the public."""

    username: Annotated[str, StringConstraints(pattern=r"^[^:\s\x00-\x1f\x7f]{1,64}$")]
    """User name that the browser's dialogue expects."""
    secret: SecretName
    """Name of the secret that holds the password (`diceytech secrets set`)."""


class Website(Section):
    """Bucket and CDN of the frontend."""

    bucket: BucketName | None = None
    """Physical name instead of `<product>-<env>-website-<account>`; the platform guide's is `diceytech-frontend`."""
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    """CloudFront edge locations: North America and Europe, more, or all."""
    backend_paths: Annotated[tuple[PathPattern, ...], Field(min_length=1, max_length=20)] = BACKEND_PATHS
    """Paths that CloudFront sends to Django instead of the website's bucket; a deploy refuses a build with files there.
    """
    keep_releases: Annotated[int, Field(ge=2, le=50)] = KEEP_RELEASES
    """Releases whose files stay in the bucket: what a tab that is open goes on loading, and how far back a rollback
    reaches."""
    waf: bool
    """A web ACL with AWS's managed rules and a rate limit (about 10 USD a month and 0.60 per million requests)."""
    waf_rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests from one address in five minutes before it is blocked."""
    access_logs: bool = True
    """CloudFront standard logging (v2) to the logs bucket."""
    failover_region: Region | None = None
    """Region of a replica of the website's bucket, which CloudFront reads when the first one fails; null: none.
    It holds what is deployed from then on, so deploy the website once after setting it."""
    gate: Gate | None = None
    """Password in front of the site; null: open to the world."""
    content_security_policy: HeaderValue = (
        "default-src 'self'; img-src 'self' data: blob: https:; style-src 'self' 'unsafe-inline'; "
        "font-src 'self' data:; connect-src 'self' https:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
    """Content-Security-Policy header of every page."""
    variables: dict[Annotated[str, StringConstraints(pattern=r"^REACT_APP_[A-Z0-9_]+$")], OneLine] = {}
    """Further REACT_APP_* variables of the build, besides those that the platform provides."""


class Database(Section):
    """RDS for PostgreSQL."""

    engine_version: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] = "17"
    """Major version only: RDS keeps the minor one current, and a pinned one would be a diff at each of its updates."""
    instance_class: Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")]
    """Instance class, such as `db.t4g.micro`."""
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = "app"
    """Name of the database; changing it replaces the instance."""
    username: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,15}$")] = "app"
    """Master user; its password is made and rotated by RDS in Secrets Manager."""
    port: Annotated[int, Field(ge=1150, le=65535)] = 5433
    """TCP port; not 5432, as the FSBP control RDS.23 asks."""
    storage_gb: Annotated[int, Field(ge=20, le=65536)] = 20
    """Storage at the start, GiB (gp3)."""
    max_storage_gb: Annotated[int, Field(ge=20, le=65536)] = 100
    """Storage autoscaling stops here, GiB; equal to `storage_gb`: no autoscaling."""
    multi_az: bool
    """A standby in a second zone."""
    backup_retention_days: Annotated[int, Field(ge=0, le=35)]
    """Days of point-in-time recovery; 0 switches backups off."""
    deletion_protection: bool
    """RDS refuses to delete the instance."""
    final_snapshot: bool
    """Take a snapshot when the instance is deleted."""
    monitoring_interval: Literal[0, 1, 5, 10, 15, 30, 60] = 60
    """Seconds between enhanced-monitoring samples; 0: off."""
    log_retention_days: LogRetentionDays = 30
    """Days that PostgreSQL's logs are kept in CloudWatch."""
    parameters: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")], str] = {}
    """PostgreSQL parameters on top of `rds.force_ssl`."""


class Image(Section):
    """Machine image of the server."""

    os: Literal["debian-13", "ubuntu-24.04"] = "debian-13"
    """Distribution; the user data keeps to what both have."""
    ami: Annotated[str, StringConstraints(pattern=r"^ami-[0-9a-f]{8,17}$")]
    """Pinned image id of the type's architecture: a most-recent look-up would replace the server at each image."""


class Fleet(Section):
    """Size of the auto scaling group."""

    min: Annotated[int, Field(ge=1, le=50)] = 2
    """Fewest instances."""
    max: Annotated[int, Field(ge=1, le=50)] = 4
    """Most instances."""
    instance_types: Annotated[tuple[InstanceType, ...], Field(max_length=10)] = ()
    """Further instance types of the same architecture to fall back on where the first is out of stock."""
    target_cpu_percent: Annotated[int, Field(ge=10, le=90)] | None = 60
    """Target tracking: instances are added and removed to keep the mean CPU here; null: fixed size `min`."""


class Server(Section):
    """Machines that run Django."""

    mode: Literal["single", "fleet"]
    """`single`: one EC2 instance. `fleet`: a load balancer and an auto scaling group; the same image and releases."""
    instance_type: InstanceType
    """EC2 instance type, such as `t3.micro`."""
    image: Image
    """Machine image."""
    root_volume_gb: Annotated[int, Field(ge=8, le=1024)] = 16
    """Encrypted gp3 root volume, GiB."""
    origin: Literal["vpc", "public"]
    """How CloudFront gets in. `vpc`: a VPC origin into private subnets, for `egress: nat`. `public`: by CloudFront's
    prefix list over the internet; without a domain and a fleet that hop is plain HTTP."""
    origin_secret: SecretName = "ORIGIN_SECRET"  # noqa: S105 - the name of a secret
    """Name of the secret that CloudFront sends in a header and nginx checks: a second lock on the port."""
    fleet: Fleet = Fleet()
    """Size of the fleet; not used by `single`."""
    gunicorn_workers: Annotated[int, Field(ge=1, le=64)] = 2
    """gunicorn worker processes per release slot."""
    gunicorn_threads: Annotated[int, Field(ge=1, le=64)] = 4
    """Threads per worker."""
    max_upload_mb: Annotated[int, Field(ge=1, le=100)] = 10
    """Largest request body that nginx lets through, MiB."""


class Django(Section):
    """Settings that reach Django as environment variables."""

    debug: bool = False
    """DEBUG; refused in production."""
    allowed_hosts: tuple[Annotated[str, StringConstraints(pattern=r"^\.?[a-z0-9.-]+$")], ...] = ()
    """Hosts besides the site's own and the CDN's."""
    cors_allowed_origins: tuple[Origin, ...] = ()
    """Origins besides the site's own that may call the API."""
    access_token_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Lifetime of a JWT access token, minutes."""
    refresh_token_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Lifetime of a JWT refresh token, days."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Level of the application's log."""
    variables: dict[VariableName, OneLine] = {}
    """Further variables, never secrets: those are named in `platform:secrets`."""


class Secrets(Section):
    """Names of the application's secrets; values are set by `diceytech secrets set` and are never in the YAML."""

    store: Literal["ssm", "secretsmanager"] = "ssm"
    """SSM SecureString parameters (free), or Secrets Manager (0.40 USD a month each)."""
    django: Annotated[tuple[SecretName, ...], Field(min_length=1)] = ("SECRET_KEY",)
    """Secrets that Django gets as environment variables of the same name."""


class AccessKeys(Section):
    """Access keys of an IAM user, two at most as AWS allows; `diceytech secrets rotate media-user` takes the steps."""

    keys: Annotated[tuple[Annotated[int, Field(ge=1, le=9999)], ...], Field(min_length=1, max_length=2)] = (1,)
    """Numbers of the keys that exist."""
    current: int = 1
    """The key whose value is in Secrets Manager."""
    off: tuple[int, ...] = ()
    """Numbers of keys that are switched off, which is what a key is before it is removed."""


class Identity(Section):
    """IAM users beside the roles that every environment has."""

    media_user: AccessKeys | None = AccessKeys()
    """The platform guide's IAM user for uploads from outside AWS; null: none, the server uses its role."""
    permissions_boundary: bool = False
    """Every role and user carries the boundary that the account project made; the deploy roles can make no others."""


class Observability(Section):
    """Logs, alarms and who hears of them."""

    log_retention_days: LogRetentionDays
    """Days that application, worker and nginx logs are kept."""
    backend_log_group: LogGroupName | None = None
    """Physical name instead of `<product>-<env>-backend`; the platform guide's is `diceytech-backend`."""
    alarm_emails: tuple[Email, ...] = ()
    """Addresses that get alarms; each must confirm AWS's message once."""
    error_alarm_threshold: Annotated[int, Field(ge=1, le=100_000)] = 5
    """Application errors, or 5xx answers, in five minutes before an alarm."""
    cpu_alarm_percent: Annotated[int, Field(ge=1, le=100)] = 85
    """Mean CPU of server or database over 15 minutes before an alarm."""
    free_storage_alarm_gb: Annotated[int, Field(ge=1, le=1000)] = 4
    """Free database storage, GiB, below which there is an alarm."""
    connections_alarm: Annotated[int, Field(ge=1, le=10_000)] = 60
    """Database connections before an alarm."""
    disk_alarm_percent: Annotated[int, Field(ge=1, le=100)] = 85
    """Used part of a server's disk before an alarm."""


class Artifacts(Section):
    """Bucket of backend releases."""

    bucket: BucketName | None = None
    """Physical name instead of `<product>-<env>-artifacts-<account>`."""
    keep_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """Days that an artifact can be brought back after the deploy has removed it; nothing expires by age."""
    keep_releases: Annotated[int, Field(ge=2, le=50)] = 10
    """Releases that stay in the bucket, the last to go live: how far back a rollback reaches. What is live and what a
    rollback goes to stay in any case."""


class Logs(Section):
    """Bucket of access logs: S3's, the load balancer's and CloudFront's."""

    bucket: BucketName | None = None
    """Physical name instead of `<product>-<env>-logs-<account>`."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that access logs are kept."""


class Dns(Section):
    """The site's own domain."""

    domain: DomainName
    """Domain of the site, such as `www.example.com`."""
    zone: DomainName
    """Route 53 hosted zone that holds it, such as `example.com`."""
    create_zone: bool = False
    """Make the zone; its name servers must then be entered at the registrar before certificates can be issued."""


def _day(value: object) -> object:
    """The date that a text tells, as YAML has it or as Pulumi 3.259 hands on what YAML takes for a time."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.removesuffix(" 00:00:00 +0000 UTC"))
    except ValueError:
        raise PydanticCustomError("day", "write a day such as 2027-03-31") from None


def _letters(text: str) -> str:
    """The text of a tag, whose letters are of any script; not every reader of JSON Schema knows \\p{L}."""
    if not all(one.isalnum() or one in "_ .:/=+-@" for one in text):
        raise PydanticCustomError("letters", "write letters, digits, spaces and _ . : / = + - @ alone")
    return text


Day = Annotated[date, BeforeValidator(_day)]


class Accepted(Section):
    """One exception to a control or lint rule, with its reason."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$")]
    """Id of the control (`RDS.5`) or lint rule (`short-backups`)."""
    reason: Reason
    """Why it is right here; 15 characters at least."""
    resource: Annotated[str, StringConstraints(min_length=1)] | None = None
    """Only for resources whose name matches this pattern (`*` and `?`)."""
    until: Day | None = None
    """Last day on which it holds, such as `2027-03-31`; null: for good. One that is over is a finding."""


class PlatformConfig(Section):
    """All of `Pulumi.<env>.yaml`, a field for each `platform:` key."""

    product: Product
    """What is deployed; set once, in Pulumi.yaml."""
    environment: Environment
    """What kind of environment this is."""
    aws: Aws
    """Account and region."""
    network: Network
    """VPC, subnets and ways out."""
    media: Media = Media()
    """Bucket of uploaded files."""
    website: Website
    """Bucket and CDN of the frontend."""
    database: Database
    """RDS for PostgreSQL."""
    server: Server
    """Machines that run Django."""
    django: Django = Django()
    """Django's settings."""
    secrets: Secrets = Secrets()
    """Names of secrets."""
    identity: Identity = Identity()
    """IAM users."""
    observability: Observability
    """Logs and alarms."""
    artifacts: Artifacts = Artifacts()
    """Bucket of backend releases."""
    logs: Logs = Logs()
    """Bucket of access logs."""
    dns: Dns | None = None
    """The site's own domain; null: CloudFront's."""
    tags: dict[
        Annotated[
            str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+\-@\u00aa-\uffff]{1,128}$"), AfterValidator(_letters)
        ],
        Annotated[
            str, StringConstraints(pattern=r"^[A-Za-z0-9_ .:/=+\-@\u00aa-\uffff]{0,256}$"), AfterValidator(_letters)
        ],
    ] = {}
    """Tags of everything, besides `Product`, `Environment` and `ManagedBy`."""
    accepted: tuple[Accepted, ...] = ()
    """Exceptions to controls and lint rules, each with its reason."""

    def secret_names(self) -> tuple[str, ...]:
        """Names of all secrets that must exist before the environment comes up, each once, in a stable order."""
        gate = (self.website.gate.secret,) if self.website.gate else ()
        return tuple(dict.fromkeys((*self.secrets.django, self.server.origin_secret, *gate)))
