"""Series, and the events of all projects."""

from collections.abc import Collection, Sequence

from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.following import answer_after
from patchtrack.api.payloads import tell_events
from patchtrack.api.records import Record
from patchtrack.api.versions import find_unknown_categories, has_field, has_filter
from patchtrack.api.views.base import Resource, find_or_404
from patchtrack.models import Event, Series, SeriesAlias
from patchtrack.services import related
from patchtrack.services.many_dependencies import find_many_dependencies


class SeriesResource(Resource):
    """What tells of series."""

    def tell(self, rows: Sequence[Series]) -> list[Record]:
        if not has_field("series", "dependencies", self.version):
            return [self.records.series(series) for series in rows]
        known = find_many_dependencies(rows, self.request.get_host())
        records = self.records
        return [records.series(series, known.get(series.pk)) for series in rows]


class AllSeries(SeriesResource):
    """All series."""

    def get(self, request: Request, **_: object) -> Response:
        return self.answer_list("series", Series.objects.all(), related.series(), self.tell)


class OneSeries(SeriesResource):
    """A series; one that was merged into another is that other."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        alias = SeriesAlias.objects.filter(pk=row).first()
        series = find_or_404(related.series(), pk=alias.series_id if alias else row)
        [told] = self.tell([series])
        return Response(told)


class Events(Resource):
    """What has happened, the newest first; or behind a cursor, in the order of cursors."""

    def get(self, request: Request, **_: object) -> Response:
        if "after" in request.query_params and has_filter("events", "after", self.version):
            return answer_after(request, self.version, self._tell)
        rows = Event.objects.exclude(category__in=find_unknown_categories(self.version))
        return self.answer_list("events", rows, related.events(), self._tell)

    def _tell(self, events: Collection[Event]) -> list[Record]:
        return tell_events(self.records, events)
