"""The stand-in for the AWS provider: Pulumi's provider protocol over the tables of resource types.

Both doors call it: in_process.py within a program, and plugin.py for the real engine. What all types share is here;
what is particular to a type is its table entry.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from infra.errors import PlatformError
from rehearsal import wire
from rehearsal.api import is_gone
from rehearsal.difference import as_written, difference
from rehearsal.emulator import NotEmulated
from rehearsal.property_paths import kept
from rehearsal.resource import Aws, Created, Function, Inputs, ResourceType, undeclared
from rehearsal.service_models import RefusedByModel

PROVIDER_VERSION = "7.51.1"  # of the provider that this one stands in for: the engine compares it with the SDK's
DEFAULTS = "__defaults"  # names of the inputs that Check filled, as Pulumi's bridge keeps them in the state
_KINDS = {
    ("add", False): proto.PropertyDiff.ADD,
    ("add", True): proto.PropertyDiff.ADD_REPLACE,
    ("delete", False): proto.PropertyDiff.DELETE,
    ("delete", True): proto.PropertyDiff.DELETE_REPLACE,
    ("update", False): proto.PropertyDiff.UPDATE,
    ("update", True): proto.PropertyDiff.UPDATE_REPLACE,
}


def provider_settings(args: Struct) -> dict[str, Any]:
    """The provider's configuration; what is nested arrives as JSON text."""
    found = wire.plain(args)
    return {
        name: json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value
        for name, value in found.items()
    }


class ProviderError(PlatformError):
    """What the provider refuses, with the resource's type and name; never holds a secret."""


class HalfMadeError(ProviderError):
    """A create or an update that failed after the resource was there: Pulumi's state keeps it, and mends it later."""

    def __init__(self, message: str, made: proto.CreateResponse) -> None:
        self.made = made
        super().__init__(message)


class AwsServicer(ResourceProviderServicer):
    """One configured provider over one emulated AWS."""

    def __init__(self, aws: Aws, resources: Mapping[str, ResourceType], functions: Mapping[str, Function]) -> None:
        self.aws = aws
        self.resources = resources
        self.functions = functions
        self.default_tags: dict[str, str] = {}

    def CheckConfig(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:  # noqa: ARG002
        """Takes the provider's configuration as it is."""
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:  # noqa: ARG002
        """Another region or account is another provider, whose resources are all replaced; tags are not."""
        old, new = wire.plain(request.old_inputs), wire.plain(request.news)
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        replaces = [name for name in changed if name in ("region", "allowedAccountIds")]
        changes = proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=changes, diffs=changed, replaces=replaces)

    def Configure(self, request: proto.ConfigureRequest, context: Any) -> proto.ConfigureResponse:  # noqa: ARG002
        """Keeps the default tags, and refuses an account that the program does not allow."""
        settings = provider_settings(request.args)
        allowed = settings.get("allowedAccountIds") or []
        if allowed and self.aws.account_id not in allowed:
            raise ProviderError(f"AWS account {self.aws.account_id} is not allowed here, only {', '.join(allowed)}")
        self.default_tags = dict((settings.get("defaultTags") or {}).get("tags") or {})
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:  # noqa: ARG002
        """Fills names and tags, and refuses undeclared inputs and what AWS is known to refuse."""
        kind, where = self._type(request.urn), _where(request.urn)
        inputs, old = wire.plain(request.news), wire.plain(request.olds)
        if extra := undeclared(kind.inputs, inputs):
            raise ProviderError(f"{where}: the stand-in provider does not know the input {', '.join(extra)}")
        secrets = wire.secret_names(request.news)
        if kind.auto_name and inputs.get(kind.auto_name) is None:
            kept = old.get(kind.auto_name) if kind.auto_name in old.get(DEFAULTS, ()) else None
            inputs[kind.auto_name] = kept or _auto_name(kind, request.urn, request.randomSeed)
            inputs[DEFAULTS] = [kind.auto_name]
        if kind.taggable:
            inputs["tagsAll"] = {**self.default_tags, **(inputs.get("tags") or {})}
        for limit in kind.limits:
            if refusal := limit(_known(inputs)):
                raise ProviderError(f"{where}: {refusal}")
        return proto.CheckResponse(inputs=wire.encode(inputs, secrets=secrets))

    def Diff(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:  # noqa: ARG002
        """Compares the last inputs with the new ones: what changes in place, and what replaces the resource."""
        kind = self._type(request.urn)
        old = wire.plain(request.old_inputs)
        new = kept(old, wire.plain(request.news), request.ignoreChanges)
        found = difference(kind, old, new)
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if found.changes else proto.DiffResponse.DIFF_NONE,
            replaces=found.replaces,
            diffs=sorted({change.path for change in found.changes}),
            deleteBeforeReplace=found.delete_before_replace,
            hasDetailedDiff=True,
            detailedDiff={
                change.path: proto.PropertyDiff(kind=_KINDS[change.kind, change.replaces], inputDiff=True)
                for change in found.changes
            },
        )

    def Create(self, request: proto.CreateRequest, context: Any) -> proto.CreateResponse:  # noqa: ARG002
        """Creates the resource in the emulated AWS; in a preview only says which outputs are unknown."""
        kind, inputs = self._type(request.urn), wire.plain(request.properties)
        secrets = wire.secret_names(request.properties) | kind.secret_outputs
        if request.preview:
            unknown = dict.fromkeys(kind.computed, wire.UNKNOWN)
            return proto.CreateResponse(properties=wire.encode({**unknown, **inputs}, secrets=secrets))
        noted = _Noted(self.aws)
        try:
            with self._told(request.urn):
                created = kind.create(noted, _own(inputs))
        except ProviderError as error:
            if noted.identifier is None:
                raise
            half = proto.CreateResponse(id=noted.identifier, properties=wire.encode(inputs, secrets=secrets))
            raise HalfMadeError(str(error), half) from error
        outputs = {**inputs, **created.outputs}
        if missing := [name for name in kind.computed if name not in outputs]:
            raise ProviderError(f"{_where(request.urn)}: the stand-in did not give {', '.join(missing)}")
        return proto.CreateResponse(id=created.id, properties=wire.encode(outputs, secrets=secrets))

    def Read(self, request: proto.ReadRequest, context: Any) -> proto.ReadResponse:  # noqa: ARG002
        """What AWS holds now; at an import all of it, else only of what the program has set."""
        kind, state, old = self._type(request.urn), wire.plain(request.properties), wire.plain(request.inputs)
        identifier, imported = (request.id, {}) if state else _imported(kind, request.id)
        state = state or imported
        found = self._read(kind, request.urn, identifier, _own(state))
        if found is None:
            return proto.ReadResponse()
        held = {**state, **found.outputs}
        names = (set(old) if old else set(kind.inputs) & set(held)) | {"tagsAll"}
        told = {name: as_written(kind.inputs.get(name), held.get(name), old.get(name)) for name in sorted(names)}
        inputs = {name: value for name, value in told.items() if value is not None}
        if kind.taggable:
            inputs["tags"] = _own_tags(found.outputs, self.default_tags, old)
        secrets = wire.secret_names(request.properties) | kind.secret_outputs
        return proto.ReadResponse(
            id=found.id,
            inputs=wire.encode({**inputs, **({DEFAULTS: old[DEFAULTS]} if DEFAULTS in old else {})}, secrets=secrets),
            properties=wire.encode({**held, **inputs}, secrets=secrets),
        )

    def Update(self, request: proto.UpdateRequest, context: Any) -> proto.UpdateResponse:  # noqa: ARG002
        """Changes the resource in place; in a preview only says which outputs will be others."""
        kind, state, inputs = self._type(request.urn), wire.plain(request.olds), wire.plain(request.news)
        secrets = wire.secret_names(request.news) | kind.secret_outputs
        kept = {name: state[name] for name in kind.computed if name in state}
        if request.preview:
            unknown = dict.fromkeys(kind.renewed, wire.UNKNOWN)
            return proto.UpdateResponse(properties=wire.encode({**kept, **unknown, **inputs}, secrets=secrets))
        try:
            with self._told(request.urn):
                changed = self._changed(kind, request.id, _own(state), _own(inputs))
        except ProviderError as error:
            half = proto.CreateResponse(id=request.id, properties=request.olds)
            raise HalfMadeError(str(error), half) from error
        return proto.UpdateResponse(properties=wire.encode({**kept, **inputs, **changed}, secrets=secrets))

    def Delete(self, request: proto.DeleteRequest, context: Any) -> Empty:  # noqa: ARG002
        """Removes the resource; one that is gone already is no error."""
        kind = self._type(request.urn)
        try:
            with self._told(request.urn):
                kind.delete(self.aws, request.id, _own(wire.plain(request.properties)))
        except ProviderError as error:
            if not is_gone(error.__cause__):
                raise
        return Empty()

    def Invoke(self, request: proto.InvokeRequest, context: Any) -> proto.InvokeResponse:  # noqa: ARG002
        """Answers a look-up from the emulated AWS; in a preview only checks it, and the answer is unknown."""
        function = self.functions.get(request.tok)
        if function is None:
            raise ProviderError(f"the stand-in provider does not know the look-up {request.tok}")
        inputs = wire.plain(request.args)
        if extra := undeclared(function.inputs, inputs):
            raise ProviderError(f"{request.tok}: the stand-in provider does not know the input {', '.join(extra)}")
        if request.preview:
            return proto.InvokeResponse()
        try:
            found = function.read(self.aws, inputs)
        except (ClientError, BotoCoreError, NotEmulated, RefusedByModel) as error:
            raise ProviderError(f"{request.tok}: {error}") from error
        answer = proto.InvokeResponse()
        getattr(answer, "return").CopyFrom(wire.encode({**inputs, **found}, secrets=function.secret_outputs))
        return answer

    def GetSchema(self, request: Any, context: Any) -> proto.GetSchemaResponse:  # noqa: ARG002
        """The least that the engine asks for."""
        return proto.GetSchemaResponse(schema=json.dumps({"name": "aws", "version": PROVIDER_VERSION}))

    def Cancel(self, request: Any, context: Any) -> Empty:  # noqa: ARG002
        """Nothing is under way between calls."""
        return Empty()

    def _changed(self, kind: ResourceType, identifier: str, state: Inputs, inputs: Inputs) -> Inputs:
        """What an update gives; where nothing can be changed, the engine only asks to end what a create had begun."""
        if kind.update is not None:
            return kind.update(self.aws, identifier, state, inputs)
        found = kind.read(self.aws, identifier, {**state, **inputs})
        return {name: found.outputs[name] for name in kind.computed if name in found.outputs} if found else {}

    def _read(self, kind: ResourceType, urn: str, identifier: str, state: Inputs) -> Created | None:
        try:
            with self._told(urn):
                return kind.read(self.aws, identifier, state)
        except ProviderError as error:
            if is_gone(error.__cause__):
                return None
            raise

    @contextmanager
    def _told(self, urn: str) -> Iterator[None]:
        """AWS's refusal as the provider's, with the resource's name."""
        try:
            yield
        except (ClientError, BotoCoreError, NotEmulated, RefusedByModel) as error:
            raise ProviderError(f"{_where(urn)}: {error}") from error

    def _type(self, urn: str) -> ResourceType:
        token = urn.split("::")[2].split("$")[-1]
        kind = self.resources.get(token)
        if kind is None:
            raise ProviderError(f"{_where(urn)}: the stand-in provider does not know the type {token}")
        return kind


class _Noted:
    """The emulated AWS during one create, which notes what exists already if a later call fails."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self.identifier: str | None = None

    def made(self, identifier: str) -> None:
        self.identifier = identifier

    def __getattr__(self, name: str) -> Any:
        return getattr(self._aws, name)


def _where(urn: str) -> str:
    *_, types, name = urn.split("::")
    return f"{name} ({types.split('$')[-1]})"


def _imported(kind: ResourceType, identifier: str) -> tuple[str, Inputs]:
    """`<id>@<region>` apart, as the provider takes it for what is in another region than its own."""
    bare, at, region = identifier.rpartition("@")
    regional = at and "region" in kind.inputs and re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region)
    return (bare, {"region": region}) if regional else (identifier, {})


def _own(properties: Inputs) -> Inputs:
    """The properties without what only the provider's protocol needs."""
    return {name: value for name, value in properties.items() if name != DEFAULTS}


def _own_tags(held: Inputs, default_tags: Mapping[str, str], old: Inputs) -> dict[str, str]:
    """The tags that are the program's: all that AWS holds but the default ones, unless the program repeats them."""
    repeated = old.get("tags") or {}
    tags: dict[str, str] = held.get("tagsAll") or {}
    return {key: value for key, value in tags.items() if default_tags.get(key) != value or key in repeated}


def _known(inputs: Inputs) -> Inputs:
    return {name: value for name, value in inputs.items() if not wire.holds_unknown(value)}


def _auto_name(kind: ResourceType, urn: str, seed: bytes) -> str:
    name = urn.split("::")[-1]
    full = f"{name}-{hashlib.sha256(seed or urn.encode()).hexdigest()[:7]}"
    if len(full) > kind.auto_name_limit:
        raise ProviderError(f"{_where(urn)}: the name {full} has {len(full)} characters of {kind.auto_name_limit}")
    return full
