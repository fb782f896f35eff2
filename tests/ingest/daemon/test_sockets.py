"""A Unix socket that nobody serves is replaced, and nothing else is."""

import asyncio
import os
import socket
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest

from ingest.daemon.addresses import Address
from ingest.daemon.server import ListenError, open_socket, serve


@pytest.fixture
def place(tmp_path):
    return Address(path=str(tmp_path / "lmtp.sock"))


@pytest.fixture
def bound(place):
    """A Unix socket at the place, on which nobody listens yet."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place.path)
        yield listener


def can_connect(place):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(place.path) == 0


def test_a_socket_that_was_left_behind_is_replaced(place, bound):
    bound.close()
    with open_socket(place):
        assert can_connect(place)


def test_a_socket_that_is_served_is_left_alone(place, bound):
    bound.listen()
    with pytest.raises(ListenError, match=f"^cannot listen on {place}: Address already in use"):
        open_socket(place)
    assert can_connect(place)


def test_a_socket_whose_daemon_is_too_busy_to_answer_is_served(place, bound):
    bound.listen(0)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(place.path)
        with pytest.raises(ListenError, match="Address already in use"):
            open_socket(place)


def test_a_file_is_left_alone(place):
    with open(place.path, "w") as file:
        file.write("tea")
    with pytest.raises(ListenError, match="Address already in use"):
        open_socket(place)
    with open(place.path) as file:
        assert file.read() == "tea"


def test_everybody_who_may_enter_the_folder_may_connect(place):
    with open_socket(place):
        assert stat.S_IMODE(os.stat(place.path).st_mode) == 0o666


def test_a_socket_outlives_its_daemon(place):
    """It may be the service manager's, which goes on listening."""

    async def serve_shortly() -> None:
        server = await serve(open_socket(place), asyncio.Protocol)
        assert can_connect(place)
        server.close()

    asyncio.run(serve_shortly())
    assert Path(place.path).exists()


def test_a_crowd_of_clients_finds_room_to_wait(place):
    async def call_while_the_loop_is_busy() -> None:
        server = await serve(open_socket(place), asyncio.Protocol)
        with ExitStack() as stack:
            for _ in range(500):
                client = stack.enter_context(socket.socket(socket.AF_UNIX))
                client.setblocking(False)
                client.connect(place.path)
        server.close()

    asyncio.run(call_while_the_loop_is_busy())


@pytest.mark.parametrize(
    ("path", "reason"), [("/nowhere/a", "No such file"), ("/" + "a" * 200, "AF_UNIX path too long")]
)
def test_a_place_where_no_socket_can_be(path, reason):
    with pytest.raises(ListenError, match=f"^cannot listen on unix:{path}: {reason}"):
        open_socket(Address(path=path))


def test_a_port_that_is_taken():
    with open_socket(Address(host="127.0.0.1")) as listener:
        port = listener.getsockname()[1]
        pattern = f"^cannot listen on 127.0.0.1:{port}: Address already in use"
        with pytest.raises(ListenError, match=pattern):
            open_socket(Address(host="127.0.0.1", port=port))
