"""Has all messages that wait put into the search's index, by one process or many."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future

from ingest.indexing import index_batch
from ingest.workers import Workers
from patchtrack.models import Unsearched

_WAITING_FOR_EACH = 2


def index_all(jobs: int, report: Callable[[int], None]) -> int:
    """Put all messages that wait into the index, by so many processes; how many there were.

    `report` is told after each step how many it has been so far. It may be stopped at any time:
    what is left waits on. Raises TryAgain.
    """
    total = 0
    for number in _index(jobs):
        total += number
        report(total)
    return total


def _index(jobs: int) -> Iterator[int]:
    if jobs == 1:
        yield from _index_by_one()
    # Often the first batch is all, and other processes take longer to begin.
    elif number := index_batch():
        yield number
        if Unsearched.objects.exists():
            yield from _index_by_many(jobs)


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
