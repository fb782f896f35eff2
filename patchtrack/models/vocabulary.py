"""Finds names by any part of them, as Patchwork does. PostgreSQL keeps a list of all words that
stand in names: which of them have the part is seen there, and the names by their words. SQLite goes
through the rows.

The extension pg_trgm does the same, but not everybody may install it; and an index of all parts
would have fifty entries for each name, where a new name brings hardly ever a new word.
"""

from typing import Any

from django.db.models import TextField
from django.db.models.lookups import IContains

from patchtrack.models.lookups import OfColumn, Sql, words_of

TABLES = ("patchtrack_patch", "patchtrack_series", "patchtrack_cover")
_KEPT = f"name_words tsvector GENERATED ALWAYS AS ({words_of('name')}) STORED"
# Before, the words of patches and series were cut in another way, and covers' were not kept.
KEEPING = (
    *(
        f"ALTER TABLE {table} DROP COLUMN IF EXISTS name_words, ADD COLUMN {_KEPT}"
        for table in TABLES
    ),
    *(f"CREATE INDEX {table}_name_words ON {table} USING gin (name_words)" for table in TABLES),
)
# No word is unique: whoever stores a name would wait for all others who store one with the same
# new word. That one may stand there twice does no harm, and none is ever removed.
STATEMENTS = (
    "CREATE TABLE patchtrack_nameword (word text NOT NULL)",
    "CREATE INDEX patchtrack_nameword_word ON patchtrack_nameword (word)",
    # All names of a statement at once: to ask for each took the server as long as all else.
    # Who restores a dump looks for tables in no schema at all.
    """
    CREATE FUNCTION patchtrack_learn_words() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    DECLARE
      words text[];
    BEGIN
      IF TG_OP = 'INSERT' THEN
        words := ARRAY(SELECT DISTINCT unnest(tsvector_to_array(name_words)) FROM added);
      ELSE
        words := tsvector_to_array(NEW.name_words);
      END IF;
      INSERT INTO patchtrack_nameword
      SELECT unnest(words) EXCEPT SELECT word FROM patchtrack_nameword WHERE word = ANY(words);
      RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION patchtrack_learn_words()"
        for table in TABLES
    ),
    *(
        f"CREATE TRIGGER {table}_renamed AFTER UPDATE OF name ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION patchtrack_learn_words()"
        for table in TABLES
    ),
)
# With the function go the triggers that call it.
UNDOING = (
    "DROP FUNCTION patchtrack_learn_words() CASCADE",
    "DROP TABLE patchtrack_nameword",
    "ALTER TABLE patchtrack_cover DROP COLUMN name_words",
)
_NAMES = " UNION ALL ".join(f"SELECT name_words FROM {table}" for table in TABLES)  # noqa: S608
# Learns what stands in names already.
LEARN_ALL = f"""
INSERT INTO patchtrack_nameword
SELECT DISTINCT word FROM ({_NAMES}) AS names, unnest(tsvector_to_array(name_words)) AS word
"""  # noqa: S608 (what is formatted is ours)


@TextField.register_lookup
class HasPart(OfColumn):
    """`name__has_part="name the f"`: as `icontains`, but for what PostgreSQL expects: of LIKE, that
    it lets hardly any row through, and so it would go through all before it puts them in order."""

    lookup_name = "has_part"

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        sql, parameters = IContains(self.lhs, self.rhs).as_sql(compiler, connection)
        return sql, list(parameters)

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        column, parameters = self.column(compiler, connection)
        return f"strpos(upper({column}), upper(%s)) > 0", [*parameters, self.rhs]


@TextField.register_lookup
class HasLexemes(OfColumn):
    """`name__has_lexemes="'fix' | 'prefix'"`: a tsquery in its text form finds the words that
    PostgreSQL keeps of a name. It knows by them how many rows it will find."""

    lookup_name = "has_lexemes"
    _asked = "%s::tsquery"

    def as_postgresql(self, compiler: Any, _connection: Any) -> Sql:
        return f"{self.kept(compiler, 'words')} @@ {self._asked}", [self.rhs]


@TextField.register_lookup
class HasRareLexemes(HasLexemes):
    """`name__has_rare_lexemes=query`: the same, for what few rows have. PostgreSQL takes any words
    that it has no figures of for more frequent than they are. Here it does not see them when it
    plans, and so asks the index."""

    lookup_name = "has_rare_lexemes"
    _asked = "(SELECT %s::tsquery)"
