"""When the mails of messages arrived, which no sender can date."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TypeVar

from django.db.models import Max, Min, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import TruncDate

from patchtrack.models import ArrivalBlock, Mail, Unsearched
from patchtrack.services.plain import PlainRows

Rows = TypeVar("Rows", QuerySet, PlainRows)

_SIZE = ArrivalBlock.SIZE


def with_arrival(rows: Rows, message: str = "pk") -> Rows:
    """Rows with `received`: when the shown copy of their `message` arrived, as a datetime."""
    copies = Mail.objects.filter(message=OuterRef(message), shown=True)
    return rows.annotate(received=Subquery(copies.values("received_at")))


def find_arrived(since: datetime | None, before: datetime | None) -> QuerySet:
    """The messages (by id) of which the shown copy arrived since a time, and before another."""
    copies = Mail.objects.filter(shown=True)
    if since:
        copies = copies.filter(received_at__gte=since)
    if before:
        copies = copies.filter(received_at__lt=before)
    return copies.values("message")


def filter_by_arrival(
    rows: QuerySet, message: str, since: datetime | None, before: datetime | None
) -> QuerySet:
    """The rows of whose `message` the shown copy arrived since a time, and before another; one
    query is made for it.

    Ids and arrivals have nearly the same order. Who goes through rows in the order of ids need
    only do so between those that arrived on these days.
    """
    bounds = _find_bounds(since, before)
    if bounds is None:
        return rows.none()
    first, last = bounds
    arrived = find_arrived(since, before).filter(message__gte=first, message__lte=last)
    near = rows.filter(**{f"{message}__gte": first, f"{message}__lte": last})
    return near.filter(**{f"{message}__in": arrived})


def _find_bounds(since: datetime | None, before: datetime | None) -> tuple[int, int] | None:
    """The ids between which all messages are that arrived on the days from one time to another,
    or None if there are none."""
    blocks = ArrivalBlock.objects.order_by().values(all_of_it=Value(1))
    if since:
        blocks = blocks.filter(day__gte=since.date())
    if before:
        blocks = blocks.filter(day__lte=before.date())
    known = blocks.annotate(first=Min("block") * _SIZE, last=Max("block") * _SIZE + _SIZE - 1)
    waiting = Unsearched.objects.order_by().values(all_of_it=Value(1))
    waiting = waiting.annotate(first=Min("message"), last=Max("message"))
    bounds = known.values_list("first", "last").union(waiting.values_list("first", "last"))
    ids = [row for found in bounds for row in found if row is not None]
    return (min(ids), max(ids)) if ids else None


def record_arrivals(messages: Collection[int]) -> None:
    """Note when the mails of some messages arrived; to be done in the transaction in which they
    wait no more."""
    mails = Mail.objects.filter(message__in=messages).annotate(
        day=TruncDate("received_at", tzinfo=UTC)
    )
    came = {(day, row // _SIZE) for day, row in mails.values_list("day", "message")}
    near = ArrivalBlock.objects.filter(
        day__in={day for day, _ in came}, block__in={block for _, block in came}
    )
    missing = came - set(near.values_list("day", "block"))
    ArrivalBlock.objects.bulk_create(
        ArrivalBlock(day=day, block=block) for day, block in sorted(missing)
    )
