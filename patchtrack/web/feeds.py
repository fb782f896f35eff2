"""Writes Atom feeds (RFC 4287)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.safestring import SafeString

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# A feed tells the beginning of a mail; all of it is on its page.
_LONGEST_TEXT = 10_000
_LONGEST_TITLE = 500
# What XML 1.0 has no way to write, escaped or not (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something new: `url` is its absolute address and lasting name, `text` what a mail says."""

    title: str
    url: str
    author: str
    date: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed is about: the address of the page that shows the same, and its own, which is
    empty where it is a secret."""

    title: str
    page: str
    own: str


def clean_xml(text: str) -> str:
    """The text without what no XML document may hold."""
    return _NOT_XML.sub("�", text)


def format_feed(feed: Feed, entries: Iterable[Entry]) -> bytes:
    """The feed as a document in UTF-8."""
    atom = Atom1Feed(
        title=clean_xml(feed.title),
        link=feed.page,
        feed_url=feed.own or None,
        description="",
        author_name="Patchtrack",
        language="",
    )
    for entry in entries:
        atom.add_item(
            title=clean_xml(entry.title[:_LONGEST_TITLE]) or "(no name)",
            link=entry.url,
            unique_id=entry.url,
            author_name=clean_xml(entry.author) or "(no name)",
            pubdate=entry.date,
            updateddate=entry.date,
            description=_render_text(entry.text),
        )
    return atom.writeString("utf-8").encode()


def _render_text(text: str) -> SafeString:
    """A mail's text as HTML, in which nothing of it is markup."""
    return format_html("<pre>{}</pre>", clean_xml(text[:_LONGEST_TEXT].strip("\n")))
