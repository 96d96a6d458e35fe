"""The sections of a stack's YAML while `env new` edits them."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from infra.config_source import NAMESPACE


class Values:
    """The sections of a YAML that is being edited; a key may have the namespace before it or not, as in Pulumi."""

    def __init__(self, document: MutableMapping[str, Any]) -> None:
        self.document = document

    def key(self, section: str) -> str:
        """The section's key as the file has it."""
        return section if section in self.document else f"{NAMESPACE}:{section}"

    def has(self, section: str) -> bool:
        """Whether the file says anything of the section."""
        return self.document.get(self.key(section)) is not None

    def __getitem__(self, section: str) -> Any:
        return self.document[self.key(section)]

    def __setitem__(self, section: str, value: Any) -> None:
        self.document[self.key(section)] = value

    def remove(self, section: str) -> None:
        """Takes the section out, if it is there."""
        self.document.pop(self.key(section), None)
