"""Bounds how many streams one client has open at once, on all hosts together."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from math import ceil

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from patchtrack.api.rates import find_asker
from patchtrack.services.throttle import Limit, TooOften, give_back, hash_key, take_one

log = logging.getLogger(__name__)

# A stream may take so much longer than it should: its client reads slowly.
_GRACE = timedelta(seconds=10)


class TooManyOwn(Throttled):
    """The client has as many streams open as one may have; one of them ends in `wait`."""

    def __init__(self, most: int, wait: timedelta) -> None:
        said = f"You have {most} event streams open. Close one, or come again later."
        super().__init__(ceil(wait.total_seconds()), said)


def take_own_place(request: Request) -> Callable[[], None]:
    """A place for a stream among those of its user, or of its network if nobody has logged in;
    what gives it back. Raises TooManyOwn.

    A place is one of the client's keys for as long as a stream lasts: if what serves the stream
    dies, it comes back by itself.
    """
    most = settings.PATCHTRACK_CLIENT_STREAMS
    kind, name = find_asker(request)
    if not (most and name):
        return lambda: None
    limit = Limit(burst=1, every=timedelta(seconds=settings.PATCHTRACK_STREAM_SECONDS) + _GRACE)
    keys = [hash_key(f"stream {number} of {kind}", name) for number in range(most)]
    try:
        key = take_one(dict.fromkeys(keys, limit), timezone.now())
    except TooOften as refusal:
        raise TooManyOwn(most, refusal.wait) from refusal
    return partial(_leave, key, limit)


def _leave(key: str, limit: Limit) -> None:
    try:
        give_back({key: limit})
    except DatabaseError:
        log.exception("a stream has ended, but its client's place is not free yet")
