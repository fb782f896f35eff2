"""Finds patches that became several, and several that became one."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from patchtrack.services.compare.pseudo import PseudoPatch

# A patch is part of another if this share of its lines, and so many at least, were there.
_SHARE = 0.6
_FEWEST = 2
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
    alone = {j: _count_telling(new[j]) for j in range(len(new)) if j not in set(matched.values())}
    if not alone:
        return {}
    moved = [
        _count_telling(patch) - (_count_telling(new[matched[i]]) if i in matched else Lines())
        for i, patch in enumerate(old)
    ]
    found = {}
    for j, lines in alone.items():
        shared = [_count_shared(lines, others) for others in moved]
        most = max(shared, default=0)
        if most >= max(_FEWEST, _SHARE * lines.total()):
            found[j] = shared.index(most)
    return found


def _count_telling(patch: PseudoPatch) -> Lines:
    """The lines that a patch adds and removes, with the files that they are in."""
    return Counter(
        change for change in patch.changes if change[1][0] in "+-" and _TELLING.search(change[1])
    )


def _count_shared(lines: Lines, others: Lines) -> int:
    if len(others) < len(lines):
        lines, others = others, lines
    return sum(min(number, others[line]) for line, number in lines.items() if line in others)
