"""What is stored of a thread, read under its lock: the ground on which is decided anew."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.incoming import thread_message
from ingest.lookups import Lookup, column_names, make_rows
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
    "patch__version",
    "patch__comment_count",
    "cover__series_id",
    "comment__patch_id",
    "comment__cover_id",
)
_COLUMNS = (*_LIGHT_COLUMNS, *_PLACE_COLUMNS)
_SERIES_COLUMNS = column_names(Series)

_MESSAGES = Lookup(
    lambda threads: Message.objects.filter(thread__in=threads).values_list(*_COLUMNS)
)
_SERIES = Lookup(
    lambda threads: Series.objects.filter(head__thread__in=threads).values_list(
        "head__thread_id", "head__message_id", *_SERIES_COLUMNS
    )
)


@dataclass(slots=True, kw_only=True)
class StoredMessage:
    """A message and its place as stored. `row` is its database id; only a patch has a `version`
    and a number of `comments`."""

    row: int
    date: datetime
    kind: str
    action_required: bool
    series: int | None
    number: int | None
    follows_all: bool
    tags: dict[str, int]
    version: int | None
    comments: int | None
    patch: int | None
    cover: int | None
    light: ThreadMessage


@dataclass(slots=True, kw_only=True)
class ThreadState:
    """One thread's messages by message-id, and its series by database id; a series' row has
    the `head_message_id` of its head besides its columns."""

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
        version=row["patch__version"],
        comments=row["patch__comment_count"],
        patch=row["comment__patch_id"],
        cover=row["comment__cover_id"],
        light=thread_message(row["message_id"], row["author__address"], row, tags),
    )


def find_thread_states(threads: Iterable[int], tags: frozenset[str]) -> dict[int, ThreadState]:
    """The stored state of each of the locked threads, by thread id, in two queries."""
    states = {thread: ThreadState() for thread in threads}
    for values in _MESSAGES.rows(states):
        row = dict(zip(_COLUMNS, values, strict=True))
        states[row["thread_id"]].messages[row["message_id"]] = _stored_message(row, tags)
    for thread, head, *values in _SERIES.rows(states):
        [series] = make_rows(Series, _SERIES_COLUMNS, [values])
        series.head_message_id = head
        states[thread].series[series.id] = series
    return states
