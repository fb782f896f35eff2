"""Streams events to who waits for them: server-sent events (WHATWG HTML, section 9.2)."""

import json
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from threading import Lock

from django.db import connection
from django.db.models import QuerySet

from patchtrack.api.records import Record
from patchtrack.models import Event
from patchtrack.services.following import find_stretch

# How often new events are looked for.
PAUSE_SECONDS = 1.0
# How often at least we say that we are still there. Whoever has gone is noticed by the second word
# that is not taken.
SILENT_SECONDS = 5.0
# When clients come again after the end of their stream.
RETRY_MILLISECONDS = 2000
_TOGETHER = 100


class TooMany(Exception):
    """So many streams are open that there is no place for another one."""


class Places:
    """Counts the streams of this process: each keeps one of its threads from all others."""

    def __init__(self) -> None:
        self._taken = 0
        self._lock = Lock()

    def take(self, most: int) -> None:
        """Raises TooMany."""
        with self._lock:
            if self._taken >= most:
                raise TooMany
            self._taken += 1

    def give_back(self) -> None:
        with self._lock:
            self._taken -= 1


PLACES = Places()


def format_event(record: Record) -> str:
    """An event as `/events/` tells it, under its category; its cursor is where to go on from."""
    # In ASCII: whatever a mail says, no character of it ends a line.
    data = json.dumps(record)
    return f"id: {record['cursor']}\nevent: {record['category']}\ndata: {data}\n\n"


def format_position(position: int) -> str:
    """No event: only where to go on from, and that we are still there."""
    return f": no news\nid: {position}\n\n"


@dataclass(slots=True, kw_only=True)
class Stream:
    """What is sent: the events `rows` behind the cursor `position` as they come, for so many
    seconds. Whoever serves it closes it in the end, once, also if it was never begun: it has its
    places until then, and `leave` gives them back."""

    rows: QuerySet[Event]
    position: int
    seconds: float
    tell: Callable[[Collection[Event]], list[Record]]
    leave: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def __iter__(self) -> Iterator[str]:
        end = self.clock() + self.seconds
        yield f"retry: {RETRY_MILLISECONDS}\n{format_position(self.position)}"
        spoken = self.clock()
        while True:
            told, is_last = self._find_news()
            if told:
                yield "".join(map(format_event, told))
                spoken = self.clock()
            elif self.clock() - spoken >= SILENT_SECONDS:
                yield format_position(self.position)
                spoken = self.clock()
            if self.clock() >= end:
                break
            if is_last:
                self.sleep(PAUSE_SECONDS)
        yield format_position(self.position)

    def _find_news(self) -> tuple[list[Record], bool]:
        """The next events, and whether these are all."""
        try:
            stretch = find_stretch(self.rows.all(), self.position, _TOGETHER)
            told = self.tell(stretch.events) if stretch.events else []
        finally:
            # Who waits needs no connection; but a transaction around all of it would be lost.
            if not connection.in_atomic_block:
                connection.close()
        self.position = stretch.position
        return told, stretch.is_last

    def close(self) -> None:
        self.leave()
