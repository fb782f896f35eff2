"""Finds rows by what stands in them: words of a text, paths, tags. PostgreSQL keeps each in an
indexed column of its own, made in a migration; SQLite goes through the rows."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import CharField, ForeignKey, IntegerField, JSONField, Lookup, TextField
from django.db.models.lookups import In

_WORD = re.compile(r"[^\W_]+")
# PostgreSQL refuses to index what is longer than some thousand bytes, and with it the row. Of
# longer texts and paths only the beginning is found.
_INDEXED = 500

Sql = tuple[str, list[Any]]


def split_words(text: str) -> list[str]:
    """The words to look for, in lower case."""
    return _WORD.findall(text.lower())


def words_of(column: str) -> str:
    """The SQL of the words in a column, in lower case, as PostgreSQL keeps them."""
    # PostgreSQL's own parser would take "drm/i915" for the name of a file, which is one word, and
    # cut the commit "3e6b1a" behind the number 3e6.
    words = f"regexp_split_to_array(lower(left({column}, {_INDEXED})), '[^[:alnum:]]+')"
    return f"array_to_tsvector(array_remove({words}, ''))"


# A column can be computed only by a function that the server knows to be always the same.
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
# What PostgreSQL keeps beside a column to find rows by: the words of a name, each path with all
# directories above it, the tags that were counted. Django does not know of these columns.
KEPT = (
    ("patchtrack_patch", "name_words", "tsvector", words_of("name")),
    ("patchtrack_series", "name_words", "tsvector", words_of("name")),
    ("patchtrack_patch", "paths_places", "text[]", "patchtrack_places(paths)"),
    ("patchtrack_patch", "tags_keys", "text[]", "patchtrack_keys(tags)"),
)


def write_array(values: Iterable[int | str]) -> str:
    """An array in PostgreSQL's text form, which it takes for one of the type that it is compared
    with. To have psycopg write one takes five times as long."""
    escaped = (str(value).replace("\\", r"\\").replace('"', r"\"") for value in values)
    return "{" + ",".join([f'"{value}"' for value in escaped]) + "}"


class OfColumn(Lookup):
    """A lookup whose right side is a plain value, never an expression."""

    prepare_rhs = False

    def column(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = self.process_lhs(compiler, connection)
        return sql, list(parameters)

    def kept(self, compiler: Any, name: str) -> str:
        """The column that PostgreSQL keeps beside this one."""
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        return f"{table}.{self.lhs.target.column}_{name}"


@TextField.register_lookup
class HasWords(OfColumn):
    """`name__has_words="net flow"`: a word begins with "net" and one with "flow", in any order
    and case. SQLite finds them in the midst of words, too. What holds no word finds everything."""

    lookup_name = "has_words"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.column(compiler, connection)
        words = split_words(self.rhs)
        if not words:
            return "(1 = 1)", []
        each = [item for word in words for item in (*parameters, f"%{word}%")]
        return "(" + " AND ".join([f"{column} LIKE %s"] * len(words)) + ")", each

    def as_postgresql(self, compiler: Any, _connection: Any) -> Sql:
        words = split_words(self.rhs)
        if not words:
            return "(1 = 1)", []
        query = " & ".join(f"'{word}':*" for word in words)
        return f"{self.kept(compiler, 'words')} @@ %s::tsquery", [query]


@JSONField.register_lookup
class HasPath(OfColumn):
    """`paths__has_path="drivers/net"`: that file, or one in that directory, is among the paths."""

    lookup_name = "has_path"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.column(compiler, connection)
        place = self.rhs.strip("/")
        inside = "value = %s OR substr(value, 1, length(%s)) = %s"
        sql = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE {inside})"  # noqa: S608
        return sql, [*parameters, place, f"{place}/", f"{place}/"]

    def as_postgresql(self, compiler: Any, _connection: Any) -> Sql:
        place = self.rhs.strip("/")[:_INDEXED]
        return f"{self.kept(compiler, 'places')} @> ARRAY[%s]::text[]", [place]


@JSONField.register_lookup
class HasTag(OfColumn):
    """`tags__has_tag="Acked-by"`: that tag was counted."""

    lookup_name = "has_tag"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.column(compiler, connection)
        sql = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE key = %s)"  # noqa: S608
        return sql, [*parameters, self.rhs]

    def as_postgresql(self, compiler: Any, _connection: Any) -> Sql:
        return f"{self.kept(compiler, 'keys')} @> ARRAY[%s]::text[]", [self.rhs]


@CharField.register_lookup
@ForeignKey.register_lookup
@IntegerField.register_lookup
class AmongAll(In):
    """`pk__among_all=rows`: as `pk__in`, for when all that are found will be looked at. Also for a
    list of values, of the column's type, that may be long.

    PostgreSQL finds the ids first. It would else guess how many there are, four times too many
    of series by their patches, and go through the whole table; or do so because it joins more
    tables than it finds the best order of.
    """

    lookup_name = "among_all"

    def get_prep_lookup(self) -> Any:
        # Django would look at each of hundreds, and make each a parameter of its own.
        return list(self.rhs) if self.rhs_is_direct_value() else super().get_prep_lookup()

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        if self.rhs_is_direct_value():
            if not self.rhs:
                # Then Django asks nothing.
                raise EmptyResultSet
            return f"{column} = ANY (%s)", [*parameters, write_array(self.rhs)]
        rows, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY (ARRAY{rows})", [*parameters, *more]
