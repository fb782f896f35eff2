"""Fills PostgreSQL's tables fast: COPY, with their indexes made when all is in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model
from psycopg import sql

# Constraints that cost time with each row: foreign keys, and unique ones that no foreign key needs.
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint AS own
WHERE conrelid::regclass::text = ANY(%s) AND (contype = 'f' OR contype IN ('u', 'p')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conindid = own.conindid))
ORDER BY contype = 'f', conname
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text = ANY(%s)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 1
"""


def copy_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Copy rows into a model's table. All name the same columns, in the same order; JSON is
    text. What they do not name has the field's default; an id that is not named is given. They
    may name columns that Django does not know of."""
    if not rows:
        return
    known = {field.attname for field in _columns(model)}
    unknown = [name for name in rows[0] if name not in known]
    named = [field for field in _columns(model) if field.attname in rows[0]]
    others = [field for field in _columns(model) if field.attname not in rows[0]]
    others = [field for field in others if not isinstance(field, AutoField)]
    defaults = tuple(_default(field) for field in others)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),  # noqa: SLF001
        sql.SQL(", ").join(
            map(sql.Identifier, (*(field.column for field in (*named, *others)), *unknown))
        ),
    )
    names = [field.attname for field in named]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            given = (row[name] for name in names)
            copy.write_row((*given, *defaults, *(row[name] for name in unknown)))


def _columns(model: type[Model]) -> Iterable[Field]:
    return (field for field in model._meta.concrete_fields if not field.generated)  # noqa: SLF001


def _default(field: Field) -> Any:
    value = field.get_default()
    return field.get_db_prep_save(value, connection) if isinstance(field, JSONField) else value


@contextmanager
def without_indexes(models: Iterable[type[Model]]) -> Iterator[None]:
    """Tables without what slows down writing, which is made again afterwards.

    After an error it is not: then the database is of no more use.
    """
    tables = [model._meta.db_table for model in models]  # noqa: SLF001
    constraints, indexes = _drop_all(tables)
    yield
    with connection.cursor() as cursor:
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _drop_all(tables: list[str]) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(_CONSTRAINTS, [tables])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [tables])
        indexes = cursor.fetchall()
        # Foreign keys, which come last, are the first to go.
        for table, name, _ in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    return constraints, indexes


def settle_tables(models: Iterable[type[Model]]) -> None:
    """Let the database give out ids above those that are there, and know what it holds."""
    models = list(models)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        for model in models:
            cursor.execute(f'VACUUM "{model._meta.db_table}"')  # noqa: SLF001
        cursor.execute("ANALYZE")
