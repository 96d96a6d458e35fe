"""Starts moto for a rehearsal: with its own settings, away from the user's, and without what it loads for nothing.

Measured on two cores with one call to each of 14 services, the import of boto3 and moto included: 4.7 s and 299 MB
with moto as it comes, 1.5 s and 184 MB with the measures here and the account header of rehearsal/emulator.py. Each
says what it saves. What reaches into moto raises RuntimeError or AttributeError when moto has changed there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

AMIS: Final = Path(__file__).with_name("amis.json")
NO_FILE: Final = os.devnull
SETTINGS: Final = {
    "AWS_CONFIG_FILE": NO_FILE,
    "AWS_SHARED_CREDENTIALS_FILE": NO_FILE,
    "AWS_EC2_METADATA_DISABLED": "true",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    # Only our images instead of moto's 1,300, which it makes again when it is emptied: 0.4 s and 12 MB.
    "MOTO_AMIS_PATH": str(AMIS),
}


@contextmanager
def running() -> Iterator[None]:
    """moto, loaded and empty, and an environment without a trace of the user's AWS; both are put back at the end."""
    with ExitStack() as stack:
        stack.enter_context(_environment())
        stack.enter_context(_shared_models())
        _load_ec2()
        _configure(stack)
        _empty()
        _repeat_ids()
        stack.callback(_empty)
        yield


@contextmanager
def _environment() -> Iterator[None]:
    foreign = ("AWS_", "MOTO_", "TEST_SERVER_MODE", "TEST_PROXY_MODE", "BOTO_")
    before = dict(os.environ)
    for name in [name for name in before if name.startswith(foreign)]:
        del os.environ[name]
    os.environ.update(SETTINGS)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith(foreign)]:
            del os.environ[name]
        os.environ.update({name: value for name, value in before.items() if name.startswith(foreign)})


@contextmanager
def _shared_models() -> Iterator[None]:
    """Lets all sessions read each of botocore's JSON files once.

    moto makes sessions of its own, which would parse EC2's model five times: 0.85 s and 36 MB.
    """
    import botocore.session

    with patch.object(botocore.session, "create_loader", lambda *_: _loader()):
        yield


@cache
def _loader() -> Any:  # Any: botocore has no types
    import botocore.loaders

    return botocore.loaders.create_loader()


def _load_ec2() -> None:
    """Imports moto's EC2 without the instance type offerings of every region: 0.25 s and 47 MB.

    They are read, for the region that is asked for, at the first DescribeInstanceTypeOfferings.
    """
    import sys

    from moto.utilities import utils

    if "moto.ec2.models.instance_types" in sys.modules:
        return
    read = utils.load_resource
    with patch.object(utils, "load_resource", lambda name: [] if "instance_type_offerings" in name else read(name)):
        from moto.ec2.models import instance_types
    read_on_demand(instance_types.INSTANCE_TYPE_OFFERINGS)


def read_on_demand(offerings: dict[str, Any]) -> None:
    """Puts mappings that read a region when asked in the place of moto's, which have to be empty: RuntimeError."""
    if not offerings or any(rows for regions in offerings.values() for rows in regions.values()):
        raise RuntimeError("moto loads its instance type offerings in another way now: see rehearsal/moto_startup.py")
    for location_type in offerings:
        offerings[location_type] = _Offerings(location_type)


class _Offerings(dict[str, list[dict[str, str]]]):
    """moto's offerings of one location type by region, each read when it is asked for."""

    def __init__(self, location_type: str) -> None:
        super().__init__()
        self._location_type = location_type

    def get(self, region: str, default: Any = None) -> Any:
        if region not in self:
            from moto.utilities.utils import load_resource

            try:
                rows = load_resource(f"ec2/resources/instance_type_offerings/{self._location_type}/{region}.json")
            except FileNotFoundError:
                return default
            self[region] = [{**row, "LocationType": self._location_type} for row in rows]
        return self[region]


def _configure(stack: ExitStack) -> None:
    """What moto reads from the environment at import, set also when somebody else has imported it before."""
    import moto.core.utils
    from moto import settings
    from moto.ec2.models import amis

    stack.enter_context(patch.object(settings, "ACM_VALIDATION_WAIT", 0))
    stack.enter_context(patch.object(settings, "ENABLE_AMI_VALIDATION", True))
    stack.enter_context(patch.object(amis, "AMIS", json.loads(AMIS.read_text("utf-8"))))
    # One loader for all of moto's models: each new one lists the directories of 400 services, 0.1 s in all.
    stack.enter_context(patch.object(moto.core.utils, "create_loader", _moto_loader))


@cache
def _moto_loader() -> Any:  # Any: botocore, whose loader it extends, has no types
    from moto.core.loaders import create_loader

    return create_loader()


def _repeat_ids() -> None:
    """The same calls in the same order get the same ids in every run."""
    from moto.moto_api._internal import mock_random

    mock_random.seed(0)


def _empty() -> None:
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    # moto makes every backend anew before it drops it: without the 1,500 managed policies at least, 0.3 s and 15 MB.
    with patch.dict(os.environ, {"MOTO_IAM_LOAD_MANAGED_POLICIES": "false"}):
        BackendDict.reset()
    reset_model_data()
