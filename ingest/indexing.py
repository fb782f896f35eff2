"""Has the search's index brought up to date: what deliveries and imports have noted for it."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future

from django.db import DatabaseError, connection

from ingest.errors import TryAgain
from ingest.retry import run_queries
from ingest.workers import Workers
from patchtrack.services.search_index import record_search_texts

log = logging.getLogger(__name__)

_WAITING_FOR_EACH = 2


def index_batch() -> int:
    """Put some messages into the index; how many, and 0 when none waits. Raises TryAgain."""
    return run_queries(record_search_texts)


def index_all(jobs: int, report: Callable[[int], None]) -> int:
    """Put all messages that wait into the index, by so many processes; how many there were.

    `report` is told after each step how many it has been so far. It may be stopped at any time:
    what is left waits on. Raises TryAgain.
    """
    total = 0
    for number in _index_by_one() if jobs == 1 else _index_by_many(jobs):
        total += number
        report(total)
    return total


def _index_by_one() -> Iterator[int]:
    while number := index_batch():
        yield number


def _index_by_many(jobs: int) -> Iterator[int]:
    with Workers(jobs) as workers:
        places = [place for place in range(jobs) for _ in range(_WAITING_FOR_EACH)]
        waiting: deque[tuple[int, Future[int]]] = deque(
            (place, workers.submit(place, index_batch)) for place in places
        )
        while waiting:
            place, future = waiting.popleft()
            if number := future.result():
                yield number
                waiting.append((place, workers.submit(place, index_batch)))


def index_at_once(most: int) -> int:
    """Put at most so many messages into the index, without trying twice; how many. Raises
    TryAgain."""
    try:
        return record_search_texts(most)
    except DatabaseError as error:
        connection.close()
        raise TryAgain(f"the search's index is not up to date: {error}") from error
