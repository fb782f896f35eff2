"""Pairs are chosen for the greatest gain of all together."""

import random
from collections.abc import Mapping

import pytest

from patchtrack.services.compare.assign import choose_pairs

Gains = Mapping[tuple[int, int], int]


def find_best(gains: Gains, rows: int, columns: frozenset[int]) -> int:
    """The greatest sum of gains, by trying all there is."""
    if rows == 0:
        return 0
    row = rows - 1
    tries = [gains[row, c] + find_best(gains, row, columns - {c})
             for c in columns if (row, c) in gains]  # fmt: skip
    return max([find_best(gains, row, columns), *tries])


@pytest.mark.parametrize("seed", range(30))
def test_no_other_choice_gains_more(seed):
    numbers = random.Random(seed)
    rows, columns = numbers.randrange(1, 6), numbers.randrange(1, 6)
    cells = [(i, j) for i in range(rows) for j in range(columns) if numbers.random() < 0.5]
    gains = {cell: numbers.randrange(1, 20) for cell in cells}
    chosen = choose_pairs(gains)
    assert len(set(chosen.values())) == len(chosen)
    best = find_best(gains, rows, frozenset(range(columns)))
    assert sum(gains[pair] for pair in chosen.items()) == best


def test_the_best_pair_may_have_to_yield():
    assert choose_pairs({(0, 0): 10, (0, 1): 9, (1, 0): 8}) == {0: 1, 1: 0}


def test_in_a_large_group_the_best_pair_never_yields(monkeypatch):
    monkeypatch.setattr("patchtrack.services.compare.assign.MOST_CELLS", 1)
    assert choose_pairs({(0, 0): 10, (0, 1): 9, (1, 0): 8}) == {0: 0}


def test_only_pairs_that_gain_are_chosen():
    assert choose_pairs({(0, 0): 5, (1, 0): 6}) == {1: 0}
    assert choose_pairs({}) == {}
