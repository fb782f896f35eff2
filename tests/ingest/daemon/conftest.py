"""A server whose pool pretends, and clients of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .serving import FakePool, Server
from .talking import Client


@pytest.fixture
def pool() -> FakePool:
    """Holds letters back from `pool.open.clear()` until `server.release()`."""
    return FakePool()


@pytest.fixture
def serve(pool) -> Iterator[Callable[..., Server]]:
    """Starts servers; their options are those of Limits and Door, and `session`."""
    servers: list[Server] = []

    def start(**options: Any) -> Server:
        servers.append(Server(pool, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def client(serve) -> Client:
    """A client of an LMTP server with the usual options."""
    return serve().connect()
