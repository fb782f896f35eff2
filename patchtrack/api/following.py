"""Answers who follows events: what is behind a cursor, and where to go on from."""

from collections.abc import Callable, Collection

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from patchtrack.api.narrowing import narrow_all
from patchtrack.api.paging import parse_size
from patchtrack.api.records import Record
from patchtrack.models import Event
from patchtrack.services.following import find_newest_cursor, find_stretch
from patchtrack.services.resolving import is_id

# The cursor to go on from. It is told even if no event is, so that who asks for a few among many
# need not have all the others looked at each time.
POSITION = "X-Patchtrack-Cursor"


def parse_cursor(said: str) -> int:
    """The cursor to go on from; `latest` is that of the newest event. Raises ValidationError."""
    if said == "latest":
        return find_newest_cursor()
    if not is_id(said):
        raise ValidationError({"after": ['A cursor is a number, or "latest".']})
    return int(said)


def answer_after(
    request: Request, version: int, tell: Callable[[Collection[Event]], list[Record]]
) -> Response:
    """The events behind the cursor that a request names, in their order. `next` in its Link header
    (RFC 8288) are the following ones, if there are any by now."""
    parameters = request.query_params
    after = parse_cursor(parameters["after"].strip())
    rows = narrow_all(Event.objects.all(), "events", parameters, version)
    stretch = find_stretch(rows, after, parse_size(parameters))
    headers = {POSITION: str(stretch.position)}
    if not stretch.is_last:
        url = replace_query_param(request.build_absolute_uri(), "after", stretch.position)
        headers["Link"] = f'<{url}>; rel="next"'
    return Response(tell(stretch.events), headers=headers)
