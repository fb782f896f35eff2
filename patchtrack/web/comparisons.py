"""Two versions of a series as a page shows them: in the manner of `git range-diff`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from patchtrack.services.compare import (
    Comparison,
    Row,
    Sign,
    compare_letters,
    compare_series,
)
from patchtrack.services.versions import Sent, Version
from patchtrack.web.comparison_rows import Place, ShownRow, render_lines
from patchtrack.web.text import LONGEST_LINE

# A page shows so many characters of differences; with those of its markup for each line.
MOST_CHARACTERS = 500_000
_MARKUP = 40
# A longer difference is folded until the reader opens it.
_LONG = 60

_WORDS = {
    Sign.UNCHANGED: "unchanged",
    Sign.CHANGED: "changed",
    Sign.DROPPED: "dropped",
    Sign.NEW: "new",
    Sign.UNREAD: "too large to compare",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComparison:
    """The rows of the page, those of the cover letters first, and how many patches there are
    of each sign, in words."""

    rows: Sequence[ShownRow]
    counts: Mapping[str, int]


def show_comparison(old: Version, new: Version) -> ShownComparison:
    comparison = compare_series(old.sent, new.sent)
    ours, theirs = _number(old.patches), _number(new.patches)
    letter = compare_letters(old.letter, new.letter)
    pairs = [
        (row, ours, theirs, _note(row, comparison, ours, theirs) + _doubt(row, old, new))
        for row in comparison.rows
    ]
    if letter:
        covers = [[Place(sent=x.cover, number=0)] if x.cover else [] for x in (old, new)]
        pairs.insert(0, (letter, *covers, ["cover letter"]))
    signs = [row.sign for row in comparison.rows]
    return ShownComparison(
        rows=list(_show_rows(pairs)),
        counts={word: signs.count(sign) for sign, word in _WORDS.items() if sign in signs},
    )


def _number(patches: Sequence[Sent]) -> list[Place]:
    """The patches with their numbers; those without one are counted."""
    return [
        Place(sent=patch, number=at if patch.number is None else patch.number)
        for at, patch in enumerate(patches, start=1)
    ]


def _note(
    row: Row, comparison: Comparison, old: Sequence[Place], new: Sequence[Place]
) -> list[str]:
    """What of a patch has changed, and where parts of it went to or came from."""
    notes = [", ".join(row.aspects)] if row.aspects else []
    if row.new in comparison.split:
        notes.append(f"split from old {old[comparison.split[row.new]].number}")
    if row.old in comparison.squashed:
        notes.append(f"squashed into new {new[comparison.squashed[row.old]].number}")
    if parts := [new[j].number for j, i in comparison.split.items() if i == row.old]:
        notes.append(f"parts of it in new {_join(parts)}")
    if taken := [old[i].number for i, j in comparison.squashed.items() if j == row.new]:
        notes.append(f"with old {_join(taken)}")
    return notes


def _doubt(row: Row, old: Version, new: Version) -> list[str]:
    """Why a patch without counterpart may have one after all."""
    if row.sign == Sign.DROPPED and new.series.partial:
        return ["or not sent again: a partial reroll"]
    lacking = {Sign.DROPPED: new, Sign.NEW: old}.get(row.sign)
    return ["or not received"] if lacking and not lacking.series.complete else []


def _join(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _show_rows(
    pairs: Iterable[tuple[Row, Sequence[Place], Sequence[Place], Sequence[str]]],
) -> Iterator[ShownRow]:
    left = MOST_CHARACTERS
    for row, olds, news, notes in pairs:
        old = None if row.old is None else olds[row.old]
        new = None if row.new is None else news[row.new]
        left -= sum([min(len(line.text), LONGEST_LINE) + _MARKUP for line in row.lines])
        yield _show_row(row, old, new, notes, shown=left >= 0)


def _show_row(
    row: Row, old: Place | None, new: Place | None, notes: Sequence[str], *, shown: bool
) -> ShownRow:
    names = [place.sent.name for place in (old, new) if place]
    signs = [line.sign for line in row.lines]
    return ShownRow(
        sign=row.sign,
        word=_WORDS[row.sign],
        old=old,
        new=new,
        name=names[-1],
        former=names[0] if names[0] != names[-1] else "",
        notes=notes,
        html=render_lines(row.lines) if shown else None,
        added=signs.count("+"),
        removed=signs.count("-"),
        folded=len(row.lines) > _LONG,
    )
