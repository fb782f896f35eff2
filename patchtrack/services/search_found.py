"""What a list of messages tells of those that a search has found."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from patchtrack.services.search_hits import Hit
from patchtrack.services.todo import Home

# Told in its own language: for Django to write this, and the database to plan what Django writes,
# took four times as long as to run it.
_FOUND = """
SELECT message.id, message.kind, message.message_id, message.subject,
  project.linkname, project.name, author.id, author.name, author.address, state.name,
  CASE WHEN comment.patch_id IS NULL THEN 'cover' ELSE 'patch' END, parent.message_id
FROM patchtrack_message AS message
JOIN patchtrack_project AS project ON project.id = message.project_id
JOIN patchtrack_person AS author ON author.id = message.author_id
LEFT JOIN patchtrack_patch AS patch ON patch.message_id = message.id
LEFT JOIN patchtrack_state AS state ON state.id = patch.state_id
LEFT JOIN patchtrack_comment AS comment ON comment.message_id = message.id
LEFT JOIN patchtrack_message AS parent ON parent.id = COALESCE(comment.patch_id, comment.cover_id)
WHERE message.id IN ({ids})
"""


class Author(NamedTuple):
    """Who has written a message."""

    pk: int
    name: str
    address: str


class Commented(NamedTuple):
    """What a comment is on: a "patch" or a "cover"."""

    kind: str
    message_id: str


class FoundMessage(NamedTuple):
    """A message that was found: plain values, for a row of Django's takes ten times as long to
    make. `state` is that of a patch, and `commented` is what a comment is on."""

    pk: int
    date: datetime
    kind: str
    message_id: str
    subject: str
    project: Home
    author: Author
    state: str | None
    commented: Commented | None


def find_messages(hits: Sequence[Hit]) -> list[FoundMessage]:
    """The messages of hits, in their order; one query, or none without hits."""
    if not hits:
        return []
    ids = [hit.message for hit in hits]
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.format(ids=", ".join(["%s"] * len(ids))), ids)
        rows = {row[0]: row for row in cursor}
    return [_make(hit, rows[hit.message]) for hit in hits if hit.message in rows]


def _make(hit: Hit, row: Sequence) -> FoundMessage:
    pk, kind, message_id, subject, *said, state, on, parent = row
    commented = Commented(on, parent) if parent else None
    project, author = Home(*said[:2]), Author(*said[2:])
    return FoundMessage(pk, hit.date, kind, message_id, subject, project, author, state, commented)
