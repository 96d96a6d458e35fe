"""What a finding tells the reader to change exists in the configuration."""

from __future__ import annotations

import re
from types import UnionType
from typing import Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from controls.catalogue import ALL
from infra.config import PlatformConfig

SECTIONS = "|".join(PlatformConfig.model_fields)
KEYS = sorted(
    {key for control in ALL for key in re.findall(rf"\b(?:{SECTIONS})\.[a-z_]+(?:\.[a-z_]+)*", control.remedy)}
)


def section_of(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) in {Union, UnionType}:
        return next((found for one in get_args(annotation) if (found := section_of(one))), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


@pytest.mark.parametrize("key", KEYS)
def test_a_remedy_names_a_key_of_the_configuration(key: str) -> None:
    section: type[BaseModel] | None = PlatformConfig
    for part in key.split("."):
        assert section is not None, f"{key}: nothing below"
        assert part in section.model_fields, f"{key} is no key of the configuration"
        section = section_of(section.model_fields[part].annotation)


def test_the_remedies_name_keys_at_all() -> None:
    assert len(KEYS) > 10


def test_every_endpoint_that_a_control_asks_for_can_be_configured() -> None:
    field = PlatformConfig.model_fields["network"].annotation.model_fields["interface_endpoints"]
    allowed = {name for item in get_args(field.annotation) if get_origin(item) is Literal for name in get_args(item)}
    wanted = re.findall(r"add (\S+) to network\.interface_endpoints", " ".join(control.remedy for control in ALL))

    assert len(wanted) == 6
    assert set(wanted) <= allowed
