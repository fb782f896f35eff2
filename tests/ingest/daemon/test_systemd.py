"""The service manager is told what it wants to know, and its sockets are taken."""

import os
import socket

import pytest

from ingest.daemon import systemd


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        yield channel


def test_a_state_arrives(manager):
    systemd.notify("READY=1", {"NOTIFY_SOCKET": manager.getsockname()})
    assert manager.recv(100) == b"READY=1"


def test_an_abstract_socket():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0patchtrack-test-{os.getpid()}")
        channel.setblocking(False)
        systemd.notify("READY=1", {"NOTIFY_SOCKET": f"@patchtrack-test-{os.getpid()}"})
        assert channel.recv(100) == b"READY=1"


def test_a_manager_that_is_gone_stops_nothing(tmp_path, caplog):
    systemd.notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert "cannot be told READY=1: " in caplog.text


def test_a_manager_that_does_not_listen_stops_nothing(manager, caplog):
    # The kernel keeps a few messages for it; /proc/sys/net/unix/max_dgram_qlen says how many.
    for _ in range(2000):
        systemd.notify("WATCHDOG=1", {"NOTIFY_SOCKET": manager.getsockname()})
        if caplog.records:
            break
    assert "cannot be told WATCHDOG=1: " in caplog.text


def test_no_manager():
    systemd.notify("READY=1", {})


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "2500000"}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": str(os.getpid())}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "1"}, 0),
    ],
)
def test_the_watchdog(environ, seconds):
    assert systemd.read_watchdog_seconds(environ) == seconds


def test_sockets_that_are_passed(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setattr(systemd, "_FIRST_PASSED", os.dup(listener.fileno()))
        environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
        [passed] = systemd.find_passed_sockets(environ)
        with passed:
            assert passed.getsockname() == listener.getsockname()


@pytest.mark.parametrize(
    "environ", [{}, {"LISTEN_FDS": "1"}, {"LISTEN_FDS": "1", "LISTEN_PID": "1"}]
)
def test_sockets_that_are_anothers(environ):
    assert systemd.find_passed_sockets(environ) == []
