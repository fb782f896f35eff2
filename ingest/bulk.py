"""Writes many rows by one statement, and Django's `get_or_create` for many rows at once.

On PostgreSQL each column is one parameter, an array. So a table's statement is the same for
any number of rows and is made once; making it anew takes Django longer than running it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model

from ingest.statements import Rows, run_statement

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column of a PostgreSQL table, and how its values come out of the rows of Python."""

    name: str
    placeholder: str
    field: Field

    def read(self, rows: Sequence[Model]) -> list[Any]:
        values = map(attrgetter(self.field.attname), rows)
        if isinstance(self.field, JSONField):
            return [self.field.get_db_prep_save(value, connection) for value in values]
        return list(values)


def _describe_column(field: Field) -> _Column:
    # Without a length: a cast to varchar(9) would cut what is longer in silence.
    kind = field.db_type(connection).partition("(")[0]
    name = connection.ops.quote_name(field.column)
    return _Column(name=name, placeholder=f"%b::{kind}[]", field=field)


@lru_cache
def _own_columns(model: type[Model]) -> tuple[_Column, ...]:
    """All columns that the database does not fill itself."""
    fields = model._meta.concrete_fields  # noqa: SLF001
    return tuple(_describe_column(field) for field in fields if not isinstance(field, AutoField))


@lru_cache
def _insertion(model: type[Model]) -> str:
    columns = _own_columns(model)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    names = ", ".join(column.name for column in columns)
    arrays = ", ".join(column.placeholder for column in columns)
    return f"INSERT INTO {table} ({names}) SELECT * FROM UNNEST({arrays})"  # noqa: S608


def _execute(sql: str, columns: Iterable[_Column], rows: Sequence[Model]) -> Rows:
    return run_statement(sql, [column.read(rows) for column in columns])


def insert_rows(unsaved: Iterable[Row]) -> list[Row]:
    """As `bulk_create`: insert rows of one model and give them their ids."""
    rows = list(unsaved)
    if not rows:
        return rows
    model = type(rows[0])
    if connection.vendor != "postgresql":
        return model.objects.bulk_create(rows)
    key = model._meta.auto_field  # noqa: SLF001
    returning = f" RETURNING {connection.ops.quote_name(key.column)}" if key else ""
    found = _execute(_insertion(model) + returning, _own_columns(model), rows)
    for row, (value,) in zip(rows, found, strict=False):
        row.pk = value
    return rows


def insert_or_touch(unsaved: Iterable[Row]) -> None:
    """Insert rows that are nothing but a key, in the order given; those that are there are locked
    as if they were written, so that nobody takes them away before the end of the transaction."""
    rows = list(unsaved)
    if not rows:
        return
    model = type(rows[0])
    key = model._meta.pk  # noqa: SLF001
    if connection.vendor != "postgresql":
        # There is one writer at a time.
        model.objects.bulk_create(rows, ignore_conflicts=True)
        return
    column = connection.ops.quote_name(key.column)
    touch = f" ON CONFLICT ({column}) DO UPDATE SET {column} = EXCLUDED.{column}"
    _execute(_insertion(model) + touch, _own_columns(model), rows)


def change_rows(rows: Sequence[Row], names: Sequence[str]) -> None:
    """As `bulk_update`: write the named columns of rows of one model, found by their ids."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model.objects.bulk_update(rows, names)
        return
    columns = [_describe_column(model._meta.get_field(name)) for name in ("id", *names)]  # noqa: SLF001
    _execute(_make_update(model, columns), columns, rows)


def _make_update(model: type[Model], columns: Sequence[_Column]) -> str:
    """Sets all but the first of the columns where the first is equal."""
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    key, *changed = [column.name for column in columns]
    settings = ", ".join(f"{name} = now.{name}" for name in changed)
    arrays = ", ".join(column.placeholder for column in columns)
    names = ", ".join((key, *changed))
    rows = f"UNNEST({arrays}) AS now ({names})"
    return f"UPDATE {table} SET {settings} FROM {rows} WHERE {table}.{key} = now.{key}"  # noqa: S608


def get_or_create_all(key: str, wanted: Mapping[Any, Row]) -> dict[Any, Row]:
    """The row of each unique key, made from the unsaved `wanted[key]` where there was none.

    As with `get_or_create`, another writer may be first: what is returned is what stands in
    the table then, never what we would have written. Rows are made in the order of their keys,
    so that two transactions that make the same rows do not wait for each other in a circle.
    Two queries at most; a row that a concurrent transaction is making is waited for.
    """
    if not wanted:
        return {}
    rows = [wanted[value] for value in sorted(wanted)]
    model = type(rows[0])
    made = _insert_missing(key, rows)
    others = wanted.keys() - made.keys()
    if others:
        made |= {
            getattr(row, key): row for row in model.objects.filter(**{f"{key}__in": list(others)})
        }
    return made


def _insert_missing(key: str, rows: Sequence[Row]) -> dict[Any, Row]:
    """Insert the rows whose key is not in the table; those of them whose ids are known now."""
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model.objects.bulk_create(rows, ignore_conflicts=True)
        return {}
    names = f"id, {connection.ops.quote_name(key)}"
    sql = f"{_insertion(model)} ON CONFLICT DO NOTHING RETURNING {names}"
    ids = {value: row_id for row_id, value in _execute(sql, _own_columns(model), rows)}
    made = {getattr(row, key): row for row in rows if getattr(row, key) in ids}
    for value, row in made.items():
        row.pk = ids[value]
    return made
