"""Runs what a service writes in one transaction, and again from its start after a lost race."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from patchtrack.services.database_errors import find_race

# Somebody waits for the page: a lock is waited for by itself, this is for what comes after.
MOST_TRIES = 5
_FIRST_PAUSE = 0.01

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def in_transaction(write: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Have a function write all or nothing.

    Where parsers or other users get in its way (a deadlock, a serialization failure, a lock that
    is not to be had, a busy SQLite) it runs again, at most MOST_TRIES times: it must begin with
    reading what it decides on. Within a transaction it is a part of that one.
    """

    @wraps(write)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        # Only who has begun a transaction can begin it again.
        tries = 1 if connection.in_atomic_block else MOST_TRIES
        for pause in (_FIRST_PAUSE * 2**count for count in range(tries - 1)):
            try:
                return transaction.atomic(write)(*args, **kwargs)
            except OperationalError as error:
                if not find_race(error):
                    raise
            time.sleep(random.uniform(0, pause))
        return transaction.atomic(write)(*args, **kwargs)

    return run
