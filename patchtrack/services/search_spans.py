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
_LENGTHS = tuple(days * _DAY for days in (1, 4, 14, 50, 180))
# Where what is outside of the time that is asked for may be most of what the words would find.
_MORE_LENGTHS = (*_LENGTHS, 730 * _DAY, 2920 * _DAY)
# By what stretches up to a length are marked, with steps that leave none of these out.
_MARKS = ((14 * _DAY, mark_day, _DAY), (365 * _DAY, mark_month, 20 * _DAY))
_MARK_LONGEST = (mark_year, 300 * _DAY)
# A part of the rest that needs the marks of years costs more than all of it.
_LONGEST_PART = _MARKS[-1][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` on until `before`; a message there has one of the marks, or there are none
    that say so."""

    since: datetime
    before: datetime
    marks: Sequence[str] = ()

    @property
    def is_long(self) -> bool:
        """Whether it has marks of years, which most messages have, or none."""
        return self.before - self.since > _MARKS[-1][0]


def derive_spans(since: datetime, before: datetime, now: datetime, *, forwards: bool) -> list[Span]:
    """The stretches from `since` until `before`: the latest first, or the earliest."""
    # What is marked as future was so when it came; all that is future now is among it.
    tomorrow = datetime.combine(now.astimezone(UTC), time(), UTC) + _DAY
    today = min(max(tomorrow, since), before)
    future = [Span(since=today, before=before, marks=[MARK_FUTURE])] if today < before else []
    if forwards:
        return [*_divide_forwards(since, today), *future]
    # Of all mail that there is, what has not been found among the newest is found soonest at once.
    is_all = since == EARLIEST and today == tomorrow
    lengths = _LENGTHS if is_all else _MORE_LENGTHS
    return [*future, *_divide_backwards(since, today, lengths)]


def divide_rest(spans: Sequence[Span], found: int, wanted: int) -> list[Span]:
    """The last of the stretches backwards, where those before it were not enough; in two, if by
    what was found in these a part of it probably has as much as is still wanted."""
    rest = spans[-1]
    known = sum((span.before - span.since for span in spans[:-1] if not span.is_long), timedelta())
    part = 2 * known * (wanted - found) // max(found, 1)
    if rest.marks or not _DAY <= part <= min(_LONGEST_PART, rest.before - rest.since):
        return [rest]
    start = rest.before - part
    return [_mark(start, rest.before), Span(since=rest.since, before=start)]


def _divide_backwards(
    since: datetime, before: datetime, lengths: Sequence[timedelta]
) -> Iterator[Span]:
    for length in lengths:
        if before <= since:
            return
        start = max(before - length, since) if before - since > length else since
        yield _mark(start, before)
        before = start
    if since < before:
        yield Span(since=since, before=before)


def _divide_forwards(since: datetime, before: datetime) -> Iterator[Span]:
    for length in _MORE_LENGTHS:
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
