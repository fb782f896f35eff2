"""Gives events and changes their cursors: the order in which others come to know of them.

An event's id is given before its transaction commits, and transactions commit in any order: who
has seen id 7 cannot know whether a 6 is still to come. A cursor is given by another transaction,
once the event is committed, and under a lock: whoever sees a cursor sees all lower ones, too,
that will ever be seen. Any number of processes may do this at any time, and be killed. What people
change is numbered on with the events, so that one cursor tells what of both was seen.
"""

from django.db import connection, transaction

from patchtrack.models import Change, Event, EventCounter
from patchtrack.services.transactions import in_transaction

# So many share a transaction: who waits for the lock waits for no more.
BATCH = 1000
_TAKE = """
WITH taken AS (
  SELECT id FROM {table} WHERE cursor IS NULL ORDER BY id LIMIT %s {lock}
), numbered AS (
  SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM taken
)
UPDATE {table} SET cursor = numbered.place + %s
FROM numbered WHERE {table}.id = numbered.id
RETURNING 1
"""
# Changes first: they are few, and do not wait until all of an import is numbered.
_TABLES = ("patchtrack_change", "patchtrack_event")


def record_cursors(limit: int = BATCH) -> int:
    """Give cursors to at most `limit` committed changes and events that have none, in the order
    of their ids; how many there were. One transaction, and none if there is nothing to do.

    On PostgreSQL an event that somebody is about to withdraw is passed over.
    """
    # For SQLite even a look would take the place of its one writer.
    if not any(table.objects.filter(cursor=None).exists() for table in (Event, Change)):
        return 0
    return _record(limit)


def record_all_cursors() -> int:
    """Give cursors to all committed changes and events that have none; how many there were."""
    total = 0
    while number := record_cursors():
        total += number
    return total


def number_on_commit(rows: int = 1) -> None:
    """Have as many events and changes as this transaction has written, and others that wait,
    numbered once it is committed. Should that fail, it is logged, and they are left to whoever
    numbers next."""
    for _ in range(0, rows, BATCH):
        transaction.on_commit(record_cursors, robust=True)


@in_transaction
def _record(limit: int) -> int:
    last = _lock_counter()
    # Statements of their own: they see what was committed before we had the lock.
    number = _take(limit, last)
    if number:
        EventCounter.objects.filter(pk=EventCounter.ROW).update(last=last + number)
    return number


def _lock_counter() -> int:
    """The highest cursor by now, which nobody else can raise before this transaction ends."""
    return EventCounter.objects.select_for_update().get(pk=EventCounter.ROW).last


def _take(limit: int, last: int) -> int:
    number = 0
    for table in _TABLES:
        number += _take_from(table, limit - number, last + number)
    return number


def _take_from(table: str, limit: int, last: int) -> int:
    # Nobody who holds an event waits for us, but we would for them, and everybody for us.
    can_skip = connection.features.has_select_for_update_skip_locked
    with connection.cursor() as cursor:
        lock = "FOR UPDATE SKIP LOCKED" if can_skip else ""
        statement = _TAKE.format(table=table, lock=lock)
        cursor.execute(statement, [limit, last])
        return len(cursor.fetchall())
