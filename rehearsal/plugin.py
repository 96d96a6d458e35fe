"""The stand-in provider as `pulumi-resource-aws`, for the real engine: `python -m rehearsal.plugin`.

The engine starts it, reads the port from its first line, and speaks gRPC. It serves the same servicer as the in-process
rehearsal, over a local AWS. `diceytech local` alone puts it on PATH, in a directory of its own; and it refuses to start
unless AWS_ENDPOINT_URL is on this machine, so that it can never stand in for the real provider.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent import futures
from typing import Any, Final

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from infra.errors import PlatformError
from infra.first_run import EMULATOR_ACCOUNT
from rehearsal.local_aws import LocalAccount
from rehearsal.plugin_process import NO_LIMIT, serve
from rehearsal.resources import FUNCTIONS, RESOURCES
from rehearsal.servicer import PROVIDER_VERSION, AwsServicer, HalfMadeError, provider_settings

WORKERS: Final = 16


class PluginServicer(AwsServicer):
    """The servicer with what only a plugin needs; its account is the first that the provider's configuration allows."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(_account(endpoint, EMULATOR_ACCOUNT, ""), RESOURCES, FUNCTIONS)
        self._endpoint = endpoint

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Any) -> provider_pb2.ConfigureResponse:
        """Takes account and region from the configuration."""
        settings = provider_settings(request.args)
        [account_id, *_] = settings.get("allowedAccountIds") or [EMULATOR_ACCOUNT]
        self.aws = _account(self._endpoint, account_id, settings.get("region") or "us-east-1")
        return super().Configure(request, context)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any) -> provider_pb2.InvokeResponse:
        """Answers in a preview too: the account is there, unlike in an in-process plan."""
        request.preview = False
        return super().Invoke(request, context)

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:  # noqa: ARG002
        """The version that the engine shows."""
        return plugin_pb2.PluginInfo(version=PROVIDER_VERSION)


def _account(endpoint: str, account_id: str, region: str) -> LocalAccount:
    return LocalAccount(endpoint=endpoint, account_id=account_id, region=region)


class Refusals(grpc.ServerInterceptor):
    """Says the servicer's refusals as gRPC has them; what is half made goes with them into Pulumi's state."""

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """The same call, with its errors told."""
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler

        def answer(request: Any, context: Any) -> Any:
            try:
                return handler.unary_unary(request, context)
            except HalfMadeError as error:
                _abort_with_state(context, error)
            except PlatformError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _abort_with_state(context: Any, error: HalfMadeError) -> None:
    """Fails the call with what the engine is to keep in its state: there, but not as it should be."""
    message = AnyMessage()
    message.Pack(
        provider_pb2.ErrorResourceInitFailed(id=error.made.id, properties=error.made.properties, reasons=[str(error)])
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(error), details=[message])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, str(error))


def run(servicer: AwsServicer) -> None:
    """Serves the engine until it ends us or is gone."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS), interceptors=[Refusals()], options=NO_LIMIT)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    serve(server)
    server.stop(grace=None)


def main() -> None:
    """The command line."""
    try:
        servicer = PluginServicer(os.environ.get("AWS_ENDPOINT_URL", ""))
    except PlatformError as error:
        print(f"the stand-in for the AWS provider: {error}", file=sys.stderr)
        sys.exit(1)
    run(servicer)


if __name__ == "__main__":
    main()
