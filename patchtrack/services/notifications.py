"""Collects what was decided about patches into the mails by which people are told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from patchtrack.models import Event, Notification, Untold
from patchtrack.services.notices import (
    Decided,
    Notice,
    Recipient,
    Step,
    choose_due,
    derive_notices,
    derive_steps,
)

# What nobody collected for so long is news no more: the command was not run all this time.
STALE = timedelta(days=30)
_COLLECTED_AT_ONCE = 1000
_WRITTEN_AT_ONCE = 500

_COLUMNS = (
    "message_id",
    "project_id",
    "actor_id",
    "message__patch__submitter_id",
    "message__patch__submitter__user_id",
    "category",
    "previous_state_id",
    "current_state_id",
    "previous_delegate_id",
    "current_delegate_id",
    "date",
)


def add_untold(events: Iterable[Event]) -> None:
    """Have people told of decisions, within the transaction that makes them."""
    untold = [Untold(event=event) for event in events]
    Untold.objects.bulk_create(untold, batch_size=_WRITTEN_AT_ONCE)


@transaction.atomic
def collect_untold(now: datetime) -> int:
    """Put the oldest decisions of which nobody was told into their recipients' next mails.

    How many there were: call it until there are none. A fixed number of queries.
    """
    untold = Untold.objects.select_for_update().order_by("pk")
    ids = list(untold.values_list("pk", flat=True)[:_COLLECTED_AT_ONCE])
    if not ids:
        return 0
    steps: dict[Recipient, list[Step]] = defaultdict(list)
    for decided in _find_decided(ids, now - STALE):
        for recipient, step in derive_steps(decided):
            steps[recipient].append(step)
    _add_steps(steps, now)
    Untold.objects.filter(pk__in=ids).delete()
    return len(ids)


def _find_decided(ids: Collection[int], since: datetime) -> list[Decided]:
    """What these events decided about what is a patch still, in their order."""
    events = Event.objects.filter(pk__in=ids, category__in=Event.DECISIONS, date__gt=since)
    on_patches = events.filter(message__patch__isnull=False).order_by("pk")
    return [_read_decided(row) for row in on_patches.values(*_COLUMNS)]


def _read_decided(row: Mapping[str, Any]) -> Decided:
    delegated = row["category"] == Event.Category.PATCH_DELEGATED
    what = "delegate" if delegated else "state"
    return Decided(
        patch=row["message_id"],
        project=row["project_id"],
        actor=row["actor_id"] or 0,
        submitter=row["message__patch__submitter_id"],
        submitter_user=row["message__patch__submitter__user_id"] or 0,
        delegated=delegated,
        before=row[f"previous_{what}_id"] or 0,
        after=row[f"current_{what}_id"] or 0,
        date=row["date"],
    )


def _add_steps(steps: Mapping[Recipient, list[Step]], now: datetime) -> None:
    """Let each recipient's next mail tell what follows from the steps."""
    rest = timedelta(minutes=settings.PATCHTRACK_NOTIFICATION_DELAY_MINUTES)
    rows = _lock_open(steps.keys(), now)
    for recipient, row in rows.items():
        added = steps[recipient]
        row.news = write_news(derive_notices(read_news(row.news), added))
        row.due = choose_due(row.created, max(step.date for step in added), rest)
    telling = [row for row in rows.values() if row.news]
    Notification.objects.bulk_update(telling, ["news", "due"], batch_size=_WRITTEN_AT_ONCE)
    empty = [row.pk for row in rows.values() if not row.news]
    Notification.objects.filter(pk__in=empty).delete()


def _lock_open(recipients: Collection[Recipient], now: datetime) -> dict[Recipient, Notification]:
    """The mails of these recipients that still grow, made where there is none, and locked in the
    order of their ids."""
    found: dict[Recipient, Notification] = {}
    # A mail that somebody begins to send between the two statements grows no more. Then the next
    # round makes one, which nobody else sees before we commit.
    while missing := sorted(set(recipients) - found.keys()):
        new = [Notification(**{f"{kind}_id": row}, created=now, due=now) for kind, row in missing]
        Notification.objects.bulk_create(new, ignore_conflicts=True)
        users = [row for kind, row in missing if kind == "user"]
        people = [row for kind, row in missing if kind == "person"]
        theirs = Notification.objects.filter(Q(user__in=users) | Q(person__in=people), closed=False)
        for row in theirs.select_for_update().order_by("pk"):
            found["user" if row.user_id else "person", row.user_id or row.person_id] = row
    return found


def read_news(rows: Iterable[list]) -> list[Notice]:
    """The notices that `write_news` has made lists of, for the column of JSON."""
    return [
        Notice(kind=kind, patch=patch, project=project, before=before, after=after)
        for kind, patch, project, before, after in rows
    ]


def write_news(notices: Iterable[Notice]) -> list[list]:
    return [list(astuple(notice)) for notice in notices]
