"""Queries that are compiled once: making the SQL of one costs Django more than running it."""

import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from ingest.statements import Rows, run_statement

_KEYS = re.compile(r" IN \(%s\)")
# A list of any length is one parameter, so that the statement is always the same.
_ANY = {
    "postgresql": " = ANY(%s)",
    "sqlite": " IN (SELECT value FROM json_each(%s))",
}

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A query's SQL, the parameters in it, and how its rows become Python's values."""

    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    converters: dict[int, Any]

    def rows(self, sql: str, parameters: Sequence[Any]) -> Rows:
        rows = run_statement(sql, parameters)
        if not self.converters:
            return rows
        return list(map(tuple, self.compiler.apply_converters(rows, self.converters)))


def _compile(queryset: QuerySet[Any, Any]) -> _Compiled:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    return _Compiled(compiler, sql, parameters, converters)


def column_names(model: type[Model], *wanted: str) -> tuple[str, ...]:
    """The wanted columns of a model, by default all, in the order that `make_rows` needs."""
    names = (field.attname for field in model._meta.concrete_fields)  # noqa: SLF001
    return tuple(name for name in names if not wanted or name in wanted)


def make_rows(model: type[Row], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Row]:
    """A model's objects from the values of `columns`, which are its `column_names`; what is not
    among them is read from the database when it is asked for."""
    return [model.from_db(None, columns, values) for values in rows]


class Listing:
    """Always the same rows, as they are now; `make()` gives a queryset of `values_list`."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        self._make = make

    def rows(self) -> Rows:
        return self._compiled.rows(self._compiled.sql, self._compiled.parameters)

    @cached_property
    def _compiled(self) -> _Compiled:
        return _compile(self._make())


class KeptListing(Listing):
    """Rows that hardly ever change, so that they may be a moment old."""

    # A process that lives for long may say more.
    seconds = 0.0

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        super().__init__(make)
        self._rows: Rows = []
        self._until = float("-inf")

    def rows(self) -> Rows:
        now = time.monotonic()
        if now >= self._until:
            self._rows = super().rows()
            self._until = now + self.seconds
        return self._rows


class Lookup:
    """Finds rows by keys; `make([key])` gives the queryset, of `values_list`, for one key.

    The keys, integers or texts, stand behind the only `__in`; `example` is such a key. All else
    in the queryset is the same each time.
    """

    def __init__(
        self, make: Callable[[Sequence[Any]], QuerySet[Any, Any]], example: Any = 0
    ) -> None:
        self._make = make
        self._example = example

    def rows(self, keys: Collection[Any]) -> Rows:
        """The rows of the keys; none for none."""
        if not keys:
            return []
        sql, place = self._statement
        given = list(keys) if connection.vendor == "postgresql" else json.dumps(list(keys))
        parameters = list(self._compiled.parameters)
        parameters[place] = given
        return self._compiled.rows(sql, parameters)

    @cached_property
    def _compiled(self) -> _Compiled:
        return _compile(self._make([self._example]))

    @cached_property
    def _statement(self) -> tuple[str, int]:
        """The SQL, and which of its parameters the list of keys is."""
        sql = self._compiled.sql
        [found] = _KEYS.finditer(sql)
        before, behind = sql[: found.start()], sql[found.end() :]
        return before + _ANY[connection.vendor] + behind, before.count("%s")
