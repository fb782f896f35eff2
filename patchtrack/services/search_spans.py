"""The stretches of time in which a search looks, one after the other, until it has a page full.

The index cannot give what it finds by date, and of a common word there may be millions. So the
first stretch is a day, and the next ones are longer and longer: what is common is found in the
first ones, and what is rare costs little in all. Every message is marked with its day, month and
year, so that the index itself finds those of a stretch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from patchtrack.services.search_words import MARK_FUTURE, mark_day, mark_month, mark_year

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
_DAY = timedelta(days=1)
_LENGTHS = tuple(days * _DAY for days in (1, 4, 14, 50, 180, 730, 2920))
# By what stretches up to a length are marked, with steps that leave none of these out.
_MARKS = ((14 * _DAY, mark_day, _DAY), (180 * _DAY, mark_month, 20 * _DAY))
_MARK_LONGEST = (mark_year, 300 * _DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` on until `before`; a message there has one of the marks, or there are none
    that say so."""

    since: datetime
    before: datetime
    marks: Sequence[str] = ()


def derive_spans(since: datetime, before: datetime, now: datetime, *, forwards: bool) -> list[Span]:
    """The stretches from `since` until `before`: the latest first, or the earliest."""
    # What is marked as future was so when it came; all that is future now is among it.
    tomorrow = datetime.combine(now.astimezone(UTC), time(), UTC) + _DAY
    today = min(max(tomorrow, since), before)
    future = [Span(since=today, before=before, marks=[MARK_FUTURE])] if today < before else []
    if forwards:
        return [*_divide_forwards(since, today), *future]
    return [*future, *_divide_backwards(since, today)]


def _divide_backwards(since: datetime, before: datetime) -> Iterator[Span]:
    for length in _LENGTHS:
        if before <= since:
            return
        start = max(before - length, since) if before - since > length else since
        yield _mark(start, before)
        before = start
    if since < before:
        yield Span(since=since, before=before)


def _divide_forwards(since: datetime, before: datetime) -> Iterator[Span]:
    for length in _LENGTHS:
        if before <= since:
            return
        end = since + length if before - since > length else before
        yield _mark(since, end)
        since = end
    if since < before:
        yield Span(since=since, before=before)


def _mark(since: datetime, before: datetime) -> Span:
    length = before - since
    mark, step = next((by[1:] for by in _MARKS if length <= by[0]), _MARK_LONGEST)
    moments = [since + step * number for number in range(length // step + 1)]
    # The last moment may be of one more day.
    moments.append(before - timedelta(microseconds=1))
    return Span(since=since, before=before, marks=list(dict.fromkeys(map(mark, moments))))
