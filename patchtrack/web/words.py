"""Finds the words that differ between a removed line and the one that took its place."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
# Longer lines are not compared; of the words between equal ends, not more than these.
_LONGEST_LINE = 1_000
_MOST_COMPARED = 40
# Lines that have less than this in common are not one line that was changed.
_LEAST_COMMON = 0.4

Ranges = list[tuple[int, int]]


def find_changed_words(old: str, new: str) -> tuple[Ranges, Ranges]:
    """Where in each of two lines stands what the other has not, in order and apart.

    Nothing is marked in lines that have little in common, or that are too long.
    """
    if max(len(old), len(new)) > _LONGEST_LINE:
        return [], []
    olds, news = _WORD.findall(old), _WORD.findall(new)
    changes = _compare(olds, news)
    gone = _to_ranges(olds, [(a, b) for a, b, _, _ in changes])
    come = _to_ranges(news, [(c, d) for _, _, c, d in changes])
    if _count_kept(old, gone) < _LEAST_COMMON * max(len(old.strip()), len(new.strip())):
        return [], []
    return gone, come


def _compare(olds: Sequence[str], news: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """The runs of words old[a:b] that became new[c:d]."""
    first = _count_same(olds, news)
    rest_old, rest_new = olds[first:], news[first:]
    last = _count_same(rest_old[::-1], rest_new[::-1])
    middle_old, middle_new = rest_old[: len(rest_old) - last], rest_new[: len(rest_new) - last]
    whole = (first, first + len(middle_old), first, first + len(middle_new))
    if not 0 < len(middle_old) <= _MOST_COMPARED or not 0 < len(middle_new) <= _MOST_COMPARED:
        return [whole]
    codes = SequenceMatcher(None, middle_old, middle_new, autojunk=False).get_opcodes()
    return [
        (first + a, first + b, first + c, first + d)
        for operation, a, b, c, d in codes
        if operation != "equal"
    ]


def _count_same(olds: Sequence[str], news: Sequence[str]) -> int:
    """How many words are the same from the beginning on."""
    pairs = zip(olds, news, strict=False)
    return next(
        (at for at, (old, new) in enumerate(pairs) if old != new), min(len(olds), len(news))
    )


def _to_ranges(words: Sequence[str], runs: Sequence[tuple[int, int]]) -> Ranges:
    """Runs of words as ranges of characters; empty ones are left out."""
    ends = [0, *accumulate(map(len, words))]
    return [(ends[start], ends[end]) for start, end in runs if start < end]


def _count_kept(line: str, changed: Ranges) -> int:
    """How many characters of a line, not counting blanks at its ends, did not change."""
    return len(line.strip()) - sum(len(line[start:end].strip()) for start, end in changed)
