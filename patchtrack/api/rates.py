"""Bounds how many requests somebody makes in a minute, if the settings say so."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.conf import settings
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from patchtrack.services.logins import find_client
from patchtrack.services.throttle import Limit, TooOften, hash_key, take

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many requests somebody has at once and in a minute, how many of them are left, and in
    how many seconds all of them will be."""

    limit: int
    left: int
    reset: int


class OverRate(Throttled):
    """The requests of a minute are used up; there is one again in `wait`."""

    def __init__(self, limit: int, wait: timedelta) -> None:
        super().__init__(ceil(wait.total_seconds()))
        self.rate = Rate(limit=limit, left=0, reset=int(_MINUTE.total_seconds()))


def count_request(request: Request) -> Rate | None:
    """Count a request among those of its user, or of its network if nobody has logged in; None
    where there is no bound. Raises OverRate."""
    number, key = _choose_key(request)
    if not (number and key):
        return None
    limit = Limit(burst=number, every=_MINUTE / number)
    try:
        used = take({key: limit}, timezone.now())[key]
    except TooOften as refusal:
        raise OverRate(number, refusal.wait) from refusal
    left = number - ceil(used / limit.every)
    return Rate(limit=number, left=max(left, 0), reset=ceil(used.total_seconds()))


def _choose_key(request: Request) -> tuple[int, str]:
    """The requests in a minute, 0 for any number, and the key under which they count, empty if
    nobody can tell whose they are."""
    user_rate, anonymous_rate = settings.PATCHTRACK_USER_RATE, settings.PATCHTRACK_ANONYMOUS_RATE
    # To tell who asks may take a while.
    if not (user_rate or anonymous_rate):
        return 0, ""
    kind, name = find_asker(request)
    rate = user_rate if kind == "user" else anonymous_rate
    return rate, hash_key(f"api {kind}", name) if name else ""


def find_asker(request: Request) -> tuple[str, str]:
    """Whose a request is: "user" and the id, or "client" and the network, which is empty if nobody
    can tell."""
    if request.user.is_authenticated:
        return "user", str(request.user.pk)
    return "client", find_client(request)


def tell_rate(rate: Rate | None, response: HttpResponseBase) -> None:
    """Say in an answer how many requests are left (the fields of the IETF's draft "RateLimit
    header fields for HTTP" before its eighth version, which most clients know)."""
    if rate is not None:
        response.headers["RateLimit-Limit"] = str(rate.limit)
        response.headers["RateLimit-Remaining"] = str(rate.left)
        response.headers["RateLimit-Reset"] = str(rate.reset)
