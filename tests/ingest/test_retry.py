"""A transaction that loses a race runs again, whole, and not for ever."""

from collections import Counter

import pytest
from django.db import DataError, OperationalError, connection

from ingest import failpoints, retry
from ingest.errors import LostRace, TryAgain
from ingest.retry import MOST_TRIES, run_queries, run_transaction
from patchtrack.models import Person


class Clock:
    """Each look at it takes a while, and pauses take no time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.step = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def no_retries(monkeypatch):
    monkeypatch.setattr(retry, "retries", Counter())


class Failing:
    """Adds a person and then fails, as often as it is told to."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error = error
        self.times = times
        self.tries = 0

    def __call__(self) -> int:
        self.tries += 1
        Person.objects.create(address=f"try{self.tries}@example.org")
        if self.tries <= self.times:
            raise self.error
        return self.tries


def addresses() -> list[str]:
    return list(Person.objects.values_list("address", flat=True))


@pytest.mark.django_db
def test_what_is_returned_is_the_bodys():
    assert run_transaction(Failing(LostRace("thread merged"), 0)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_lost_race_is_run_again_from_the_start():
    assert run_transaction(Failing(LostRace("thread merged"), 2)) == 3
    assert addresses() == ["try3@example.org"]


@pytest.mark.django_db(transaction=True)
def test_races_are_lost_only_so_often(clock):
    body = Failing(LostRace("thread merged"), 99)
    with pytest.raises(TryAgain, match=f"thread merged, {MOST_TRIES} times in"):
        run_transaction(body)
    assert (body.tries, len(clock.pauses)) == (MOST_TRIES, MOST_TRIES - 1)
    assert addresses() == []


@pytest.mark.django_db(transaction=True)
def test_races_are_lost_only_so_long(clock):
    clock.step = 20
    body = Failing(LostRace("thread merged"), 99)
    with pytest.raises(TryAgain, match="2 times in 40"):
        run_transaction(body)
    assert body.tries == 2


@pytest.mark.django_db(transaction=True)
def test_pauses_grow_and_are_bounded(clock, monkeypatch):
    monkeypatch.setattr(retry.random, "uniform", lambda _low, high: high)
    with pytest.raises(TryAgain):
        run_transaction(Failing(LostRace("thread merged"), 99))
    assert clock.pauses == sorted(clock.pauses)
    assert clock.pauses[0] < 0.1 < clock.pauses[-1] <= 1


@pytest.mark.django_db(transaction=True)
def test_retries_are_counted_by_their_cause():
    run_transaction(Failing(LostRace("thread merged"), 2))
    assert retry.retries == {"thread merged": 2}


@pytest.mark.django_db(transaction=True)
def test_another_error_passes_through_and_nothing_is_stored():
    body = Failing(DataError("too long"), 99)
    with pytest.raises(DataError, match="too long"):
        run_transaction(body)
    assert (body.tries, addresses()) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_not_tried_again():
    body = Failing(OperationalError("gone"), 99)
    with pytest.raises(TryAgain, match="the database does not serve us: gone"):
        run_transaction(body)
    assert (body.tries, addresses()) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_the_next_transaction_gets_a_new_connection():
    with pytest.raises(TryAgain):
        run_transaction(Failing(OperationalError("gone"), 99))
    assert connection.connection is None
    assert run_transaction(Failing(LostRace("thread merged"), 0)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_outcome_of_a_lost_race_is_rolled_back_before_the_next_try():
    seen = []

    def body() -> None:
        seen.append(addresses())
        Person.objects.create(address="x@example.org")
        if len(seen) < 3:
            raise LostRace("thread merged")

    run_transaction(body)
    assert seen == [[], [], []]


@pytest.mark.django_db
def test_a_switch_for_tests_turns_it_off():
    body = Failing(LostRace("thread merged"), 1)
    with failpoints.switched_off("retry"), pytest.raises(TryAgain):
        run_transaction(body)
    assert body.tries == 1


@pytest.mark.django_db(transaction=True)
def test_queries_are_tried_again_too():
    body = Failing(LostRace("thread merged"), 1)
    assert run_queries(body) == 2
