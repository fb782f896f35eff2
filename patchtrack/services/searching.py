"""Finds messages by a query, the newest first, by the index of the database at hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from patchtrack.models import Person, Unsearched
from patchtrack.services.listing import MOST_COUNTED
from patchtrack.services.search_hits import Found, Hit, Stretch
from patchtrack.services.search_marks import Marks, find_marks
from patchtrack.services.search_postgresql import find_in_postgresql
from patchtrack.services.search_query import Query
from patchtrack.services.search_spans import (
    EARLIEST,
    LATEST,
    Span,
    derive_spans,
    divide_rest,
)
from patchtrack.services.search_sqlite import find_in_sqlite
from patchtrack.services.search_words import MARK_FUTURE

# The server gives up a search after so long.
MOST_SECONDS = 1.0
_TOOK_TOO_LONG = "57014"  # SQLSTATE: query canceled
# Whatever is asked for, a span of this length is looked through before anybody gets impatient.
_NEAR = timedelta(days=14)
_MOMENT = timedelta(microseconds=1)
_GREATEST_ID = 10**18 - 1


def find_hits(query: Query, stretch: Stretch, now: datetime, projects: Sequence[int] = ()) -> Found:
    """The messages that a query asks for, in some projects (by id) or, without any, in all; a
    query without parts finds nothing. At most five queries.

    What has common words, but not in this order, or all common words but one, can be found only
    by going through all mail. After MOST_SECONDS only the next weeks are looked through.
    """
    spans = derive_spans(*_find_bounds(query, stretch), now, forwards=stretch.forwards)
    if not query.parts or not spans:
        return Found(hits=[])
    marks = find_marks(query.marks(), projects)
    if connection.vendor != "postgresql":
        return Found(hits=find_in_sqlite(query, marks, spans, stretch))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [round(MOST_SECONDS * 1000)])
            return Found(hits=_find_all(query, marks, spans, stretch))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _TOOK_TOO_LONG:
            raise
    near = list(takewhile(_is_near, spans))
    return Found(
        hits=find_in_postgresql(query, marks, near, stretch),
        end=_find_end(near[-1], stretch),
    )


def _find_all(query: Query, marks: Marks, spans: Sequence[Span], stretch: Stretch) -> list[Hit]:
    """In two statements at most: what was found among the newest tells how much of the rest is
    worth a look by itself."""
    if stretch.forwards or len(spans) == 1:
        return find_in_postgresql(query, marks, spans, stretch)
    hits = find_in_postgresql(query, marks, spans[:-1], stretch)
    left = stretch.most - len(hits)
    if not left:
        return hits
    rest = divide_rest(spans, len(hits), stretch.most)
    return [*hits, *find_in_postgresql(query, marks, rest, replace(stretch, most=left))]


def _is_near(span: Span) -> bool:
    return span.marks == [MARK_FUTURE] or span.before - span.since <= _NEAR


def _find_end(span: Span, stretch: Stretch) -> Hit:
    """The place between a span and what lies behind it."""
    if stretch.forwards:
        return Hit(message=_GREATEST_ID, date=span.before - _MOMENT)
    return Hit(message=0, date=span.since)


def _find_bounds(query: Query, stretch: Stretch) -> tuple[datetime, datetime]:
    """From when until when the messages are, by the days asked for and the place."""
    first, last = query.days()
    since = datetime.combine(first, time(), UTC) if first else EARLIEST
    before = datetime.combine(last, time.max, UTC) if last else LATEST
    since, before = max(since, EARLIEST), min(before, LATEST)
    if stretch.place and stretch.forwards:
        return max(since, stretch.place.date), before
    if stretch.place:
        return since, min(before, min(stretch.place.date, LATEST) + _MOMENT)
    return since, before


def find_people(query: Query, most: int) -> list[Person]:
    """Those whose names have all the words that are looked for, whoever wrote last first; one
    query."""
    words = [
        word
        for part in query.words()
        if not part.is_excluded and part.field in ("", "author")
        for word in part.words
    ]
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(name__icontains=word)
    return list(Person.objects.filter(named).order_by("-named_at", "-pk")[:most])


def count_waiting() -> int:
    """How many messages are not in the index yet; MOST_COUNTED + 1 stands for more."""
    return len(Unsearched.objects.values_list("pk")[: MOST_COUNTED + 1])
