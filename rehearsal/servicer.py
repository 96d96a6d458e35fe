"""The stand-in for the AWS provider: Pulumi's provider protocol over the tables of resource types.

Both doors call it: in_process.py within a program, and a plugin for the real engine. What all types share is here;
what is particular to a type is its table entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from infra.errors import PlatformError
from rehearsal import wire
from rehearsal.emulator import NotEmulated
from rehearsal.resource import Aws, Function, Inputs, ResourceType, undeclared
from rehearsal.service_models import RefusedByModel


class ProviderError(PlatformError):
    """What the provider refuses, with the resource's type and name; never holds a secret."""


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

    def Configure(self, request: proto.ConfigureRequest, context: Any) -> proto.ConfigureResponse:  # noqa: ARG002
        """Keeps the default tags, and refuses an account that the program does not allow."""
        settings = {name: _decoded(value) for name, value in wire.plain(request.args).items()}
        allowed = settings.get("allowedAccountIds") or []
        if allowed and self.aws.account_id not in allowed:
            raise ProviderError(f"AWS account {self.aws.account_id} is not allowed here, only {', '.join(allowed)}")
        self.default_tags = dict((settings.get("defaultTags") or {}).get("tags") or {})
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:  # noqa: ARG002
        """Fills names and tags, and refuses undeclared inputs and what AWS is known to refuse."""
        kind, where = self._type(request.urn), _where(request.urn)
        inputs = wire.plain(request.news)
        if extra := undeclared(kind.inputs, inputs):
            raise ProviderError(f"{where}: the stand-in provider does not know the input {', '.join(extra)}")
        secrets = wire.secret_names(request.news)
        if kind.auto_name and inputs.get(kind.auto_name) is None:
            inputs[kind.auto_name] = _auto_name(kind, request.urn, request.randomSeed)
        if kind.taggable:
            inputs["tagsAll"] = {**self.default_tags, **(inputs.get("tags") or {})}
        for limit in kind.limits:
            if refusal := limit(_known(inputs)):
                raise ProviderError(f"{where}: {refusal}")
        return proto.CheckResponse(inputs=wire.encode(inputs, secrets=secrets))

    def Create(self, request: proto.CreateRequest, context: Any) -> proto.CreateResponse:  # noqa: ARG002
        """Creates the resource in the emulated AWS; in a preview only says which outputs are unknown."""
        kind, inputs = self._type(request.urn), wire.plain(request.properties)
        secrets = wire.secret_names(request.properties) | kind.secret_outputs
        if request.preview:
            unknown = dict.fromkeys(kind.computed, wire.UNKNOWN)
            return proto.CreateResponse(properties=wire.encode({**unknown, **inputs}, secrets=secrets))
        try:
            created = kind.create(self.aws, inputs)
        except (ClientError, BotoCoreError, NotEmulated, RefusedByModel) as error:
            raise ProviderError(f"{_where(request.urn)}: {error}") from error
        outputs = {**inputs, **created.outputs}
        if missing := [name for name in kind.computed if name not in outputs]:
            raise ProviderError(f"{_where(request.urn)}: the stand-in did not give {', '.join(missing)}")
        return proto.CreateResponse(id=created.id, properties=wire.encode(outputs, secrets=secrets))

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
        return proto.GetSchemaResponse(schema=json.dumps({"name": "aws", "version": "7.0.0"}))

    def Cancel(self, request: Any, context: Any) -> Empty:  # noqa: ARG002
        """Nothing is under way between calls."""
        return Empty()

    def _type(self, urn: str) -> ResourceType:
        token = urn.split("::")[2].split("$")[-1]
        kind = self.resources.get(token)
        if kind is None:
            raise ProviderError(f"{_where(urn)}: the stand-in provider does not know the type {token}")
        return kind


def _where(urn: str) -> str:
    *_, types, name = urn.split("::")
    return f"{name} ({types.split('$')[-1]})"


def _decoded(value: Any) -> Any:
    """Provider configuration arrives as JSON text where it is nested."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return value


def _known(inputs: Inputs) -> Inputs:
    return {name: value for name, value in inputs.items() if not wire.holds_unknown(value)}


def _auto_name(kind: ResourceType, urn: str, seed: bytes) -> str:
    name = urn.split("::")[-1]
    full = f"{name}-{hashlib.sha256(seed or urn.encode()).hexdigest()[:7]}"
    if len(full) > kind.auto_name_limit:
        raise ProviderError(f"{_where(urn)}: the name {full} has {len(full)} characters of {kind.auto_name_limit}")
    return full
