"""Mails that are due are sent once, whatever becomes of the mail server, of one of them, or of
who sends them."""

import asyncio
import os
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, connections, transaction
from django.utils import timezone

from patchtrack.models import Notification, Patch, Project, State
from patchtrack.services import post, sending
from patchtrack.services.changes import change_patches
from patchtrack.services.notices import MOST_ATTEMPTS
from patchtrack.services.notifications import collect_untold
from patchtrack.services.sending import CLAIM, Tally, claim_due, send_notifications
from tests.factories import UserFactory, deliver, make_diff, make_mail
from tests.ingest.commands.running import run, start
from tests.ingest.writers import count_blocked
from tests.waiting import SECONDS
from tools.mayhem.postfix import find_free_port

REFUSED = SMTPRecipientsRefused({"p1@example.org": (550, b"No such user\n")})


class Server:
    """A mail server: `faults` are what it raises for an address, `away` for everybody."""

    def __init__(self) -> None:
        self.faults: dict[str, Exception] = {}
        self.away: Exception | None = None
        self.opened = 0
        self.taken: list[str] = []

    def open(self) -> None:
        self.opened += 1
        if self.away:
            raise self.away

    def close(self) -> None:
        raise SMTPServerDisconnected("gone already")

    def send_messages(self, letters) -> None:
        for letter in letters:
            if letter.to[0] in self.faults:
                raise self.faults[letter.to[0]]
            letter.message()
            self.taken += letter.to


@pytest.fixture
def server(monkeypatch) -> Server:
    server = Server()
    monkeypatch.setattr(post, "get_connection", lambda: server)
    return server


@pytest.fixture
def due(project, settings) -> list[str]:
    """Mails to three people are due."""
    return make_due(project, settings, 3)


def make_due(project, settings, number) -> list[str]:
    settings.PATCHTRACK_NOTIFICATION_DELAY_MINUTES = 0
    Project.objects.filter(pk=project.pk).update(send_notifications=True)
    addresses = [f"p{n}@example.org" for n in range(number)]
    mails = [
        make_mail(subject=f"[PATCH] Of {address}", sender=address, diff=make_diff())
        for address in addresses
    ]
    deliver(project, *mails)
    decide("accepted")
    collect_untold(timezone.now())
    return addresses


def decide(state: str) -> None:
    """Somebody puts all patches into a state."""
    wanted = {"state_id": State.objects.get(slug=state).pk}
    ids = Patch.objects.values_list("pk", flat=True)
    change_patches(UserFactory(is_superuser=True), Project.objects.get(), ids, wanted)


def send() -> Tally:
    tally = Tally()
    send_notifications(tally)
    return tally


def make_all_due() -> None:
    Notification.objects.filter(due__isnull=False).update(due=timezone.now())


def test_each_mail_is_sent_over_one_connection(server, due):
    assert send().sent == 3
    assert (server.taken, server.opened) == (due, 1 + len(due))


def test_what_was_sent_is_forgotten(server, due):
    send()
    assert Notification.objects.count() == 0


def test_where_nothing_is_due_no_server_is_asked(server, db):
    assert send() == Tally()
    assert server.opened == 0


@pytest.mark.parametrize("away", [ConnectionRefusedError("refused"), TimeoutError("timed out")])
def test_a_server_that_is_away_costs_no_mail_an_attempt(server, due, away):
    server.away = away
    assert send() == Tally(away=str(away))
    assert set(Notification.objects.values_list("attempts", "closed")) == {(0, False)}
    server.away = None
    assert send().sent == 3


@pytest.mark.parametrize(
    "fault",
    [SMTPSenderRefused(550, b"who?", "patchtrack@x"), SMTPDataError(421, b"closing down")],
)
def test_what_the_server_would_say_to_any_mail_is_no_fault_of_one(server, due, fault):
    server.faults["p1@example.org"] = fault
    tally = send()
    assert (tally.sent, tally.failed, bool(tally.away)) == (1, 0, True)
    waiting = Notification.objects.values_list("attempts", flat=True)
    assert list(waiting) == [0, 0]
    assert Notification.objects.filter(due__lte=timezone.now()).count() == 0


@pytest.mark.parametrize(
    "fault",
    [
        REFUSED,
        SMTPDataError(554, b"spam"),
        SMTPServerDisconnected("closed in the midst"),
        ValueError("no address"),
        KeyError("a bug"),
    ],
)
def test_one_bad_mail_does_not_hold_up_the_others(server, due, fault):
    server.faults["p1@example.org"] = fault
    tally = send()
    assert (tally.sent, tally.failed, tally.away) == (2, 1, "")
    assert server.taken == ["p0@example.org", "p2@example.org"]


def test_a_mail_that_failed_is_tried_later(server, due):
    server.faults["p1@example.org"] = REFUSED
    send()
    assert send().failed == 0
    make_all_due()
    server.faults.clear()
    assert send().sent == 1
    assert server.taken[-1] == "p1@example.org"


def test_in_the_end_it_is_given_up_and_says_why(server, due):
    server.faults["p1@example.org"] = REFUSED
    tallies = []
    for _ in range(MOST_ATTEMPTS + 1):
        tallies.append(send())
        make_all_due()
    assert [tally.given_up for tally in tallies] == [0] * (MOST_ATTEMPTS - 1) + [1, 0]
    row = Notification.objects.get()
    assert (row.due, row.attempts) == (None, MOST_ATTEMPTS)
    assert "No such user" in row.failure


def test_an_administrator_has_it_tried_again(client, admin_user, server, due):
    Notification.objects.update(due=None, attempts=MOST_ATTEMPTS)
    given_up = Notification.objects.filter(person__address="p1@example.org")
    client.force_login(admin_user)
    page = "/admin/patchtrack/notification/?due__isempty=1"
    assert b"p1@example.org" in client.get(page).content
    ids = list(given_up.values_list("pk", flat=True))
    client.post(page, {"action": "try_again", "_selected_action": ids})
    assert (send().sent, server.taken) == (1, ["p1@example.org"])


def test_a_mail_that_ends_whoever_sends_it_is_given_up(server, due):
    for _ in range(MOST_ATTEMPTS):
        claim_due(timezone.now())
        make_all_due()
    assert send() == Tally()
    assert set(Notification.objects.values_list("due", flat=True)) == {None}


def test_a_claimed_mail_is_nobody_elses_until_the_claim_ends(server, due):
    now = timezone.now()
    assert len(claim_due(now)) == 3
    assert claim_due(now + CLAIM - timedelta(seconds=1)) == []
    assert len(claim_due(now + CLAIM)) == 3


def test_who_is_slow_leaves_the_rest_to_others(server, due, monkeypatch):
    monkeypatch.setattr(sending, "CLAIM", timedelta())
    sending._send_some(server, Tally())
    assert server.taken == []
    assert set(Notification.objects.values_list("attempts", flat=True)) == {0}


def test_what_is_decided_while_a_mail_is_sent_goes_into_the_next(server, due, project):
    claim_due(timezone.now())
    decide("rejected")
    collect_untold(timezone.now())
    assert Notification.objects.filter(closed=False).count() == 3
    assert send().sent == 3


def test_a_mail_that_is_sent_again_has_the_same_name(due, mailoutbox):
    make_letters = [sending.find_letters(claim_due(timezone.now() + CLAIM * n)) for n in (0, 2)]
    rows = Notification.objects.select_related("person__user").order_by("pk")
    names = {letters.format(rows[0]).message()["Message-ID"] for letters in make_letters}
    assert len(names) == 1


def test_a_batch_takes_few_queries_and_one_more_for_each_mail(
    server, project, settings, django_assert_num_queries
):
    make_due(project, settings, 20)
    # Whether there is anything (twice), to claim (6), what mails are made of (4).
    with django_assert_num_queries(2 + 6 + 4 + 20):
        assert send().sent == 20


def test_the_command_says_that_the_server_is_away(server, due):
    server.away = ConnectionRefusedError("refused")
    ran = run("sendnotifications", "--json")
    assert (ran.status, ran.summary["away"]) == (os.EX_TEMPFAIL, "refused")


class Holding:
    """A mail server's handler that does something before it answers to the first mail."""

    def __init__(self, act) -> None:
        self.act = act
        self.taken: list[str] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        self.taken += envelope.rcpt_tos
        act, self.act = self.act, None
        if act:
            await asyncio.to_thread(act)
        return "250 OK"


@contextmanager
def serving(act):
    """A real mail server; what it has taken, and its address."""
    handler = Holding(act)
    controller = Controller(handler, hostname="127.0.0.1", port=find_free_port())
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@pytest.fixture
def committed_due(transactional_db, request) -> list[str]:
    return request.getfixturevalue("due")


def test_who_is_killed_after_sending_and_before_recording(committed_due, child_environment):
    """The one case in which a mail is sent twice; none is lost."""
    child = []
    begun = threading.Event()

    def kill() -> None:
        assert begun.wait(SECONDS)
        child[0].send_signal(signal.SIGKILL)
        child[0].wait(SECONDS)

    with serving(kill) as (handler, url):
        environment = child_environment | {"PATCHTRACK_EMAIL_URL": url}
        child.append(start(environment, "sendnotifications"))
        begun.set()
        child[0].communicate(timeout=SECONDS)
        assert child[0].returncode == -signal.SIGKILL
        assert handler.taken == committed_due[:1]
        again = start(environment, "sendnotifications")
        again.communicate(timeout=SECONDS)
        assert handler.taken == committed_due[:1]
        Notification.objects.update(due=timezone.now())
        again = start(environment, "sendnotifications")
        again.communicate(timeout=SECONDS)
    assert handler.taken == committed_due[:1] + committed_due
    assert Notification.objects.count() == 0


def test_two_who_send_at_once_send_each_mail_once(committed_due, child_environment):
    ended = []

    def run_another() -> None:
        other = start(environment, "sendnotifications")
        other.communicate(timeout=SECONDS)
        ended.append(other.returncode)

    with serving(run_another) as (handler, url):
        environment = child_environment | {"PATCHTRACK_EMAIL_URL": url}
        first = start(environment, "sendnotifications")
        first.communicate(timeout=SECONDS)
    assert (first.returncode, ended) == (0, [0])
    assert sorted(handler.taken) == committed_due


# Two transactions at once.

one_writer = connection.vendor == "sqlite"
at_once = pytest.mark.skipif(one_writer, reason="SQLite has one writer at a time")


@pytest.fixture
def elsewhere():
    """Runs a function in another thread, with a connection of its own."""
    with ThreadPoolExecutor(1) as pool:

        def run_closing(function, *arguments):
            try:
                return function(*arguments)
            finally:
                connections.close_all()

        yield lambda *call: pool.submit(run_closing, *call)


def wait_for_block(future: Future) -> None:
    pause = threading.Event()
    for _ in range(SECONDS * 100):
        with connection.cursor() as cursor:
            # Else a transaction sees what it saw when it looked first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
        if future.done() or count_blocked():
            return
        pause.wait(0.01)
    raise AssertionError("it neither ends nor waits")


@at_once
def test_two_who_claim_at_once_claim_each_mail_once(committed_due, elsewhere):
    with transaction.atomic():
        assert len(claim_due(timezone.now())) == 3
        assert elsewhere(claim_due, timezone.now()).result(SECONDS) == []


@at_once
def test_two_who_collect_at_once_collect_each_decision_once(committed_due, elsewhere):
    decide("rejected")
    with transaction.atomic():
        assert collect_untold(timezone.now()) == 3
        other = elsewhere(collect_untold, timezone.now())
        wait_for_block(other)
    assert other.result(SECONDS) == 0
    assert Notification.objects.count() == 3


@at_once
def test_a_mail_that_somebody_begins_to_send_grows_no_more(committed_due, elsewhere):
    decide("rejected")
    with transaction.atomic():
        claimed = claim_due(timezone.now())
        other = elsewhere(collect_untold, timezone.now())
        wait_for_block(other)
    assert other.result(SECONDS) == 3
    assert Notification.objects.filter(closed=False).count() == 3
    news = Notification.objects.filter(closed=True).values_list("news", flat=True)
    assert sorted(news) == sorted(row.news for row in claimed)
