"""Finds which new patch is which old one, as `git range-diff` does."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from patchtrack.services.compare.assign import choose_pairs
from patchtrack.services.compare.lines import (
    count_least,
    count_lines,
    find_changes,
    share_steps,
    split_hunks,
)
from patchtrack.services.compare.parts import count_same, count_telling, is_alike
from patchtrack.services.compare.pseudo import PseudoPatch

# Dropping or adding a patch costs this share of its lines (git-range-diff, --creation-factor).
CREATION_FACTOR = 60
# The lines of the pairs of which the true difference is found; likelier pairs come first.
MOST_LINES = 300_000
# A line that more patches have is as good as any other, to tell cheaply what is alike.
_RARE = 16


def match_patches(old: Sequence[PseudoPatch], new: Sequence[PseudoPatch]) -> dict[int, int]:
    """The place of the new patch for the places of old ones.

    Patches with equal diffs first; then those pairs for which all differences together are
    smallest, where leaving two patches alone costs CREATION_FACTOR. Of what git then leaves
    alone, those that have a name that no other has, or do much of the same, which git does
    not see where the lines around it have changed.
    """
    matched = dict(_match_equal(old, new))
    matched |= choose_pairs(_find_gains(_without(old, matched), _without(new, matched.values())))
    matched |= _match_names(_without(old, matched), _without(new, matched.values()))
    matched |= _match_alike(_without(old, matched), _without(new, matched.values()))
    return matched


def _without(patches: Sequence[PseudoPatch], places: Iterable[int]) -> dict[int, PseudoPatch]:
    """The patches by their places, but those at `places`."""
    gone = set(places)
    return {at: patch for at, patch in enumerate(patches) if at not in gone}


def _match_equal(
    old: Sequence[PseudoPatch], new: Sequence[PseudoPatch]
) -> Iterator[tuple[int, int]]:
    """Patches with equal diffs; of several, preferably those with equal names."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, patch in enumerate(old):
        places[patch.compared].append(at)
    for at, patch in enumerate(new):
        if equal := places.get(patch.compared):
            chosen = next((i for i in equal if old[i].key == patch.key), equal[0])
            equal.remove(chosen)
            yield chosen, at


def _find_gains(
    old: Mapping[int, PseudoPatch], new: Mapping[int, PseudoPatch]
) -> dict[tuple[int, int], int]:
    """What is won where an old and a new patch are taken for the same, if anything is."""
    likely = list(_choose_likely(old, new))
    steps = share_steps([len(old[i].diff) + len(new[j].diff) for i, j in likely])
    of_old = {i: set(patch.diff) for i, patch in old.items()}
    of_new = {j: set(patch.diff) for j, patch in new.items()}
    gains = {}
    for (i, j), most in zip(likely, steps, strict=True):
        ours, theirs = old[i].diff, new[j].diff
        saved = _creation_cost(old[i]) + _creation_cost(new[j])
        if saved > count_least(ours, theirs, of_old[i], of_new[j]):
            gains[i, j] = saved - _count_difference(ours, theirs, most)
    return {pair: gain for pair, gain in gains.items() if gain > 0}


def _creation_cost(patch: PseudoPatch) -> int:
    return patch.size * CREATION_FACTOR // 100


def _count_difference(old: Sequence[str], new: Sequence[str], most_steps: int) -> int:
    return count_lines(split_hunks(find_changes(old, new, most_steps), len(old)))


def _choose_likely(
    old: Mapping[int, PseudoPatch], new: Mapping[int, PseudoPatch]
) -> Iterator[tuple[int, int]]:
    """The pairs that share so much that they may win, as many as MOST_LINES allows."""
    ours = {i: _creation_cost(patch) - len(patch.diff) for i, patch in old.items()}
    theirs = {j: _creation_cost(patch) - len(patch.diff) for j, patch in new.items()}
    hopes = {
        (i, j): hope
        for (i, j), lines in _count_shared(old, new).items()
        if (hope := ours[i] + theirs[j] + 2 * lines) > 0
    }
    left = MOST_LINES
    for i, j in sorted(hopes, key=lambda pair: -hopes[pair]):
        left -= len(old[i].diff) + len(new[j].diff)
        if left < 0:
            return
        yield i, j


def _count_shared(
    old: Mapping[int, PseudoPatch], new: Mapping[int, PseudoPatch]
) -> dict[tuple[int, int], int]:
    """How many lines an old and a new patch have in common at the most, in whatever order."""
    counts = {i: Counter(patch.diff) for i, patch in old.items()}
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i, lines in counts.items():
        for line in lines:
            places[line].append(i)
    common = {line for line, where in places.items() if len(where) > _RARE}
    frequent = {i: _count_common(lines, common) for i, lines in counts.items()}
    shared: dict[tuple[int, int], int] = {}
    for j, patch in new.items():
        lines = Counter(patch.diff)
        rare: Counter[int] = Counter()
        for line in lines.keys() - common:
            for i in places.get(line, ()):
                rare[i] += min(lines[line], counts[i][line])
        ours = _count_common(lines, common)
        shared |= {(i, j): rare[i] + min(frequent[i], ours) for i in old}
    return shared


def _count_common(lines: Counter[str], common: set[str]) -> int:
    return sum(lines[line] for line in lines.keys() & common)


def _match_names(old: Mapping[int, PseudoPatch], new: Mapping[int, PseudoPatch]) -> dict[int, int]:
    """Patches of a name that one old and one new patch have."""
    ours, theirs = _find_unique_names(old), _find_unique_names(new)
    return {i: theirs[name] for name, i in ours.items() if name in theirs}


def _find_unique_names(patches: Mapping[int, PseudoPatch]) -> dict[str, int]:
    counts = Counter(patch.key for patch in patches.values())
    return {patch.key: at for at, patch in patches.items() if patch.key and counts[patch.key] == 1}


def _match_alike(old: Mapping[int, PseudoPatch], new: Mapping[int, PseudoPatch]) -> dict[int, int]:
    """Patches that do much of the same, wherever they do it."""
    ours = {i: count_telling(patch) for i, patch in old.items()}
    theirs = {j: count_telling(patch) for j, patch in new.items()}
    gains = {
        (i, j): count_same(lines, others)
        for i, lines in ours.items()
        for j, others in theirs.items()
        if is_alike(lines, others)
    }
    return choose_pairs(gains)
