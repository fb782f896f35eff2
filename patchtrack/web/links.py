"""Where things are on the web: the addresses of Patchwork, so that old links keep working."""

from django.urls import reverse

from patchtrack.models import Comment, Kind, Message
from patchtrack.services.links import (
    archive_page,
    archive_url,
    is_web_url,
    message_url,
    person_url,
    quote_segment,
    series_url,
)
from patchtrack.services.search_found import FoundMessage

__all__ = [
    "archive_page",
    "archive_url",
    "comment_url",
    "is_web_url",
    "list_url",
    "message_url",
    "own_url",
    "person_url",
    "place_url",
    "quote_segment",
    "series_url",
]


def own_url(linkname: str, message: Message | FoundMessage, leaf: str = "") -> str:
    """The page that a message has for itself, or one of its other forms."""
    kind = message.kind if message.kind in (Kind.PATCH, Kind.COVER) else "mail"
    return message_url(linkname, kind, message.message_id, leaf)


def comment_url(linkname: str, comment: Comment) -> str:
    """Where a comment stands on the page of its patch or cover."""
    kind, parent = ("patch", comment.patch) if comment.patch else ("cover", comment.cover)
    return place_url(linkname, kind, parent.message.message_id, comment.pk)


def place_url(linkname: str, kind: str, message_id: str, comment: int) -> str:
    """Where a comment, by its id, stands on the page of a "patch" or "cover"."""
    return f"{message_url(linkname, kind, message_id)}#{comment}"


def list_url(linkname: str, page: str, query: str = "") -> str:
    """The address of a project's list of "series" or "patches", with its filters."""
    url = reverse("patch-list" if page == "patches" else "series-list", args=[linkname])
    return f"{url}?{query}" if query else url
