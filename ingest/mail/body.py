"""Parts a mail's text into message and diff, without the signature and the list's footer."""

import re

from ingest.mail.diff import split_halves
from ingest.mail.values import Body

# A signature has four lines by custom (RFC 3676, section 4.3), footers of lists up to ten.
_LONGEST_SIGNATURE = 15
_LONGEST_FOOTER = 4000
_MOST_FOOTERS = 3
_NEVER_CUT = re.compile(
    r">|diff -|Index: |--- |\+\+\+ |@@ |[a-z][a-z-]{1,40}-by[ \t]*:|fixes:|link:|closes:|cc:"
    r"|depends-on:|change-id:|base-commit:|prerequisite-patch-id:",
    re.IGNORECASE,
)
_LIST_TALK = re.compile(r"mailing.?list|listinfo|/mailman|subscri|lists\.|groups", re.IGNORECASE)
_LOST_BLANK = re.compile(r"[0-9]+\.[0-9]+[^\n]{0,60}$|To unsubscribe from this list")


def split_body(text: str) -> Body:
    """Part a text into message and diff; together they hold all its lines but the signature.

    Line ends become LF, except inside a diff of which only some lines end with CR LF: there
    the CR belongs to the files that are patched (or to half of their lines), and dropping
    it would make the patch fail. A diff whose lines all end with CR LF got them on its way,
    as git itself never ends a header line so. A text without any LF has lines that end
    with CR.
    """
    if "\r" not in text:
        halves = split_halves(text)
        return Body(message=halves.before + cut_signature(halves.after), diff=halves.diff)
    halves = split_halves(text if "\n" in text else text.replace("\r", "\n"))
    after = cut_signature(_drop_line_end_crs(halves.after))
    diff = halves.diff
    if diff.count("\r\n") == diff.count("\n"):
        diff = diff.replace("\r\n", "\n")
    return Body(message=_drop_line_end_crs(halves.before) + after, diff=diff)


def _drop_line_end_crs(text: str) -> str:
    if "\r" not in text:
        return text
    return "\n".join([line.rstrip("\r") for line in text.split("\n")])


def cut_signature(text: str) -> str:
    """Cut off the signature and the list's footers that end a text, and nothing else.

    A signature is the last line `-- ` and what follows, a footer the last `____` or
    `-=-=-=` with lines that speak of a list. They are cut only where they are short, end
    the text, and hold nothing of a patch: no quote, no trailer, no diff.
    """
    for _ in range(_MOST_FOOTERS):
        shorter = _cut_once(text)
        if len(shorter) == len(text):
            break
        text = shorter
    return text


def _cut_once(text: str) -> str:
    lines = text.rstrip("\n").rsplit("\n", _LONGEST_SIGNATURE + 1)
    # Of a longer text the first piece is all that stands before its last lines.
    first = len(lines) > _LONGEST_SIGNATURE + 1
    for at in range(len(lines) - 1, first - 1, -1):
        if lines[at][:1] in ("-", "_") and _opens_footer(lines[at], lines[at + 1 :]):
            return "".join([line + "\n" for line in lines[:at]])
    return text


def _opens_footer(line: str, rest: list[str]) -> bool:
    """Tell whether a line opens the signature or the footer that `rest` goes on with."""
    is_ruler = line.startswith("-=-=-=-=") or (len(line) >= 10 and not line.strip("_ "))
    if not is_ruler and line.rstrip() != "--":
        return False
    if any(_NEVER_CUT.match(other) for other in rest):
        return False
    said = "\n".join(rest)
    if is_ruler:
        return len(said) <= _LONGEST_FOOTER and _LIST_TALK.search(said) is not None
    # Blanks at line ends get lost on the way, but "--" alone is also a line of prose.
    return line == "-- " or bool(_LOST_BLANK.match(said))
