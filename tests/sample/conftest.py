"""A local AWS for the tests of the local AWS itself: one process, emptied before each test."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from collectors.sample.server import Server, start

HOME, OTHER = "111111111111", "222222222222"
REGION = "eu-west-1"

Client = Callable[..., Any]


@pytest.fixture(scope="session")
def one_server() -> Iterator[Server]:
    """The process."""
    with start() as server:
        yield server


@pytest.fixture
def server(one_server: Server) -> Server:
    """The process, empty and well behaved."""
    one_server.reset()
    return one_server


@pytest.fixture
def client(server: Server) -> Client:
    """service, account, region → a client of unmodified boto3."""

    def make(service: str, account: str = HOME, region: str = REGION) -> Any:
        return boto3.client(
            service, endpoint_url=server.endpoint_url, region_name=region, **server.keys(account)
        )

    return make
