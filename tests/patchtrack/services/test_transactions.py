"""A write that loses a race is run again, whole, and not for ever."""

import threading

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from patchtrack.models import Patch, Person
from patchtrack.services import transactions
from patchtrack.services.changes import change_patches
from patchtrack.services.transactions import MOST_TRIES, in_transaction
from tests.factories import ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.waiting import SECONDS


def caused(kind: type[Exception], cause: Exception) -> Exception:
    error = kind("something")
    error.__cause__ = cause
    return error


DEADLOCK = caused(OperationalError, psycopg.errors.DeadlockDetected())


@pytest.fixture(autouse=True)
def pauses(monkeypatch) -> list[float]:
    pauses = []
    monkeypatch.setattr(transactions.time, "sleep", pauses.append)
    return pauses


def failing(error: Exception, times: int):
    """A write that adds a person and then fails, as often as it is told to."""
    tries = []

    @in_transaction
    def write() -> int:
        tries.append(1)
        Person.objects.create(address=f"try{len(tries)}@example.org")
        if len(tries) <= times:
            raise error
        return len(tries)

    return write


def addresses() -> list[str]:
    return list(Person.objects.values_list("address", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_write_that_loses_a_race_is_run_again_from_its_start(pauses):
    assert failing(DEADLOCK, 2)() == 3
    assert addresses() == ["try3@example.org"]
    assert len(pauses) == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_run_again_only_so_often(pauses):
    with pytest.raises(OperationalError):
        failing(DEADLOCK, MOST_TRIES)()
    assert addresses() == []
    assert len(pauses) == MOST_TRIES - 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no server"),
        caused(IntegrityError, psycopg.errors.UniqueViolation()),
        ValueError("not a race"),
    ],
)
def test_another_error_passes_through_and_nothing_is_written(error):
    with pytest.raises(type(error)):
        failing(error, 1)()
    assert addresses() == []


@pytest.mark.django_db(transaction=True)
def test_a_part_of_a_transaction_is_not_run_again_alone(pauses):
    with pytest.raises(OperationalError), transaction.atomic():
        failing(DEADLOCK, 1)()
    assert (addresses(), pauses) == ([], [])


@pytest.fixture
def impatient():
    """Waits for a lock only a moment, as one does who has waited for long."""
    connection.ensure_connection()
    wait = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = 50"}
    with connection.cursor() as cursor:
        cursor.execute(wait[connection.vendor])
    yield
    connection.close()


class Holder(threading.Thread):
    """Another writer: it holds all patches until it is told to let them go."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.holds, self.may_end = threading.Event(), threading.Event()

    def run(self) -> None:
        with transaction.atomic():
            Patch.objects.update(commit_ref="held")
            self.holds.set()
            self.may_end.wait(SECONDS)
        connections.close_all()

    def end(self, _pause: float = 0) -> None:
        self.may_end.set()
        self.join(SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_decision_outlasts_another_writer(monkeypatch, impatient):
    project, user = ProjectFactory(), UserFactory(is_superuser=True)
    deliver(project, make_mail(subject="[PATCH] tea", diff=make_diff()))
    holder = Holder()
    monkeypatch.setattr(transactions.time, "sleep", holder.end)
    holder.start()
    assert holder.holds.wait(SECONDS)
    try:
        ids = list(Patch.objects.values_list("pk", flat=True))
        assert change_patches(user, project, ids, {"archived": True}).changed == 1
    finally:
        holder.end()
    assert Patch.objects.filter(archived=True, commit_ref="held").exists()
