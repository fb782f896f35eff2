"""Lets pages of other sites read what everybody may read (the Fetch standard's CORS protocol).

They come without cookies, and so as nobody: a browser sends none where any origin is allowed.
"""

from django.conf import settings
from django.http import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

_SHOWN = (
    "ETag, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset,"
    " X-Patchtrack-Cursor"
)
# What a page may do after having asked by OPTIONS, and for how long.
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}


def allow_reading(request: Request, response: HttpResponseBase) -> None:
    """Say in the answer to a reading request that any page may have it."""
    if not settings.PATCHTRACK_CORS or request.method not in SAFE_METHODS:
        return
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _SHOWN
    if request.method == "OPTIONS":
        for name, value in _ALLOWED.items():
            response.headers[name] = value
