"""Series, and the events of all projects."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.expanding import NOTHING, expand, parse_expand
from patchtrack.api.extras import tell_more_of_series
from patchtrack.api.following import answer_after
from patchtrack.api.payloads import tell_events
from patchtrack.api.records import Record
from patchtrack.api.versions import find_unknown_categories, has_field, has_filter
from patchtrack.api.views.base import Resource, find_or_404
from patchtrack.models import Event, Series, SeriesAlias
from patchtrack.services import plain_rows
from patchtrack.services.dependencies import Dependencies
from patchtrack.services.inside import Wish, find_whole_parts
from patchtrack.services.many_dependencies import find_many_dependencies
from patchtrack.services.parts import find_parts
from patchtrack.services.plain import PlainRows


class SeriesResource(Resource):
    """Series, with what the request wants of them in full."""

    def find_wish(self) -> Wish:
        """Raises ValidationError."""
        if not has_filter("series", "expand", self.version):
            return NOTHING
        return parse_expand(self.request.query_params.getlist("expand"))

    def tell(self, rows: Sequence[Series]) -> Sequence[Record]:
        records, wish = self.records, self.find_wish()
        known: Mapping[int, Dependencies] = {}
        if wish.patches:
            parts: Mapping[int, Sequence[Any]] = find_whole_parts(rows)
        else:
            parts = find_parts(rows)
        if has_field("series", "dependencies", self.version):
            known = find_many_dependencies(rows, parts, self.request.get_host())
        told: Sequence[Record] = [
            # Those that are wished in full are told below.
            records.series(row, () if wish.patches else parts[row.pk], known.get(row.pk))
            for row in rows
        ]
        told = tell_more_of_series(rows, parts, told, records)
        return expand(wish, rows, parts, told, records)


class AllSeries(SeriesResource):
    """All series."""

    def get(self, request: Request, **_: object) -> Response:
        return self.answer_list("series", Series.objects.all(), plain_rows.series(), self.tell)


class OneSeries(SeriesResource):
    """A series; one that was merged into another is that other."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        series = find_series(self.read_more("series", plain_rows.series()), row)
        [record] = self.tell([series])
        return Response(record)


def find_series(rows: QuerySet[Series] | PlainRows, row: int) -> Series:
    """The series of an id, also of one that it had. Raises Http404."""
    alias = SeriesAlias.objects.filter(pk=row).first()
    return find_or_404(rows, pk=alias.series_id if alias else row)


class Events(Resource):
    """What has happened, the newest first; or behind a cursor, in the order of cursors."""

    def get(self, request: Request, **_: object) -> Response:
        if "after" in request.query_params and has_filter("events", "after", self.version):
            return answer_after(request, self.version, self._tell)
        rows = Event.objects.exclude(category__in=find_unknown_categories(self.version))
        return self.answer_list("events", rows, plain_rows.events(), self._tell)

    def _tell(self, events: Collection[Event]) -> list[Record]:
        return tell_events(self.records, events)
