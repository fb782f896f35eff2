"""What is missing of a series, and what its patches say together."""

import pytest

from patchtrack.models import Series
from patchtrack.services import series_summary
from patchtrack.services.series_summary import derive_missing, derive_summary


@pytest.mark.parametrize(
    ("numbers", "total", "expected"),
    [
        ([1, 2], 2, []),
        ([2, None], 4, [1, 3, 4]),
        ([], 2, [1, 2]),
        ([5], 3, [1, 2, 3]),
        ([], 0, []),
    ],
)
def test_the_numbers_that_are_missing(numbers, total, expected):
    assert derive_missing(numbers, total) == expected


def test_of_very_many_the_first_are_told(monkeypatch):
    monkeypatch.setattr(series_summary, "MOST_MISSING", 3)
    assert derive_missing([1, 3], 10**9) == [2, 4, 5]


def test_nothing_is_missing_of_what_is_complete():
    summary = derive_summary(Series(complete=True, total=3), [])
    assert (summary.states, summary.check, summary.missing) == ({}, None, ())
