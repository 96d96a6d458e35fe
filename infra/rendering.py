"""Which files can be rendered, and what each gets: the configuration and names alone, or the platform's outputs too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra import environment_variables as environments
from infra.cloudwatch_agent import agent_settings
from infra.config import PlatformConfig
from infra.errors import PlatformError
from infra.names import Names
from infra.outputs import Outputs
from infra.server_paths import ServerPaths
from infra.templates import render_template

Variables = Mapping[str, object]


class RenderingError(PlatformError):
    """There is no such file, or what it needs is not there."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is rendered for: one environment; `deployed` are its outputs, where it is up."""

    config: PlatformConfig
    names: Names
    paths: ServerPaths
    deployed: Outputs | None = None

    @property
    def outputs(self) -> Outputs:
        """The outputs; raises RenderingError before the environment is up."""
        if self.deployed is None:
            env = self.names.environment
            raise RenderingError(f"the outputs of {env} are needed; run `diceytech up --env {env}` first")
        return self.deployed


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One file: its template, what it is for, and the function that gives the template's variables."""

    template: str
    purpose: str
    needs_outputs: bool
    variables: Callable[[Subject], Variables]


def subject(
    config: PlatformConfig, environment: str, outputs: Outputs | None = None, *, paths: ServerPaths | None = None
) -> Subject:
    """What to render for one environment; `paths` are a real server's unless given."""
    product = config.product.name
    names = Names(product=product, environment=environment, account_id=config.aws.account_id)
    return Subject(config=config, names=names, paths=paths or ServerPaths(product=product), deployed=outputs)


def rendered(name: str, of: Subject) -> str:
    """The text of the file `name` of FILES; raises RenderingError or TemplateError."""
    if name not in FILES:
        raise RenderingError(f"there is no file {name!r} to render; the files are: {', '.join(FILES)}")
    file = FILES[name]
    return render_template(file.template, **file.variables(of))


def user_data(config: PlatformConfig, environment: str) -> str:
    """The server's user data: of the configuration alone, so that it stays the same from release to release."""
    return rendered("user-data", subject(config, environment))


def release_document(config: PlatformConfig, environment: str) -> str:
    """Content of the SSM document that runs the release program."""
    return rendered("release-document", subject(config, environment))


def _common(of: Subject) -> dict[str, object]:
    return {"product": of.names.product, "environment": of.names.environment, "paths": of.paths}


def _boot_site(of: Subject) -> Variables:
    return {**_common(of), "behind_load_balancer": of.config.server.mode == "fleet"}


def _site(of: Subject) -> Variables:
    return {
        **_boot_site(of),
        "hosts": environments.hosts(of.config, of.outputs),
        "max_upload_mb": of.config.server.max_upload_mb,
    }


def _web(of: Subject) -> Variables:
    server = of.config.server
    return {
        **_common(of),
        "workers": server.gunicorn_workers,
        "threads": server.gunicorn_threads,
        "wsgi": of.config.product.backend.wsgi,
    }


def _worker(of: Subject) -> Variables:
    return {**_common(of), "background_command": _set(of.config.product.backend.worker_command, "worker_command")}


def _scheduler(of: Subject) -> Variables:
    return {**_common(of), "background_command": _set(of.config.product.backend.scheduler_command, "scheduler_command")}


def _set(command: str | None, key: str) -> str:
    if command is None:
        raise RenderingError(f"product.backend.{key} is not set, so there is no such unit; set it in Pulumi.yaml")
    return command


def _user_data(of: Subject) -> Variables:
    artifacts = of.names.bucket("artifacts", of.config.artifacts.bucket)
    release, maintenance = of.names.release_parameters
    machine = {
        "product": of.names.product,
        "environment": of.names.environment,
        "region": of.config.aws.region,
        "artifacts_bucket": artifacts,
        "platform_parameter": of.names.platform_parameter,
        "release_parameter": release,
        "maintenance_parameter": maintenance,
        "origin_secret": of.names.secret(of.config.server.origin_secret),
        "secrets_store": of.config.secrets.store,
    }
    return {
        **_boot_site(of),
        "region": of.config.aws.region,
        "artifacts_bucket": artifacts,
        "metadata_service": environments.METADATA_SERVICE,
        "release_parameter": release,
        "machine": machine,
        "agent": agent_settings(of.config, of.names, of.paths),
    }


def _django(of: Subject) -> Variables:
    stores = {"ssm": "SSM Parameter Store", "secretsmanager": "Secrets Manager"}
    secrets = of.config.secrets
    return {
        **_common(of),
        "secret_names": [f"{name} <- {of.names.secret(name)}" for name in secrets.django],
        "secrets_place": stores[secrets.store],
        "variables": environments.django(of.config, of.names, of.outputs),
    }


def _react(of: Subject) -> Variables:
    return {**_common(of), "variables": environments.react(of.config, of.outputs)}


FILES: dict[str, Rendered] = {
    "user-data": Rendered(
        template="user_data/debian.sh.j2",
        purpose="First boot of a server",
        needs_outputs=False,
        variables=_user_data,
    ),
    "nginx-boot": Rendered(
        template="nginx/boot.conf.j2",
        purpose="nginx before the first release; part of the user data",
        needs_outputs=False,
        variables=_boot_site,
    ),
    "nginx-site": Rendered(
        template="nginx/site.conf.j2", purpose="nginx in front of Django", needs_outputs=True, variables=_site
    ),
    "web.service": Rendered(
        template="systemd/web.service.j2", purpose="gunicorn, one slot", needs_outputs=False, variables=_web
    ),
    "worker.service": Rendered(
        template="systemd/worker.service.j2", purpose="Background worker", needs_outputs=False, variables=_worker
    ),
    "scheduler.service": Rendered(
        template="systemd/scheduler.service.j2", purpose="Periodic tasks", needs_outputs=False, variables=_scheduler
    ),
    "django.env": Rendered(
        template="env/django.env.j2",
        purpose="Django's environment, without secrets",
        needs_outputs=True,
        variables=_django,
    ),
    "migrate.service": Rendered(
        template="systemd/migrate.service.j2",
        purpose="Migrations, before a slot",
        needs_outputs=False,
        variables=_common,
    ),
    "maintenance.html": Rendered(
        template="maintenance/page.html.j2",
        purpose="The page while maintenance is on",
        needs_outputs=False,
        variables=_common,
    ),
    "react.env": Rendered(
        template="env/react.env.j2", purpose="Variables of the website's build", needs_outputs=True, variables=_react
    ),
    "config.json": Rendered(
        template="env/config.json.j2",
        purpose="What the website reads when it starts",
        needs_outputs=True,
        variables=lambda of: {"settings": environments.website(of.config.website.variables, of.outputs)},
    ),
    "cloudwatch-agent": Rendered(
        template="cloudwatch/agent.json.j2",
        purpose="What the CloudWatch agent sends; part of the user data",
        needs_outputs=False,
        variables=lambda of: {"settings": agent_settings(of.config, of.names, of.paths)},
    ),
    "release-document": Rendered(
        template="ssm/release.json.j2",
        purpose="SSM document that runs the release program",
        needs_outputs=False,
        variables=_common,
    ),
}
