"""The numbers of the daemon, and whether it is well, by HTTP."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer

import pytest

from ingest.daemon.addresses import Address
from ingest.daemon.metrics import Metrics, serve_metrics
from ingest.daemon.values import Answer, Report
from tests.waiting import SECONDS


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture(scope="module")
def servers():
    """Servers, which are stopped all at once, since each takes half a second for it."""
    started: list[ThreadingHTTPServer] = []
    yield started
    with ThreadPoolExecutor(len(started)) as pool:
        list(pool.map(ThreadingHTTPServer.shutdown, started))
    for server in started:
        server.server_close()


@pytest.fixture
def get(metrics, servers):
    """Asks for a path; `trouble` is what keeps mail from being stored."""

    def get(path: str, *, trouble: str = "", host: str = "127.0.0.1") -> tuple[int, str]:
        servers.append(serve_metrics(Address(host=host), metrics, lambda: trouble))
        port = servers[-1].server_address[1]
        with closing(HTTPConnection(host, port, timeout=SECONDS)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    return get


def test_alive(get):
    assert get("/healthz", trouble="the database is away") == (200, "alive\n")


def test_ready(get):
    assert get("/readyz?verbose=1") == (200, "ready\n")


def test_not_ready(get):
    assert get("/readyz", trouble="the database is away") == (503, "the database is away\n")


@pytest.mark.parametrize("path", ["/", "/metrics/x", "/admin"])
def test_nothing_else(get, path):
    assert get(path)[0] == 404


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_ipv6(get):
    assert get("/healthz", host="::1") == (200, "alive\n")


def test_deliveries_by_outcome(metrics, get):
    for outcome in ("stored", "stored", "deferred"):
        metrics.note_delivery(outcome)
    lines = get("/metrics")[1].splitlines()
    assert 'patchtrack_deliveries_total{outcome="stored"} 2.0' in lines
    assert 'patchtrack_deliveries_total{outcome="deferred"} 1.0' in lines


def test_what_a_worker_tells(metrics, get):
    answers = [Answer(outcome="stored")] * 3
    for seconds in (0.001, 0.2):
        metrics.note_report(
            Report(
                answers=answers,
                parse_seconds=[seconds, seconds],
                transaction_seconds=[seconds],
                retries={"deadlock": 2},
            )
        )
    assert {
        'patchtrack_retries_total{cause="deadlock"} 4.0',
        "patchtrack_batch_letters_count 2.0",
        "patchtrack_batch_letters_sum 6.0",
        'patchtrack_batch_letters_bucket{le="4.0"} 2.0',
        "patchtrack_parse_seconds_count 4.0",
        'patchtrack_transaction_seconds_bucket{le="0.0025"} 1.0',
        'patchtrack_transaction_seconds_bucket{le="0.25"} 2.0',
    } <= set(get("/metrics")[1].splitlines())


def test_what_is_so_now(metrics, get):
    metrics.note_queue(7)
    metrics.note_connections(3)
    metrics.note_restart()
    assert {
        "patchtrack_queue_letters 7.0",
        "patchtrack_connections 3.0",
        "patchtrack_worker_restarts_total 1.0",
    } <= set(get("/metrics")[1].splitlines())
