"""Slows down whoever guesses passwords or has mails sent, counted in the database alone.

Each key (a name, a mailbox, a network) has one row, which says when all its attempts will be free
again: the generic cell rate algorithm (ITU-T I.371). So an attempt costs one transaction, any
number of web processes count together, and what was used comes back by itself. Refused attempts
do not count: who waits as long as the answer says gets in, however often others were refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from patchtrack.models import Throttle
from patchtrack.services.transactions import in_transaction

# Rows that have been of no use for so long are deleted, some at a time.
_STALE = timedelta(days=1)
_MOST_DELETED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many attempts at once, and then one more for each `every` that has passed."""

    burst: int
    every: timedelta


class TooOften(Exception):
    """The attempts under some key are used up; `wait` is how long until there is one again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too often: {wait} to wait")
        self.wait = wait


def hash_key(kind: str, value: str) -> str:
    """What stands for a name, mailbox or network in the table; nobody can tell it from there."""
    return salted_hmac(f"patchtrack.throttle.{kind}", value, algorithm="sha256").hexdigest()


def take(limits: Mapping[str, Limit], now: datetime) -> dict[str, timedelta]:
    """Use up one attempt under each key, or, if any has none, use up nothing; how long it then is
    until all attempts under a key are free again.

    Raises TooOften. Attempts are taken before it is known whether they succeed, so that many at
    the same time are not more than one after the other.
    """
    _remove_stale(now)
    return _take(limits, now)


@in_transaction
def take_one(limits: Mapping[str, Limit], now: datetime) -> str:
    """Use up one attempt under one of the keys, the first that has any; which it was. Raises
    TooOften."""
    rows = _lock(list(limits), now)
    waits = {row.key: choose_wait(row.until, limits[row.key], now) for row in rows}
    key = min(limits, key=waits.__getitem__)
    if waits[key]:
        raise TooOften(waits[key])
    _use_up([row for row in rows if row.key == key], limits, now)
    return key


@in_transaction
def _take(limits: Mapping[str, Limit], now: datetime) -> dict[str, timedelta]:
    rows = _lock(list(limits), now)
    wait = max((choose_wait(row.until, limits[row.key], now) for row in rows), default=timedelta())
    if wait:
        raise TooOften(wait)
    _use_up(rows, limits, now)
    return {row.key: row.until - now for row in rows}


def _use_up(rows: list[Throttle], limits: Mapping[str, Limit], now: datetime) -> None:
    for row in rows:
        row.until = max(row.until, now) + limits[row.key].every
    Throttle.objects.bulk_update(rows, ["until"])


def choose_wait(until: datetime, limit: Limit, now: datetime) -> timedelta:
    """How long until there is an attempt; zero if there is one now."""
    used = max(until, now) - now
    return max(used - (limit.burst - 1) * limit.every, timedelta())


def give_back(limits: Mapping[str, Limit]) -> None:
    """Undo `take` for an attempt that succeeded.

    Only this one is undone: else whoever has an account could free a network by logging in.
    """
    for key, limit in limits.items():
        Throttle.objects.filter(key=key).update(until=F("until") - limit.every)


def _lock(keys: list[str], now: datetime) -> list[Throttle]:
    """The keys' rows, made where there is none, and locked in the order of the keys."""
    keys = sorted(keys)
    # A conflict locks the row that is there already, and changes nothing in it.
    Throttle.objects.bulk_create(
        [Throttle(key=key, until=now) for key in keys],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["key"],
    )
    return list(Throttle.objects.filter(key__in=keys).order_by("key"))


@in_transaction
def _remove_stale(now: datetime) -> None:
    stale = Throttle.objects.filter(until__lt=now - _STALE).order_by("key")
    rows = [row.pk for row in stale.select_for_update()[:_MOST_DELETED]]
    if rows:
        Throttle.objects.filter(pk__in=rows).delete()
