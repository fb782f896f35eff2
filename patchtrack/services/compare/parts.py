"""Finds patches that became several, and several that became one."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set

from patchtrack.services.compare.pseudo import PseudoPatch

# A patch is part of another if this share of its lines, and so many at least, were there.
_SHARE = 0.6
_FEWEST = 2
# Two patches are one that has changed a lot if they share this part of their lines.
_ALIKE = 0.4
# A line that says less, such as a bracket, may stand anywhere.
_TELLING = re.compile(r"(?:\w[^\w]*){3}")

Lines = Counter[tuple[str, str]]


def find_split(
    old: Sequence[PseudoPatch], new: Sequence[PseudoPatch], matched: Mapping[int, int]
) -> dict[int, int]:
    """The old patches of which new ones without counterpart hold a part, by places.

    What an old patch's own counterpart still does counts for nothing: a part is what has
    moved. For patches that were squashed, call it with the two series in each other's place.
    """
    known = set(matched.values())
    alone = {j: count_telling(patch) for j, patch in enumerate(new) if j not in known}
    if not alone:
        return {}
    sought = set().union(*alone.values())
    moved = [
        _count_among(sought, patch)
        - (_count_among(sought, new[matched[i]]) if i in matched else Lines())
        for i, patch in enumerate(old)
    ]
    found = {}
    for j, lines in alone.items():
        shared = [count_same(lines, others) for others in moved]
        most = max(shared, default=0)
        if most >= max(_FEWEST, _SHARE * lines.total()):
            found[j] = shared.index(most)
    return found


def is_alike(lines: Lines, others: Lines) -> bool:
    """Whether two patches do so much of the same that one must be the other, changed a lot."""
    same = count_same(lines, others)
    return same >= max(_FEWEST, _ALIKE * (lines.total() + others.total()) / 2)


def count_telling(patch: PseudoPatch) -> Lines:
    """The lines that a patch adds and removes, with the files that they are in."""
    return Counter(
        change for change in patch.changes if change[1][0] in "+-" and _TELLING.search(change[1])
    )


def _count_among(sought: Set[tuple[str, str]], patch: PseudoPatch) -> Lines:
    """Those of a patch's lines that are looked for."""
    return Counter([change for change in patch.changes if change in sought])


def count_same(lines: Lines, others: Lines) -> int:
    """How many lines two patches have in common."""
    if len(others) < len(lines):
        lines, others = others, lines
    return sum(min(number, others[line]) for line, number in lines.items() if line in others)
