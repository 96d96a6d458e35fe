"""Rules on names: two environments must not be one by mistake, and a name set by hand is nobody else's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from infra.config import Aws, Dns, PlatformConfig, Product
from infra.config_checks import Problem
from infra.config_checks.website import BUCKET_SECTIONS
from infra.config_source import ConfigError, environments, load, load_sections
from infra.names import Names, state_bucket
from infra.regions import GLOBAL_REGION

Sections = Mapping[str, object]
EVERYWHERE = ("", "")
HAND_SET = (
    *((section, "bucket", f"the {section} bucket") for section in BUCKET_SECTIONS),
    ("dns", "domain", "the domain"),
    ("observability", "backend_log_group", "the backend's log group"),
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A physical name of an environment: what has it, and the key that sets it by hand, if one does.

    `place` is the account and region that it is unique in.
    """

    name: str
    what: str
    path: str | None = None
    place: tuple[str, str] = EVERYWHERE

    def clashes(self, other: Claim) -> bool:
        """Whether AWS would refuse one of the two."""
        return (self.name, self.place) == (other.name, other.place)


def check_across(configs: Mapping[str, PlatformConfig | Sections]) -> dict[str, list[Problem]]:
    """Problems of each environment that come from another one or from its name, by environment.

    Of a configuration that is not valid as a whole, its valid sections are enough.
    """
    known: dict[str, Sections] = {name: dict(config) for name, config in configs.items()}
    named = {name: list(claims(name, sections)) for name, sections in known.items()}
    problems = {name: list(_own_names(sections, named[name])) for name, sections in known.items()}
    for (name, one), (other_name, other) in combinations(sorted(known.items()), 2):
        aws, other_aws = one.get("aws"), other.get("aws")
        if isinstance(aws, Aws) and isinstance(other_aws, Aws) and aws.account_id == other_aws.account_id:
            for here, there, mine in ((name, other_name, aws), (other_name, name, other_aws)):
                if not mine.shared_account:
                    problems[here].append(_one_account(mine.account_id, there))
        for here, problem in _shared_names(name, named[name], other_name, named[other_name]):
            problems[here].append(problem)
    return problems


def environment(root: Path, name: str) -> PlatformConfig:
    """One environment's configuration, held against the others that can be read; raises ConfigError."""
    config = load(root, name)
    refuse_across(root, name, config)
    return config


def refuse_across(root: Path, name: str, config: PlatformConfig) -> None:
    """Raises ConfigError where another environment's file under `root` clashes with this configuration."""
    others = {other: load_sections(root, other) for other in environments(root) if other != name}
    if problems := check_across({**others, name: config})[name]:
        raise ConfigError(f"Pulumi.{name}.yaml", problems)


def _one_account(account_id: str, other: str) -> Problem:
    return Problem(
        path="aws.account_id",
        message=f"{account_id} is also the account of {other}",
        remedy="name this environment's own account, or set `shared_account: true` in both",
    )


def claims(environment: str, sections: Sections) -> Iterator[Claim]:
    """Names that are set by hand, and those that come from the environment's where its account is known.

    Buckets are global, a domain belongs to one CloudFront distribution, and log groups are one per account and region.
    """
    product, aws = sections.get("product"), sections.get("aws")
    place = (aws.account_id, aws.region) if isinstance(aws, Aws) else None
    for section, key, what in HAND_SET:
        value = getattr(sections.get(section), key, None)
        where = place if key == "backend_log_group" else EVERYWHERE
        if value and where:
            yield Claim(name=value, what=what, path=f"{section}.{key}", place=where)
    if isinstance(product, Product) and isinstance(aws, Aws):
        names = Names(product=product.name, environment=environment, account_id=aws.account_id)
        yield from _computed(names, sections, aws)


def _computed(names: Names, sections: Sections, aws: Aws) -> Iterator[Claim]:
    for part in BUCKET_SECTIONS:
        if part in sections and getattr(sections[part], "bucket", None) is None:
            yield Claim(name=names.bucket(part), what=f"the {part} bucket")
    for bucket in names.replica_buckets:
        yield Claim(name=bucket, what="a bucket of the website's replica")
    place = (aws.account_id, aws.region)
    if "observability" in sections and getattr(sections["observability"], "backend_log_group", None) is None:
        yield Claim(name=names.log_group("backend"), what="the backend's log group", place=place)
    for part in ("worker", "nginx", "flow-logs"):
        yield Claim(name=names.log_group(part), what=f"the log group {part}", place=place)
    for log in ("postgresql", "upgrade"):
        group = f"/aws/rds/instance/{names.part('database', kind='rds')}/{log}"
        yield Claim(name=group, what="a log group of the database", place=place)
    dns = sections.get("dns")
    if isinstance(dns, Dns) and dns.create_zone:
        place = (aws.account_id, GLOBAL_REGION)
        yield Claim(name=f"/aws/route53/{dns.zone}", what="the log group of the zone", place=place)


def _own_names(sections: Sections, found: list[Claim]) -> Iterator[Problem]:
    """Names set by hand that the environment, or the account's bootstrap, gives to something else.

    Two set by hand are found by bucket_names.
    """
    product, aws = sections.get("product"), sections.get("aws")
    others = list(found)
    if isinstance(product, Product) and isinstance(aws, Aws):
        others.append(Claim(name=state_bucket(product.name, aws.account_id), what="the bucket of Pulumi's state"))
    for one in found:
        for other in others:
            if one.path is not None and other.path is None and one.clashes(other):
                yield Problem(path=one.path, message=f"{one.name} is {other.what}", remedy="choose another name")


def _shared_names(
    name: str, named: list[Claim], other_name: str, other_named: list[Claim]
) -> Iterator[tuple[str, Problem]]:
    """Names set by hand that another environment has too, with the environment to mend: the later, or who set it."""
    for one in named:
        for other in other_named:
            if not one.clashes(other):
                continue
            if other.path is not None:
                mine, here, there, what = other.path, other_name, name, one.what
            elif one.path is not None:
                mine, here, there, what = one.path, name, other_name, other.what
            else:
                continue
            message = f"{one.name} is also {what} of {there}"
            yield here, Problem(path=mine, message=message, remedy="give each environment its own name")
