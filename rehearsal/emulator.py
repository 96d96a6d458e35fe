"""An AWS inside this process, empty each time, that cannot be mistaken for a real one.

    with EmulatedAws(account_id="123456789012", region="eu-west-1") as aws:
        aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
        aws.client("acm", "us-east-1")
        aws.keep("cloudfront", "CreateVpcOrigin", {...})  # checked, not sent: moto has no such thing

- Nothing leaves the process. Clients have credentials of their own, every `AWS_*` variable and file is out of reach
  while it lasts, and a request that moto does not answer raises NotEmulated where a socket would be opened.
- Every call is first held against AWS's own models (rehearsal/service_models.py): RefusedByModel.
- Several accounts may be open at the same time; the state is one process-wide moto's, so that they see each other's
  buckets as on AWS. When the last one closes, all is forgotten, and its clients refuse every further call.
- One lock around moto: clients may be used by several threads.
- NotEmulated says that moto has no such operation. What moto answers without holding it is the stand-ins' business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, field
from threading import RLock
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from rehearsal import moto_startup, service_models
from rehearsal.service_models import RefusedByModel, check_request

ATTEMPTS: Final = 6  # throttling is retried unseen, as the real provider does (25 times there, by default)

# moto takes an S3 request with a sub-resource it does not know for the plain one: PutBucketAbac would make a bucket.
MISTAKEN_BY_MOTO: Final = frozenset({
    "CreateBucketMetadataConfiguration", "CreateBucketMetadataTableConfiguration", "CreateSession",
    "DeleteBucketAnalyticsConfiguration", "DeleteBucketIntelligentTieringConfiguration",
    "DeleteBucketMetadataConfiguration", "DeleteBucketMetadataTableConfiguration", "DeleteBucketMetricsConfiguration",
    "DeleteObjectAnnotation", "GetBucketAbac", "GetBucketAnalyticsConfiguration",
    "GetBucketIntelligentTieringConfiguration", "GetBucketMetadataConfiguration",
    "GetBucketMetadataTableConfiguration", "GetBucketMetricsConfiguration", "GetBucketRequestPayment",
    "GetObjectAnnotation", "GetObjectTorrent", "ListBucketAnalyticsConfigurations",
    "ListBucketIntelligentTieringConfigurations", "ListBucketMetricsConfigurations", "ListDirectoryBuckets",
    "ListObjectAnnotations", "PutBucketAbac", "PutBucketAnalyticsConfiguration",
    "PutBucketIntelligentTieringConfiguration", "PutBucketMetricsConfiguration", "PutBucketRequestPayment",
    "PutObjectAnnotation", "RenameObject", "UpdateBucketMetadataAnnotationTableConfiguration",
    "UpdateBucketMetadataInventoryTableConfiguration", "UpdateBucketMetadataJournalTableConfiguration",
    "UpdateObjectEncryption", "WriteGetObjectResponse",
})  # fmt: skip


class NotEmulated(Exception):
    """The emulated AWS has no answer to this operation; nothing was sent anywhere."""

    def __init__(self, service: str, operation: str, reason: str = "") -> None:
        self.service, self.operation, self.reason = service, operation, reason
        super().__init__(f"the emulated AWS cannot do {service}:{operation}" + (f": {reason}" if reason else ""))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A request that the emulator cannot hold: checked by AWS's model and kept for the report."""

    service: str
    operation: str
    params: Mapping[str, Any] = field(repr=False)


class Account:
    """What both doors' emulated accounts share: clients by service and region, and requests that are only kept."""

    _lock: ClassVar[RLock] = RLock()

    def __init__(self, *, account_id: str, region: str, where: Callable[[], str]) -> None:
        self.account_id, self.region, self._where = account_id, region, where
        self._clients: dict[tuple[str, str], Any] = {}  # Any: boto3 makes its clients at run time, without types
        self._kept: list[Kept] = []

    def client(self, service: str, region: str | None = None) -> Any:  # Any: boto3 has no types
        """The boto3 client of a service, the same one each time; `region` is the account's own unless given."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._connect(*key)
            return self._clients[key]

    def made(self, identifier: str) -> None:
        """The servicer takes note during a create; nobody else does."""

    def _connect(self, service: str, region: str) -> Any:
        raise NotImplementedError

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What `keep` was given, in that order."""
        return tuple(self._kept)

    def keep(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        """Checks a request as if it were sent, and keeps it in `kept` instead.

        `operation` is spelled as in the API (`CreateVpcOrigin`). Raises RefusedByModel, also for what botocore itself
        refuses (unknown and missing members, types), and ValueError when the service has no such operation.
        """
        from botocore.model import OperationNotFoundError
        from botocore.validate import ParamValidator

        try:
            model = self.client(service).meta.service_model.operation_model(operation)
        except OperationNotFoundError:
            raise ValueError(f"{service} has no operation {operation}") from None
        reasons = check_request(model, params)
        if not reasons and model.input_shape is not None:
            errors = ParamValidator().validate(params, model.input_shape)
            reasons = errors.generate_report().splitlines() if errors.has_errors() else []
        if reasons:
            raise RefusedByModel(service=service, operation=operation, reasons=reasons, where=self._where())
        with self._lock:
            self._kept.append(Kept(service=service, operation=operation, params=deepcopy(dict(params))))


class EmulatedAws(Account):
    """One AWS account on an empty moto, from `with` to the end of its block.

    `where` is asked for the beginning of a refusal's message, e.g. which resource is being made. Raises RuntimeError
    when an account with the same id is open already.
    """

    _open: ClassVar[dict[str, EmulatedAws]] = {}
    _moto: ClassVar[AbstractContextManager[None] | None] = None

    def __init__(self, *, account_id: str, region: str, where: Callable[[], str] = lambda: "") -> None:
        super().__init__(account_id=account_id, region=region, where=where)
        self._session: Any = None
        self.records: MutableMapping[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        with self._lock:
            if self.account_id in self._open:
                raise RuntimeError(f"the emulated account {self.account_id} is open already")
            if not self._open:
                moto = moto_startup.running()
                moto.__enter__()
                EmulatedAws._moto = moto
            self._open[self.account_id] = self
            self._clients, self._kept, self.records, self._session = {}, [], {}, _session()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            del self._open[self.account_id]
            moto = EmulatedAws._moto
            if not self._open and moto is not None:
                EmulatedAws._moto = None
                moto.__exit__(None, None, None)

    def _connect(self, service: str, region: str) -> Any:
        from botocore.config import Config
        from moto.core.botocore_stubber import BotocoreStubber

        config = Config(retries={"total_max_attempts": ATTEMPTS, "mode": "standard"})
        client = self._session.client(service, region_name=region, config=config)
        service_models.install(client, where=self._where)
        stubber = BotocoreStubber()
        stubber.enabled = True

        def account(params: dict[str, Any], **_: object) -> None:
            params["headers"]["x-moto-account-id"] = self.account_id

        def answer(event_name: str, request: Any, **_: object) -> Any:
            operation = event_name.rpartition(".")[2]
            with self._lock:
                return self._answer(service, operation, lambda: stubber(event_name, request))

        # The header comes before the access key for moto, which would look for the key in the IAM of six partitions
        # and load the managed policies for each: 0.6 s and 27 MB.
        client.meta.events.register("before-call", account)
        client.meta.events.register_last("before-send", answer)
        return client

    def _answer(self, service: str, operation: str, ask: Callable[[], Any]) -> Any:
        if self._open.get(self.account_id) is not self:
            raise NotEmulated(service, operation, "this emulated account is closed")
        if service == "s3" and operation in MISTAKEN_BY_MOTO:
            raise NotEmulated(service, operation)
        try:
            response = ask()
        except NotImplementedError as error:
            raise NotEmulated(service, operation, str(error)) from None
        if response is None or _unknown_to_moto(service, response):
            raise NotEmulated(service, operation)
        return response


def _unknown_to_moto(service: str, response: Any) -> bool:
    """Whether moto's 404 means that it has no such operation; S3 has empty ones of its own (HeadObject)."""
    body = response.raw.getvalue() if response.status_code == 404 else None
    return body == b"Not yet implemented" or (body == b"" and service != "s3")


def _session() -> Any:
    import boto3

    return boto3.session.Session(aws_access_key_id="emulated", aws_secret_access_key="emulated")  # noqa: S106 - no secret
