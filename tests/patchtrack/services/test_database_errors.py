"""Errors of the drivers are told apart: a lost race, a database that is away, a mail's fault."""

import sqlite3

import psycopg
import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from patchtrack.models import Person, ThreadToken
from patchtrack.services.database_errors import find_race, is_outage


def sqlite_error(kind: type[Exception], code: int) -> Exception:
    cause = sqlite3.OperationalError("something")
    cause.sqlite_errorcode = code
    return caused(kind, cause)


def caused(kind: type[Exception], cause: Exception) -> Exception:
    error = kind("something")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "race"),
    [
        (caused(IntegrityError, psycopg.errors.UniqueViolation()), "unique violation"),
        (caused(IntegrityError, psycopg.errors.ForeignKeyViolation()), "foreign key violation"),
        (caused(OperationalError, psycopg.errors.SerializationFailure()), "serialization failure"),
        (caused(OperationalError, psycopg.errors.DeadlockDetected()), "deadlock"),
        (caused(OperationalError, psycopg.errors.LockNotAvailable()), "lock timeout"),
        (sqlite_error(OperationalError, sqlite3.SQLITE_BUSY), "database busy"),
        (sqlite_error(OperationalError, sqlite3.SQLITE_BUSY_SNAPSHOT), "database busy"),
        (sqlite_error(OperationalError, sqlite3.SQLITE_LOCKED), "database busy"),
        (sqlite_error(IntegrityError, sqlite3.SQLITE_CONSTRAINT_UNIQUE), "unique violation"),
        (sqlite_error(IntegrityError, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY), "unique violation"),
    ],
)
def test_a_lost_race(error, race):
    assert find_race(error) == race


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no server"),
        InterfaceError("connection already closed"),
        DatabaseError("whatever"),
        caused(OperationalError, psycopg.errors.DiskFull()),
        caused(OperationalError, psycopg.errors.AdminShutdown()),
        caused(OperationalError, psycopg.errors.QueryCanceled()),
        caused(ProgrammingError, psycopg.errors.InsufficientPrivilege()),
        caused(ProgrammingError, psycopg.errors.UndefinedTable()),
        caused(ProgrammingError, psycopg.errors.UndefinedColumn()),
        caused(ProgrammingError, psycopg.errors.InvalidSchemaName()),
        caused(ProgrammingError, psycopg.errors.DuplicatePreparedStatement()),
        caused(OperationalError, psycopg.errors.InvalidSqlStatementName()),
        caused(NotSupportedError, psycopg.errors.FeatureNotSupported()),
        caused(InternalError, psycopg.errors.ReadOnlySqlTransaction()),
        caused(InternalError, psycopg.errors.IdleInTransactionSessionTimeout()),
        caused(InternalError, psycopg.errors.IndexCorrupted()),
        sqlite_error(OperationalError, sqlite3.SQLITE_FULL),
        sqlite_error(OperationalError, sqlite3.SQLITE_CANTOPEN),
        sqlite_error(OperationalError, sqlite3.SQLITE_READONLY),
        sqlite_error(DatabaseError, sqlite3.SQLITE_CORRUPT),
    ],
)
def test_a_database_that_does_not_serve_us(error):
    assert (find_race(error), is_outage(error)) == ("", True)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        caused(DataError, psycopg.errors.StringDataRightTruncation()),
        ProgrammingError("a wrong statement"),
        caused(ProgrammingError, psycopg.errors.SyntaxError()),
        caused(OperationalError, psycopg.errors.ProgramLimitExceeded()),
        caused(IntegrityError, psycopg.errors.CheckViolation()),
        caused(IntegrityError, psycopg.errors.NotNullViolation()),
        sqlite_error(IntegrityError, sqlite3.SQLITE_CONSTRAINT_CHECK),
        sqlite_error(IntegrityError, sqlite3.SQLITE_CONSTRAINT_NOTNULL),
    ],
)
def test_what_trying_again_would_not_help(error):
    assert (find_race(error), is_outage(error)) == ("", False)


# The same of the real driver.


def catch(body) -> Exception:
    with pytest.raises(Exception) as caught, transaction.atomic():  # noqa: PT011
        body()
    return caught.value


@pytest.mark.django_db
def test_a_row_that_is_there_already():
    Person.objects.create(address="a@example.org")
    error = catch(lambda: Person.objects.create(address="a@example.org"))
    assert find_race(error) == "unique violation"


@pytest.mark.django_db
def test_a_row_that_is_checked():
    error = catch(lambda: Person.objects.create(address="A@example.org"))
    assert (find_race(error), is_outage(error)) == ("", False)


@pytest.mark.django_db
def test_a_row_without_what_it_needs():
    error = catch(lambda: Person.objects.create(address=None))
    assert (find_race(error), is_outage(error)) == ("", False)


@pytest.mark.django_db
def test_a_number_that_is_too_large():
    error = catch(lambda: ThreadToken.objects.create(project_id=1, token=2**70, thread_id=1))
    assert (find_race(error), is_outage(error)) == ("", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM nothing",
        "SELECT tea FROM patchtrack_person",
        "INSERT INTO nothing VALUES (1)",
        "SELECT brew()",
    ],
)
def test_tables_that_are_not_as_we_know_them(statement):
    error = catch(lambda: connection.cursor().execute(statement))
    assert (find_race(error), is_outage(error)) == ("", True)


@pytest.fixture
def read_only(db):
    """A database that takes no writes, until the test is over."""
    statements = "SET TRANSACTION READ ONLY", "SELECT 1"
    if connection.vendor == "sqlite":
        statements = "PRAGMA query_only = 1", "PRAGMA query_only = 0"
    connection.cursor().execute(statements[0])
    yield
    connection.cursor().execute(statements[1])


def test_a_database_that_takes_no_writes(read_only):
    error = catch(lambda: Person.objects.create(address="a@example.org"))
    assert (find_race(error), is_outage(error)) == ("", True)


@pytest.mark.django_db
def test_a_value_that_is_too_long_for_an_index():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite's indexes take any value")
    # Of digits that do not compress well, as an index would compress them first.
    text = "".join(str(number**7) for number in range(2000))
    connection.cursor().execute("CREATE TEMPORARY TABLE cups (name text PRIMARY KEY)")
    error = catch(lambda: connection.cursor().execute("INSERT INTO cups VALUES (%s)", [text]))
    assert (find_race(error), is_outage(error)) == ("", False)
