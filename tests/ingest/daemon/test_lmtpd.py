"""The daemon as it runs: mail comes in, is stored by its processes, and they may be lost."""

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from django.db import connections

from patchtrack.models import Mail, Message, SearchText
from tests.database_url import format_database_url
from tests.factories import ProjectFactory, make_mail
from tests.waiting import SECONDS

from .running import Lmtpd, find_workers, held_database, is_alive, wait_until
from .talking import Client, quote_mail, split_code

pytestmark = pytest.mark.django_db(transaction=True)
STORED = ["250 2.0.0 stored"]
# What a service manager does before it starts a daemon: descriptor 3 is the first that is passed.
PASS_ON = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def make_patch(name: str, **arguments) -> bytes:
    """A patch for the list of `tea`."""
    headers = {"List-Id": "<tea.lists.example.org>"} | arguments.pop("headers", {})
    return make_mail(message_id=f"{name}@example.org", headers=headers, **arguments)


@pytest.fixture(scope="module")
def environment(django_db_setup) -> dict[str, str]:
    """For processes on the test database."""
    url = format_database_url(connections["default"].settings_dict)
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "patchtrack.settings"}


@pytest.fixture(scope="module")
def metrics_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def lmtpd(environment, metrics_port, tmp_path_factory) -> Iterator[Lmtpd]:
    """A daemon with two processes, on a port and on a Unix socket."""
    path = tmp_path_factory.mktemp("lmtp") / "sock"
    arguments = ["--listen=127.0.0.1:0", f"--listen=unix:{path}", "--workers=2"]
    with Lmtpd(environment, *arguments, f"--metrics=127.0.0.1:{metrics_port}") as daemon:
        yield daemon


@pytest.fixture(autouse=True)
def tea(transactional_db):
    return ProjectFactory(linkname="tea")


@pytest.fixture
def client(lmtpd) -> Iterator[Client]:
    client = lmtpd.connect()
    yield client
    client.close()


@pytest.fixture
def read_metrics(metrics_port):
    def get(path: str = "/metrics") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", metrics_port, timeout=SECONDS)
        connection.request("GET", path)
        response = connection.getresponse()
        answer = response.status, response.read().decode()
        connection.close()
        return answer

    return get


@pytest.fixture
def read_number(read_metrics):
    """One of the daemon's numbers, 0 if there is none."""

    def read(name: str) -> float:
        lines = dict(line.rsplit(" ", 1) for line in read_metrics()[1].splitlines())
        return float(lines.get(name, 0))

    return read


# Mail comes in.


def test_a_mail_is_answered_when_it_is_stored(client):
    mail = make_patch("a")
    assert client.deliver(mail, "list@x.org") == STORED
    assert Mail.objects.get().read_raw() == mail


def test_a_unix_socket(lmtpd):
    client = Client(lmtpd.places[1].removeprefix("unix:"))
    assert client.deliver(make_patch("a"), "list@x.org") == STORED
    client.close()


def test_the_log_has_one_line_for_a_delivery(lmtpd, client):
    client.begin("list@x.org")
    client.give(quote_mail(make_patch("forged", subject="[PATCH] a")))
    number = re.search(r"\(([0-9a-f]+)\)", client.read())[1]
    line = lmtpd.find_line(number)
    assert re.fullmatch(
        rf"[-0-9]+ [:,0-9]+ INFO ingest.delivery: delivery id={number} "
        r"message_id=forged@example.org project=tea outcome=stored ms=[0-9]+ tries=1 "
        r"bytes=[0-9]+ recipient=list@x.org",
        line,
    )


def test_a_message_id_cannot_forge_a_line(lmtpd, client):
    hostile = "x\x1b[2J\rid=1\x0boutcome=stored\u2028"
    client.begin("list@x.org")
    client.give(quote_mail(make_patch(hostile)))
    number = re.search(r"\(([0-9a-f]+)\)", client.read())[1]
    assert lmtpd.find_line(number).isprintable()


def test_deliveries_are_counted(client, read_number):
    names = (
        'patchtrack_deliveries_total{outcome="stored"}',
        'patchtrack_deliveries_total{outcome="duplicate"}',
        "patchtrack_batch_letters_sum",
        "patchtrack_parse_seconds_count",
        "patchtrack_transaction_seconds_count",
    )
    before = list(map(read_number, names))
    client.deliver(make_patch("a"), "list@x.org")
    client.deliver(make_patch("a"), "list@x.org")
    assert [read_number(name) - old for name, old in zip(names, before, strict=True)] == [
        *(1, 1, 2, 2, 2)
    ]


def test_it_is_alive_and_ready(read_metrics):
    assert [read_metrics(path) for path in ("/healthz", "/readyz")] == [
        *((200, "alive\n"), (200, "ready\n"))
    ]


# Its processes.


def has_all(lmtpd: Lmtpd) -> bool:
    return len(find_workers(lmtpd)) == len(lmtpd.workers)


def takes_recipients(client: Client) -> bool:
    client.ask("RSET")
    return client.begin("list@x.org")[-1].startswith("250")


def test_a_process_that_is_killed_while_it_works(lmtpd, client, read_number):
    restarts = read_number("patchtrack_worker_restarts_total")
    mail = make_patch("a")
    with held_database():
        client.begin("list@x.org")
        client.give(quote_mail(mail))
        for pid in find_workers(lmtpd):
            os.kill(pid, signal.SIGKILL)
        assert split_code(client.read()) == "451 4.3.0"
    # No mail needs to come for the dead to be replaced; until then recipients may be deferred.
    wait_until(lambda: takes_recipients(client) and has_all(lmtpd))
    client.give(quote_mail(mail))
    assert split_code(client.read()) == "250 2.0.0"
    assert Mail.objects.count() == 1
    assert read_number("patchtrack_worker_restarts_total") > restarts


def test_sighup_replaces_the_processes_and_no_mail_is_refused(lmtpd, client):
    wait_until(lambda: takes_recipients(client) and has_all(lmtpd))
    client.ask("RSET")
    old = find_workers(lmtpd)
    lmtpd.signal(signal.SIGHUP)
    replies = []

    def is_replaced() -> bool:
        replies.extend(client.deliver(make_patch(f"b{len(replies)}"), "list@x.org"))
        return not any(map(is_alive, old))

    wait_until(is_replaced)
    assert set(replies) == set(STORED)
    assert len(find_workers(lmtpd) - old) == 2


# As a service manager starts it.


@pytest.fixture(scope="module")
def notified(tmp_path_factory) -> Iterator[socket.socket]:
    """What the service manager hears on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path_factory.mktemp("notify") / "socket"))
        channel.settimeout(SECONDS)
        yield channel


@pytest.fixture(scope="module")
def passed() -> Iterator[socket.socket]:
    """A socket that the service manager has opened."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture(scope="module")
def service(environment, notified, passed) -> Iterator[Lmtpd]:
    """A strict daemon that writes JSON and got its socket from its service manager."""
    settings = {
        "LISTEN_FDS": "1",
        "NOTIFY_SOCKET": notified.getsockname(),
        "WATCHDOG_USEC": "300000",
        "PATCHTRACK_STRICT_RECIPIENTS": "yes",
        "PATCHTRACK_RECIPIENTS": "cups@x.org=tea",
        "PATCHTRACK_LMTP_RECIPIENTS": "3",
    }
    prefix = [sys.executable, "-c", PASS_ON, str(passed.fileno())]
    arguments = ["--listen=127.0.0.1:1", "--workers=1", "--log-format=json"]
    with Lmtpd(
        environment | settings, *arguments, prefix=prefix, pass_fds=[passed.fileno()]
    ) as daemon:
        yield daemon


@pytest.fixture
def customer(service) -> Iterator[Client]:
    client = service.connect()
    yield client
    client.close()


def test_the_service_manager_hears_that_it_is_ready_and_alive(service, notified):
    assert notified.recv(99) == b"READY=1"
    assert notified.recv(99) == b"WATCHDOG=1"


def test_the_service_managers_socket_is_taken(service, passed):
    assert service.places == [f"127.0.0.1:{passed.getsockname()[1]}"]


def begin(client: Client, *recipients: str) -> None:
    """An envelope for projects that are new: the daemon knows them after a second at most."""
    wait_until(lambda: all(reply[:3] == "250" for reply in client.begin(*recipients)))


def test_one_mail_for_two_projects_is_stored_in_both(customer):
    ProjectFactory(linkname="chai")
    begin(customer, "cups@x.org", "chai@x.org")
    customer.give(quote_mail(make_mail()))
    assert [split_code(customer.read()) for _ in range(2)] == ["250 2.0.0"] * 2
    names = Message.objects.values_list("project__linkname", flat=True)
    assert sorted(names) == ["chai", "tea"]


def test_settings_are_heeded(customer):
    replies = customer.begin("nobody@x.org", *["tea@x.org"] * 4)
    assert list(map(split_code, replies)) == [
        *("550 5.1.1", "250 2.1.5", "250 2.1.5", "250 2.1.5", "452 4.5.3")
    ]


def test_json_lines(service, customer):
    begin(customer, "tea@x.org")
    customer.give(quote_mail(make_patch("json")))
    customer.read()
    entry = json.loads(service.find_line("json@example.org"))
    assert (entry["message"], entry["outcome"], entry["recipient"]) == (
        *("delivery", "stored"),
        "tea@x.org",
    )


# Its end.


def test_sigterm_waits_for_mail_that_is_being_stored(environment, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(SECONDS)
        settings = environment | {"NOTIFY_SOCKET": manager.getsockname()}
        with Lmtpd(settings, "--listen=127.0.0.1:0", "--workers=1") as daemon:
            busy, idle = daemon.connect(), daemon.connect()
            with held_database():
                busy.begin("list@x.org")
                busy.give(quote_mail(make_patch("a")))
                daemon.signal(signal.SIGTERM)
                assert split_code(idle.read()) == "421 4.3.2"
            assert split_code(busy.read()) == "250 2.0.0"
            assert daemon.wait() == 0
            assert [manager.recv(99) for _ in range(3)] == [
                *(b"READY=1", b"WATCHDOG=1", b"STOPPING=1")
            ]
        busy.close()
        idle.close()
    assert Mail.objects.count() == 1


def test_sigterm_defers_mail_that_cannot_be_stored_in_time(environment):
    settings = environment | {"PATCHTRACK_LMTP_STOP_SECONDS": "1"}
    with Lmtpd(settings, "--listen=127.0.0.1:0", "--workers=1") as daemon:
        client = daemon.connect()
        with held_database():
            client.begin("list@x.org")
            client.give(quote_mail(make_patch("a")))
            daemon.signal(signal.SIGTERM)
            assert split_code(client.read()) == "451 4.3.0"
            assert daemon.wait() == 0
        client.close()
    assert Mail.objects.count() == 0


def test_sigterm_in_the_midst_of_a_reload(environment):
    with Lmtpd(environment, "--listen=127.0.0.1:0", "--workers=1") as daemon:
        old = find_workers(daemon)
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: find_workers(daemon) - old)
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() == 0


def test_processes_end_with_a_daemon_that_is_killed(environment):
    with Lmtpd(environment, "--listen=127.0.0.1:0", "--workers=2") as daemon:
        assert all(map(is_alive, daemon.workers))
        daemon.signal(signal.SIGKILL)
        daemon.wait()
        wait_until(lambda: not any(map(is_alive, daemon.workers)))


def test_mail_can_be_found(tea, environment):
    with Lmtpd(environment, "--listen=127.0.0.1:0", "--workers=1", "--index") as daemon:
        client = daemon.connect()
        assert client.deliver(make_patch("found"), "list@x.org") == STORED
        wait_until(SearchText.objects.exists)
        client.close()
