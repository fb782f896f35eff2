"""Follows events from a cursor on, so that none is missed and none comes twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Subquery

from patchtrack.models import Event, EventCounter
from patchtrack.services import plain_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Events in the order of their cursors, with what is told of them. `position` is the cursor
    to go on from: up to it there are no others. `is_last` says that there are none behind it by
    now, either."""

    events: Sequence[Any]
    position: int
    is_last: bool


def find_newest_cursor() -> int:
    """The highest cursor that was given, 0 before the first."""
    return EventCounter.objects.get(pk=EventCounter.ROW).last


def with_newest_cursor(rows: QuerySet) -> QuerySet:
    """Rows with what `find_newest_cursor` finds as `newest_cursor`, without a query of its own."""
    counter = EventCounter.objects.filter(pk=EventCounter.ROW)
    return rows.annotate(newest_cursor=Subquery(counter.values("last")))


def find_stretch(rows: QuerySet[Event], after: int, most: int) -> Stretch:
    """At most so many of the events `rows`, behind a cursor. Four queries.

    Who asks for few events among many is told to go on behind all that were looked at. After a
    backup was restored a cursor may be higher than any: the position is the highest then.
    """
    # Read first: what is numbered meanwhile is for the next time.
    newest = find_newest_cursor()
    between = rows.filter(cursor__gt=after, cursor__lte=newest).order_by("cursor")
    found = dict(between.values_list("pk", "cursor")[: most + 1])
    ids = list(found)[:most]
    whole = plain_rows.events().filter(pk__in=ids).order_by("cursor")
    is_last = len(found) <= most
    position = newest if is_last else found[ids[-1]]
    return Stretch(events=list(whole), position=position, is_last=is_last)
