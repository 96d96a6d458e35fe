"""What a program asks for when it registers a resource, field by field of the SDK's request, as a node of the graph.

Every field has its place here, and a field that nobody has looked at fails a test: an option that a plan does not show
changes what is done unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from pulumi.runtime.proto import alias_pb2, resource_pb2

from rehearsal import wire
from rehearsal.graph import PROVIDER, ROOT_TYPE, Node
from rehearsal.servicer import ProviderError

# By the node's own fields, and by its options under the names that the engine's state has for them.
TAKEN: Final = frozenset(
    {"type", "name", "parent", "custom", "object", "protect", "dependencies", "propertyDependencies", "provider",
     "aliases", "aliasURNs", "replaceOnChanges", "ignoreChanges", "deleteBeforeReplace", "retainOnDelete",
     "replacement_trigger", "replace_with", "deletedWith", "additionalSecretOutputs", "importId", "hooks", "packageRef",
     "version", "pluginDownloadURL", "pluginChecksums", "envVarMappings"}
)  # fmt: skip
# How SDK and engine speak, what is shown, how long is waited; `providers` of a component, whose children name theirs.
WITHOUT_EFFECT: Final = frozenset(
    {"acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting", "accepts_byte_string",
     "aliasSpecs", "sourcePosition", "stackTrace", "parentStackTraceHandle", "snippetId", "hideDiffs", "customTimeouts",
     "providers", "deleteBeforeReplaceDefined"}
)  # fmt: skip
# What the engine alone can run; a plan without it would show something else than is done.
REFUSED: Final = ("transforms", "state_migrations", "remote")


def node(urn: str, request: resource_pb2.RegisterResourceRequest) -> Node:
    """The resource as it is asked for; raises ProviderError for what is REFUSED."""
    for name in REFUSED:
        if getattr(request, name):
            raise ProviderError(
                f"{request.name} ({request.type}) has {name}, which only the engine runs: a plan would show something"
                " else than is done; write what they do into the program"
            )
    return Node(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent or None,
        inputs=wire.masked(request.object),
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={
            name: tuple(sorted(found.urns))
            for name, found in sorted(request.propertyDependencies.items())
            if found.urns
        },
        protect=request.protect,
        options={name: value for name, value in _options(urn, request) if value},
        custom=request.custom,
        provider=request.provider.rpartition("::")[0] or None,
    )


def _options(urn: str, request: resource_pb2.RegisterResourceRequest) -> Iterator[tuple[str, Any]]:
    yield "replaceOnChanges", list(request.replaceOnChanges)
    yield "ignoreChanges", list(request.ignoreChanges)
    yield "deleteBeforeReplace", request.deleteBeforeReplace
    yield "retainOnDelete", request.retainOnDelete
    yield "aliases", _aliases(urn, request)
    yield "replaceWith", sorted(request.replace_with)
    trigger = wire.masked_value(request.replacement_trigger)
    yield "replacementTrigger", [trigger] if trigger is not None else []  # a list, since 0 and "" are triggers too
    yield "deletedWith", request.deletedWith
    yield "additionalSecretOutputs", sorted(request.additionalSecretOutputs)
    yield "importID", request.importId
    yield "resourceHooks", {kind.name: list(names) for kind, names in request.hooks.ListFields()}
    yield "packageRef", request.packageRef
    if request.type == PROVIDER:  # what is made by a provider has its plugin
        # The SDK asks for its own, and both trees of a comparison are planned with one: only another is the program's.
        yield "version", request.version if request.version != version("pulumi-aws") else ""
        yield "pluginDownloadURL", request.pluginDownloadURL
        yield "pluginChecksums", {name: found.hex() for name, found in request.pluginChecksums.items()}
        yield "envVarMappings", dict(request.envVarMappings)


def _aliases(urn: str, request: resource_pb2.RegisterResourceRequest) -> list[str]:
    """The URNs that the resource may have had before, in the order in which the engine looks for them."""
    specified = (alias.urn or _former(urn, request.parent, alias.spec) for alias in request.aliases)
    return list(dict.fromkeys((*request.aliasURNs, *specified)))


def _former(urn: str, parent: str, spec: alias_pb2.Alias.Spec) -> str:
    """The URN of a specification, which names what was different."""
    stack, project, types, name = (part.removeprefix("urn:pulumi:") for part in urn.split("::", 3))
    above = "" if spec.noParent else (spec.parentUrn or parent).split("::")[2] if (spec.parentUrn or parent) else ""
    type_ = spec.type or types.rpartition("$")[2]
    full = type_ if above in ("", ROOT_TYPE) else f"{above}${type_}"
    return f"urn:pulumi:{spec.stack or stack}::{spec.project or project}::{full}::{spec.name or name}"
