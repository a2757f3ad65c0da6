"""A local AWS for the tests of the local AWS itself: emptied before each test."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server

HOME, OTHER = "111111111111", "222222222222"
REGION = "eu-west-1"

Client = Callable[..., Any]


@pytest.fixture
def server(shared_aws: Server) -> Server:
    """A local AWS, empty and well behaved."""
    shared_aws.reset()
    return shared_aws


@pytest.fixture
def client(server: Server, shared_clients: Client) -> Client:  # noqa: ARG001 - empties the server
    """service, account, region → a client of unmodified boto3."""
    return shared_clients
