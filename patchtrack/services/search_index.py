"""Keeps the index of the search: what is new or reads differently now is put into it.

Deliveries only note which messages these are (`Unsearched`), in their own transactions. Any number
of processes may bring the index up to date: each takes some of the notes away, and whoever is
killed leaves them as they were.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, OperationalError, connection, transaction
from django.utils import timezone

from ingest.mail import parse_body
from patchtrack.models import Mail, Message, SearchText, Unsearched
from patchtrack.models.mail import decompress_raw
from patchtrack.services.arrivals import record_arrivals
from patchtrack.services.search_words import (
    SearchWords,
    derive_marks,
    format_columns,
    format_tsvector,
    read_own_text,
    read_words,
)
from patchtrack.services.stored import LARGEST_SHOWN

log = logging.getLogger(__name__)

# Each transaction takes so many, so that nobody waits for it for long.
BATCH = 100
# SQLSTATE's classes of what the server says of a value: it is none, or too much.
_ABOUT_VALUES = ("22", "54")
_TAKE_POSTGRESQL = """
DELETE FROM patchtrack_unsearched WHERE message_id = ANY(ARRAY(
  SELECT message_id FROM patchtrack_unsearched
  ORDER BY message_id DESC LIMIT %s FOR UPDATE SKIP LOCKED
)) RETURNING message_id
"""
_PUT_POSTGRESQL = """
INSERT INTO patchtrack_searchtext (message_id, date, words)
SELECT id, date, words::tsvector
FROM UNNEST(%s::bigint[], %s::timestamptz[], %s::text[]) AS new (id, date, words)
ON CONFLICT (message_id) DO UPDATE SET date = EXCLUDED.date, words = EXCLUDED.words
"""
_PUT_WORDS = (
    "INSERT INTO patchtrack_searchwords (rowid, subject, author, address, paths, body, marks)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the index is to know of a message."""

    message: int
    date: datetime
    words: SearchWords


def record_search_texts(limit: int = BATCH) -> int:
    """Put at most `limit` messages into the index that are not in it as they are now, the newest
    first; how many there were. One transaction.

    What cannot be put into it is logged and left out. On PostgreSQL, what another process is
    about to put in, or to change, is passed over.
    """
    with transaction.atomic():
        # First they are taken away, and then read: so who changes one of them at this moment
        # either has done so, or will note it again.
        taken = _take(limit)
        if entries := _read_all(taken):
            _put(entries)
        record_arrivals(taken)
    return len(taken)


def add_all_unsearched() -> None:
    """Have all messages put into the index again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patchtrack_unsearched (message_id) SELECT id FROM patchtrack_message"
            " WHERE true ON CONFLICT (message_id) DO NOTHING"
        )


def count_unsearched() -> int:
    """How many messages wait for it; counts all."""
    return Unsearched.objects.count()


def _take(limit: int) -> list[int]:
    """Take notes away; the messages that they are of. On SQLite nobody else writes meanwhile."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_POSTGRESQL, [limit])
            return [message for (message,) in cursor.fetchall()]
    newest = Unsearched.objects.order_by("-message").values_list("message_id", flat=True)
    taken = list(newest[:limit])
    Unsearched.objects.filter(message__in=taken).delete()
    return taken


def _read_all(ids: Sequence[int]) -> list[_Entry]:
    """What the index is to know of messages; two queries."""
    messages = Message.objects.filter(pk__in=ids).select_related("author", "patch")
    copies = Mail.objects.filter(message__in=ids, shown=True, size__lte=LARGEST_SHOWN)
    raws = dict(copies.values_list("message_id", "raw"))
    now = timezone.now()
    entries = (_read(message, raws.get(message.pk), now) for message in messages)
    return [entry for entry in entries if entry]


def _read(message: Message, raw: bytes | None, now: datetime) -> _Entry | None:
    """None for a mail that cannot be read; one that is too large is found by all but its text."""
    try:
        body = read_own_text(parse_body(decompress_raw(raw))) if raw is not None else ""
        words = read_words(
            subject=message.subject,
            name=message.author.name,
            address=message.author.address,
            paths=message.patch.paths if hasattr(message, "patch") else (),
            body=body,
            marks=derive_marks(
                project=message.project_id,
                kind=message.kind,
                message_id=message.message_id,
                date=message.date,
                now=now,
            ),
        )
    except Exception:  # a mail may break anything; nobody else is to be left out for it
        log.exception("message %s cannot be searched", message.pk)
        return None
    return _Entry(message=message.pk, date=message.date, words=words)


def _put(entries: Sequence[_Entry]) -> None:
    """Write entries; if the database refuses one, the others."""
    try:
        with transaction.atomic():
            _write(entries)
    except (DataError, OperationalError) as error:
        if not _is_about_values(error):
            raise
        if len(entries) > 1:
            for entry in entries:
                _put([entry])
        else:
            log.exception("message %s cannot be searched", entries[0].message)


def _is_about_values(error: DataError | OperationalError) -> bool:
    """Whether the database refused what we sent, and not us or all there is."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, DataError) or state.startswith(_ABOUT_VALUES)


def _write(entries: Sequence[_Entry]) -> None:
    if connection.vendor == "postgresql":
        columns = (
            [entry.message for entry in entries],
            [entry.date for entry in entries],
            [format_tsvector(entry.words) for entry in entries],
        )
        with connection.cursor() as cursor:
            cursor.execute(_PUT_POSTGRESQL, columns)
        return
    rows = [SearchText(message_id=entry.message, date=entry.date) for entry in entries]
    # A row that goes takes its words along.
    SearchText.objects.filter(message__in=[entry.message for entry in entries]).delete()
    SearchText.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        words = [(entry.message, *format_columns(entry.words)) for entry in entries]
        cursor.executemany(_PUT_WORDS, words)
