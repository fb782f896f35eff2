"""Takes a diff apart: its files, and the lines of each with their numbers before and after."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ingest.mail.diff_names import read_names
from ingest.mail.diff_scan import Section, find_sections

_HUNK = re.compile(r"@@ -([0-9]{1,10})(?:,[0-9]{1,10})? \+([0-9]{1,10})")
_COMBINED = re.compile(r"@@@+ ")
# What of a file's header is told by its name and by the line numbers.
_TOLD = ("diff ", "index ", "--- ", "+++ ")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffFile:
    """One file's part of a diff, the `number`th from 1. `old` is the former name where it was
    renamed or copied, else ""; `remarks` are the header's lines that say more than the names."""

    number: int
    path: str
    old: str
    added: int
    removed: int
    remarks: Sequence[str]
    body: Sequence[str]

    @property
    def binary(self) -> bool:
        return self.body[:1] in (["GIT binary patch"], ["GIT binary patch\r"])


class Line(NamedTuple):
    """A line of a diff as it stands; `kind` is "add", "del", "hunk", "hint" (no newline at the
    end of the file) or "", and `old` and `new` are its numbers, 0 where it has none."""

    kind: str
    old: int
    new: int
    text: str


def split_files(diff: str) -> list[DiffFile]:
    """The files of a diff in its order."""
    lines = diff.split("\n")
    sections = find_sections(lines)
    return [_read_file(lines, section, place) for place, section in enumerate(sections, 1)]


def _read_file(lines: Sequence[str], section: Section, number: int) -> DiffFile:
    header = lines[section.start : section.body]
    names = read_names(header)
    return DiffFile(
        number=number,
        path=names.new or names.old,
        old=names.old if names.new and names.old != names.new else "",
        added=section.added,
        removed=section.removed,
        remarks=[line for line in header if not line.startswith(_TOLD)],
        body=lines[section.body : section.end],
    )


def number_lines(body: Sequence[str]) -> list[Line]:
    """A file's lines below its header, one for one; those of combined diffs have no numbers."""
    if body and _COMBINED.match(body[0]):
        return [Line(_kind_of_combined(text), 0, 0, text) for text in body]
    return list(_number_lines(body))


def _number_lines(body: Sequence[str]) -> Iterator[Line]:
    old = new = 0
    for text in body:
        mark = text[:1]
        if mark == "@" and (hunk := _HUNK.match(text)):
            old, new = int(hunk[1]), int(hunk[2])
            yield Line("hunk", 0, 0, text)
        elif mark == "\\":
            yield Line("hint", 0, 0, text)
        elif mark == "+":
            yield Line("add", 0, new, text)
            new += 1
        elif mark == "-":
            yield Line("del", old, 0, text)
            old += 1
        elif old or new:
            yield Line("", old, new, text)
            old, new = old + 1, new + 1
        else:
            yield Line("", 0, 0, text)


def _kind_of_combined(text: str) -> str:
    """What a line of a merge is: it has a mark for each of the two parents or more."""
    if text.startswith("@@@"):
        return "hunk"
    marks = text[:2]
    return "del" if "-" in marks else "add" if "+" in marks else ""


def split_hunks(lines: Sequence[Line]) -> list[range]:
    """Where in a file's lines each hunk stands, without its first line."""
    starts = [place for place, line in enumerate(lines) if line.kind == "hunk"]
    return [range(start + 1, end) for start, end in pairwise([*starts, len(lines)])]


class Change(NamedTuple):
    """A run of removed lines and the run of added ones that follows it, as places in a file."""

    removed: list[int]
    added: list[int]


def split_changes(lines: Sequence[Line]) -> list[Change]:
    """The changes among a file's lines in order; either run may be empty."""
    changes = []
    current = Change([], [])
    for place, line in enumerate(lines):
        if line.kind in ("", "hunk") or (line.kind == "del" and current.added):
            changes.append(current)
            current = Change([], [])
        if line.kind == "del":
            current.removed.append(place)
        elif line.kind == "add":
            current.added.append(place)
    return [change for change in (*changes, current) if change.removed or change.added]
