"""Says what became of each patch of a series in another version of it."""

from collections.abc import Iterator, Mapping, Sequence

from patchtrack.services.compare.lines import (
    MOST_STEPS,
    find_changes,
    share_steps,
    split_hunks,
    write_hunks,
)
from patchtrack.services.compare.matching import match_patches
from patchtrack.services.compare.parts import find_split
from patchtrack.services.compare.pseudo import PseudoPatch, derive_pseudo, write_text
from patchtrack.services.compare.values import Aspect, Comparison, Line, Row, SentPatch, Sign


def compare_series(old: Sequence[SentPatch], new: Sequence[SentPatch]) -> Comparison:
    """Match the patches of two versions and say what has changed; each in their order."""
    ours, theirs = [derive_pseudo(patch) for patch in old], [derive_pseudo(patch) for patch in new]
    matched = match_patches(ours, theirs)
    pairs = list(_order(len(ours), len(theirs), matched))
    steps = share_steps([_measure(ours, i) + _measure(theirs, j) for i, j in pairs])
    rows = [
        _compare_pair(ours, i, theirs, j, most) for (i, j), most in zip(pairs, steps, strict=True)
    ]
    backwards = {j: i for i, j in matched.items()}
    return Comparison(
        rows=tuple(rows),
        split=find_split(ours, theirs, matched),
        squashed=find_split(theirs, ours, backwards),
    )


def compare_letters(old: SentPatch | None, new: SentPatch | None) -> Row | None:
    """What became of the cover letter, as far as there is one; the places in its row are 0."""
    if old is None or new is None:
        if old is new:
            return None
        return (
            Row(sign=Sign.NEW, old=None, new=0) if new else Row(sign=Sign.DROPPED, old=0, new=None)
        )
    if old.unread or new.unread:
        return Row(sign=Sign.UNREAD, old=0, new=0)
    ours, theirs = _write_letter(old), _write_letter(new)
    lines = _compare_lines(ours, theirs, MOST_STEPS)
    return Row(sign=Sign.CHANGED if lines else Sign.UNCHANGED, old=0, new=0, lines=lines)


def _write_letter(letter: SentPatch) -> tuple[str, ...]:
    return (" ## Cover letter ##", *write_text(letter.name, letter.message))


def _order(
    old: int, new: int, matched: Mapping[int, int]
) -> Iterator[tuple[int | None, int | None]]:
    """The places of all patches in the order of the new series.

    Those that were dropped stand where all that stood before them have been told.
    """
    backwards = {j: i for i, j in matched.items()}
    told: set[int] = set()
    i = 0
    for j in range(new + 1):
        # Of a new patch without counterpart git says only when no dropped one is left to tell of.
        while i < old and (i in told or i not in matched):
            if i not in told:
                yield i, None
            i += 1
        if j < new:
            yield backwards.get(j), j
            told |= {backwards[j]} if j in backwards else set()


def _measure(patches: Sequence[PseudoPatch], at: int | None) -> int:
    return 0 if at is None else len(patches[at].message) + len(patches[at].diff)


def _compare_pair(
    old: Sequence[PseudoPatch], i: int | None, new: Sequence[PseudoPatch], j: int | None, most: int
) -> Row:
    if i is None or j is None:
        return Row(sign=Sign.NEW if i is None else Sign.DROPPED, old=i, new=j)
    ours, theirs = old[i], new[j]
    if ours.unread or theirs.unread:
        return Row(sign=Sign.UNREAD, old=i, new=j)
    if ours == theirs:
        return Row(sign=Sign.UNCHANGED, old=i, new=j)
    lines = _compare_lines(ours.lines, theirs.lines, most)
    return Row(sign=Sign.CHANGED, old=i, new=j, aspects=tuple(_name(ours, theirs)), lines=lines)


def _compare_lines(old: Sequence[str], new: Sequence[str], most_steps: int) -> tuple[Line, ...]:
    changes = find_changes(old, new, most_steps)
    return tuple(write_hunks(old, new, split_hunks(changes, len(old))))


def _name(old: PseudoPatch, new: PseudoPatch) -> Iterator[Aspect]:
    """What differs in two patches, in the order of the text."""
    if old.author != new.author:
        yield Aspect.AUTHOR
    if old.message != new.message:
        yield from _name_of_message(old, new)
    if old.diff != new.diff:
        yield Aspect.CONTEXT if old.changes == new.changes else Aspect.CODE


def _name_of_message(old: PseudoPatch, new: PseudoPatch) -> Iterator[Aspect]:
    is_other = old.message[:1] != new.message[:1]
    says_other = old.prose != new.prose
    if is_other:
        yield Aspect.NAME
    if says_other:
        yield Aspect.MESSAGE
    if old.trailers != new.trailers:
        yield Aspect.TRAILERS
    elif not (is_other or says_other):
        # Only the empty lines differ, or where the trailers stand.
        yield Aspect.MESSAGE
