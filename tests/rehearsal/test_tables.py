"""The tables of the stand-in provider agree with themselves."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from typing import Any

import pytest

from rehearsal import resources
from rehearsal.resource import Function, ResourceType, Spec


def _entries(name: str) -> list[Any]:
    found = pkgutil.walk_packages(resources.__path__, f"{resources.__name__}.")
    modules = [importlib.import_module(one.name) for one in found]
    return [entry for module in modules for entry in getattr(module, name, ())]


TYPES: list[ResourceType] = _entries("RESOURCES")
LOOK_UPS: list[Function] = _entries("FUNCTIONS")
every_type = pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.token)


class Asked(dict[str, Any]):
    """Inputs of which nothing is known yet, that note what they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return default

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return False


def declared(spec: Spec, path: str) -> bool:
    """Whether the Spec has the input at this dotted path."""
    name, _, rest = path.partition(".")
    return name in spec and (not rest or declared(spec[name] or {}, rest))


@every_type
def test_what_replaces_a_resource_is_an_input_of_it(kind: ResourceType) -> None:
    assert [path for path in sorted(kind.replace_on) if not declared(kind.inputs, path)] == []


@every_type
def test_another_region_replaces_a_resource(kind: ResourceType) -> None:
    """The provider's 7.0 does so for each type that takes a region, settings of a whole region among them."""
    assert ("region" in kind.replace_on) == ("region" in kind.inputs)


@every_type
def test_another_name_that_pulumi_can_fill_in_replaces_a_resource(kind: ResourceType) -> None:
    renamed_in_place = {  # the service's Update call takes the name
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        "aws:iam/group:Group",
        "aws:iam/user:User",
    }
    replaced = kind.auto_name in kind.replace_on
    assert replaced == (kind.auto_name is not None and kind.token not in renamed_in_place)


@every_type
def test_the_name_that_pulumi_fills_in_is_an_input(kind: ResourceType) -> None:
    assert kind.auto_name is None or kind.auto_name in kind.inputs


@every_type
def test_limits_ask_for_inputs_that_a_type_with_that_limit_declares(kind: ResourceType) -> None:
    asked = Asked()
    for limit in kind.limits:
        limit(asked)
    sharing = [one.inputs for one in TYPES if set(one.limits) & set(kind.limits)]
    assert asked.names - {"tagsAll"}.union(*sharing) == set()


@every_type
def test_no_output_is_computed_twice(kind: ResourceType) -> None:
    assert sorted(kind.computed) == sorted(set(kind.computed))


@every_type
def test_what_is_not_all_emulated_says_what_is_not(kind: ResourceType) -> None:
    assert (kind.emulated == "full") == (not kind.not_emulated)


def test_no_two_entries_are_for_one_token() -> None:
    counted = Counter(entry.token for entry in (*TYPES, *LOOK_UPS))
    assert counted.total() > 80
    assert [token for token, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("entry", [*TYPES, *LOOK_UPS], ids=lambda entry: entry.token)
def test_every_entry_names_its_source(entry: ResourceType | Function) -> None:
    assert entry.source.strip()


@every_type
def test_each_input_is_known_to_change_in_place_or_to_replace(kind: ResourceType) -> None:
    known = {path.partition(".")[0] for path in kind.replace_on} | kind.in_place
    assert set(kind.inputs) - known == set()


@every_type
def test_what_changes_in_place_can_be_changed(kind: ResourceType) -> None:
    assert (kind.update is not None) == bool(kind.in_place)


@every_type
def test_facts_about_inputs_are_about_declared_ones(kind: ResourceType) -> None:
    named = {*kind.in_place, *kind.untold, *kind.unordered, *kind.defaults, *kind.spelled}
    assert [path for path in sorted(named) if not declared(kind.inputs, path)] == []


@every_type
def test_what_an_update_renews_is_computed(kind: ResourceType) -> None:
    assert kind.renewed <= set(kind.computed)


@every_type
def test_tags_are_no_computed_output(kind: ResourceType) -> None:
    assert "tagsAll" not in kind.computed
