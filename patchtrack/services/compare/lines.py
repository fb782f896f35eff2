"""Finds the difference of two texts in a number of steps that is given, whatever they hold."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise, repeat
from typing import NamedTuple

from patchtrack.services.compare.values import Line

# Lines shown before and after a change, as git shows them.
CONTEXT = 3
# What all searches together may take: about a second. Real series take a hundredth of it.
MOST_STEPS = 1_000_000
_HEADING = re.compile(r" ## (.*) ##$|.?@@ (.*)$")


class Change(NamedTuple):
    """old[old_start:old_end] has become new[new_start:new_end]; one of them may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


class Hunk(NamedTuple):
    """Changes that are shown together, with the lines old[start:end] that they are in."""

    start: int
    end: int
    changes: Sequence[Change]


def share_steps(lengths: Sequence[int]) -> list[int]:
    """How many of MOST_STEPS each of several texts gets, by their lengths."""
    total = sum(lengths) or 1
    return [MOST_STEPS * length // total for length in lengths]


def find_changes(old: Sequence[str], new: Sequence[str], most_steps: int) -> list[Change]:
    """The changes that make `old` become `new`, in order, with equal lines between them.

    They are as few lines as can be (E. Myers, "An O(ND) difference algorithm", 1986) if that
    is found in `most_steps`; else lines that each text has once are held fast, with what is
    equal around them, and all that stands between is replaced. Takes time linear in the
    lines and the steps.
    """
    start = _count_common(old, new)
    end = _count_common(old[start:][::-1], new[start:][::-1])
    ours, theirs = old[start : len(old) - end], new[start : len(new) - end]
    pairs = [(start + i, start + j) for i, j in _match(ours, theirs, most_steps)]
    return list(_between(pairs, (start, start), (len(old) - end, len(new) - end)))


def _count_common(old: Sequence[object], new: Sequence[object]) -> int:
    """With how many equal lines two texts begin."""
    shorter = min(len(old), len(new))
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (ours, theirs) in pairs if ours != theirs), shorter)


def _match(old: Sequence[str], new: Sequence[str], most_steps: int) -> list[tuple[int, int]]:
    """Pairs of places of equal lines, rising in both texts."""
    both = set(old) & set(new)
    # A line that the other text lacks is changed whatever else is; without it there is less to do.
    ours = [at for at, line in enumerate(old) if line in both]
    theirs = [at for at, line in enumerate(new) if line in both]
    numbers = {line: number for number, line in enumerate(both)}
    first, second = [numbers[old[at]] for at in ours], [numbers[new[at]] for at in theirs]
    found = _match_shortest(first, second, most_steps)
    pairs = _match_anchored(first, second) if found is None else found
    return [(ours[i], theirs[j]) for i, j in pairs]


def _match_shortest(
    old: Sequence[int], new: Sequence[int], most_steps: int
) -> list[tuple[int, int]] | None:
    """Myers' greedy search; None if it would take more steps than it may.

    On each diagonal (the place in `old` less that in `new`) it knows how far in `old` one
    comes with so many single lines left out of the one text or the other.
    """
    height, width = len(old), len(new)
    furthest: dict[int, int] = {1: 0}
    trace: list[dict[int, int]] = []
    while most_steps > 0:
        trace.append(furthest)
        reached: dict[int, int] = {}
        for diagonal in _diagonals(len(trace) - 1, height, width):
            start = x = max(furthest.get(diagonal + 1, -1), furthest.get(diagonal - 1, -1) + 1)
            y = x - diagonal
            while x < height and y < width and old[x] == new[y]:
                x += 1
                y += 1
            reached[diagonal] = x
            most_steps -= 1 + x - start
            if x >= height and y >= width:
                return _walk_back(trace, height, width)
        furthest = reached
    return None


def _diagonals(distance: int, height: int, width: int) -> range:
    """The diagonals that are worth a look at this distance; those left out have come to an end."""
    low = -distance if distance <= width else distance - 2 * width
    high = distance if distance <= height else 2 * height - distance
    return range(low, high + 1, 2)


def _walk_back(trace: Sequence[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The equal lines on the way that the search has found, from its end to its beginning."""
    pairs: list[tuple[int, int]] = []
    for furthest in reversed(trace):
        diagonal = x - y
        across, down = furthest.get(diagonal + 1, -1), furthest.get(diagonal - 1, -1) + 1
        start = max(across, down)
        pairs += [(at, at - diagonal) for at in range(x - 1, start - 1, -1)]
        x, y = (start, start - diagonal - 1) if across >= down else (start - 1, start - diagonal)
    return pairs[::-1]


def _match_anchored(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """Hold fast the lines that each text has once, as a patience diff does, and their like."""
    pairs: list[tuple[int, int]] = []
    bounds = [(-1, -1), *_find_anchors(old, new), (len(old), len(new))]
    for (i, j), (next_i, next_j) in pairwise(bounds):
        ours, theirs = old[i + 1 : next_i], new[j + 1 : next_j]
        after = _count_common(ours, theirs)
        before = _count_common(ours[after:][::-1], theirs[after:][::-1])
        pairs += [(i + at, j + at) for at in range(1, after + 1)]
        pairs += [(next_i - at, next_j - at) for at in range(before, 0, -1)]
        pairs.append((next_i, next_j))
    return pairs[:-1]


def _find_anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """The longest run, rising in both texts, of lines that stand once in each."""
    places = _find_unique(new)
    pairs = [(i, places[line]) for line, i in _find_unique(old).items() if line in places]
    # Patience sorting: `tops` are the least places in `new` with which runs of each length end.
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [number]
        before.append(ends[length - 1] if length else -1)
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _find_unique(lines: Sequence[int]) -> dict[int, int]:
    """Where the lines stand that stand there once, in order."""
    counts = Counter(lines)
    return {line: at for at, line in enumerate(lines) if counts[line] == 1}


def _between(
    pairs: Sequence[tuple[int, int]], start: tuple[int, int], end: tuple[int, int]
) -> Iterator[Change]:
    """What lies between the pairs, from `start` to `end`."""
    i, j = start
    for next_i, next_j in [*pairs, end]:
        if next_i > i or next_j > j:
            yield Change(i, next_i, j, next_j)
        i, j = next_i + 1, next_j + 1


def split_hunks(changes: Sequence[Change], length: int) -> list[Hunk]:
    """The changes of a text of `length` lines, those together that share lines of context."""
    runs: list[list[Change]] = []
    for change in changes:
        if runs and change.old_start - runs[-1][-1].old_end <= 2 * CONTEXT:
            runs[-1].append(change)
        else:
            runs.append([change])
    return [
        Hunk(max(0, run[0].old_start - CONTEXT), min(length, run[-1].old_end + CONTEXT), run)
        for run in runs
    ]


def count_lines(hunks: Iterable[Hunk]) -> int:
    """How many lines a unified diff has, with the headings of its hunks."""
    return sum(
        1
        + hunk.end
        - hunk.start
        + sum(change.new_end - change.new_start for change in hunk.changes)
        for hunk in hunks
    )


def count_least(old: Sequence[str], new: Sequence[str], of_old: Set[str], of_new: Set[str]) -> int:
    """How many lines a unified diff of two texts has at the least, found in a fraction of the
    time that it takes: those that the other text lacks, and in the old one those around them.

    `of_old` and `of_new` are the lines of each, in no order.
    """
    shown = at = 0
    for place in [place for place, line in enumerate(old) if line not in of_new]:
        end = place + CONTEXT + 1
        shown += end - max(place - CONTEXT, at)
        at = end
    behind = max(at - len(old), 0)
    return shown - behind + len([line for line in new if line not in of_old])


def write_hunks(old: Sequence[str], new: Sequence[str], hunks: Iterable[Hunk]) -> Iterator[Line]:
    """A unified diff, with the section that a hunk is in, in the place of its line numbers."""
    at, heading = 0, ""
    for hunk in hunks:
        heading = _find_heading(old[at : hunk.start]) or heading
        yield Line(sign="@", text=heading)
        at = hunk.start
        for change in hunk.changes:
            yield from map(Line, repeat(" "), old[at : change.old_start])
            yield from map(Line, repeat("-"), old[change.old_start : change.old_end])
            yield from map(Line, repeat("+"), new[change.new_start : change.new_end])
            at = change.old_end
        yield from map(Line, repeat(" "), old[at : hunk.end])
        at = hunk.start


def _find_heading(lines: Sequence[str]) -> str:
    """The last section or hunk of a pseudo patch that begins on one of the lines, if any."""
    found = (_HEADING.match(line) for line in reversed(lines))
    return next((heading[1] or heading[2] for heading in found if heading), "")
