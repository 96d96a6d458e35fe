"""What a deploy of the website needs of the YAML, read at once.

The whole schema takes longer to import than a deploy that changes nothing. So these few values are read alone, and
wherever they are not plainly there, the configuration is read, checked and explained as everywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.website_paths import BACKEND_PATHS, KEEP_RELEASES

if TYPE_CHECKING:
    from infra.config import PlatformConfig

REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class WebsiteSettings:
    """`source` is the React project's directory and `build` that of its output, both from the repository's root."""

    product: str
    account_id: str
    region: str
    backend_paths: tuple[str, ...]
    keep_releases: int
    variables: Mapping[str, str]
    source: str
    build: str


def read(root: Path, environment: str) -> WebsiteSettings:
    """The settings of one environment; raises ConfigError."""
    try:
        return _plain(_values(root / "Pulumi.yaml"), _values(root / f"Pulumi.{environment}.yaml"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        from infra.config_source import load

        return of(load(root, environment))


def of(config: PlatformConfig) -> WebsiteSettings:
    """The settings in a configuration that is read."""
    sources = config.product.website
    return WebsiteSettings(
        product=config.product.name,
        account_id=config.aws.account_id,
        region=config.aws.region,
        backend_paths=config.website.backend_paths,
        keep_releases=config.website.keep_releases,
        variables=dict(config.website.variables),
        source=sources.path,
        build=f"{sources.path}/{sources.build_output}",
    )


def _values(file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        found = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except yaml.YAMLError as error:
        raise ValueError from error
    values = {str(key).removeprefix("platform:"): value for key, value in found["config"].items()}
    return {key: value.get("default", value) if key == "product" else value for key, value in values.items()}


def _plain(project: Mapping[str, Any], own: Mapping[str, Any]) -> WebsiteSettings:
    """Raises KeyError, TypeError or ValueError wherever a value is not the plain one that it mostly is."""
    product, aws, website = own.get("product", project["product"]), own["aws"], own["website"]
    sources = product["website"]
    paths = website.get("backend_paths", list(BACKEND_PATHS))
    keep = website.get("keep_releases", KEEP_RELEASES)
    variables = website.get("variables", {})
    texts = [product["name"], aws["account_id"], sources["path"], *paths, *variables, *variables.values()]
    output, region = sources.get("build_output", "build"), aws.get("region", REGION)
    plain = all(isinstance(text, str) and text for text in (*texts, output, region))
    if not plain or not isinstance(paths, list) or type(keep) is not int or not 1 <= keep <= 50:
        raise ValueError("not plain")
    return WebsiteSettings(
        product=product["name"],
        account_id=aws["account_id"],
        region=region,
        backend_paths=tuple(paths),
        keep_releases=keep,
        variables=variables,
        source=sources["path"],
        build=f"{sources['path']}/{output}",
    )
