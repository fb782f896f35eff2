"""The comments of a patch or cover letter as their discussion needs them: plain values, for a page
has hundreds, and a row of Django's takes ten times as long to make."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from patchtrack.models import Comment, Kind


class Author(NamedTuple):
    """Who has written a comment; `user_id` is None for those who have no account."""

    name: str
    address: str
    user_id: int | None


class Said(NamedTuple):
    """A comment. `pk` is its message's id, as in the database, and `ancestors` are the mails that
    it answers; `addressed` says whether what it asks for was done, None that it asks nothing."""

    pk: int
    message_id: str
    date: datetime
    ancestors: str
    addressed: bool | None
    author: Author

    kind = Kind.COMMENT


_COLUMNS = (
    *("pk", "message__message_id", "message__date", "message__ancestors", "addressed"),
    *("message__author__name", "message__author__address", "message__author__user"),
)
_OF_AUTHOR = len(Author._fields)


def find_all_said(comments: QuerySet[Comment]) -> list[Said]:
    """Comments with their authors, in no order; one query."""
    rows = comments.values_list(*_COLUMNS)
    return [Said(*row[:-_OF_AUTHOR], Author(*row[-_OF_AUTHOR:])) for row in rows]


def read_said(comment: Comment) -> Said:
    """A comment that was read with its message and author."""
    message = comment.message
    return Said(
        pk=comment.pk,
        message_id=message.message_id,
        date=message.date,
        ancestors=message.ancestors,
        addressed=comment.addressed,
        author=Author(message.author.name, message.author.address, message.author.user_id),
    )
