"""Indexes by which lists are sorted by trailers that administrators have added; those that there
are from the beginning have theirs with the tables."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Index, Model

from patchtrack.models import Patch, Series, Tag
from patchtrack.models.sorting import INDEXED_TAGS, make_tag_index
from patchtrack.services.transactions import in_transaction

_TABLES: dict[str, tuple[type[Model], str]] = {
    "patch": (Patch, "message"),
    "series": (Series, "id"),
}
# What can be a trailer's key; of anything else nothing was ever counted.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_OURS = re.compile(r"(?:patch|series)_trailer_[0-9a-f]{8}")


@in_transaction
def keep_trailer_indexes() -> tuple[int, int]:
    """Make the indexes that are missing, and remove those of trailers that are no columns any
    more; how many of each. Whoever writes patches or series waits meanwhile: some seconds for
    a million of them."""
    wanted = {index.name: (table, index) for table, index in _list_wanted()}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        known = _find_known(cursor)
        editor = connection.schema_editor()
        for name in known - wanted.keys():
            cursor.execute(f"DROP INDEX {editor.quote_name(name)}")
        missing = [wanted[name] for name in wanted.keys() - known]
        for table, index in missing:
            cursor.execute(str(index.create_sql(table, editor)))
    return len(missing), len(known - wanted.keys())


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
