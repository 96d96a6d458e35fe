"""The provider's types, loaded as they are asked for, are the very types that Pulumi loads."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from rehearsal.lazy_types import ServiceLoader
from rehearsal.resources import FUNCTIONS, RESOURCES
from tests.scripts.commands import ROOT

SERVICES = sorted({token.split(":")[1].split("/")[0] for token in (*RESOURCES, *FUNCTIONS)} - {"index"})
# Where each public name of a service comes from, in a process that loads as Pulumi does.
WHOLE = """
import importlib, json, sys
names = {}
for service in sys.argv[1:]:
    module = importlib.import_module(f"pulumi_aws.{service}")
    getattr(module, "outputs", None)  # loads it: until something of it is asked for it is empty
    names[service] = {
        name: getattr(value, "__module__", value.__name__)
        for name, value in vars(module).items()
        if getattr(value, "__module__", getattr(value, "__name__", "")).startswith("pulumi_aws.") and name[0] != "_"
    }
assert "rehearsal" not in sys.modules
print(json.dumps(names))
"""


def test_every_name_of_the_services_in_use_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHOLE, *SERVICES], capture_output=True, text=True, check=True, cwd=ROOT
    )
    expected = json.loads(done.stdout)
    assert {service for service, names in expected.items() if not names} == set()
    for service, names in expected.items():
        module = importlib.import_module(f"pulumi_aws.{service}")
        values = {name: getattr(module, name) for name in names}
        assert {name: getattr(value, "__module__", value.__name__) for name, value in values.items()} == names


def test_a_function_whose_module_has_its_name_is_the_function_whatever_is_asked_for_first() -> None:
    program = (
        "import rehearsal, pulumi_aws as aws; aws.ec2.get_ami_output; assert aws.ec2.get_ami.__name__ == 'get_ami'; "
    )
    program += "assert callable(aws.ec2.get_ami); assert aws.ec2.vpc.Vpc is aws.ec2.Vpc"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_platform_loads_a_part_of_a_service_and_pulumi_the_whole() -> None:
    program = "import sys; {}; import pulumi_aws as aws; aws.ec2.Vpc; print('pulumi_aws.ec2.ami' in sys.modules)"

    def loads_all(first: str) -> bool:
        done = subprocess.run(
            [sys.executable, "-c", program.format(first)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        return done.stdout.strip() == "True"

    assert not loads_all("import rehearsal")
    assert loads_all("import infra.errors")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    module = importlib.import_module("pulumi_aws.ec2")
    with pytest.raises(AttributeError, match=r"module 'pulumi_aws\.ec2' has no attribute 'Vcp'"):
        _ = module.Vcp


@pytest.mark.parametrize(
    "text",
    [
        "from .part import *\nCOUNTED = 1",  # a statement besides imports
        "from .nameless import *",  # a module that does not say its names
    ],
)
def test_a_package_of_another_form_is_loaded_whole(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "other_service"
    folder.mkdir()
    (folder / "part.py").write_text("__all__ = ['Part']\nclass Part: ...\n", encoding="utf-8")
    (folder / "nameless.py").write_text("class Part: ...\n", encoding="utf-8")
    init = folder / "__init__.py"
    init.write_text(text, encoding="utf-8")
    module = ModuleType("other_service")
    module.__path__, module.__package__ = [str(folder)], "other_service"
    sys.modules["other_service"] = module
    try:
        ServiceLoader(SourceFileLoader("other_service", str(init)), folder).exec_module(module)
        assert "Part" in vars(module)
    finally:
        for name in [one for one in sys.modules if one.split(".")[0] == "other_service"]:
            del sys.modules[name]
