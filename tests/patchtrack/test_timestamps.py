"""Timestamps are read from PostgreSQL as Django reads them."""

import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

from patchtrack.timestamps import UtcLoader

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's timestamps are Django's affair"
)


def read(text: str):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02 03:04:05.6+00",
        "2026-01-02 03:04:05.000001+02",
        "2026-01-02",
        "0001-01-01 00:00+00",
        "9999-12-31 23:59:59.999999+00",
    ],
)
def test_the_same_time_in_the_same_zone(db, monkeypatch, text):
    found = read(text)
    monkeypatch.setattr(UtcLoader, "load", BaseTzLoader.load)
    expected = read(text)
    assert (found, found.tzinfo) == (expected, expected.tzinfo)


def test_connections_read_so(db, monkeypatch):
    monkeypatch.setattr(UtcLoader, "load", lambda _loader, data: bytes(data))
    assert read("2026-01-02 03:04:05+00") == b"2026-01-02 03:04:05+00"


def test_what_no_datetime_can_be_is_refused(db):
    with pytest.raises(DataError):
        read("infinity")
