"""The database's connection as parser processes have it, which store most mail."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.signals import connection_created

from ingest import statements


@contextmanager
def kept_plans() -> Iterator[None]:
    """While this lasts, PostgreSQL plans a statement that comes again only once."""
    statements.keep_plans()
    connection.close()
    try:
        yield
    finally:
        connection_created.disconnect(statements._keep_plans)
        connection.close()
