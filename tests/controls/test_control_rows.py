"""The graphs written by hand use the provider's own inputs, so that no check reads a key that does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pulumi_aws
import pytest
from control_graphs import Row
from control_rows import ROWS
from pulumi import _types


def arguments_of(token: str) -> type:
    _, module, name = token.split(":")
    # By attributes: a submodule that is imported first leaves the SDK's lazy service without its classes.
    resource: Any = getattr(getattr(pulumi_aws, module.split("/")[0]), snake(name))
    arguments: type = getattr(resource, f"{name}InitArgs", None) or getattr(resource, f"{name}Args")
    return arguments


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def block_type(annotation: Any) -> type | None:
    if isinstance(annotation, type) and _types.is_input_type(annotation):
        return annotation
    return next((found for one in get_args(annotation) if (found := block_type(one))), None)


def unknown_keys(arguments: type, inputs: Mapping[str, Any], path: str) -> Iterator[str]:
    python_names = {camel: name for name, camel in _types.input_type_py_to_pulumi_names(arguments).items()}
    types = _types.input_type_types(arguments)
    for key, found in inputs.items():
        if key not in python_names:
            yield f"{path}.{key}"
            continue
        inner = block_type(types.get(key) or types.get(python_names[key]))
        for block in found if isinstance(found, list) else [found]:
            if inner and isinstance(block, Mapping):
                yield from unknown_keys(inner, block, f"{path}.{key}")


# pulumi_aws warns of its own deprecated types while it is imported.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.control)
def test_a_row_uses_inputs_that_the_provider_has(row: Row) -> None:
    for node in (*row.good, *row.bad):
        assert list(unknown_keys(arguments_of(node.type), node.inputs, node.type)) == []
