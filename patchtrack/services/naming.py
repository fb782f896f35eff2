"""Which patches, series and cover letters have something in their names."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

# A part is frequent if one of so many names has it: among so few it is soon met by going through
# them, and an index would have too many to tell of.
_ONE_OF = 20
_FREQUENT = """
WITH sample AS MATERIALIZED (
  SELECT upper(name) AS name FROM {table} TABLESAMPLE SYSTEM (0.3) LIMIT 5000
)
SELECT part FROM unnest(%s::text[]) AS part, sample WHERE strpos(name, upper(part)) > 0
GROUP BY part HAVING count(*) * %s > (SELECT count(*) FROM sample)
"""


def filter_named(rows: QuerySet, parts: Collection[str]) -> QuerySet:
    """The rows that have all parts in their names, in any case; at most one query is made for it.

    To count them is cheap; to read them in an order is, too, if they are few or very many.
    """
    frequent = _find_frequent(rows, parts) if parts else frozenset()
    for part in parts:
        lookup = "has_part" if part in frequent else "has_rare_part"
        rows = rows.filter(**{f"name__{lookup}": part})
    return rows


def _find_frequent(rows: QuerySet, parts: Collection[str]) -> frozenset[str]:
    """The parts that many names have, as far as a sample tells. SQLite goes through all names
    anyway."""
    if connection.vendor != "postgresql":
        return frozenset()
    with connection.cursor() as cursor:
        statement = _FREQUENT.format(table=rows.model._meta.db_table)  # noqa: SLF001
        cursor.execute(statement, [list(parts), _ONE_OF])
        return frozenset(part for (part,) in cursor)
