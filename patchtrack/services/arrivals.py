"""When the mails of messages arrived, which no sender can date."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from patchtrack.models import Mail


def with_arrival(rows: QuerySet, message: str = "pk") -> QuerySet:
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
