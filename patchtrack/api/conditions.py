"""Sends nobody again what they have, and lets nobody overwrite what they have not seen
(conditional requests, RFC 9110, section 13)."""

from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags, quote_etag
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patchtrack.api.renderers import JSONRenderer
from patchtrack.services.transactions import in_transaction

View = TypeVar("View", bound=APIView)
Write = Callable[..., Response]


class PreconditionFailed(APIException):
    """What is to be changed is no longer what the client has seen."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "This has changed since it was read."


def make_etag(content: bytes) -> str:
    """An answer's ETag: it changes with whatever the answer shows, for it is a digest of that."""
    return quote_etag(sha256(content).hexdigest())


def answer_conditionally(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """An answer about one thing gets an ETag; 304 for a client that has that answer already."""
    if not _is_about_one(request, response):
        return response
    etag = make_etag(response.render().content)
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)


def _is_about_one(request: Request, response: HttpResponseBase) -> bool:
    """As JSON: a page with the same in it has forms, which differ each time."""
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == status.HTTP_200_OK
        and isinstance(response, Response)
        and isinstance(response.data, Mapping)
        and response.accepted_renderer.format == JSONRenderer.format
    )


def if_match(find: Callable[[Mapping[str, Any]], QuerySet]) -> Callable[[Write], Write]:
    """Have a view's method write, if the request has If-Match, only while GET at the same address
    would answer with such an ETag; else it is 412, and nothing is written.

    `find` finds by the parts of the address the rows whose locks everybody takes who writes there:
    of two who have seen the same, the second waits for the first, and then sees the change.
    """

    def decorate(write: Write) -> Write:
        @in_transaction
        def write_seen(view: View, request: Request, **where: Any) -> Response:
            list(find(where).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            if not _matches(request, _find_etag(view, request, where)):
                raise PreconditionFailed
            answer = write(view, request, **where)
            if answer.status_code == status.HTTP_200_OK:
                answer.headers["ETag"] = _find_etag(view, request, where)
            return answer

        @wraps(write)
        def answer(view: View, request: Request, **where: Any) -> Response:
            # Who has not logged in may write nothing, and is not to hold locks.
            is_bound = "If-Match" in request.headers and request.user.is_authenticated
            return (write_seen if is_bound else write)(view, request, **where)

        return answer

    return decorate


def _find_etag(view: View, request: Request, where: Mapping[str, Any]) -> str:
    """That of the answer which GET would give at this address."""
    return make_etag(JSONRenderer().render(view.get(request, **where).data))


def _matches(request: Request, etag: str) -> bool:
    """By the strong comparison of RFC 9110, section 8.8.3.2."""
    seen = parse_etags(request.headers["If-Match"])
    return seen == ["*"] or etag in seen
