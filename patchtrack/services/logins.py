"""Checks passwords, as often as nobody could mind who does not guess them.

A browser in which a user has logged in before gets a device cookie, and its attempts are counted
apart (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). So strangers who guess
someone's password use up the strangers' attempts, and do not lock the owner out.
"""

import logging
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, user_logged_in
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.core.signing import BadSignature, TimestampSigner
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from patchtrack.services.clients import parse_client
from patchtrack.services.throttle import Limit, TooOften, give_back, hash_key, take

logger = logging.getLogger(__name__)

# What an attacker who never rests tries in a day: 1440 passwords of one account, 4320 from one
# network. A user who mistypes never sees these.
NAME_LIMIT = Limit(burst=10, every=timedelta(minutes=1))
CLIENT_LIMIT = Limit(burst=30, every=timedelta(seconds=20))
DEVICE_LIMIT = Limit(burst=10, every=timedelta(seconds=30))

DEVICE_COOKIE = "device"
DEVICE_AGE = timedelta(days=365)

# So long after logging in, it is surely still the user who sits there.
SURE_FOR = timedelta(minutes=30)
_LOGGED_IN_AT = "logged_in_at"


class ThrottledBackend(ModelBackend):
    """Django's check of passwords, throttled; users come with their profile in one query."""

    @sensitive_variables()
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> AbstractBaseUser | None:
        """Raises TooOften before the password is looked at."""
        if username is None or password is None or "\0" in username:
            return None
        limits = choose_limits(request, username)
        try:
            take(limits, timezone.now())
        except TooOften:
            logger.warning("a login was refused: there were too many attempts")
            raise
        user = super().authenticate(request, username, password)
        if user:
            give_back(limits)
        return user

    # ModelBackend has a second implementation here, which would count nothing.
    aauthenticate = BaseBackend.aauthenticate
    aget_user = BaseBackend.aget_user

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        users = get_user_model().objects.select_related("profile")
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


def choose_limits(request: HttpRequest | None, username: str) -> dict[str, Limit]:
    """The keys under which an attempt to log in counts."""
    cookie = request.COOKIES.get(DEVICE_COOKIE, "") if request else ""
    if is_device_of(username, cookie):
        return {hash_key("device", cookie): DEVICE_LIMIT}
    client = find_client(request) if request else ""
    by_client = {hash_key("client", client): CLIENT_LIMIT} if client else {}
    return {hash_key("name", username): NAME_LIMIT} | by_client


def find_client(request: HttpRequest) -> str:
    """The network a request came from; empty if nobody can tell."""
    return parse_client(request.META, settings.PATCHTRACK_PROXY_CLIENT_HEADER)


def make_device(username: str) -> str:
    """A device cookie's value: it says that its owner once logged in, and does not say as whom."""
    return _signer(username).sign(secrets.token_urlsafe(12))


def is_device_of(username: str, cookie: str) -> bool:
    try:
        _signer(username).unsign(cookie, max_age=DEVICE_AGE)
    except BadSignature:
        return False
    return True


def _signer(username: str) -> TimestampSigner:
    return TimestampSigner(salt=f"patchtrack.device.{username}")


def remember_device(response: HttpResponse, user: AbstractBaseUser) -> None:
    """Give the browser a device cookie: a user has just logged in there."""
    response.set_cookie(
        DEVICE_COOKIE,
        make_device(user.get_username()),
        max_age=DEVICE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@receiver(user_logged_in)
def note_login(request: HttpRequest, **_: Any) -> None:
    """Note in the session when its user has logged in, by whichever door: each asks for a
    password, or for a link that was mailed."""
    request.session[_LOGGED_IN_AT] = timezone.now().timestamp()


def is_surely_the_user(request: HttpRequest) -> bool:
    """Whether the session's user has logged in a short while ago, in this session."""
    logged_in_at = request.session.get(_LOGGED_IN_AT, 0)
    return timezone.now().timestamp() - logged_in_at < SURE_FOR.total_seconds()
