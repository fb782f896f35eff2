"""A daemon whose database is away: mail is deferred, and whoever watches is told."""

import json
import os
import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.waiting import SECONDS

from .running import Lmtpd


@pytest.fixture(scope="module")
def metrics_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def lmtpd(metrics_port, tmp_path_factory) -> Iterator[Lmtpd]:
    nowhere = tmp_path_factory.mktemp("database") / "gone" / "patchtrack.sqlite3"
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{nowhere}"}
    arguments = ["--listen=127.0.0.1:0", "--workers=1", "--log-format=json"]
    with Lmtpd(environment, *arguments, f"--metrics=127.0.0.1:{metrics_port}") as daemon:
        yield daemon


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("GET", path)
    response = connection.getresponse()
    answer = response.status, response.read().decode()
    connection.close()
    return answer


def test_it_is_alive_but_not_ready(lmtpd, metrics_port):
    assert get(metrics_port, "/healthz") == (200, "alive\n")
    assert get(metrics_port, "/readyz") == (503, "the database does not answer\n")


def test_a_recipient_is_deferred(lmtpd):
    client = lmtpd.connect()
    assert client.begin("tea@x.org") == ["451 4.3.0 try again later"]
    client.close()


def test_its_processes_write_json_too(lmtpd, metrics_port):
    get(metrics_port, "/readyz")
    lines = [line for line in lmtpd.read_log() if "the database is not ready" in line]
    assert {json.loads(line)["logger"] for line in lines} == {"ingest.daemon.work"}
