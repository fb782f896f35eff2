"""Writers that race in a chosen order: threads that deliver mails and stop at failpoints.

writer = writers.start(mail, at="threads found")    # it has come there, and waits
writers.deliver(other)                              # meanwhile another one runs to its end
writer.finish()                                     # what became of the first one
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Model

from ingest import failpoints
from ingest.errors import TryAgain
from patchtrack.models import Project
from tests.factories import deliver
from tests.waiting import SECONDS

# The first place is the writer's own: before it begins.
START = "start"
PLACES = (
    START,
    "threads found",
    "state read",
    "people found",
    "messages written",
    "aside looked up",
    "before commit",
)
REFUSED = "try again"
ONE_WRITER = connection.vendor == "sqlite"


class Writer(threading.Thread):
    """Delivers a batch of mails in a thread of its own, with a database connection of its own."""

    def __init__(self, project: Project, mails: tuple[bytes, ...], fail_at: str = "") -> None:
        super().__init__(daemon=True)
        self.project = project
        self.mails = mails
        self.fail_at = fail_at
        self.condition = threading.Condition()
        self.target = ""
        self.place = ""
        self.outcomes: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.reach(START)
            self.outcomes = [r.outcome for r in deliver(self.project, *self.mails)]
        except TryAgain:
            self.outcomes = [REFUSED] * len(self.mails)
        except Exception as error:  # noqa: BLE001 (`finish` raises it where the test is)
            self.error = error
        finally:
            connections.close_all()
            with self.condition:
                self.condition.notify_all()

    def reach(self, place: str) -> None:
        """Called where this thread passes a place; returns when it may go on."""
        if place == self.fail_at:
            raise RuntimeError("a bug of ours")
        with self.condition:
            if place != self.target:
                return
            self.place = place
            self.condition.notify_all()
            assert self.condition.wait_for(lambda: self.target != place, SECONDS), "not released"

    def release(self, target: str = "") -> None:
        """Let the writer go on, to the place `target` if one is given."""
        with self.condition:
            self.target = target
            self.condition.notify_all()

    def go_to(self, place: str) -> None:
        """Let the writer go on, and wait until it has come to `place`."""
        self.release(place)
        with self.condition:
            came = self.condition.wait_for(lambda: self.place == place or self.is_over(), SECONDS)
        assert came, f"did not come to: {place}"
        assert self.place == place, f"ended before: {place} ({self.error or self.outcomes})"

    def is_over(self) -> bool:
        return bool(self.outcomes or self.error)

    def finish(self) -> str:
        """Let the writer end; what became of its mail (of its last one)."""
        self.release()
        self.join(SECONDS)
        assert not self.is_alive(), "does not end"
        if self.error:
            raise self.error
        return self.outcomes[-1]


class Writers:
    """The writers of one test, on one project if they are not told another."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.all: list[Writer] = []

    def start(
        self, *mails: bytes, at: str = "", fail_at: str = "", project: Project | None = None
    ) -> Writer:
        """A new writer, which has come to the place `at` if one is given.

        Whoever stops in a transaction of SQLite stops all the others, so there it has come to
        where it begins.
        """
        writer = Writer(project or self.project, mails, fail_at)
        self.all.append(writer)
        place = START if at and ONE_WRITER and failpoints.is_on("transaction") else at
        writer.target = place
        writer.start()
        if place:
            writer.go_to(place)
        return writer

    def deliver(self, *mails: bytes) -> str:
        """Deliver mails in one batch, from beginning to end; what became of the last one."""
        return self.start(*mails).finish()

    def race(self, *mails: bytes, at: str) -> list[str]:
        """Deliver mails at once, each by its own writer: all have come to the place `at` before
        any of them goes on. What became of the mails, sorted."""
        racing = [self.start(mail, at=at) for mail in mails]
        for writer in racing:
            writer.release()
        return sorted(writer.finish() for writer in racing)

    def wait_for_block(self, writer: Writer) -> None:
        """Wait until a writer stands still: it is over, or waits for another one's lock."""
        pause = threading.Event()
        for _ in range(SECONDS * 100):
            if writer.is_over() or count_blocked():
                return
            pause.wait(0.01)
        raise AssertionError("the writer neither ends nor waits")

    def close(self) -> None:
        for writer in self.all:
            writer.release()
        for writer in self.all:
            writer.join(SECONDS)


def count_blocked() -> int:
    """How many sessions of this database wait for a lock of another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        return cursor.fetchone()[0]


@contextmanager
def open_writers(project: Project) -> Iterator[Writers]:
    writers = Writers(project)

    def stop_at(place: str) -> None:
        thread = threading.current_thread()
        if isinstance(thread, Writer):
            thread.reach(place)

    with ExitStack() as stack:
        stack.callback(writers.close)
        for place in PLACES:
            stack.enter_context(failpoints.at(place, lambda place=place: stop_at(place)))
        yield writers


@contextmanager
def without_constraint(model: type[Model], name: str) -> Iterator[None]:
    """While this lasts, the database does not hold one of a model's constraints; in the end
    all rows are gone, since they may be against it."""
    constraint = next(c for c in model._meta.constraints if c.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        call_command("flush", interactive=False, verbosity=0)
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)
