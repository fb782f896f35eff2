"""Indexes by which lists are sorted by trailers that administrators have added; those that there
are from the beginning have theirs with the tables."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Index, Model

from patchtrack.models import Patch, Series, Tag
from patchtrack.models.sorting import INDEXED_TAGS, make_tag_index

_TABLES: dict[str, tuple[type[Model], str]] = {
    "patch": (Patch, "message"),
    "series": (Series, "id"),
}
# What can be a trailer's key; of anything else nothing was ever counted.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_OURS = re.compile(r"(?:patch|series)_trailer_[0-9a-f]{8}")
_CONCURRENTLY = "CONCURRENTLY" if connection.vendor == "postgresql" else ""


def keep_trailer_indexes() -> tuple[int, int]:
    """Make the indexes that are missing, and remove those of trailers that are no columns any
    more; how many of each. Not within a transaction: so on PostgreSQL nobody who writes patches
    or series waits meanwhile. Of one that is stopped the next call does the rest."""
    wanted = {index.name: (table, index) for table, index in _list_wanted()}
    with connection.cursor() as cursor, _without_timeouts(cursor):
        known, broken = _find_known(cursor), _find_broken(cursor)
        missing = wanted.keys() - (known - broken)
        for name in sorted(known & broken | known - wanted.keys()):
            cursor.execute(f"DROP INDEX {_CONCURRENTLY} {connection.ops.quote_name(name)}")
        for name in sorted(missing):
            cursor.execute(_format_index(*wanted[name]))
    return len(missing), len(known - wanted.keys())


@contextmanager
def _without_timeouts(cursor: Any) -> Iterator[None]:
    """Waiting for all who write just now takes as long as they do, and holds up nobody."""
    timeouts = ("lock_timeout", "statement_timeout") if _CONCURRENTLY else ()
    for name in timeouts:
        cursor.execute(f"SET {name} = 0")
    try:
        yield
    finally:
        for name in timeouts:
            cursor.execute(f"RESET {name}")


def _format_index(table: type[Model], index: Index) -> str:
    options = {"concurrently": True} if _CONCURRENTLY else {}
    return str(index.create_sql(table, connection.schema_editor(), **options))


def _list_wanted() -> Iterator[tuple[type[Model], Index]]:
    for tag in Tag.objects.filter(show_column=True).exclude(name__in=INDEXED_TAGS):
        if _KEY.fullmatch(tag.name):
            digest = hashlib.sha256(tag.name.encode()).hexdigest()[:8]
            for kind, (table, own) in _TABLES.items():
                yield table, make_tag_index(tag.name, own, f"{kind}_trailer_{digest}")


def _find_known(cursor: Any) -> set[str]:
    """The names of those of our indexes that there are."""
    tables = [table._meta.db_table for table, _ in _TABLES.values()]  # noqa: SLF001
    constraints = (connection.introspection.get_constraints(cursor, table) for table in tables)
    return {name for found in constraints for name in found if _OURS.fullmatch(name)}


def _find_broken(cursor: Any) -> set[str]:
    """The names of indexes that PostgreSQL began to make and did not finish."""
    if not _CONCURRENTLY:
        return set()
    cursor.execute(
        "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid "
        "WHERE NOT indisvalid"
    )
    return {name for (name,) in cursor.fetchall()}
