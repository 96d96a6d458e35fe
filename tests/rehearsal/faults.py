"""An emulated AWS that fails on demand, and what the provider makes of it: one fault at each AWS call of each type."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from pulumi.runtime.proto import provider_pb2 as proto

from infra.names import Names
from infra.stacks.platform import platform
from rehearsal import wire
from rehearsal.emulator import EmulatedAws
from rehearsal.in_process import Monitor, run
from rehearsal.seeds import seed
from rehearsal.servicer import AwsServicer, HalfMadeError, ProviderError
from tests.rehearsal.lifecycles import account_program
from tests.stacks.environments import varied

LIFTED = {
    "deletionProtection": False,
    "enableDeletionProtection": False,
    "skipFinalSnapshot": True,
    "deleteAutomatedBackups": True,
}
THROTTLED, DENIED = "ThrottlingException", "AccessDenied"


class FaultyAws(EmulatedAws):
    """Denies the call that is `armed` (counted from 0), or throttles the first try of every call."""

    def __init__(self, *, throttled: bool = False, **account: Any) -> None:
        super().__init__(**account)
        self.armed: int | None = None
        self.calls = 0
        self.hit: str | None = None
        self.throttles = 0
        self._throttled = throttled
        self._tried = False

    def arm(self, call: int | None) -> None:
        self.armed, self.calls, self.hit = call, 0, None

    def _answer(self, service: str, operation: str, ask: Callable[[], Any]) -> Any:
        if self._throttled:
            self._tried = not self._tried
            if self._tried:
                self.throttles += 1
                return _refusal(self._protocol(service), THROTTLED, 400)
        if self.armed is not None:
            self.calls += 1
            if self.calls - 1 == self.armed:
                self.hit = f"{service}:{operation}"
                return _refusal(self._protocol(service), DENIED, 403)
        return super()._answer(service, operation, ask)

    def _protocol(self, service: str) -> str:
        found: str = self.client(service).meta.service_model.resolved_protocol
        return "s3" if service == "s3" else found


def _refusal(protocol: str, code: str, status: int) -> Any:
    """AWS's answer with this error, as the service's protocol has it."""
    from botocore.awsrequest import AWSResponse

    words = "injected by the test"
    error = f"<Code>{code}</Code><Message>{words}</Message>"
    text = {
        "json": f'{{"__type": "{code}", "message": "{words}"}}',
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors></Response>",
        "s3": f"<Error>{error}</Error>",
        "rest-xml": f"<ErrorResponse><Error>{error}</Error></ErrorResponse>",
        "query": f"<ErrorResponse><Error>{error}</Error></ErrorResponse>",
    }
    body = _cbor({"__type": code, "message": words}) if protocol == "smithy-rpc-v2-cbor" else text[protocol].encode()
    raw = io.BytesIO(body)
    raw.stream = lambda *_a, **_k: iter([body])  # type: ignore[attr-defined] # what urllib3's response has
    return AWSResponse("https://faulty", status, {"x-amzn-errortype": code}, raw)


def _cbor(texts: dict[str, str]) -> bytes:
    """A map of short texts (RFC 8949: major types 5 and 3)."""
    words = [word.encode() for pair in texts.items() for word in pair]
    return bytes([0xA0 + len(texts)]) + b"".join(bytes([0x78, len(word)]) + word for word in words)


@dataclass
class Table:
    """What was injected and what became of it, by resource type."""

    injected: Counter[str] = field(default_factory=Counter)
    in_state: Counter[str] = field(default_factory=Counter)
    nothing_made: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def _probing(aws: FaultyAws, table: Table) -> type[Monitor]:
    """A monitor that lets the create of the first resource of each type fail at every call before it succeeds."""
    seen: dict[str, set[str]] = {}

    class Probing(Monitor):
        def _create(self, urn: str, request: Any) -> proto.CreateResponse:
            servicer = self._servicer(request.provider, urn)
            checked = servicer.Check(proto.CheckRequest(urn=urn, news=request.object, randomSeed=urn.encode()), None)
            token = request.type
            known = seen.setdefault(token, set())
            if not known:
                _fail_everywhere(servicer, aws, urn, checked.inputs, table)
            aws.arm(None)
            made = servicer.Create(proto.CreateRequest(urn=urn, properties=checked.inputs), None)
            known.add(made.id)
            return made

    return Probing


def _fail_everywhere(servicer: AwsServicer, aws: FaultyAws, urn: str, inputs: Any, table: Table) -> None:
    token, name = urn.split("::")[2].split("$")[-1], urn.rpartition("::")[2]
    call, there = 0, servicer.resources[token].found(aws, wire.plain(inputs))
    while True:
        aws.arm(call)
        try:
            made = servicer.Create(proto.CreateRequest(urn=urn, properties=inputs), None)
        except HalfMadeError as error:
            _note(table, token, name, aws, error)
            table.in_state[token] += 1
            aws.arm(None)
            _mend(servicer, urn, error.made, inputs, table)
        except ProviderError as error:
            _note(table, token, name, aws, error)
            table.nothing_made[token] += 1
            aws.arm(None)
            left = servicer.resources[token].found(aws, wire.plain(inputs))
            if left != there:
                table.wrong.append(f"{token}: {left} left behind by a failed {table.injected[token]}. call")
        else:
            aws.arm(None)
            _remove(servicer, urn, made.id, inputs, made.properties)
            return
        call += 1


def _note(table: Table, token: str, name: str, aws: FaultyAws, error: ProviderError) -> None:
    if aws.hit is None:
        raise error
    table.injected[token] += 1
    if name not in str(error) or token not in str(error):
        table.wrong.append(f"{token}: the error does not name the resource: {error}")


def _mend(servicer: AwsServicer, urn: str, half: proto.CreateResponse, inputs: Any, table: Table) -> None:
    """What the engine's next `up` does with a resource that was half made; then it is removed again."""
    token = urn.split("::")[2].split("$")[-1]
    request = proto.UpdateRequest(id=half.id, urn=urn, olds=half.properties, news=inputs)
    state = servicer.Update(request, None).properties
    read = servicer.Read(proto.ReadRequest(id=half.id, urn=urn, inputs=inputs, properties=state), None)
    diff = servicer.Diff(proto.DiffRequest(id=half.id, urn=urn, old_inputs=read.inputs, news=inputs), None)
    if diff.changes != proto.DiffResponse.DIFF_NONE:
        table.wrong.append(f"{token}: after an update it is still not as it should be: {list(diff.diffs)}")
    _remove(servicer, urn, half.id, inputs, state)


def _remove(servicer: AwsServicer, urn: str, identifier: str, inputs: Any, state: Any) -> None:
    """Deletes it, after its own protection was switched off in place; a database leaves no snapshot to the next one."""
    wanted = wire.plain(inputs)
    lifted = {name: value for name, value in LIFTED.items() if name in wanted}
    if lifted:
        news = wire.encode({**wanted, **lifted})
        state = servicer.Update(proto.UpdateRequest(id=identifier, urn=urn, olds=state, news=news), None).properties
    servicer.Delete(proto.DeleteRequest(id=identifier, urn=urn, properties=state), None)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Retries at once: what is tested is that they happen."""
    import botocore.endpoint

    with patch.object(botocore.endpoint.time, "sleep", lambda _seconds: None):
        yield


def probe(stack: str) -> Table:
    """One error at every AWS call of the first resource of each type of a stack."""
    table = Table()
    with _opened(stack, throttled=False) as (aws, program, project):
        run(program, aws=aws, project=project, stack=stack, config={}, monitor=_probing(aws, table))
    return table


def throttle(stack: str) -> int:
    """A stack that comes up although the first try of every call is throttled; how many were."""
    with _without_waiting(), _opened(stack, throttled=True) as (aws, program, project):
        run(program, aws=aws, project=project, stack=stack, config={})
        return aws.throttles


@contextmanager
def _opened(stack: str, *, throttled: bool) -> Iterator[tuple[FaultyAws, Callable[[], None], str]]:
    account_id, region = "123456789012", "us-east-1"
    with FaultyAws(account_id=account_id, region=region, throttled=throttled) as aws:
        if stack == "account":
            yield aws, account_program(), "account"
            return
        config = varied(stack)
        seed(aws, config, Names(product=config.product.name, environment=stack, account_id=account_id))
        yield aws, lambda: platform(config, stack), "platform"
