"""Turns text that came by mail into HTML in which nothing of it is markup."""

import re
from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

# A page shows this much of one mail; all of it can be downloaded.
LONGEST_TEXT = 200_000
LONGEST_LINE = 2_000

_LINK = re.compile(r"https?://[\w.~:/?#\[\]@!$&()*+,;=%-]+", re.ASCII | re.IGNORECASE)
_AFTER_LINK = ".,;:!?*&#"
# Control characters, and those that make text read otherwise than it is written.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS = bytes(code for code in range(128) if _ODD.match(chr(code)))
_SPECIAL = re.compile(f"[<>&\"']|{_ODD.pattern}")
# Of a longer quote, only the end is shown until the reader opens it.
_LONGEST_QUOTE = 5
_END_OF_QUOTE = 2
QUOTE = re.compile(r"(?:^>.*+\n?)++", re.MULTILINE)
_TRAILER = re.compile(
    r"^(?:[A-Z][A-Za-z-]{1,40}-by: \S|(?:Fixes|Link|Closes|Cc): \S).*", re.MULTILINE
)
_LONG_LINE = re.compile(rf"[^\n]{{{LONGEST_LINE + 1}}}")


def escape_text(text: str) -> str:
    """One line's text as HTML; characters that cannot be seen are named."""
    return escape_all(cut_line(text))


def cut_line(text: str) -> str:
    """As much of one line as a page shows."""
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} […]"


def escape_all(text: str) -> str:
    """A text as HTML, however long; characters that cannot be seen are named."""
    # Most words have nothing to escape, and a page has many words.
    if not _SPECIAL.search(text):
        return text
    html = escape(text)
    return _ODD.sub(_name_odd, html) if _may_be_odd(html) else html


def _may_be_odd(text: str) -> bool:
    """Whether _ODD has to be looked for, which takes ten times as long as this: most mails
    are ASCII without control characters."""
    return not text.isascii() or len(text.encode().translate(None, _CONTROLS)) < len(text)


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


def is_trailer(line: str) -> bool:
    """Whether a line is one of those by which people vouch for a patch."""
    return _TRAILER.match(line) is not None


def render_text(text: str) -> SafeString:
    """A mail's text as HTML for inside a block that keeps line ends: quotes and trailers are
    marked, links made, and long quotes folded but for their last lines."""
    shown = text[:LONGEST_TEXT].strip("\n")
    html = []
    end = 0
    for quote in QUOTE.finditer(shown):
        html += [_render_own(shown[end : quote.start()]), _render_quote(quote[0])]
        end = quote.end()
    html.append(_render_own(shown[end:]))
    if len(text) > LONGEST_TEXT:
        html.append('\n<span class="cut">The rest is in the raw mail.</span>')
    return mark_safe("".join(html))  # noqa: S308 (every piece of it was escaped)


def _render_own(text: str) -> str:
    """What the author wrote, in whole lines."""
    html = []
    end = 0
    for trailer in _TRAILER.finditer(text):
        html.append(_render_lines(text[end : trailer.start()]))
        html.append(f'<span class="trailer">{_render_lines(trailer[0])}</span>')
        end = trailer.end()
    return "".join([*html, _render_lines(text[end:])])


def _render_quote(text: str) -> str:
    """A quote in whole lines; of a long one the first lines are folded."""
    end = "\n" if text.endswith("\n") else ""
    text = text.removesuffix("\n")
    folded = ""
    if text.count("\n") >= _LONGEST_QUOTE:
        first, *last = text.rsplit("\n", _END_OF_QUOTE)
        text = "\n".join(last)
        count = first.count("\n") + 1
        folded = (
            f'<details class="quoted"><summary>{count} quoted lines</summary>'
            f'<span class="quote">{_render_lines(first)}</span></details>'
        )
    return f'{folded}<span class="quote">{_render_lines(text)}</span>{end}'


def _render_lines(text: str) -> str:
    if "://" in text or (len(text) > LONGEST_LINE and _LONG_LINE.search(text)):
        return "\n".join([render_line(line) for line in text.split("\n")])
    return escape_all(text)
