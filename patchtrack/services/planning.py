"""Tells PostgreSQL how to join tables where it cannot know how many rows it will find."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def joining_at_once() -> Iterator[None]:
    """Have each table read as a whole, and not looked into for one row after the other, in what is
    asked meanwhile. One query; none on SQLite.

    PostgreSQL takes the rows that `among_all` lets through for ten, and they may be thousands.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_nestloop = off")
        yield
