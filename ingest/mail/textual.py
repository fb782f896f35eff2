"""Turns HTML and format=flowed text into the plain lines that their readers see."""

import re
from collections.abc import Callable
from html import unescape

# What every possessive quantifier here has passed is never looked at again, so that time
# grows linearly; html.parser takes quadratic time on unclosed tags and comments.
_TAG = re.compile(r"<(?:(/?+)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|!--|[!?][^<>]*+>)")
_BLANKS = re.compile(r"[ \t\r\n\f]++")
# html.unescape converts numbers by int(), which refuses more than 4,300 digits.
_HUGE_NUMBER = re.compile(r"&#[0-9]{10,}+;?")

# A context line behind one blank only: RFC 3676 has it sent with two.
_UNSTUFFED = re.compile(r"^ (?![ >\r\n]|From )", re.MULTILINE)
_UNSEEN = frozenset({"script", "style", "title"})
_BLOCKS = frozenset(
    "address article center div dl dt dd form h1 h2 h3 h4 h5 h6 hr ol section table tr ul".split()
)
# Deeper quotes are shown no deeper; else nested tags would make the text grow as a square.
_DEEPEST_QUOTE = 9


def html_to_text(html: str) -> str:
    """Return the text of an HTML mail, in LF-ended lines, for reading and for finding a patch.

    Line breaks stand where a reader sees them; `pre` keeps its lines and blanks; quotes
    (`blockquote`) are marked with "> ", so that nothing quoted passes for the sender's own;
    scripts and styles are dropped; entities are decoded, a non-breaking blank is a blank.
    """
    writer = _Writer()
    last_comment_end = html.rfind("-->")
    at = 0
    for tag in _TAG.finditer(html):
        if tag.start() < at:
            continue
        writer.write(html[at : tag.start()])
        at = tag.end()
        if tag.group().startswith("<!--") and at <= last_comment_end:
            at = html.find("-->", at) + 3
        elif tag.group(2):
            writer.handle(tag.group(2).lower(), bool(tag.group(1)), tag.group())
    writer.write(html[at:])
    return writer.finish()


class _Writer:
    """Collects lines of text; it lives for one call of html_to_text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._preformatted = 0
        self._unseen = ""

    def write(self, html: str) -> None:
        """Write a piece of text that holds entities but no tags."""
        if not html or self._unseen:
            return
        if not self._preformatted:
            self._write_collapsed(_BLANKS.sub(" ", html))
            return
        first, *others = _decode_entities(html).replace("\r\n", "\n").split("\n")
        self._line.append(first)
        for line in others:
            self._end_line()
            self._line.append(line)

    def _write_collapsed(self, html: str) -> None:
        if not self._line or self._line[-1].endswith(" "):
            html = html.removeprefix(" ")
        if html:
            self._line.append(_decode_entities(html))

    def handle(self, name: str, is_end: bool, tag: str) -> None:
        """Do what a start or end tag asks for; a name that means nothing here is passed over."""
        if self._unseen:
            if is_end and name == self._unseen:
                self._unseen = ""
        elif name in _UNSEEN:
            self._unseen = "" if is_end else name
        elif name in _BLOCKS:
            self._break_line()
        elif act := _ACTIONS.get(name):
            act(self, is_end, tag)

    def finish(self) -> str:
        self._break_line()
        return "".join([line + "\n" for line in self._lines])

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._lines.append("> " * min(self._quotes, _DEEPEST_QUOTE) + line)
        self._line = []

    def _break_line(self) -> None:
        """End the line, unless nothing stands on it."""
        if self._line == [""]:
            self._line = []
        if self._line:
            self._end_line()

    def line_break(self, _is_end: bool, _tag: str) -> None:
        self._end_line()

    def paragraph(self, is_end: bool, tag: str) -> None:
        """Begin a paragraph below an empty line, but Outlook's, which are mere lines."""
        self._break_line()
        is_apart = not is_end and "MsoNormal" not in tag
        if is_apart and self._lines and self._lines[-1].strip("> "):
            self._end_line()

    def quote(self, is_end: bool, _tag: str) -> None:
        self._break_line()
        self._quotes = max(0, self._quotes - 1) if is_end else self._quotes + 1

    def preformatted(self, is_end: bool, _tag: str) -> None:
        self._break_line()
        self._preformatted = max(0, self._preformatted - 1) if is_end else self._preformatted + 1

    def item(self, is_end: bool, _tag: str) -> None:
        self._break_line()
        if not is_end:
            self._line.append("* ")

    def cell(self, is_end: bool, _tag: str) -> None:
        if is_end:
            self._line.append(" ")


_ACTIONS: dict[str, Callable[[_Writer, bool, str], None]] = {
    "br": _Writer.line_break,
    "p": _Writer.paragraph,
    "blockquote": _Writer.quote,
    "pre": _Writer.preformatted,
    "li": _Writer.item,
    "td": _Writer.cell,
    "th": _Writer.cell,
}


def _decode_entities(html: str) -> str:
    if "&" in html:
        html = unescape(_HUGE_NUMBER.sub("\ufffd", html))
    return html.replace("\xa0", " ")


def is_unstuffed(diff: str) -> bool:
    """Whether a diff in a format=flowed mail shows that its mailer only says so.

    RFC 3676 puts a blank before lines that begin with one; a context line with a single
    blank shows that the mailer did not, and then it has not broken any lines either.
    """
    return _UNSTUFFED.search(diff) is not None


def unflow(text: str, delsp: bool) -> str:
    """Join the lines that a format=flowed mail has broken for display (RFC 3676).

    A line that ends with a blank goes on in the next one of the same quote depth, but for
    the signature's "-- "; the blank goes too if `delsp`. The blank that stuffs a line is
    taken off; quoted lines begin with as many ">" as before and one blank.
    """
    lines: list[str] = []
    parts: list[str] = []
    parts_depth = 0
    for raw in text.removesuffix("\n").split("\n"):
        line = raw.removesuffix("\r")
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        is_signature = content == "-- "
        if parts and (depth != parts_depth or is_signature):
            lines.append("".join(parts))
            parts = []
        if not parts:
            parts = [">" * depth + " "] if depth else [""]
            parts_depth = depth
        is_soft = content.endswith(" ") and not is_signature
        parts.append(content[:-1] if is_soft and delsp else content)
        if not is_soft:
            lines.append("".join(parts))
            parts = []
    if parts:
        lines.append("".join(parts))
    return "".join([line + "\n" for line in lines])
