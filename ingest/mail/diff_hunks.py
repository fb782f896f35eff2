"""Finds where hunks and binary blocks end, by counting their lines as `git apply` does."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_HUNK = re.compile(r"@@ -[0-9]{1,10}(?:,([0-9]{1,10}))? \+[0-9]{1,10}(?:,([0-9]{1,10}))? @@")
_COMBINED = re.compile(
    r"@@@{1,15}((?: -[0-9]{1,10}(?:,[0-9]{1,10})?){2,15}) (\+[0-9]{1,10}(?:,[0-9]{1,10})?) @@@"
)
_BINARY_BLOCK = re.compile(r"(?:literal|delta) [0-9]{1,20}\r?$")
_BASE85 = re.compile(r"[A-Za-z][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{5,65}\r?$")

_EMPTY = ("", "\r")
_SIGNATURE = ("-- ", "-- \r")
_NO_CHANGE = frozenset({*_EMPTY, *_SIGNATURE})
_MARKS = frozenset("+- ")
_MARKS_AND_EMPTY = _MARKS | {"", "\r"}


class Hunks(NamedTuple):
    """A run of hunks: the index of the first line after it, and the lines it adds and removes."""

    end: int
    added: int
    removed: int


def is_hunk_start(lines: Sequence[str], at: int) -> bool:
    """Tell whether a hunk header of a unified diff stands at this line."""
    return at < len(lines) and _HUNK.match(lines[at]) is not None


def read_hunks(lines: Sequence[str], at: int) -> Hunks:
    """Read all hunks that follow one another from line `at`, of unified or combined diffs.

    An empty run is the answer where no hunk begins. Counts that lie are survived: a hunk
    ends at the first line that cannot be its own, and lines that stand between two hunks
    and look like theirs belong to the first.
    """
    end = at
    added = removed = 0
    while (hunk := _read_hunk(lines, end)) is not None:
        end, added, removed = hunk.end, added + hunk.added, removed + hunk.removed
    return Hunks(end, added, removed)


def _read_hunk(lines: Sequence[str], at: int) -> Hunks | None:
    if at >= len(lines) or not lines[at].startswith("@@"):
        return None
    if header := _HUNK.match(lines[at]):
        old, new = header.groups()
        counted, is_refuted = _count_hunk(lines, at + 1, int(old or 1), int(new or 1))
        return _add_overhang(lines, _add_no_newline(lines, counted), is_refuted)
    if header := _COMBINED.match(lines[at]):
        return _count_combined(lines, at + 1, header.group(1).split(), header.group(2))
    return None


def _count_hunk(lines: Sequence[str], at: int, old: int, new: int) -> tuple[Hunks, bool]:
    """Take lines while the counts of old and new lines last; whether a line contradicts them.

    This is the innermost loop of reading a mail: every line of every diff passes here.
    """
    count = len(lines)
    surplus = old - new
    added = 0
    start = at
    while (old or new) and at < count:
        line = lines[at]
        # A mailer that eats trailing blanks leaves an empty line of a context line " ".
        mark = line[0] if line else " "
        if mark == " " or line == "\r":
            if not old or not new:
                break
            old -= 1
            new -= 1
        elif mark == "+":
            if not new:
                break
            new -= 1
            added += 1
        elif mark == "-":
            if not old:
                break
            old -= 1
        elif mark != "\\":
            break
        at += 1
    # With c context lines, taken old = c + removed and taken new = c + added.
    removed = added + surplus - (old - new)
    if old or new:
        return _give_back(lines, start, at, added, removed)
    return Hunks(at, added, removed), False


def _give_back(
    lines: Sequence[str], start: int, end: int, added: int, removed: int
) -> tuple[Hunks, bool]:
    """Shorten a hunk that ended before its counts by the lines that are not its own.

    These are the header of the next file, empty lines, and the mark of a signature.
    """
    is_refuted = end < len(lines) and lines[end][:1] in ("+", "-", " ")
    if end - start >= 2 and is_hunk_start(lines, end) and is_file_header(lines, end - 2):
        return Hunks(end - 2, added - 1, removed - 1), False
    taken = end
    while end > start and lines[end - 1] in _NO_CHANGE:
        end -= 1
    removed -= sum(map(lines[end:taken].count, _SIGNATURE))
    return Hunks(end, added, removed), is_refuted


def is_file_header(lines: Sequence[str], at: int) -> bool:
    """Tell whether the two lines `--- old` and `+++ new` stand here."""
    pair = lines[at : at + 2]
    return (
        len(pair) == 2
        and pair[0].startswith("--- ")
        and pair[1].startswith("+++ ")
        and bool(pair[0][4:].strip() and pair[1][4:].strip())
    )


def _add_no_newline(lines: Sequence[str], hunk: Hunks) -> Hunks:
    r"""Add the line `\ No newline at end of file`, in any language, after the last counted line."""
    if hunk.end < len(lines) and lines[hunk.end].startswith("\\ "):
        return hunk._replace(end=hunk.end + 1)
    return hunk


def _add_overhang(lines: Sequence[str], hunk: Hunks, is_refuted: bool) -> Hunks:
    """Add the lines that a hunk holds beyond its counts.

    They are taken for hunk lines only when the counts are known to lie, or when a further
    hunk or file follows them directly; else the text after a diff would be swallowed.
    """
    if hunk.end < len(lines) and lines[hunk.end][:1] not in _MARKS_AND_EMPTY:
        return hunk
    end = _skip_hunk_like(lines, hunk.end, _MARKS)
    # Some mailers double empty lines, and counts then end too early.
    beyond = _skip_hunk_like(lines, end, _MARKS_AND_EMPTY)
    if beyond > hunk.end and is_hunk_start(lines, beyond):
        end = beyond
    elif end == hunk.end or not (is_refuted or _opens_file(lines, end)):
        return hunk
    marks = [line[:1] for line in lines[hunk.end : end]]
    return Hunks(end, hunk.added + marks.count("+"), hunk.removed + marks.count("-"))


def _skip_hunk_like(lines: Sequence[str], at: int, marks: frozenset[str]) -> int:
    """Step over lines that begin with one of the marks and open neither file nor signature."""
    count = len(lines)
    while at < count and (mark := lines[at][:1]) in marks:
        if mark == "-" and (lines[at].startswith("--- ") or lines[at].rstrip() in ("--", "---")):
            break
        at += 1
    return at


def _opens_file(lines: Sequence[str], at: int) -> bool:
    return at < len(lines) and lines[at].startswith(("diff -", "Index: "))


def _count_combined(lines: Sequence[str], at: int, olds: list[str], new: str) -> Hunks:
    """Take the lines of a combined hunk, which has a column of marks for each parent.

    A line with "-" in a column was in that parent only; any other line is in the result,
    and in the parents whose column is blank (git-diff, "combined diff format").
    """
    left = [*map(_length, olds), _length(new)]
    width = len(olds)
    added = removed = 0
    while at < len(lines) and max(left) > 0:
        marks = lines[at][:width]
        if not lines[at].startswith("\\ "):
            if len(marks) < width or marks.strip(" +-"):
                break
            present = "-" if "-" in marks else " "
            for column, mark in enumerate(marks):
                left[column] -= mark == present
            left[width] -= present == " "
            added += "+" in marks
            removed += present == "-"
        at += 1
    return Hunks(at, added, removed)


def _length(span: str) -> int:
    """Read how many lines "-12,7" or "+12" spans."""
    _, comma, count = span.partition(",")
    return int(count) if comma else 1


def find_binary_end(lines: Sequence[str], at: int) -> int:
    """Return the first line after the blocks of a `GIT binary patch`, whose first stands at `at`.

    The empty line that ends a block belongs to it: `git apply` refuses a block without it.
    """
    for _ in ("forward", "reverse"):
        if at >= len(lines) or not _BINARY_BLOCK.match(lines[at]):
            break
        at += 1
        while at < len(lines) and _is_base85(lines[at]):
            at += 1
        if at < len(lines) and lines[at] in _EMPTY:
            at += 1
    return at


def _is_base85(line: str) -> bool:
    """Tell whether a line is what its first letter says: so many bytes, five letters for four."""
    if not _BASE85.match(line):
        return False
    code = ord(line[0])
    size = code - 64 if code <= 90 else code - 70
    return len(line.rstrip("\r")) == 1 + (size + 3) // 4 * 5
