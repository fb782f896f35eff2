"""Finds names by any part of them, as Patchwork does. PostgreSQL looks in an index of all that
stands three characters long in names; SQLite goes through the rows.

The extension pg_trgm does the same, but not everybody may install it.
"""

from typing import Any

from django.db.models import Lookup, TextField
from django.db.models.lookups import IContains

from patchtrack.models.lookups import Sql

_SIZE = 3
# Of a longer name only the beginning is found.
_INDEXED = 500


# A line for each three characters. To take three such cuts, a character apart, is four times as
# fast as to take one part of the name after the other.
_CUT = r"regexp_replace(upper(substr(content, {}, {})), '(...)', E'\\1\n', 'g')"
_CUTS = r" || E'\n' || ".join(_CUT.format(start, _INDEXED) for start in range(1, _SIZE + 1))
FUNCTIONS = (
    rf"""
    CREATE FUNCTION patchtrack_grams(content text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT string_to_array({_CUTS}, E'\n')
    $$
    """,
    # Of what is looked for, without what a cut leaves at its end.
    f"""
    CREATE FUNCTION patchtrack_whole_grams(content text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT coalesce(array_agg(gram), '{{}}') FROM unnest(patchtrack_grams(content)) AS gram
      WHERE length(gram) = {_SIZE}
    $$
    """,  # noqa: S608 (what is formatted is ours)
)
TABLES = ("patchtrack_patch", "patchtrack_series", "patchtrack_cover")


@TextField.register_lookup
class HasPart(Lookup):
    """`name__has_part="name the f"`: as `icontains`, but for what PostgreSQL expects: of LIKE, that
    it lets hardly any row through, and so it would go through all before it puts them in order."""

    lookup_name = "has_part"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        sql, parameters = IContains(self.lhs, self.rhs).as_sql(compiler, connection)
        return sql, list(parameters)

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        return f"strpos(upper({column}), upper(%s)) > 0", [*parameters, self.rhs]


@TextField.register_lookup
class HasRarePart(HasPart):
    """`name__has_rare_part="gabflo"`: the same, for the names of TABLES and what few of them have.

    Only a query without an order asks the index. Who wants the first of very many in an order
    soon meets them by going through the rows in that order; so they are to be counted before.
    """

    lookup_name = "has_rare_part"

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        found, parameters = super().as_postgresql(compiler, connection)
        if len(self.rhs) < _SIZE or compiler.query.order_by:
            return found, parameters
        column, more = self.process_lhs(compiler, connection)
        grams = f"patchtrack_grams({column}) @> patchtrack_whole_grams(%s)"
        return f"({grams} AND {found})", [*more, self.rhs[:_INDEXED], *parameters]
