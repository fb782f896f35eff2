"""Turns a diff into HTML, file by file: numbered, coloured, with what was said about its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString, mark_safe

from patchtrack.web.diff_code import render_code
from patchtrack.web.diff_lines import DiffFile, number_lines, split_changes
from patchtrack.web.diff_rows import DiffRows
from patchtrack.web.highlight import Budget, choose_language
from patchtrack.web.quotes import Place
from patchtrack.web.text import escape_text

# A page shows this much of a diff; the other files have pages of their own, and these show
# this much of one. All of it can be downloaded.
MOST_LINES = 2_000
MOST_LINES_OF_FILE = 10_000
MOST_FILES = 500
# So many characters of code a page colours, and in so many lines it looks for the words that
# changed: both take some milliseconds.
_COLOURED, _COMPARED = 8_000, 100
_COLOURED_OF_FILE, _COMPARED_OF_FILE = 150_000, 1_000
# The diff of a longer file is folded until the reader opens it.
_LONG_FILE = 1_000

Notes = Mapping[Place, SafeString]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file's diff as a page shows it. `anchor` is the id of its place on the page, and
    `html` is None where the file has to be asked for by itself; `plain` says that for want of
    room there its code is not, or not all, coloured here, and `cut` how many lines are missing."""

    number: int
    anchor: str
    path: str
    old: str
    added: int
    removed: int
    html: SafeString | None
    folded: bool
    plain: bool
    cut: int

    @property
    def directory(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a diff is shown: side by side or not, with which `notes` beneath its lines, and
    `prefix` before its anchors, which tells the diffs of one page apart."""

    split: bool = False
    prefix: str = ""
    notes: Notes = field(default_factory=dict)


PLAIN_LOOK = Look()


class Room:
    """How much more of diffs a page has room for: lines, files, and work on their code."""

    def __init__(self) -> None:
        self.lines = MOST_LINES
        self.files = MOST_FILES
        self.budget = Budget(_COLOURED, _COMPARED)


def render_diff(files: Sequence[DiffFile], room: Room, look: Look = PLAIN_LOOK) -> list[FileDiff]:
    """The first files of a diff in order; those that do not fit in the room have no lines."""
    shown = []
    for file in files[: room.files]:
        fits = len(file.body) <= room.lines
        room.lines -= len(file.body) if fits else 0
        shown.append(_render_file(file, look, room.budget, most=MOST_LINES if fits else 0))
    room.files -= len(shown)
    return shown


def render_one_file(file: DiffFile, look: Look = PLAIN_LOOK) -> FileDiff:
    """A file on a page of its own, on which it has more room."""
    budget = Budget(_COLOURED_OF_FILE, _COMPARED_OF_FILE)
    return _render_file(file, look, budget, most=MOST_LINES_OF_FILE)


def _render_file(file: DiffFile, look: Look, budget: Budget, *, most: int) -> FileDiff:
    """`most` is how many of its lines may be shown."""
    anchor = f"{look.prefix}f{file.number}"
    budget.refused = False
    html = mark_safe(_render_lines(file, look, budget, anchor, most)) if most else None  # noqa: S308
    return FileDiff(
        number=file.number,
        anchor=anchor,
        path=file.path,
        old=file.old,
        added=file.added,
        removed=file.removed,
        html=html,
        folded=bool(html) and (file.binary or len(file.body) > _LONG_FILE),
        plain=budget.refused,
        cut=max(len(file.body) - most, 0),
    )


def _render_lines(file: DiffFile, look: Look, budget: Budget, anchor: str, most: int) -> str:
    lines = number_lines(file.body[:most])
    changes = split_changes(lines)
    code = render_code(choose_language(file.path), lines, changes, budget)
    notes = {place.line: note for place, note in look.notes.items() if place.file == file.number}
    rows = DiffRows(anchor, lines, code, notes)
    head = [f'<div class="head">{escape_text(line)}</div>' for line in file.remarks]
    return "".join([*head, *(rows.render_split(changes) if look.split else rows.render_unified())])
