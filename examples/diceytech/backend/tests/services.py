"""A pytest plugin: a real PostgreSQL and an S3 emulator (moto), there before Django reads its settings."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

BACKEND = Path(__file__).parent.parent
REPOSITORY = BACKEND.parent.parent.parent
BUCKET = "diceytech-test-media"
CDN = "cdn.example/media"
stack = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Starts both, and puts what points at them into the environment."""
    sys.path.insert(0, str(REPOSITORY))
    from rehearsal import postgres

    server = stack.enter_context(postgres.running(postgres.programs(Path(sys.prefix))))
    emulator = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    emulator.start()
    stack.callback(emulator.stop)
    host, port = emulator.get_host_and_port()
    os.environ.update(
        SECRET_KEY="only-for-tests-" + "x" * 50,
        DATABASE_URL=server.url(),
        AWS_ENDPOINT_URL=f"http://{host}:{port}",
        AWS_ACCESS_KEY_ID="emulated",
        AWS_SECRET_ACCESS_KEY="emulated",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_STORAGE_BUCKET_NAME=BUCKET,
        AWS_S3_CUSTOM_DOMAIN=CDN,
        ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
        LOGIN_ADDRESS_RATE="1000/minute",
        DATABASE_CONNECTION_SECONDS="0",
    )
    boto3.client("s3").create_bucket(Bucket=BUCKET)


def pytest_unconfigure() -> None:
    """Stops both."""
    stack.close()
