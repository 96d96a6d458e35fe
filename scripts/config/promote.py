"""`diceytech promote KEY --from dev --to prod`: one decision copied from an environment's YAML into another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from infra import config_paths
from infra.config_across import refuse_across
from infra.config_lint import lint
from infra.config_own import own_within
from infra.config_source import NAMESPACE, ConfigError, load, own_keys, parse, project_defaults, read_raw, stack_file
from infra.config_yaml import UnreadableYamlError, parse_yaml
from infra.errors import PlatformError
from scripts.config.yaml_copy import copied, same

MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """The target's file with the value in it, not written yet; `findings` is what lint says of it and did not before.

    `text` is that of before where nothing changes.
    """

    key: str
    file: Path
    before: str
    text: str
    findings: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.text != self.before

    @property
    def difference(self) -> str:
        """The lines that change, as `diff -u` shows them."""
        sides = (self.before.splitlines(), self.text.splitlines())
        name = self.file.name
        return "\n".join(unified_diff(*sides, name, f"{name}, with {self.key} promoted", lineterm=""))


def plan(root: Path, key: str, source: str, target: str, *, force: bool) -> Promotion:
    """The promotion, held against the schema and the other environments; raises PlatformError and writes nothing."""
    if source == target:
        raise PlatformError(f"{source} has its own values already; name two environments by --from and --to")
    raws = read_raw(root, source), read_raw(root, target)  # one that cannot be read, or holds ciphertext, ends here
    path = _path(key, raws[0])
    shown = config_paths.shown(path)
    values = tuple(_at(raw, path) for raw in raws)
    files = [stack_file(root, name) for name in (source, target)]
    texts = [file.read_bytes().decode() for file in files]
    if values[0] is MISSING:
        _refuse_unset(shown, values[1], files)
    _refuse_lost_item(path, raws[1], files[1])
    if not force:
        _refuse_own(shown, path, raws, source, target)
    text = _edited(texts, path, values, files[1]) if not _alike(values) else texts[1]
    return Promotion(
        key=shown, file=files[1], before=texts[1], text=text, findings=_checked(root, target, text, files[1])
    )


def _path(key: str, raw: Mapping[str, Any]) -> config_paths.Path:
    """The parts of the key; names with dots in them, as PostgreSQL's parameters have, are found in the source."""
    path = config_paths.parsed(key)
    if path and path[0] == "product":
        raise PlatformError("product is set once, in Pulumi.yaml, for every environment; there is nothing to promote")
    if not config_paths.is_known(path):
        near = config_paths.nearest(key.removeprefix(f"{NAMESPACE}:"))
        hint = f"did you mean {near}?" if near else "docs/configuration.md lists all"
        raise PlatformError(f"{key} is no key of the configuration; {hint}")
    for length in range(len(path) - 1, 0, -1):
        held = _at(raw, path[:length])
        rest = ".".join(map(str, path[length:]))
        if isinstance(held, Mapping) and rest in held:
            return (*path[:length], rest)
    return path


def _refuse_unset(shown: str, there: Any, files: Sequence[Path]) -> None:
    if there is MISSING:
        raise PlatformError(f"{shown} is set in neither {files[0].name} nor {files[1].name}: both have its default")
    raise PlatformError(
        f"{files[0].name} does not set {shown}, so that it has its default there; to have that in {files[1].name}"
        " too, remove the key from it"
    )


def _refuse_lost_item(path: config_paths.Path, raw: Mapping[str, Any], file: Path) -> None:
    for length, part in enumerate(path):
        if isinstance(part, int) and _at(raw, path[: length + 1]) is MISSING:
            whole = config_paths.shown(path[:length])
            raise PlatformError(f"{file.name} has no item {part} in {whole}; promote {whole} as a whole")


def _refuse_own(
    shown: str, path: config_paths.Path, raws: Sequence[Mapping[str, Any]], source: str, target: str
) -> None:
    """Raises PlatformError where the value says which environment it is."""
    for one in own_within(shown):
        part = path if shown.startswith(one) else config_paths.parsed(one)
        here, there = (_at(raw, part) for raw in raws)
        if here is not MISSING and not _alike((here, there)):
            raise PlatformError(
                f"{one} says which environment it is, so {source}'s is not {target}'s; promote a single other key,"
                " or pass --force"
            )


def _edited(texts: Sequence[str], path: config_paths.Path, values: Sequence[Any], file: Path) -> str:
    place = ("config", f"{NAMESPACE}:{path[0]}", *path[1:])
    new, old = values[0], None if values[1] is MISSING else values[1]

    def order(within: config_paths.Path) -> Sequence[str]:
        return config_paths.order(within[1:])

    by_hand = PlatformError(f"{file.name} is written in a way that this cannot edit; copy {path[-1]} by hand")
    try:
        text = copied(texts[0], texts[1], place, values=(new, old), order=order)
        documents = [parse_yaml(one.encode()) for one in (texts[1], text)]
    except (LookupError, ValueError, UnreadableYamlError) as error:
        raise by_hand from error
    wanted = _with(documents[0], place, new)
    if not same(documents[1], wanted):
        raise by_hand
    return text


def _checked(root: Path, target: str, text: str, file: Path) -> tuple[str, ...]:
    """Raises ConfigError where the text is no valid environment; else what lint finds that it did not find before."""
    document = parse_yaml(text.encode())
    assert isinstance(document, Mapping)  # noqa: S101 - the file's own was
    config = parse({**project_defaults(root), **own_keys(document, file)}, source=f"{file.name} as it would be")
    refuse_across(root, target, config)
    try:
        known = {str(problem) for problem in lint(load(root, target)).findings}
    except ConfigError:
        known = set()
    return tuple(str(problem) for problem in lint(config).findings if str(problem) not in known)


def _at(value: Any, path: config_paths.Path) -> Any:
    for part in path:
        named = isinstance(value, Mapping) and part in value
        numbered = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if not named and not numbered:
            return MISSING
        value = value[part]
    return value


def _with(document: Any, path: config_paths.Path, value: Any) -> Any:
    """A copy of the document with the value at the path."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(part, int):
        return [*document[:part], _with(document[part], rest, value), *document[part + 1 :]]
    held = document if isinstance(document, Mapping) else {}
    return {**held, part: _with(held.get(part), rest, value)}


def _alike(values: Sequence[Any]) -> bool:
    return not any(one is MISSING for one in values) and same(values[0], values[1])
