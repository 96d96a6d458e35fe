"""Reading the configuration: from `Pulumi.yaml` and `Pulumi.<env>.yaml`, or from the running Pulumi engine.

Both ways give the same raw mapping, without the `platform:` namespace, to `parse`, which reports every error at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from infra.config import PlatformConfig
from infra.config_checks import Problem, run_checks
from infra.config_messages import problem_of
from infra.config_yaml import MAX_BYTES, UnreadableYamlError, parse_yaml
from infra.errors import PlatformError

NAMESPACE = "platform"
Config = TypeVar("Config", bound=BaseModel)
ENVIRONMENT_NAME = re.compile(r"^[a-z][a-z0-9]{1,11}$")


class ConfigError(PlatformError):
    """The configuration cannot be used; `problems` are all its errors, `source` is the file or stack they are in.

    `sections` are the parts that are valid all the same.
    """

    def __init__(self, source: str, problems: list[Problem], *, sections: Mapping[str, object] | None = None) -> None:
        self.source = source
        self.sections: Mapping[str, object] = sections or {}
        self.problems = problems
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{source}: {len(problems)} error{'s' if len(problems) != 1 else ''}{lines}")


def parse(raw: Mapping[str, Any], *, source: str) -> PlatformConfig:
    """The typed configuration; raises ConfigError with every problem found."""
    return parse_model(PlatformConfig, raw, source=source, namespace=NAMESPACE, checks=run_checks)


def parse_model(
    model: type[Config],
    raw: Mapping[str, Any],
    *,
    source: str,
    namespace: str,
    checks: Callable[[Mapping[str, object]], list[Problem]],
) -> Config:
    """Any project's typed configuration, section by section; `checks` get the sections that are valid."""
    problems: list[Problem] = []
    sections: dict[str, object] = {}
    for name in raw:
        if name not in model.model_fields:
            known = ", ".join(model.model_fields)
            problems.append(Problem(path=str(name), message="is not a setting", remedy=f"use one of {known}"))
    for name, field in model.model_fields.items():
        if name in raw:
            _parse_section(name, field, raw[name], sections, problems)
        elif field.is_required():
            remedy = f"add `{namespace}:{name}`; docs/configuration.md says what it holds"
            problems.append(Problem(path=name, message="is missing", remedy=remedy))
        else:
            sections[name] = field.get_default(call_default_factory=True)
    problems.extend(checks(sections))
    if problems:
        raise ConfigError(source, problems, sections=sections)
    return model.model_construct(None, **sections)


def _parse_section(
    name: str, field: FieldInfo, value: Any, sections: dict[str, object], problems: list[Problem]
) -> None:
    whole: Any = Annotated[field.annotation or Any, field]  # with the field's own constraints
    adapter: TypeAdapter[Any] = TypeAdapter(whole)
    try:
        # JSON, because strict validation of JSON takes a list for a tuple, and no more than that.
        text = json.dumps(value, default=_as_the_engine)
        sections[name] = adapter.validate_json(text)
    except ValidationError as error:
        details = error.errors()
        problems.extend(problem_of(name, detail, model=field.annotation) for detail in details)
        unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
        if len(unknown) == len(details):
            sections[name] = adapter.validate_json(json.dumps(_without(json.loads(text), unknown)))
    except (TypeError, ValueError, RecursionError) as error:
        problems.append(
            Problem(
                path=name,
                message=f"cannot be read ({error})",
                remedy="write plain YAML: mappings, lists, text, numbers",
            )
        )


def _as_the_engine(value: object) -> str:
    """A day as Pulumi 3.259 hands it to the program: YAML holds nothing else here that JSON does not."""
    if isinstance(value, date):
        return f"{value} 00:00:00 +0000 UTC"
    raise TypeError(f"{value!r} is no plain value")


def _without(value: Any, places: list[tuple[int | str, ...]]) -> Any:
    """The value without the keys at these places, so that the rest is checked too."""
    for *parents, last in places:
        target = value
        for part in parents:
            target = target[part]
        target.pop(last, None)
    return value


def load(root: Path, environment: str) -> PlatformConfig:
    """The configuration of one environment from its files under `root`; raises ConfigError."""
    return parse(read_raw(root, environment), source=stack_file(root, environment).name)


def stack_file(root: Path, environment: str) -> Path:
    """Path of the environment's YAML."""
    return root / f"Pulumi.{environment}.yaml"


def environments(root: Path) -> list[str]:
    """Names of all environments that have a YAML under `root`, sorted."""
    strays = stray_files(root)
    return sorted(stack_of(path) for path in root.glob("Pulumi.*.yaml") if path.name not in strays)


def stack_of(file: Path) -> str:
    """Name of the stack whose YAML this is."""
    return file.name.removeprefix("Pulumi.").removesuffix(".yaml")


def stray_files(root: Path) -> dict[str, Problem]:
    """What looks like an environment's YAML under `root` and cannot be one, by name."""
    strays: dict[str, Problem] = {}
    for path in sorted(root.glob("Pulumi.*.yaml")):
        if not ENVIRONMENT_NAME.fullmatch(stack_of(path)):
            strays[path.name] = Problem(
                path="file",
                message=f"{stack_of(path)!r} cannot be the name of an environment",
                remedy="rename it: 2-12 lower-case letters and digits, a letter first",
            )
        elif not path.is_file():
            strays[path.name] = Problem(
                path="file", message="is not a file", remedy="put the environment's YAML in its place, or remove it"
            )
    return strays


def load_sections(root: Path, environment: str) -> Mapping[str, object]:
    """The sections of one environment that are valid, whatever is wrong with the others."""
    try:
        return dict(load(root, environment))
    except ConfigError as error:
        return error.sections


def read_raw(root: Path, environment: str) -> dict[str, Any]:
    """Project defaults and the environment's own values, without the namespace; raises ConfigError."""
    file = stack_file(root, environment)
    name = f"Pulumi.{environment}.yaml"
    if stray := stray_files(root).get(name):
        raise ConfigError(name, [stray])
    if not ENVIRONMENT_NAME.fullmatch(environment) or not file.is_file():
        known = ", ".join(environments(root)) or "none"
        remedy = f"the environments are: {known}; a new one is made by `diceytech env new NAME --from ENV`"
        raise ConfigError(
            name, [Problem(path="environment", message=f"there is no environment {environment!r}", remedy=remedy)]
        )
    return {**project_defaults(root), **own_keys(read_yaml(file), file)}


def project_defaults(root: Path) -> dict[str, Any]:
    """The values that `Pulumi.yaml` sets for every environment; raises ConfigError."""
    file = root / "Pulumi.yaml"
    declared = read_yaml(file).get("config") or {}
    if not isinstance(declared, Mapping):
        raise ConfigError(file.name, [Problem(path="config", message="is not a mapping", remedy="write keys under it")])
    found: dict[str, Any] = {}
    for key, value in declared.items():
        name = str(key).removeprefix(f"{NAMESPACE}:")
        if isinstance(value, Mapping) and "default" in value:
            found[name] = value["default"]
    return found


def own_keys(document: Mapping[str, Any], file: Path, *, namespace: str = NAMESPACE) -> dict[str, Any]:
    """The values of one namespace of a stack's document, without the namespace; raises ConfigError."""
    values = document.get("config") or {}
    if not isinstance(values, Mapping):
        raise ConfigError(
            file.name,
            [Problem(path="config", message="is not a mapping", remedy=f"write `{namespace}:` keys under it")],
        )
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        owner, _, name = str(key).rpartition(":")
        if owner in ("", namespace):
            found[name] = value
        elif owner != "pulumi":
            problems.append(
                Problem(
                    path=str(key),
                    message="is not read",
                    remedy=f"region and account are set in {namespace}:aws; remove this line",
                )
            )
        if _holds_ciphertext(value):
            problems.append(
                Problem(
                    path=str(key),
                    message="holds an encrypted value",
                    remedy="YAML holds names of secrets only; use `diceytech secrets set`",
                )
            )
    if problems:
        raise ConfigError(file.name, problems)
    return found


def _holds_ciphertext(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "secure" in value or any(_holds_ciphertext(item) for item in value.values())
    return isinstance(value, list) and any(_holds_ciphertext(item) for item in value)


def read_yaml(file: Path) -> Mapping[str, Any]:
    """The mapping in a YAML file; raises ConfigError."""
    try:
        with file.open("rb") as stream:
            document = parse_yaml(stream.read(MAX_BYTES + 1))
    except FileNotFoundError:
        raise ConfigError(
            file.name,
            [Problem(path="file", message="does not exist", remedy="run the command in the repository's root")],
        ) from None
    except OSError as error:
        problem = Problem(
            path="file", message=f"cannot be read ({error.strerror})", remedy="make it a file that you may read"
        )
        raise ConfigError(file.name, [problem]) from None
    except UnreadableYamlError as error:
        problem = Problem(path="file", message=f"is not YAML ({error})", remedy="mend it there")
        raise ConfigError(file.name, [problem]) from None
    if not isinstance(document, Mapping):
        raise ConfigError(
            file.name, [Problem(path="file", message="is not a mapping", remedy="start it with `config:`")]
        )
    return document


def from_engine(config: Mapping[str, str], *, stack: str) -> PlatformConfig:
    """The configuration that the Pulumi engine handed to the program: full keys to JSON text."""
    return parse(engine_values(config, namespace=NAMESPACE), source=f"Pulumi.{stack}.yaml")


def engine_values(config: Mapping[str, str], *, namespace: str) -> dict[str, Any]:
    """The values of one namespace of what the engine hands over, without the namespace."""
    raw: dict[str, Any] = {}
    for key, text in config.items():
        found, _, name = key.partition(":")
        if found != namespace:
            continue
        try:
            raw[name] = json.loads(text)
        except json.JSONDecodeError:
            raw[name] = text
    return raw
