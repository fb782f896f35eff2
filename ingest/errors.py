"""What can go wrong while mail is stored, and the one place where driver errors are read."""

import sqlite3

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError

# What means: the same transaction, run again, may well succeed. By SQLSTATE, and by SQLite's
# extended result code. A check that fails (23514) is not among them: it would fail again.
_RACES = {
    "23505": "unique violation",
    "23503": "foreign key violation",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "55P03": "lock timeout",
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "unique violation",
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "unique violation",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: "foreign key violation",
}
_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class IngestError(Exception):
    """The root of all errors that ingest raises on purpose."""


class TryAgain(IngestError):
    """The mail is not stored and nothing is known to be wrong with it: deliver it again later."""


class LostRace(IngestError):
    """Another writer has changed what this transaction was about to decide on; run it again.

    Its text is the cause, as retries are counted by.
    """


def find_race(error: BaseException) -> str:
    """The cause for which the transaction should be run again, or an empty string."""
    if isinstance(error, LostRace):
        return str(error)
    if not isinstance(error, (IntegrityError, OperationalError)):
        return ""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0)
    if code & 0xFF in _SQLITE_BUSY:
        return "database busy"
    return _RACES.get(getattr(cause, "sqlstate", None) or code, "")


def is_outage(error: BaseException) -> bool:
    """Whether the database failed for a reason that no mail is to blame for: it is away, full,
    shutting down, or too slow. DataError and ProgrammingError are about what we sent."""
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError
