"""Attempts run out, come back with time, and are counted for all processes together."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from patchtrack.models import Throttle
from patchtrack.services.throttle import Limit, TooOften, give_back, hash_key, take, take_one
from tests.factories import DATE

LIMIT = Limit(burst=3, every=timedelta(minutes=1))
JANE = {hash_key("name", "jane"): LIMIT}
JOE = {hash_key("name", "joe"): LIMIT}
MINUTE = timedelta(minutes=1)


def use_up(limits, now=DATE) -> None:
    for _ in range(3):
        take(limits, now)


def find_wait(limits, now=DATE) -> timedelta:
    with pytest.raises(TooOften) as caught:
        take(limits, now)
    return caught.value.wait


@pytest.mark.django_db
def test_of_several_keys_the_first_is_taken_that_has_any():
    places = dict.fromkeys(("b", "a"), Limit(burst=1, every=MINUTE))
    assert [take_one(places, DATE) for _ in range(2)] == ["b", "a"]
    with pytest.raises(TooOften) as caught:
        take_one(places, DATE + MINUTE / 2)
    assert caught.value.wait == MINUTE / 2
    give_back({"a": places["a"]})
    assert take_one(places, DATE) == "a"


@pytest.mark.django_db
class TestTake:
    def test_after_a_burst_one_has_to_wait(self):
        use_up(JANE)
        assert find_wait(JANE) == MINUTE

    def test_waiting_shortens_the_wait(self):
        use_up(JANE)
        assert find_wait(JANE, DATE + timedelta(seconds=50)) == timedelta(seconds=10)

    def test_who_waits_as_long_as_was_said_gets_in(self):
        use_up(JANE)
        take(JANE, DATE + find_wait(JANE))

    def test_refused_attempts_do_not_count(self):
        use_up(JANE)
        assert [find_wait(JANE) for _ in range(5)] == [MINUTE] * 5

    def test_with_time_all_attempts_come_back_and_no_more(self):
        use_up(JANE)
        use_up(JANE, DATE + 3 * MINUTE)
        use_up(JANE, DATE + 300 * MINUTE)
        assert find_wait(JANE, DATE + 300 * MINUTE) == MINUTE

    def test_each_key_has_attempts_of_its_own(self):
        use_up(JANE)
        take(JOE, DATE)

    def test_one_key_that_is_used_up_spares_the_others(self):
        use_up(JANE)
        find_wait(JANE | JOE)
        use_up(JOE)

    def test_an_attempt_can_be_given_back_and_only_one(self):
        use_up(JANE)
        give_back(JANE)
        take(JANE, DATE)
        assert find_wait(JANE) == MINUTE

    def test_nobody_reads_from_the_table_what_was_typed(self):
        take({hash_key("name", "hunter2"): LIMIT}, DATE)
        assert "hunter2" not in str(list(Throttle.objects.values()))

    def test_the_same_text_as_a_name_and_as_a_mailbox_is_two_keys(self):
        assert hash_key("name", "jane") != hash_key("client", "jane")

    def test_rows_of_the_day_before_yesterday_are_deleted(self):
        take(JANE, DATE)
        take(JOE, DATE + timedelta(days=2))
        assert Throttle.objects.get().key in JOE


@pytest.mark.parametrize(
    "use",
    [
        lambda: take(JANE | JOE, DATE),
        lambda: take_one(dict.fromkeys("abc", Limit(burst=1, every=MINUTE)), DATE),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_are_no_more_than_one_after_the_other(use):
    def attempt(_) -> bool:
        try:
            use()
        except TooOften:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 3
