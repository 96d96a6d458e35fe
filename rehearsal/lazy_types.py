"""The provider's Python types, loaded as they are asked for.

`pulumi_aws.ec2` and its like import each of their modules, 180 for ec2, of which a platform uses a tenth: that is a
fifth of a plan's time. Here such a package imports the module of a name when the name is first asked for. A rehearsal
alone does so: on a real account nothing imports this, and the types are loaded as Pulumi loads them.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

SERVICE = re.compile(r"pulumi_aws\.[a-z0-9]+")
# All that the generated `__init__.py` of a service says; another form is loaded as it stands.
LINE = re.compile(
    r"#.*|import builtins as _builtins|import typing|from \.\. import _utilities|from \. import outputs|"
    r"from \.(?P<module>\w+) import \*|"
)
ALL = re.compile(r"^__all__ = \[([^\]]*)\]", re.MULTILINE)
NAME = re.compile(r"'(\w+)'")
HEAD = 4096  # characters, in which a module of one resource says its names; the two large ones are read whole


class ServiceLoader(Loader):
    """Loads a service's package without its modules, or by `whole` where it is not of the form that is known."""

    def __init__(self, whole: Loader, folder: Path) -> None:
        self._whole, self._folder = whole, folder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Python's own."""
        return self._whole.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Gives the package a `__getattr__` in place of its content."""
        names = _names(self._folder)
        if names is None:
            self._whole.exec_module(module)
            return

        def found(name: str) -> Any:
            if name not in names:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            home = importlib.import_module(f"{module.__name__}.{names[name]}")
            # All of them at once: a module may be called as one of its functions, whose place it has taken just now.
            own = [one for one, where in names.items() if where == names[name] and one in home.__all__]
            module.__dict__.update({one: getattr(home, one) for one in own})
            return getattr(module, name)

        module.__dict__.update(__getattr__=found, __all__=list(names))


def _names(folder: Path) -> dict[str, str] | None:
    """Which module says each name, and each module itself; None where the package has another form."""
    lines = [LINE.fullmatch(line) for line in (folder / "__init__.py").read_text(encoding="utf-8").splitlines()]
    if not all(lines):
        return None
    modules = [line["module"] for line in lines if line and line["module"]]
    names = {module: module for module in (*modules, "outputs") if (folder / f"{module}.py").exists()}
    for module in modules:
        with (folder / f"{module}.py").open(encoding="utf-8") as file:
            said = ALL.search(file.read() if module.startswith("_") else file.read(HEAD))
        if said is None:
            return None
        names |= dict.fromkeys(NAME.findall(said[1]), module)
    return names


class _Services(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not SERVICE.fullmatch(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations:
            spec.loader = ServiceLoader(spec.loader, Path(spec.submodule_search_locations[0]))
        return spec


def install() -> None:
    """Makes it so for what is imported from now on; twice is once."""
    if not any(isinstance(one, _Services) for one in sys.meta_path):
        sys.meta_path.insert(0, _Services())
