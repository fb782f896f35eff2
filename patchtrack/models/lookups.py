"""Finds rows by what stands in them: words of a text, paths, tags. Each has an index on
PostgreSQL, made in a migration from the same expression; SQLite goes through the rows."""

import re
from typing import Any

from django.db.models import JSONField, Lookup, TextField

_WORD = re.compile(r"[^\W_]+")
# PostgreSQL refuses to index what is longer than some thousand bytes, and with it the row. Of
# longer texts and paths only the beginning is found.
_INDEXED = 500

Sql = tuple[str, list[Any]]


def split_words(text: str) -> list[str]:
    """The words to look for, in lower case."""
    return _WORD.findall(text.lower())


def words_of(column: str) -> str:
    """What PostgreSQL indexes of a column of text."""
    # PostgreSQL's own parser would take "drm/i915" for the name of a file, which is one word.
    words = f"regexp_replace(left({column}, {_INDEXED}), '[^[:alnum:]]+', ' ', 'g')"
    return f"to_tsvector('simple', {words})"


def places_of(column: str) -> str:
    """What PostgreSQL indexes of a column of paths: each with all directories above it."""
    return f"patchtrack_places({column})"


def keys_of(column: str) -> str:
    """What PostgreSQL indexes of a column that counts tags."""
    return f"patchtrack_keys({column})"


# The server can index only what is a function that it knows to be always the same.
FUNCTIONS = (
    f"""
    CREATE FUNCTION patchtrack_places(paths jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT array_agg(DISTINCT array_to_string(parts[1:depth], '/'))
      FROM jsonb_array_elements_text(paths) AS path,
        string_to_array(left(path, {_INDEXED}), '/') AS parts,
        generate_series(1, cardinality(parts)) AS depth
    $$
    """,  # noqa: S608
    """
    CREATE FUNCTION patchtrack_keys(tags jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT array_agg(key) FROM jsonb_object_keys(tags) AS key
    $$
    """,
)


class _OfColumn(Lookup):
    """A lookup whose right side is a plain value, never an expression."""

    prepare_rhs = False

    def _column(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = self.process_lhs(compiler, connection)
        return sql, list(parameters)


@TextField.register_lookup
class HasWords(_OfColumn):
    """`name__has_words="net flow"`: a word begins with "net" and one with "flow", in any order
    and case. SQLite finds them in the midst of words, too. What holds no word finds everything."""

    lookup_name = "has_words"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self._column(compiler, connection)
        words = split_words(self.rhs)
        if not words:
            return "(1 = 1)", []
        each = [item for word in words for item in (*parameters, f"%{word}%")]
        return "(" + " AND ".join([f"{column} LIKE %s"] * len(words)) + ")", each

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self._column(compiler, connection)
        words = split_words(self.rhs)
        if not words:
            return "(1 = 1)", []
        query = " & ".join(f"{word}:*" for word in words)
        return f"{words_of(column)} @@ to_tsquery('simple', %s)", [*parameters, query]


@JSONField.register_lookup
class HasPath(_OfColumn):
    """`paths__has_path="drivers/net"`: that file, or one in that directory, is among the paths."""

    lookup_name = "has_path"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self._column(compiler, connection)
        place = self.rhs.strip("/")
        inside = "value = %s OR substr(value, 1, length(%s)) = %s"
        sql = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE {inside})"  # noqa: S608
        return sql, [*parameters, place, f"{place}/", f"{place}/"]

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self._column(compiler, connection)
        place = self.rhs.strip("/")[:_INDEXED]
        return f"{places_of(column)} @> ARRAY[%s]::text[]", [*parameters, place]


@JSONField.register_lookup
class HasTag(_OfColumn):
    """`tags__has_tag="Acked-by"`: that tag was counted."""

    lookup_name = "has_tag"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self._column(compiler, connection)
        sql = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE key = %s)"  # noqa: S608
        return sql, [*parameters, self.rhs]

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self._column(compiler, connection)
        return f"{keys_of(column)} @> ARRAY[%s]::text[]", [*parameters, self.rhs]
