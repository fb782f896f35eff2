"""Chooses who goes with whom so that all together gain the most."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

# A group with more cells than this is matched greedily: the best way takes cubic time.
MOST_CELLS = 10_000
_FAR = 2**62


def choose_pairs(gains: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Match rows with columns, each at most once, for the greatest sum of gains.

    `gains` has the pairs (row, column) that may be chosen, with numbers above zero. Groups
    of rows and columns that have nothing to do with each other are looked at on their own.
    """
    chosen: dict[int, int] = {}
    for rows, columns in _split_groups(gains):
        if len(rows) * len(columns) > MOST_CELLS:
            chosen |= _choose_greedily(rows, gains)
        elif len(rows) > len(columns):
            matrix = [[-gains.get((row, column), 0) for row in rows] for column in columns]
            chosen |= {rows[x]: columns[y] for y, x in enumerate(_assign(matrix))}
        else:
            matrix = [[-gains.get((row, column), 0) for column in columns] for row in rows]
            chosen |= {rows[x]: columns[y] for x, y in enumerate(_assign(matrix))}
    return {row: column for row, column in chosen.items() if (row, column) in gains}


def _split_groups(
    gains: Mapping[tuple[int, int], int],
) -> Iterator[tuple[list[int], list[int]]]:
    """The rows and columns of each connected group."""
    by_row: defaultdict[int, list[int]] = defaultdict(list)
    by_column: defaultdict[int, list[int]] = defaultdict(list)
    for row, column in gains:
        by_row[row].append(column)
        by_column[column].append(row)
    seen: set[int] = set()
    for first in by_row:
        rows: list[int] = []
        columns: set[int] = set()
        waiting = [first]
        while waiting:
            row = waiting.pop()
            if row not in seen:
                seen.add(row)
                rows.append(row)
                for column in by_row[row]:
                    waiting += by_column.pop(column, ())
                    columns.add(column)
        if rows:
            yield sorted(rows), sorted(columns)


def _choose_greedily(rows: Sequence[int], gains: Mapping[tuple[int, int], int]) -> dict[int, int]:
    inside = set(rows)
    pairs = sorted((pair for pair in gains if pair[0] in inside), key=lambda pair: -gains[pair])
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for row, column in pairs:
        if row not in chosen and column not in taken:
            chosen[row] = column
            taken.add(column)
    return chosen


def _assign(costs: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row, for the least sum of costs; there are no more rows than columns.

    The Hungarian method by shortest augmenting paths (Jonker and Volgenant, 1987), as git
    uses it.
    """
    # The last owner is that of a column which is not there: the row for which one is sought.
    owners = [-1] * (len(costs[0]) + 1)
    row_prices, column_prices = [0] * len(costs), [0] * len(owners)
    for row in range(len(costs)):
        owners[-1] = row
        _find_place(costs, owners, row_prices, column_prices)
    places = {owner: column for column, owner in enumerate(owners[:-1])}
    return [places[row] for row in range(len(costs))]


def _find_place(
    costs: Sequence[Sequence[int]],
    owners: list[int],
    row_prices: list[int],
    column_prices: list[int],
) -> None:
    """Give the last owner a column, and others new ones, on the cheapest way to a free column."""
    least = dict.fromkeys(range(len(owners) - 1), _FAR)
    came_from: dict[int, int] = {}
    walked = [len(owners) - 1]
    while owners[at := walked[-1]] >= 0:
        row = owners[at]
        for column, known in least.items():
            price = costs[row][column] - row_prices[row] - column_prices[column]
            if price < known:
                least[column] = price
                came_from[column] = at
        nearest = min(least, key=least.__getitem__)
        step = least.pop(nearest)
        for column in walked:
            row_prices[owners[column]] += step
            column_prices[column] -= step
        for column in least:
            least[column] -= step
        walked.append(nearest)
    while at in came_from:
        owners[at] = owners[came_from[at]]
        at = came_from[at]
