"""The program in this process, with no Pulumi engine: seconds instead of minutes, and nothing to install but Python.

The door plays the engine's part of a create-only run: URNs, order, providers, protection. It calls the same servicer
that a plugin serves to the real engine, and has no state, diff, update or delete: those are the engine's.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import config as runtime_config
from pulumi.runtime import mocks, settings
from pulumi.runtime.proto import callback_pb2, provider_pb2, resource_pb2
from pulumi.runtime.stack import run_in_stack

from rehearsal import registration, wire
from rehearsal.foretold import NAMED, stand_in
from rehearsal.graph import PROVIDER, ROOT_TYPE, Graph, Node
from rehearsal.resource import Aws
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.servicer import AwsServicer, ProviderError


@dataclass(frozen=True, kw_only=True)
class Event:
    """One resource that is there now, or a component that begins: for live progress."""

    node: Node
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run of the program gave: the graph, and the stack's exports with secrets masked."""

    graph: Graph
    exports: Mapping[str, Any]


def run(
    program: Callable[[], object],
    *,
    aws: Aws,
    project: str,
    stack: str,
    config: Mapping[str, Any],
    preview: bool = False,
    foretell: bool = False,
    on_event: Callable[[Event], None] = lambda _event: None,
    monitor: type[Monitor] | None = None,
) -> Run:
    """Runs a Pulumi program against `aws`; `config` has full keys (`platform:network`) and plain values.

    With `preview` nothing is created, and what only the apply can tell is unknown; with `foretell` ids, ARNs and names
    have stand-ins instead (rehearsal/foretold.py). Raises ProviderError, or whatever the program raised.
    """
    door = (monitor or Monitor)(aws=aws, preview=preview, foretell=foretell, on_event=on_event)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # dependents of a failed resource report it again
    asyncio.set_event_loop(loop)
    _forget_last_run()
    runtime_config.set_all_config({key: json.dumps(value) for key, value in config.items()})
    try:
        mocks.set_mocks(_NoMocks(), project=project, stack=stack, preview=preview, monitor=door, logger=_silent())
        settings.SETTINGS.rpc_manager.clear()
        settings.set_root_resource(None)  # type: ignore[arg-type] # set_mocks made a stack and ended it already
        loop.run_until_complete(run_in_stack(lambda: _call(program)))
    finally:
        _forget_last_run()
        loop.close()
        asyncio.set_event_loop(None)
    return Run(graph=Graph(tuple(sorted(door.nodes.values(), key=lambda node: node.urn))), exports=door.exports)


def _call(program: Callable[[], object]) -> None:
    program()


def _forget_last_run() -> None:
    settings.set_root_resource(None)  # type: ignore[arg-type] # the SDK's own tests reset it so
    settings.SETTINGS.outputs.clear()
    runtime_config.set_all_config({})


def _silent() -> logging.Logger:
    logger = logging.getLogger("rehearsal.program")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


class _NoMocks(mocks.Mocks):
    """Never asked: the monitor answers everything itself."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise ProviderError(f"unexpected look-up {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise ProviderError(f"unexpected resource {args.typ}")


@dataclass
class Monitor(mocks.MockMonitor):
    """The engine's part: gives URNs, calls the provider in order, and records the graph."""

    aws: Aws
    preview: bool
    on_event: Callable[[Event], None]
    foretell: bool = False
    nodes: dict[str, Node] = field(default_factory=dict)
    exports: Mapping[str, Any] = field(default_factory=dict)
    providers: dict[str, AwsServicer] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        super().__init__(_NoMocks())

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The engine's form: the types of all parents but the stack."""
        qualified = parent.split("::")[2] if parent else ROOT_TYPE
        full = type_ if qualified == ROOT_TYPE else f"{qualified}${type_}"
        return f"urn:pulumi:{settings.get_stack()}::{settings.get_project()}::{full}::{name}"

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Checks and creates one resource, or records one component."""
        with self.lock:
            start = time.perf_counter()
            urn = self.make_urn(request.parent, request.type, request.name)
            if urn in self.nodes:
                raise ProviderError(f"{request.name} ({request.type}) is registered twice: give it another name")
            node = registration.node(urn, request)
            if request.type == ROOT_TYPE:
                return resource_pb2.RegisterResourceResponse(urn=urn)
            if request.type == PROVIDER:
                return self._register_provider(urn, node, request)
            if not request.custom:
                self.nodes[urn] = node
                self.on_event(Event(node=node, seconds=0.0))
                return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
            created = self._create(urn, request)
            applied = not self.preview
            self.nodes[urn] = replace(
                node, id=created.id if applied else None, outputs=wire.masked(created.properties) if applied else None
            )
            self.on_event(Event(node=self.nodes[urn], seconds=time.perf_counter() - start))
            return resource_pb2.RegisterResourceResponse(urn=urn, id=created.id, object=created.properties)

    def _create(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> provider_pb2.CreateResponse:
        servicer = self._servicer(request.provider, f"{request.name} ({request.type})")
        seed = hashlib.sha256(urn.encode()).digest()
        checked = servicer.Check(provider_pb2.CheckRequest(urn=urn, news=request.object, randomSeed=seed), None)
        created = servicer.Create(
            provider_pb2.CreateRequest(urn=urn, properties=checked.inputs, preview=self.preview), None
        )
        return _foretold(urn, created) if self.preview and self.foretell else created

    def _register_provider(
        self, urn: str, node: Node, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        servicer = AwsServicer(self.aws, RESOURCES, FUNCTIONS)
        checked = servicer.CheckConfig(provider_pb2.CheckRequest(urn=urn, news=request.object), None)
        servicer.Configure(provider_pb2.ConfigureRequest(args=checked.inputs), None)
        self.providers[f"{urn}::{request.name}"] = servicer
        self.nodes[urn] = node
        return resource_pb2.RegisterResourceResponse(urn=urn, id=request.name, object=request.object)

    def _servicer(self, reference: str, who: str) -> AwsServicer:
        if reference not in self.providers:
            raise ProviderError(f"{who} names no provider: default providers are off, pass `parent` or `provider`")
        return self.providers[reference]

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        """Answers a look-up through the provider that it names; in a preview nobody is asked, so all is unknown."""
        with self.lock:
            servicer = self._servicer(request.provider, request.tok)
            wanted = provider_pb2.InvokeRequest(tok=request.tok, args=request.args, preview=self.preview)
            found = servicer.Invoke(wanted, None)
            if self.preview:
                return resource_pb2.ResourceInvokeResponse(unknown=True)
            return resource_pb2.ResourceInvokeResponse(**{"return": getattr(found, "return")})

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> Any:
        """Refused by name: the platform looks things up by functions."""
        raise ProviderError(f"{request.name} ({request.type}): the in-process rehearsal cannot read a resource")

    def RegisterStackTransform(self, request: callback_pb2.Callback) -> Any:  # noqa: ARG002
        """Refused, as those of one resource are: only the engine runs them."""
        raise ProviderError("a transform of the stack runs in the engine alone: a plan would not show what it does")

    def RegisterStackInvokeTransform(self, request: callback_pb2.Callback) -> Any:
        """Refused like one of resources."""
        return self.RegisterStackTransform(request)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Empty:
        """Keeps the stack's exports."""
        if request.urn.split("::")[2] == ROOT_TYPE:
            self.exports = wire.masked(request.outputs)
        return Empty()


def _foretold(urn: str, created: provider_pb2.CreateResponse) -> provider_pb2.CreateResponse:
    """The answer with stand-ins for what only the apply will tell, where that is text in every type."""
    told = {name: stand_in(urn, name) for name in wire.unknown_names(created.properties) if NAMED.search(name)}
    created.properties.MergeFrom(wire.encode(told))
    created.id = stand_in(urn, "id")
    return created
