"""Turns text that came by mail into HTML in which nothing of it is markup."""

import re
from collections.abc import Iterator
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# A page shows this much of one mail; all of it can be downloaded.
LONGEST_TEXT = 200_000
LONGEST_LINE = 2_000

_LINK = re.compile(r"https?://[\w.~:/?#\[\]@!$&()*+,;=%-]+", re.ASCII | re.IGNORECASE)
_AFTER_LINK = ".,;:!?*&#"
# Control characters, and those that make text read otherwise than it is written.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TRAILER = re.compile(r"[A-Z][A-Za-z-]{1,40}-by: \S|(?:Fixes|Link|Closes|Cc): \S")


def escape_text(text: str) -> str:
    """One line's text as HTML; characters that cannot be seen are named."""
    html = escape(text[:LONGEST_LINE]) + (" […]" if len(text) > LONGEST_LINE else "")
    return _ODD.sub(_name_odd, html)


def _name_odd(match: re.Match[str]) -> str:
    code = ord(match[0])
    # Unicode has pictures of the C0 controls.
    name = chr(0x2400 + code) if code < 0x20 else f"U+{code:04X}"
    return f'<span class="odd">{name}</span>'


def render_line(line: str) -> str:
    """A line's HTML; http and https addresses become links, and nothing else does."""
    if "://" not in line:
        return escape_text(line)
    return "".join(_render_pieces(line[: LONGEST_LINE + 1]))


def _render_pieces(line: str) -> Iterator[str]:
    end = 0
    for link in _LINK.finditer(line):
        url = _trim_link(link[0])
        yield escape_text(line[end : link.start()])
        yield f'<a href="{escape(url)}" rel="nofollow ugc">{escape(url)}</a>'
        end = link.start() + len(url)
    yield escape_text(line[end:])


def _trim_link(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    url = url.rstrip(_AFTER_LINK)
    for opening, closing in ("()", "[]"):
        if opening not in url:
            url = url.rstrip(_AFTER_LINK + closing)
    return url


def _kind_of_line(line: str) -> str:
    if line.startswith(">"):
        return "quote"
    return "trailer" if _TRAILER.match(line) else ""


def render_text(text: str) -> SafeString:
    """A mail's text as HTML for inside a `pre`: quotes and trailers marked, links made."""
    lines = text[:LONGEST_TEXT].strip("\n").split("\n")
    pieces = []
    for kind, group in groupby(lines, key=_kind_of_line):
        html = "\n".join([render_line(line) for line in group])
        pieces.append(f'<span class="{kind}">{html}</span>' if kind else html)
    if len(text) > LONGEST_TEXT:
        pieces.append('<span class="cut">The rest is in the raw mail.</span>')
    return mark_safe("\n".join(pieces))  # noqa: S308 (every piece of it was escaped)
