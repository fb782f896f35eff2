"""Patches, and their checks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.conditions import if_match
from patchtrack.api.formats import split_prefixes
from patchtrack.api.inputs import CheckInput, PatchInput, choose_check
from patchtrack.api.mails import tell_patch
from patchtrack.api.records import Record
from patchtrack.api.versions import has_call
from patchtrack.api.views.base import Resource, find_mail, find_or_404, read_input, tell_each
from patchtrack.models import ApiToken, Check, Patch
from patchtrack.services import plain_rows, related
from patchtrack.services.checks import add_check
from patchtrack.services.choices import find_delegates
from patchtrack.services.decisions import decide_patch
from patchtrack.services.permissions import find_changeable
from patchtrack.services.relations import OtherRelation, UnknownPatch


class Conflict(APIException):
    """A patch is in another relation already."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "A patch is part of another relation."


class Patches(Resource):
    """All patches."""

    def get(self, request: Request, **_: object) -> Response:
        return self.answer_list("patches", Patch.objects.all(), plain_rows.patches(), self.tell)

    def tell(self, rows: Sequence[Patch]) -> Sequence[Record]:
        tell, relations = self.records.patch, plain_rows.find_relations(rows)
        told = [tell(patch, relations.get(patch.pk, ())) for patch in rows]
        return self.tell_more("patches", rows, told)


class OnePatch(Resource):
    """A patch with its text and diff."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        return Response(self._tell(row))

    @if_match(lambda where: Patch.objects.filter(pk=where["row"]))
    def patch(self, request: Request, row: int, **_: object) -> Response:
        patch = find_changeable_patch(request, row)
        wanted = read_input(PatchInput, request)
        self._decide(patch, wanted)
        told = self._tell(row)
        # As Patchwork has it: the answer to a change, unlike all others, leaves out what is empty.
        if not told.get("related"):
            told.pop("related", None)
        return Response(told)

    put = patch

    def _decide(self, patch: Patch, wanted: Mapping[str, Any]) -> None:
        """Raises PermissionDenied, ValidationError and Conflict."""
        relates = "related" in wanted and has_call("relate patches", self.version)
        others = wanted["related"] if relates else None
        try:
            decide_patch(self.request.user, patch, parse_decision([patch], wanted), others)
        except UnknownPatch as error:
            refusal = f'Invalid pk "{error.patch}" - object does not exist.'
            raise serializers.ValidationError({"related": [refusal]}) from error
        except OtherRelation as error:
            raise Conflict from error

    def _tell(self, row: int) -> Record:
        patch = find_or_404(self.read_more("patches", plain_rows.patches()), pk=row)
        others = plain_rows.find_relations([patch]).get(row, ())
        said = {**tell_patch(find_mail(row)), "prefixes": split_prefixes(patch.name)}
        [record] = self.tell_more("patches", [patch], [self.records.patch(patch, others)])
        return {**record, **said}


class Checks(Resource):
    """The checks of a patch, oldest first."""

    needed = ApiToken.Scope.CHECKS

    def get(self, request: Request, row: int, **_: object) -> Response:
        find_or_404(Patch.objects.only("pk"), pk=row)
        tell = tell_each(self.records.check)
        return self.answer_list("checks", Check.objects.filter(patch=row), related.checks(), tell)

    def post(self, request: Request, row: int, **_: object) -> Response:
        check = self.records.check(self.add(find_changeable_patch(request, row)))
        return Response(check, status.HTTP_201_CREATED, headers={"Location": check["url"]})

    def add(self, patch: Patch) -> Check:
        """Add what the request reports. Raises ValidationError."""
        new = choose_check(read_input(CheckInput, self.request))
        return add_check(self.request.user, patch.pk, new)


class OneCheck(Resource):
    """A check."""

    def get(self, request: Request, row: int, check: int, **_: object) -> Response:
        found = find_or_404(related.checks(), patch=row, pk=check)
        return Response(self.records.check(found))


def find_changeable_patch(request: Request, row: int) -> Patch:
    """Raises Http404 and PermissionDenied."""
    patch = find_or_404(related.patches(), pk=row)
    if not find_changeable(request.user, patch.project, [patch]):
        raise PermissionDenied
    return patch


def parse_decision(patches: Sequence[Patch], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for of patches of a project in the names of columns. Raises ValidationError."""
    columns = {"state": "state_id", "archived": "archived"}
    decision = {columns[name]: wanted[name] for name in columns if name in wanted}
    texts = {"commit_ref": "commit_ref", "pull_url": "chosen_pull_url"}
    decision |= {texts[name]: wanted[name] or "" for name in texts if name in wanted}
    if "delegate" in wanted:
        user, project = wanted["delegate"], patches[0].project
        # Who has them already may keep them, also when no longer a maintainer.
        is_kept = user and {patch.delegate_id for patch in patches} == {user.pk}
        if user and not is_kept and user not in find_delegates(project):
            refusal = f"User '{user}' is not a maintainer for project '{project.name}'"
            raise serializers.ValidationError({"delegate": [refusal]})
        decision["delegate_id"] = user.pk if user else None
    return decision
