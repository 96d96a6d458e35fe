"""The platform as a graph: every resource of one run of the program, with what it depends on.

`diceytech graph --json` writes it (docs/graph.md documents the format), the controls read it, and later the diff of
two configurations compares two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SECRET = "[secret]"  # noqa: S105 - what stands in a graph where a secret value was
PROVIDER = "pulumi:providers:aws"  # type of the provider, whose inputs are account, region and default tags
OPTIONS = ("deleteBeforeReplace", "ignoreChanges", "replaceOnChanges", "retainOnDelete")  # of a resource, Pulumi's own
UNJUDGED = (
    "additionalSecretOutputs",
    "deletedWith",
    "envVarMappings",
    "importID",
    "packageRef",
    "pluginChecksums",
    "pluginDownloadURL",
    "resourceHooks",
    "version",
)  # options that change what is done, and of which nobody here knows what they do to it
ROOT_TYPE = "pulumi:pulumi:Stack"  # of the stack itself, which is no node
UNKNOWN = "[unknown]"  # what stands in a plan where only the apply will tell


@dataclass(frozen=True, kw_only=True)
class Node:
    """One resource, or component, as the program registered it.

    `type` is Pulumi's token (`aws:ec2/vpc:Vpc`), `inputs` and `outputs` have Pulumi's camelCase names with secrets
    masked as SECRET; `outputs` and `id` are None in a plan and for components. `provider` is the URN of the provider
    that makes it, None for components and providers. `options` holds what is set of OPTIONS and UNJUDGED, `replaceWith`
    and `replacementTrigger` (a list of that one value), and `aliases`, URNs of former names in the order in which the
    engine looks for them.
    """

    urn: str
    type: str
    name: str
    parent: str | None
    inputs: Mapping[str, Any]
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    custom: bool = True
    id: str | None = None
    outputs: Mapping[str, Any] | None = None
    provider: str | None = None


@dataclass(frozen=True)
class Graph:
    """The nodes of one run, in a stable order: by URN."""

    nodes: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def of(self, type_: str) -> list[Node]:
        """All nodes of one type, e.g. `aws:s3/bucket:Bucket`."""
        return [node for node in self.nodes if node.type == type_]

    def named(self, type_: str, name: str) -> Node:
        """The one node with this type and name; raises LookupError otherwise."""
        found = [node for node in self.of(type_) if node.name == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources of type {type_} are named {name}")
        return found[0]

    def by_urn(self, urn: str) -> Node:
        """The node with this URN; raises LookupError otherwise."""
        for node in self.nodes:
            if node.urn == urn:
                return node
        raise LookupError(f"no resource {urn}")
