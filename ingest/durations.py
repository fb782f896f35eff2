"""How long the steps of storing mail took of late, for those who measure them."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_REMEMBERED = 10_000

# Seconds, oldest first. Whoever reports them empties them.
parse_seconds: deque[float] = deque(maxlen=_REMEMBERED)
transaction_seconds: deque[float] = deque(maxlen=_REMEMBERED)


@contextmanager
def measured(seconds: deque[float]) -> Iterator[None]:
    """Note how long the block takes, however it ends."""
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds.append(time.perf_counter() - started)


def take(seconds: deque[float]) -> list[float]:
    """What was noted since the last time."""
    taken = list(seconds)
    seconds.clear()
    return taken
