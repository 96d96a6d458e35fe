"""Every AWS call of an environment's life in an emulated AWS: it comes up, is read as a refresh does, and is destroyed.

The calls are the stand-in provider's. The real one makes most of the same, and reads more.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import resource_pb2

from infra.config import PlatformConfig
from infra.names import Names
from infra.stacks.platform import platform
from rehearsal.emulator import EmulatedAws
from rehearsal.in_process import Monitor, run
from rehearsal.platform import PROJECT
from rehearsal.seeds import seed
from rehearsal.servicer import AwsServicer, ProviderError

Phase = Literal["up", "refresh", "destroy"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: `service` as boto3 names it, `operation` as the API does, and what AWS answered (empty: it was kept).

    `urn` is the resource that it was made for; empty for a look-up.
    """

    phase: Phase
    urn: str
    service: str
    operation: str
    region: str
    params: Mapping[str, Any]
    answer: Mapping[str, Any]


class RecordingAws(EmulatedAws):
    """An emulated AWS that writes its calls down, from the moment that `phase` is set."""

    def __init__(self, *, account_id: str, region: str) -> None:
        super().__init__(account_id=account_id, region=region)
        self.calls: list[Call] = []
        self.phase: Phase | None = None
        self.urn = ""

    def _connect(self, service: str, region: str) -> Any:
        client = super()._connect(service, region)

        def asked(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
            context["recorded_params"] = deepcopy(params)

        def answered(parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
            self._note(service, model.name, region, context.get("recorded_params", {}), parsed)

        client.meta.events.register_first("before-parameter-build", asked)
        client.meta.events.register("after-call", answered)
        return client

    def keep(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        """As for a call that is sent."""
        super().keep(service, operation, params)
        self._note(service, operation, self.region, deepcopy(dict(params)), {})

    def _note(
        self, service: str, operation: str, region: str, params: Mapping[str, Any], answer: Mapping[str, Any]
    ) -> None:
        if self.phase is not None:
            self.calls.append(
                Call(
                    phase=self.phase,
                    urn=self.urn,
                    service=service,
                    operation=operation,
                    region=region,
                    params=params,
                    answer={name: value for name, value in answer.items() if name != "ResponseMetadata"},
                )
            )


def recorded(config: PlatformConfig, environment: str) -> list[Call]:
    """The calls of the environment's life, in their order; raises ProviderError where it does not come up."""
    names = Names(product=config.product.name, environment=environment, account_id=config.aws.account_id)
    with RecordingAws(account_id=config.aws.account_id, region=config.aws.region) as aws:
        seed(aws, config, names)
        aws.phase = "up"
        made: list[tuple[AwsServicer, proto.ReadRequest]] = []

        class Recording(Monitor):
            def _create(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> proto.CreateResponse:
                aws.urn = urn
                created = super()._create(urn, request)
                known = proto.ReadRequest(id=created.id, urn=urn, inputs=request.object, properties=created.properties)
                made.append((self._servicer(request.provider, urn), known))
                aws.urn = ""
                return created

        run(lambda: platform(config, environment), aws=aws, project=PROJECT, stack=environment, config={},
            monitor=Recording)  # fmt: skip
        aws.phase = "refresh"
        for servicer, known in made:
            aws.urn = known.urn
            servicer.Read(known, None)
        aws.phase = "destroy"
        for servicer, known in reversed(made):
            aws.urn = known.urn
            _delete(servicer, known)
        return aws.calls


def _delete(servicer: AwsServicer, known: proto.ReadRequest) -> None:
    """A refusal (a protected database, a bucket with content) was a call all the same."""
    try:
        servicer.Delete(proto.DeleteRequest(id=known.id, urn=known.urn, properties=known.properties), None)
    except ProviderError:
        return
