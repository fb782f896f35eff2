"""Series, and the events of all projects."""

from collections.abc import Collection

from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.following import answer_after
from patchtrack.api.payloads import tell_events
from patchtrack.api.records import Record
from patchtrack.api.versions import find_unknown_categories, has_filter
from patchtrack.api.views.base import Resource, find_or_404, tell_each
from patchtrack.models import Event, Series, SeriesAlias
from patchtrack.services import related


class AllSeries(Resource):
    """All series."""

    def get(self, request: Request, **_: object) -> Response:
        tell = tell_each(self.records.series)
        return self.answer_list("series", Series.objects.all(), related.series(), tell)


class OneSeries(Resource):
    """A series; one that was merged into another is that other."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        alias = SeriesAlias.objects.filter(pk=row).first()
        series = find_or_404(related.series(), pk=alias.series_id if alias else row)
        return Response(self.records.series(series))


class Events(Resource):
    """What has happened, the newest first; or behind a cursor, in the order of cursors."""

    def get(self, request: Request, **_: object) -> Response:
        if "after" in request.query_params and has_filter("events", "after", self.version):
            return answer_after(request, self.version, self._tell)
        rows = Event.objects.exclude(category__in=find_unknown_categories(self.version))
        return self.answer_list("events", rows, related.events(), self._tell)

    def _tell(self, events: Collection[Event]) -> list[Record]:
        return tell_events(self.records, events)
