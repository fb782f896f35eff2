"""The one place where errors of the database drivers are read."""

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

# What is wrong with the site, though the driver puts it into classes that speak of what was sent:
# tables or rights are not what this code needs, the server is a standby, or its files are broken.
# No mail makes a statement of its own, so no mail is to blame. SQLite calls all of this
# an OperationalError.
_SITE_FAULTS = frozenset(
    {
        "0A000",  # a kept plan whose tables were changed meanwhile
        "25006",  # read-only transaction
        "25P03",  # idle in transaction for too long: this process was stopped meanwhile
        "26000",  # a kept plan that is gone: something between us changes connections
        "3F000",  # no such schema
        "42501",  # insufficient privilege
        "42703",  # no such column
        "42704",  # no such object
        "42883",  # no such function
        "42P01",  # no such table
        "42P05",  # a kept plan that is somebody else's
        "42P10",  # no such unique constraint
        "XX001",  # data corrupted
        "XX002",  # index corrupted
    }
)
# "Program limit exceeded", such as a value that is too long for an index: of SQLSTATE's classes
# that an OperationalError stands for, the one that speaks of what was sent.
_TOO_MUCH = "54"


def find_race(error: BaseException) -> str:
    """The cause for which the transaction should be run again, or an empty string."""
    if not isinstance(error, (IntegrityError, OperationalError)):
        return ""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0)
    if code & 0xFF in _SQLITE_BUSY:
        return "database busy"
    return _RACES.get(getattr(cause, "sqlstate", None) or code, "")


def is_outage(error: BaseException) -> bool:
    """Whether the database failed for a reason that no mail is to blame for: it is away, full,
    shutting down, too slow, or not set up for us. Else it is about what we sent."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    if state in _SITE_FAULTS:
        return True
    if state.startswith(_TOO_MUCH):
        return False
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError
