"""What decides about several patches at once, and checks of whole series."""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.conditions import if_match
from patchtrack.api.inputs import DecisionInput, PatchesField
from patchtrack.api.records import Record
from patchtrack.api.views.base import read_input
from patchtrack.api.views.patches import Checks, Patches, find_changeable_patch, parse_decision
from patchtrack.api.views.series import OneSeries, find_series
from patchtrack.models import Check, Patch, Project, Series
from patchtrack.services import plain_rows, related
from patchtrack.services.parts import Part, find_parts
from patchtrack.services.relations import UnknownPatch
from patchtrack.services.together import (
    NotAllowed,
    SeveralProjects,
    change_together,
    find_together,
)

# As many as stand on the largest page.
MOST_PATCHES = 250
# A refusal names no more.
_MOST_NAMED = 10
_NO_PATCH = "No patch of this series has arrived."


class ManyPatches(Patches):
    """All patches, and those that `id` names to be changed together."""

    def patch(self, request: Request, **_: object) -> Response:
        self.require_login()
        ids = _read_ids(request.query_params.getlist("id"))
        _decide(request, ids)
        whole = self.read_more("patches", plain_rows.patches())
        found = {patch.pk: patch for patch in whole.filter(pk__in=ids)}
        patches = [found[row] for row in ids if row in found]
        return Response(self.tell(patches))


class ChangeableSeries(OneSeries):
    """A series, of which all patches are changed together."""

    @if_match(lambda where: _find_parts(where["row"]))
    def patch(self, request: Request, row: int, **_: object) -> Response:
        self.require_login()
        series = find_series(Series.objects.only("pk"), row)
        ids = list(_find_parts(series.pk).values_list("pk", flat=True))
        if not ids:
            raise serializers.ValidationError({"detail": [_NO_PATCH]})
        _decide(request, ids)
        return self.get(request, row)


class SeriesChecks(Checks):
    """The checks of all patches of a series, each with its patch. A test of a series has seen
    what its last patch makes of everything: so a new check is put there."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        series = find_series(plain_rows.series(), row)
        parts = {part.pk: part for part in find_parts([series])[series.pk]}

        def tell(checks: Iterable[Check]) -> list[Record]:
            return [self._tell(check, parts[check.patch_id], series.project) for check in checks]

        rows = Check.objects.filter(patch__in=parts)
        return self.answer_list("checks", rows, related.checks(), tell)

    def post(self, request: Request, row: int, **_: object) -> Response:
        self.require_login()
        series = find_series(plain_rows.series(), row)
        parts = find_parts([series])[series.pk]
        if not parts:
            raise serializers.ValidationError({"detail": [_NO_PATCH]})
        patch = find_changeable_patch(request, parts[-1].pk)
        told = self._tell(self.add(patch), parts[-1], series.project)
        return Response(told, status.HTTP_201_CREATED, headers={"Location": told["url"]})

    def _tell(self, check: Check, part: Part, project: Project) -> Record:
        records = self.records
        return {**records.check(check), "patch": records.part(part, project)}


def _find_parts(row: int) -> QuerySet[Patch]:
    """The patches of the series of an id, also of one that it had."""
    return Patch.objects.filter(Q(series=row) | Q(series__aliases=row))


def _read_ids(said: Sequence[str]) -> list[int]:
    """Raises ValidationError."""
    if not said:
        raise serializers.ValidationError({"id": ["This field is required."]})
    if len(said) > MOST_PATCHES:
        refusal = f"At most {MOST_PATCHES} patches can be changed at once."
        raise serializers.ValidationError({"id": [refusal]})
    try:
        return PatchesField().run_validation(list(said))
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"id": error.detail}) from error


def _decide(request: Request, ids: Collection[int]) -> None:
    """Change patches as the request says: all, or none. Raises ValidationError and
    PermissionDenied."""
    try:
        patches = find_together(request.user, ids)
        wanted = read_input(DecisionInput, request)
        change_together(request.user, patches, parse_decision(patches, wanted))
    except UnknownPatch as error:
        refusal = f'Invalid pk "{error.patch}" - object does not exist.'
        raise serializers.ValidationError({"id": [refusal]}) from error
    except SeveralProjects as error:
        refusal = "The patches must belong to the same project."
        raise serializers.ValidationError({"id": [refusal]}) from error
    except NotAllowed as error:
        raise PermissionDenied(_format_refusal(error.patches)) from error


def _format_refusal(patches: Sequence[int]) -> str:
    named = ", ".join(map(str, patches[:_MOST_NAMED]))
    more = len(patches) - _MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return f"You do not have permission to change these patches: {named}{others}."
