"""Runs the statements that are the same in every transaction, so that the server can keep them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorWrapper

Rows = list[tuple[Any, ...]]

# A process that repeats a statement at all repeats it thousands of times.
_USES_BEFORE_KEPT = 2


def keep_plans() -> None:
    """For a process that stores many mails: have PostgreSQL plan each statement once, not anew
    for each transaction."""
    connection_created.connect(_keep_plans)


def _keep_plans(connection: BaseDatabaseWrapper, **_: object) -> None:
    if connection.vendor != "postgresql":
        return
    connection.connection.prepare_threshold = _USES_BEFORE_KEPT
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        # A plan that was made for an empty table stays while the table grows.
        cursor.execute("SET enable_seqscan = off")


def run_statement(sql: str, parameters: Sequence[Any]) -> Rows:
    """The rows that a statement gives, none if it is none that gives any."""
    with _open_cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _open_cursor() -> CursorWrapper:
    """A cursor that sends parameters as they are. Django's own writes them into the statement as
    text: then no two statements are the same, and the bytes of a mail take several times as long,
    here and in the server."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    # PostgreSQL's driver need not be there for SQLite.
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    cursor = ServerBindingCursor(connection.connection)
    logged = connection.queries_logged
    return connection.make_debug_cursor(cursor) if logged else connection.make_cursor(cursor)
