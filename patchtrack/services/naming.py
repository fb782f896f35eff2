"""Which patches, series and cover letters have something in their names, in any case.

PostgreSQL is asked for the words of which a part is looked for, and finds the names by them. Of a
long name only the words of the beginning are known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

# To look for a part goes through all words: only the longest parts are looked for. The others are
# seen in the names that are found by these.
_MOST_PARTS = 3
# A part that so many words have tells little.
_MOST_WORDS = 1000
# What one of so many names has is frequent: among so few, who goes through the rows in the order
# of a list soon meets as many as a page has.
_ONE_OF = 200
# A part begins or ends in the midst of a word only where the text does that is looked for. The
# sample is the same each time, so that it is in memory.
_FIND = """
WITH part AS (
  SELECT part, place = 1 AS is_first, place = max(place) OVER (PARTITION BY said) AS is_last
  FROM unnest(%(texts)s::text[]) AS said,
    regexp_split_to_table(lower(said), '[^[:alnum:]]+') WITH ORDINALITY AS cut (part, place)
), longest AS (
  SELECT CASE WHEN is_first THEN '%%' ELSE '' END || part || CASE WHEN is_last THEN '%%' ELSE '' END
    AS pattern
  FROM part WHERE part > '' ORDER BY length(part) DESC LIMIT %(most_parts)s
)
SELECT
  ARRAY(
    SELECT DISTINCT word FROM patchtrack_nameword WHERE word LIKE pattern LIMIT %(most_words)s + 1
  ),
  (
    SELECT count(*) FILTER (WHERE has_all) * %(one_of)s > count(*)
    FROM {table} TABLESAMPLE SYSTEM (0.3) REPEATABLE (1), LATERAL (
      SELECT bool_and(strpos(upper(name), upper(said)) > 0) AS has_all
      FROM unnest(%(texts)s::text[]) AS said
    ) AS seen
  )
FROM longest
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Of each group of `words` a name must have one; `is_frequent` says that many names have what
    is looked for."""

    words: Sequence[Collection[str]]
    is_frequent: bool


def filter_named(rows: QuerySet, texts: Collection[str]) -> QuerySet:
    """The rows that have all texts in their names; one query is made for it if there are any."""
    if not texts:
        return rows
    if connection.vendor != "postgresql":
        return _filter_by_parts(rows, texts)
    asked = _find_asked(rows, texts)
    if not all(asked.words):
        return rows.none()
    lexemes = " & ".join(map(_format_any, asked.words))
    if asked.is_frequent or not lexemes:
        known = rows.filter(name__has_lexemes=lexemes) if lexemes else rows
        return _filter_by_parts(known, texts)
    every = rows.model._default_manager.order_by()  # noqa: SLF001
    rare = _filter_by_parts(every.filter(name__has_rare_lexemes=lexemes), texts)
    return rows.filter(pk__among_all=rare.values("pk"))


def _filter_by_parts(rows: QuerySet, texts: Collection[str]) -> QuerySet:
    for text in texts:
        rows = rows.filter(name__has_part=text)
    return rows


def _find_asked(rows: QuerySet, texts: Collection[str]) -> _Asked:
    statement = _FIND.format(table=rows.model._meta.db_table)  # noqa: SLF001
    parameters = {
        "texts": list(texts),
        "most_parts": _MOST_PARTS,
        "most_words": _MOST_WORDS,
        "one_of": _ONE_OF,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = cursor.fetchall()
    return _Asked(
        words=[words for words, _ in found if len(words) <= _MOST_WORDS],
        is_frequent=any(is_frequent for _, is_frequent in found),
    )


def _format_any(words: Collection[str]) -> str:
    """As PostgreSQL's tsquery in its text form."""
    return "(" + " | ".join(f"'{word}'" for word in words) + ")"
