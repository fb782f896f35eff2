"""Finds the diffs of single files in the lines of a mail; all else is text that people wrote."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.mail.diff_hunks import (
    Hunks,
    find_binary_end,
    is_file_header,
    is_hunk_start,
    read_hunks,
)

_OPENINGS = frozenset({"diff", "Inde", "--- "})
_EXTENDED = re.compile(
    r"index [0-9a-f,]+\.\.[0-9a-f]"
    r"|(?:old|new|deleted file|new file) mode [0-7]"
    r"|mode [0-7]+,[0-7]"
    r"|(?:copy|rename) (?:from|to|old|new) \S"
    r"|(?:dis)?similarity index [0-9]{1,3}%"
)
_BINARY = re.compile(r"Binary files? .*(?:differ|has changed)\r?$")
_RULE = re.compile(r"=+[ \r]*$")
_CVS_LINES = ("RCS file: ", "retrieving revision ", "diff -")
_SVN_LINES = ("Cannot display: ", "svn:mime-type = ")
# svn, CVS and quilt all draw 67; a heading in prose is underlined as long as it is.
_SHORTEST_RULE_OF_A_TOOL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The diff of one file: lines[start:end], of which lines[start:body] are its header."""

    start: int
    body: int
    end: int
    added: int
    removed: int


def may_hold_diff(text: str) -> bool:
    """Tell cheaply whether looking for a diff is worth while; no diff is without these marks."""
    return (
        "\n@@ -" in text
        or "\ndiff -" in text
        or "\nIndex: " in text
        or text.startswith(("diff -", "Index: "))
    )


def find_sections(lines: Sequence[str]) -> list[Section]:
    """Find the diffs of files among the lines of a text, in order, without overlap.

    A diff begins only where its header is followed by what makes it one, so that prose
    which looks like a header stays prose. Understood are the diffs of git (also binary,
    combined, and without any hunk), of `diff -u`, svn, CVS, quilt and Mercurial.
    Takes one pass: time grows linearly with the lines.
    """
    sections = []
    at, count = 0, len(lines)
    while at < count:
        if lines[at][:4] in _OPENINGS and (section := _read_section(lines, at)):
            sections.append(section)
            at = section.end
        else:
            at += 1
    return sections


def _read_section(lines: Sequence[str], at: int) -> Section | None:
    for opening, read in _READERS:
        if lines[at].startswith(opening):
            return read(lines, at)
    return None


def _read_git(lines: Sequence[str], at: int) -> Section | None:
    """Read `diff --git a/x b/x`, its extended header, and hunks or a binary patch if any.

    The header alone is a whole diff: of a rename, a change of mode, or an empty file.
    """
    body = _skip_extended(lines, at + 1)
    if is_file_header(lines, body):
        return _with_hunks(lines, at, body + 2)
    if body < len(lines) and _BINARY.match(lines[body]):
        return _header_only(at, body + 1)
    if body < len(lines) and lines[body].rstrip("\r") == "GIT binary patch":
        end = find_binary_end(lines, body + 1)
        return Section(start=at, body=body, end=end, added=0, removed=0)
    return _header_only(at, body) if body > at + 1 else None


def _skip_extended(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and _EXTENDED.match(lines[at]):
        at += 1
    return at


def _read_command(lines: Sequence[str], at: int) -> Section | None:
    """Read a `diff -u old new` or `diff -r revision path` command line and what it printed."""
    if _is_plain_start(lines, at + 1):
        return _with_hunks(lines, at, at + 3)
    if at + 1 < len(lines) and _BINARY.match(lines[at + 1]):
        return _header_only(at, at + 2)
    return None


def _read_index(lines: Sequence[str], at: int) -> Section | None:
    """Read `Index: path` of svn, CVS or quilt, and the diff or remark below it."""
    ruled = at + 1 < len(lines) and _RULE.match(lines[at + 1]) is not None
    is_tool = ruled and len(lines[at + 1].rstrip()) >= _SHORTEST_RULE_OF_A_TOOL
    body = at + 1 + ruled
    if body < len(lines) and lines[body].startswith("diff --git "):
        inner = _read_git(lines, body)
        return inner and Section(
            start=at, body=inner.body, end=inner.end, added=inner.added, removed=inner.removed
        )
    while body < min(len(lines), at + 8) and lines[body].startswith(_CVS_LINES):
        body += 1
    if _is_plain_start(lines, body):
        return _with_hunks(lines, at, body + 2)
    while body < min(len(lines), at + 8) and lines[body].startswith(_SVN_LINES):
        body += 1
    return _header_only(at, body) if is_tool else None


def _read_plain(lines: Sequence[str], at: int) -> Section | None:
    return _with_hunks(lines, at, at + 2) if _is_plain_start(lines, at) else None


def _is_plain_start(lines: Sequence[str], at: int) -> bool:
    """Tell whether `--- old`, `+++ new` and a hunk stand here, which no prose imitates."""
    return is_file_header(lines, at) and is_hunk_start(lines, at + 2)


def _with_hunks(lines: Sequence[str], start: int, body: int) -> Section:
    hunks: Hunks = read_hunks(lines, body)
    return Section(start=start, body=body, end=hunks.end, added=hunks.added, removed=hunks.removed)


def _header_only(start: int, end: int) -> Section:
    return Section(start=start, body=end, end=end, added=0, removed=0)


_READERS: tuple[tuple[str, Callable[[Sequence[str], int], Section | None]], ...] = (
    ("diff --git ", _read_git),
    ("diff --cc ", _read_git),
    ("diff --combined ", _read_git),
    ("diff -", _read_command),
    ("Index: ", _read_index),
    ("--- ", _read_plain),
)
