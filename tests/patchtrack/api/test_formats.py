"""Dates stand in records as Patchwork writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from patchtrack.api.formats import format_date

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (NOON, "2026-01-02T12:00:00"),
        (NOON.replace(microsecond=50), "2026-01-02T12:00:00.000050"),
        (NOON.replace(year=1), "0001-01-02T12:00:00"),
        (NOON.astimezone(timezone(timedelta(hours=-11))), "2026-01-02T12:00:00"),
    ],
)
def test_dates_are_in_utc_without_an_offset(date, expected):
    assert format_date(date) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-01-02 12:00:00+00", "2026-01-02T12:00:00"),
        ("2026-01-02 12:00:00", "2026-01-02T12:00:00"),
        ("2026-01-02 12:00:00.6+00", "2026-01-02T12:00:00.600000"),
        ("0001-01-02 12:00:00.000050", "0001-01-02T12:00:00.000050"),
    ],
)
def test_dates_may_be_as_databases_write_them(said, expected):
    assert format_date(said) == expected
