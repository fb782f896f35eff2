"""The stretches of time that a search goes through leave nothing out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchtrack.services.search_spans import EARLIEST, LATEST, derive_spans, divide_rest
from patchtrack.services.search_words import MARK_FUTURE, derive_marks

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
DATES = st.datetimes(datetime(1969, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def mark(date: datetime) -> set[str]:
    """What a message of this date is marked with that came in time."""
    return set(derive_marks(project=1, kind="patch", message_id="x", date=date, now=NOW))


@pytest.mark.parametrize("forwards", [False, True])
@given(ends=st.tuples(DATES, DATES), share=st.floats(0, 1))
def test_each_message_is_in_one_stretch_and_has_one_of_its_marks(forwards, ends, share):
    since, before = sorted(ends)
    spans = derive_spans(since, before, NOW, forwards=forwards)
    for date in (since, since + (before - since) * share, before - MOMENT):
        if since <= date < before:
            [span] = [span for span in spans if span.since <= date < span.before]
            assert not span.marks or mark(date).intersection(span.marks)


@pytest.mark.parametrize("forwards", [False, True])
def test_the_stretches_are_in_order(forwards):
    spans = derive_spans(EARLIEST, LATEST, NOW, forwards=forwards)
    if not forwards:
        spans.reverse()
    assert (spans[0].since, spans[-1].before) == (EARLIEST, LATEST)
    assert [span.before for span in spans[:-1]] == [span.since for span in spans[1:]]


def test_the_newest_are_looked_for_first_and_in_the_future():
    future, today, *_ = derive_spans(EARLIEST, LATEST, NOW, forwards=False)
    assert future.marks == [MARK_FUTURE]
    assert (today.since, today.before) == (datetime(2026, 3, 10, tzinfo=UTC), future.since)


def test_a_stretch_of_years_has_few_marks():
    spans = derive_spans(EARLIEST, NOW, NOW, forwards=False)
    assert max(len(span.marks) for span in spans) <= 16


def test_old_mail_is_looked_through_at_once_but_for_what_is_asked_of_its_time():
    assert len(derive_spans(EARLIEST, LATEST, NOW, forwards=False)) == 7
    *_, years, rest = derive_spans(EARLIEST, NOW - timedelta(days=9), NOW, forwards=False)
    assert (bool(years.marks), rest.marks) == (True, ())


@pytest.mark.parametrize(("found", "days"), [(25, 19), (20, 149), (16, 311)])
def test_of_the_rest_a_part_is_looked_through_that_is_likely_to_be_enough(found, days):
    spans = derive_spans(EARLIEST, LATEST, NOW, forwards=False)
    part, rest = divide_rest(spans, found, 26)
    assert (part.before - part.since).days == days
    assert (rest.since, rest.before, part.before) == (EARLIEST, part.since, spans[-1].before)


@pytest.mark.parametrize("found", [0, 15])
def test_where_little_was_found_all_of_the_rest_is_looked_through_at_once(found):
    spans = derive_spans(EARLIEST, LATEST, NOW, forwards=False)
    assert divide_rest(spans, found, 26) == spans[-1:]


def test_what_is_not_there_has_no_stretches():
    assert derive_spans(NOW, NOW, NOW, forwards=False) == []
    assert derive_spans(NOW, NOW - MOMENT, NOW, forwards=True) == []


def test_what_was_dated_in_the_future_is_marked():
    assert MARK_FUTURE in mark(NOW + timedelta(days=1))
    assert MARK_FUTURE not in mark(NOW - timedelta(days=1))
