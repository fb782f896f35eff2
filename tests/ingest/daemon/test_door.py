"""Where a recipient's mail goes, and who is let in and sent away."""

import pytest

from ingest.daemon import door, protocol
from ingest.daemon.queue import Busy
from ingest.daemon.recipients import Directory, Mailbox
from ingest.daemon.values import Target
from ingest.daemon.worker import WorkerLost
from ingest.errors import TryAgain
from tests.waiting import SECONDS

from .serving import CHAI, TEA
from .talking import split_code

MAIL = b"Subject: tea\n\nIs there any?\n"
ANYWHERE = Target()


def find_targets(pool):
    return [letter.target for letter in pool.letters]


# Recipients.


@pytest.mark.parametrize(
    "address",
    [
        *("tea@anything.example", "TEA@x.org", "tea+detail@x.org", "tea+a+b@x.org", "tea"),
        *("tea-list@lists.example.org", "Tea-List@Lists.Example.org", "cups@x.org", "CUPS@x.org"),
    ],
)
def test_a_projects_addresses(serve, pool, address):
    client = serve(strict=True, configured={"cups@x.org": "tea"}).connect()
    assert client.deliver(MAIL, address) == ["250 2.0.0 stored"]
    assert find_targets(pool) == [Target(project=TEA.id)]


@pytest.mark.parametrize("address", ["tea-list@x.org", "cups@y.org", "teapot@x.org", "te a@x.org"])
def test_any_other_address_is_nobodys(serve, address):
    client = serve(strict=True, configured={"cups@x.org": "tea"}).connect()
    assert client.begin(f'"{address}"' if " " in address else address) == [
        "550 5.1.1 no such project here"
    ]


def test_where_nobody_is_strict_the_mail_itself_decides(client, pool):
    assert client.deliver(MAIL, "anybody@x.org") == ["250 2.0.0 stored"]
    assert find_targets(pool) == [ANYWHERE]


def test_a_mail_for_two_projects_is_stored_in_both(client, pool):
    client.deliver(MAIL, "tea@x.org", "chai@x.org")
    assert find_targets(pool) == [Target(project=TEA.id), Target(project=CHAI.id)]
    assert [letter.raw for letter in pool.letters] == [MAIL, MAIL]


def test_a_mail_is_stored_once_for_two_addresses_of_a_project(client, pool):
    replies = client.deliver(MAIL, "tea@x.org", "tea+2@x.org")
    assert (replies, len(pool.letters)) == (["250 2.0.0 stored"] * 2, 1)


# Looking projects up.


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("trouble", [TryAgain("the password is kettle"), WorkerLost("ended")])
def test_a_recipient_is_deferred_while_the_database_is_away(serve, pool, strict, trouble):
    client = serve(strict=strict).connect()
    pool.directory = trouble
    assert client.begin("tea@x.org") == ["451 4.3.0 try again later"]


def test_a_project_that_is_known_is_so_while_the_database_is_away(client, pool):
    client.begin("tea@x.org")
    pool.directory = TryAgain("away")
    client.ask("RSET")
    assert split_code(client.begin("tea@x.org")[0]) == "250 2.1.5"


def test_an_outage_is_over_when_the_database_is_back(client, pool):
    directory, pool.directory = pool.directory, TryAgain("away")
    client.begin("tea@x.org")
    pool.directory = directory
    assert split_code(client.ask("RCPT TO:<tea@x.org>")[0]) == "250 2.1.5"


def test_unknown_addresses_do_not_ask_the_database_each_time(client, pool):
    client.begin("a@x.org", "b@x.org", "c@x.org")
    assert pool.questions == 1


def test_a_new_project_is_found(serve, pool, monkeypatch):
    monkeypatch.setattr(door, "_DIRECTORY_SECONDS", 0)
    client = serve(strict=True).connect()
    assert split_code(client.begin("milk@x.org")[0]) == "550 5.1.1"
    milk = Mailbox(id=3, linkname="milk", list_email="milk@lists.example.org", list_id="milk.x")
    pool.directory = Directory(mailboxes=(TEA, CHAI, milk))
    assert split_code(client.ask("RCPT TO:<milk@x.org>")[0]) == "250 2.1.5"


def test_a_project_that_is_gone_is_forgotten_on_demand(serve, pool):
    server = serve(strict=True)
    client = server.connect()
    client.begin("tea@x.org")
    pool.directory = Directory()
    server.loop.call_soon_threadsafe(server.door.forget_directory)
    assert split_code(client.ask("RCPT TO:<tea@x.org>")[0]) == "550 5.1.1"


# Connections.


def test_a_host_that_is_not_allowed_is_told_so(serve, monkeypatch):
    monkeypatch.setattr(protocol, "is_welcome", lambda peer, allowed: False)
    client = serve().connect()
    assert (split_code(client.greeting), client.read()) == ("554 5.7.1", "")


def test_too_much_mail_at_once_is_deferred(client, pool, caplog):
    pool.answer = lambda letter: Busy("10 letters wait")
    assert client.deliver(MAIL, "tea@x.org") == ["451 4.3.0 not stored, try again later"]
    [record] = [record for record in caplog.records if record.name == "ingest.delivery"]
    assert record.facts["detail"] == "10 letters wait"


def test_a_client_that_is_silent_is_disconnected(serve):
    client = serve(idle_seconds=0.05).connect()
    assert client.read() == ""


def test_a_client_that_waits_for_its_answer_is_not_silent(serve, pool):
    server = serve(idle_seconds=1)
    pool.open.clear()
    client = server.connect()
    client.begin("tea@x.org")
    client.give(b".\r\n")
    pool.wait_for_letter()
    # When this one has been disconnected, the other one has waited for longer.
    assert server.connect().read() == ""
    server.release()
    assert split_code(client.read()) == "250 2.0.0"


def test_a_client_that_is_silent_after_its_mail_is_disconnected(serve):
    client = serve(idle_seconds=0.5).connect()
    client.deliver(MAIL, "tea@x.org")
    assert client.read() == ""


def test_an_idle_client_is_sent_away_on_shutdown(serve):
    server = serve()
    client = server.connect()
    server.run(server.door.close(SECONDS))
    assert client.read() == "421 4.3.2 shutting down, try again later"
    assert client.read() == ""


def test_a_client_with_a_mail_under_way_gets_its_answer_before(serve, pool):
    server = serve()
    pool.open.clear()
    busy, idle = server.connect(), server.connect()
    busy.begin("tea@x.org")
    busy.give(b".\r\n")
    pool.wait_for_letter()
    closing = server.start(server.door.close(SECONDS))
    assert split_code(idle.read()) == "421 4.3.2"
    server.release()
    assert [split_code(busy.read()) for _ in range(2)] == ["250 2.0.0", "421 4.3.2"]
    closing.result(SECONDS)


def test_a_client_that_does_not_finish_its_mail_does_not_stop_the_end(serve):
    server = serve()
    client = server.connect()
    client.begin("tea@x.org")
    client.give(b"Subject: slow\r\n")
    server.run(server.door.close(0.01))


def test_connections_and_deliveries_are_counted(serve):
    server = serve()
    client = server.connect()
    client.deliver(MAIL, "tea@x.org", "chai@x.org")
    assert server.count("stored") == 2
    assert server.metrics.registry.get_sample_value("patchtrack_connections") == 1
