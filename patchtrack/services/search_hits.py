"""What a search finds, and how much of it is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that was found, by its id, and the date that decides its place."""

    message: int
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which of all hits are wanted: at most `most`, behind `place` if it is not None; the newest
    first, or the oldest first if `forwards`."""

    most: int
    place: Hit | None = None
    forwards: bool = False

    @property
    def order(self) -> tuple[str, str]:
        """How the places behind another one compare with it, and how they are sorted, in SQL."""
        return (">", "ASC") if self.forwards else ("<", "DESC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The hits in the order that was wanted. If looking through all mail took too long, `end` is
    the place up to which it was done, else None."""

    hits: Sequence[Hit]
    end: Hit | None = None


def find_by_sql(sql: str, parameters: Sequence[Any]) -> list[Hit]:
    """The hits that a statement finds, which tells their ids and dates."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    # SQLite's dates say no time zone: they are all of the same.
    return [
        Hit(message=row, date=date if date.tzinfo else date.replace(tzinfo=UTC))
        for row, date in rows
    ]
