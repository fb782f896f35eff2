"""A poller that asks for events by their cursors misses none and sees none twice, in whatever
order transactions commit; without a protection it does."""

import itertools
import threading
from collections.abc import Callable

import pytest
from django.db import connections

from patchtrack.models import Event, EventCounter
from patchtrack.services import cursors
from patchtrack.services.cursors import record_all_cursors, record_cursors
from patchtrack.services.following import find_stretch
from tests.factories import ProjectFactory, make_diff, make_mail
from tests.waiting import SECONDS

from .test_events import COVER, make_part
from .test_races import POSTGRESQL, isolation, read_committed  # noqa: F401
from .writers import Writers, count_blocked, open_writers

only_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="SQLite has one writer at a time")
FIRST, SECOND, *OTHERS = (
    make_mail(
        subject=f"[PATCH] {number}",
        sender=f"P{number} <p{number}@example.org>",
        diff=make_diff(),
        message_id=f"{number}@example.org",
    )
    for number in range(14)
)


class Poller:
    """Asks for what is new, a few events at a time."""

    def __init__(self) -> None:
        self.position = 0
        self.seen: list[int] = []

    def poll(self) -> None:
        is_last = False
        while not is_last:
            stretch = find_stretch(Event.objects.all(), self.position, 3)
            self.seen += [event.pk for event in stretch.events]
            self.position, is_last = stretch.position, stretch.is_last

    @property
    def missed(self) -> int:
        """How many events it has not seen; there is none that it has seen twice."""
        assert len(self.seen) == len(set(self.seen))
        return Event.objects.exclude(pk__in=self.seen).count()


class Numberer(threading.Thread):
    """Numbers events in a connection of its own, and stops before it commits."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.has_taken, self.may_go_on = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            record_cursors()
        finally:
            connections.close_all()

    def finish(self) -> None:
        self.may_go_on.set()
        self.join(SECONDS)
        assert not self.is_alive()


@pytest.fixture
def writers():
    with open_writers(ProjectFactory()) as writers:
        yield writers


@pytest.fixture
def poller() -> Poller:
    return Poller()


@pytest.fixture
def start(monkeypatch):
    """Starts numberers, which stop when they have given their cursors."""
    numberers: list[Numberer] = []
    take = cursors._take

    def stop(limit: int, last: int) -> int:
        number = take(limit, last)
        thread = threading.current_thread()
        if isinstance(thread, Numberer):
            thread.has_taken.set()
            assert thread.may_go_on.wait(SECONDS)
        return number

    def start() -> Numberer:
        numberers.append(Numberer())
        numberers[-1].start()
        return numberers[-1]

    monkeypatch.setattr(cursors, "_take", stop)
    yield start
    for numberer in numberers:
        numberer.finish()


def commit_out_of_order(writers: Writers, poll: Callable[[], None]) -> None:
    """The first of two transactions has its ids first, and commits last; `poll` comes between."""
    first = writers.start(FIRST, at="before commit")
    writers.deliver(SECOND)
    poll()
    first.finish()
    poll()


def test_what_commits_late_is_seen(writers, poller):
    def poll() -> None:
        record_all_cursors()
        poller.poll()

    commit_out_of_order(writers, poll)
    assert (len(poller.seen), poller.missed) == (8, 0)


@only_postgresql
@read_committed
def test_who_asks_by_ids_does_not_see_it(writers):
    seen: list[int] = []

    def poll() -> None:
        rows = Event.objects.filter(pk__gt=seen[-1] if seen else 0).order_by("pk")
        seen.extend(rows.values_list("pk", flat=True))

    commit_out_of_order(writers, poll)
    assert Event.objects.exclude(pk__in=seen).count() == 4


def number_out_of_order(writers: Writers, start: Callable[[], Numberer], poller: Poller) -> None:
    """Two number at once. The second may end before the first, unless it waits for it."""
    writers.deliver(FIRST)
    first = start()
    assert first.has_taken.wait(SECONDS)
    writers.deliver(SECOND)
    second = start()
    pause = threading.Event()
    while not (second.has_taken.is_set() or count_blocked()):
        pause.wait(0.01)
    if second.has_taken.is_set():
        second.finish()
    poller.poll()
    second.may_go_on.set()
    first.finish()
    second.finish()
    poller.poll()


@only_postgresql
def test_who_numbers_waits_for_who_has_begun_to(writers, start, poller):
    number_out_of_order(writers, start, poller)
    record_all_cursors()
    poller.poll()
    assert (len(poller.seen), poller.missed) == (8, 0)


@only_postgresql
@read_committed
def test_without_the_lock_events_are_missed(writers, start, poller, monkeypatch):
    """As with cursors that come from a sequence of the database."""
    sequence = itertools.count(0, 100)
    monkeypatch.setattr(cursors, "_lock_counter", lambda: next(sequence))
    EventCounter.objects.update(last=1000)
    monkeypatch.setattr(EventCounter.objects, "filter", lambda **_: EventCounter.objects.none())
    number_out_of_order(writers, start, poller)
    assert poller.missed == 4


@only_postgresql
@read_committed
def test_who_numbers_does_not_wait_for_who_withdraws(writers, poller):
    """And leaves the event to whoever numbers next, if it is not withdrawn after all."""
    writers.deliver(make_part(1), make_part(2))
    writer = writers.start(COVER.replace(b"0/2", b"0/3"), at="before commit")
    record_all_cursors()
    assert list(Event.objects.filter(cursor=None).values_list("category", flat=True)) == [
        "series-completed"
    ]
    writer.finish()
    record_all_cursors()
    poller.poll()
    assert poller.missed == 0


def test_a_poller_that_asks_all_along_sees_each_event_once(writers, poller):
    """While six write, and two number what they have written."""
    is_over = threading.Event()

    def number() -> None:
        try:
            while not is_over.is_set():
                record_cursors(5)
        finally:
            connections.close_all()

    numberers = [threading.Thread(target=number, daemon=True) for _ in range(2)]
    racing = [writers.start(*OTHERS[place::6], at="threads found") for place in range(6)]
    for thread in numberers:
        thread.start()
    for writer in racing:
        writer.release()
    while not all(writer.is_over() for writer in racing):
        poller.poll()
    is_over.set()
    for thread in numberers:
        thread.join(SECONDS)
    for writer in racing:
        writer.finish()
    record_all_cursors()
    poller.poll()
    assert (len(poller.seen), poller.missed) == (4 * len(OTHERS), 0)
    assert poller.seen == list(Event.objects.order_by("cursor").values_list("pk", flat=True))
