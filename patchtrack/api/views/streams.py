"""The stream of events, for who would rather be told than ask."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from patchtrack.api.following import parse_cursor
from patchtrack.api.narrowing import narrow_all
from patchtrack.api.own_places import take_own_place
from patchtrack.api.payloads import tell_events
from patchtrack.api.streaming import PLACES, Stream, TooMany
from patchtrack.api.views.base import Resource
from patchtrack.models import Event

_HEADERS = {
    "Cache-Control": "no-store",
    # nginx would wait until a buffer is full.
    "X-Accel-Buffering": "no",
}


class TooManyStreams(APIException):
    """There is a place for few streams, so that pages are served, too."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "Too many event streams are open: come again, or poll /events/?after=CURSOR."

    def __init__(self) -> None:
        super().__init__()
        # Becomes the header Retry-After.
        self.wait = max(settings.PATCHTRACK_STREAM_SECONDS, 1)


class InJson(BaseContentNegotiation):
    """Refusals are JSON, whatever is asked for: who follows a stream accepts nothing else."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class EventStream(Resource):
    """Events as they come: behind the cursor in Last-Event-ID, or in `after`, or from now on."""

    content_negotiation_class = InJson
    # OpenAPI has no words for a stream; docs/api.md has.
    schema = None

    def get(self, request: Request, **_: object) -> HttpResponseBase:
        after = self._find_start(request)
        rows = narrow_all(Event.objects.all(), "events", request.query_params, self.version)
        options: dict[str, Any] = {"content_type": "text/event-stream", "headers": _HEADERS}
        if isinstance(request._request, ASGIRequest):  # noqa: SLF001
            # An ASGI server would hold everything back until the end: so that comes at once.
            with closing(self._open(rows, after, 0)) as stream:
                return HttpResponse("".join(stream), **options)
        stream = self._open(rows, after, settings.PATCHTRACK_STREAM_SECONDS)
        return StreamingHttpResponse(stream, **options)

    def head(self, request: Request, **_: object) -> HttpResponse:
        return HttpResponse(content_type="text/event-stream", headers=_HEADERS)

    def _find_start(self, request: Request) -> int:
        """Who comes again says by the header where it was, and repeats the parameters of its first
        request. Raises ValidationError."""
        said = request.headers.get("Last-Event-ID", "").strip()
        return parse_cursor(said or request.query_params.get("after", "latest").strip())

    def _open(self, rows: QuerySet[Event], after: int, seconds: float) -> Stream:
        """Raises TooManyStreams and TooManyOwn."""
        return Stream(
            rows=rows,
            position=after,
            seconds=seconds,
            # By new records each time: they keep what they have told once.
            tell=lambda events: tell_events(self.records, events),
            leave=_take_places(self.request),
        )


def _take_places(request: Request) -> Callable[[], None]:
    """What a stream needs; what gives it back. Raises TooManyStreams and TooManyOwn."""
    with ExitStack() as taken:
        try:
            PLACES.take(settings.PATCHTRACK_STREAMS)
        except TooMany as error:
            raise TooManyStreams from error
        taken.callback(PLACES.give_back)
        taken.callback(take_own_place(request))
        return taken.pop_all().close
