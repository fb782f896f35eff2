"""Runs a transaction again, whole, when it loses a race."""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from django.db import connection, transaction

from ingest import failpoints
from ingest.durations import measured, transaction_seconds
from ingest.errors import LostRace, TryAgain
from patchtrack.services.database_errors import find_race, is_outage

log = logging.getLogger(__name__)

MOST_TRIES = 10
MOST_SECONDS = 30.0
_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0

# How often a transaction was run again in this process, by cause.
retries: Counter[str] = Counter()

Result = TypeVar("Result")


def run_transaction(body: Callable[[], Result]) -> Result:
    """Run `body` in one transaction and commit it, again from the start after a lost race.

    Raises TryAgain when the database is away or races are lost past the bound of MOST_TRIES
    and MOST_SECONDS; then nothing of `body` is stored. Other errors of `body` pass through.
    """

    def run_once() -> Result:
        protected = failpoints.is_on("transaction")
        with (
            measured(transaction_seconds),
            transaction.atomic(durable=True) if protected else nullcontext(),
        ):
            result = body()
            failpoints.reach("before commit")
        return result

    return run_queries(run_once)


def run_queries(body: Callable[[], Result]) -> Result:
    """Run `body`, which only reads or makes its own transaction; else as `run_transaction`."""
    started = time.monotonic()
    tries = 0
    while True:
        tries += 1
        try:
            return body()
        except Exception as error:
            cause = str(error) if isinstance(error, LostRace) else find_race(error)
            if not cause and not is_outage(error):
                raise
            if not cause:
                connection.close()
                raise TryAgain(f"the database does not serve us: {error}") from error
            retries[cause] += 1
            spent = time.monotonic() - started
            if tries >= MOST_TRIES or spent > MOST_SECONDS or not failpoints.is_on("retry"):
                raise TryAgain(f"{cause}, {tries} times in {spent:.1f} s: {error}") from error
            log.debug("%s in try %d, running the transaction again", cause, tries)
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tries)))
