"""What is stored of a thread, read under its lock: the ground on which is decided anew."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from ingest.incoming import thread_message
from ingest.threads import ThreadMessage
from patchtrack.models import Message, Series

_LIGHT_COLUMNS = (
    "ancestors",
    "date",
    "dated",
    "nature",
    "version",
    "label",
    "number",
    "total",
    "name",
    "change_id",
    "trailers",
)
_PLACE_COLUMNS = (
    "thread_id",
    "id",
    "message_id",
    "author__address",
    "kind",
    "action_required",
    "patch__series_id",
    "patch__number",
    "patch__follows_all",
    "patch__tags",
    "cover__series_id",
    "comment__patch_id",
    "comment__cover_id",
)


@dataclass(slots=True, kw_only=True)
class StoredMessage:
    """A message and its place as stored. `row` is its database id."""

    row: int
    date: datetime
    kind: str
    action_required: bool
    series: int | None
    number: int | None
    follows_all: bool
    tags: dict[str, int]
    patch: int | None
    cover: int | None
    light: ThreadMessage


@dataclass(slots=True, kw_only=True)
class ThreadState:
    """One thread's messages by message-id, and its series by database id; a series' row is
    annotated with the `head_message_id` of its head."""

    messages: dict[str, StoredMessage] = field(default_factory=dict)
    series: dict[int, Series] = field(default_factory=dict)


def _stored_message(row: dict[str, Any], tags: frozenset[str]) -> StoredMessage:
    return StoredMessage(
        row=row["id"],
        date=row["date"],
        kind=row["kind"],
        action_required=row["action_required"],
        series=row["patch__series_id"] or row["cover__series_id"],
        number=row["patch__number"],
        follows_all=bool(row["patch__follows_all"]),
        tags=row["patch__tags"] or {},
        patch=row["comment__patch_id"],
        cover=row["comment__cover_id"],
        light=thread_message(row["message_id"], row["author__address"], row, tags),
    )


def find_thread_states(threads: Iterable[int], tags: frozenset[str]) -> dict[int, ThreadState]:
    """The stored state of each of the locked threads, by thread id, in two queries."""
    states = {thread: ThreadState() for thread in threads}
    rows = Message.objects.filter(thread__in=states).values(*_LIGHT_COLUMNS, *_PLACE_COLUMNS)
    for row in rows:
        states[row["thread_id"]].messages[row["message_id"]] = _stored_message(row, tags)
    for series in Series.objects.filter(head__thread__in=states).annotate(
        head_message_id=F("head__message_id"), head_thread_id=F("head__thread_id")
    ):
        states[series.head_thread_id].series[series.id] = series
    return states
