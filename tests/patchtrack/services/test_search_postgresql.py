"""What PostgreSQL is asked for."""

from datetime import UTC, datetime, timedelta

from patchtrack.services.search_marks import Marks
from patchtrack.services.search_postgresql import format_tsqueries
from patchtrack.services.search_query import parse_query
from patchtrack.services.search_spans import EARLIEST, Span

QUERY = parse_query('"pour slowly" kettle')
NOTHING = Marks(groups=[], excluded=[])
NIGHT = datetime(2026, 3, 10, tzinfo=UTC)
DAY = Span(since=NIGHT - timedelta(days=1), before=NIGHT, marks=["=d1"])
PAST = Span(since=EARLIEST, before=DAY.since)


def test_each_part_is_a_question_of_its_own():
    [asked] = format_tsqueries(QUERY, NOTHING, [DAY])
    assert asked == ["('=d1')", "('pour' <-> 'slowly')", "('kettle')"]


def test_nothing_is_asked_twice_of_the_past():
    [asked] = format_tsqueries(QUERY, NOTHING, [PAST])
    assert asked == ["('pour' <-> 'slowly')", "('kettle')"]


def test_there_are_equally_many_questions_for_each_span():
    assert [len(asked) for asked in format_tsqueries(QUERY, NOTHING, [DAY, PAST])] == [3, 3]
