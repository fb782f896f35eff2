"""Bundles: those that are shared, and one's own."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework import serializers, status
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.conditions import if_match
from patchtrack.api.inputs import BundleInput
from patchtrack.api.records import Record
from patchtrack.api.versions import has_call
from patchtrack.api.views.base import Resource, find_or_404, read_input
from patchtrack.models import Bundle
from patchtrack.services.bundles import BundleWish, find_bundles, make_bundle, rewrite_bundle
from patchtrack.services.plain_rows import find_bundled


class BundleResource(Resource):
    """What versions before 1.2 only read."""

    def initial(self, request: Request, *arguments: object, **options: object) -> None:
        super().initial(request, *arguments, **options)
        reads = request.method in ("GET", "HEAD", "OPTIONS")
        if not (reads or has_call("write bundles", self.version)):
            raise MethodNotAllowed(request.method)

    def tell(self, row: int) -> Record:
        """Raises Http404."""
        [record] = self.tell_all([find_or_404(find_bundles(self.request.user), pk=row)])
        return record

    def tell_all(self, rows: Sequence[Bundle]) -> list[Record]:
        records, bundled = self.records, find_bundled(rows)
        return [records.bundle(row, bundled[row.pk]) for row in rows]


class Bundles(BundleResource):
    """All bundles that one may see."""

    def get(self, request: Request, **_: object) -> Response:
        rows = find_bundles(request.user)
        return self.answer_list("bundles", rows.select_related(None), rows, self.tell_all)

    def post(self, request: Request, **_: object) -> Response:
        self.require_login()
        wish = BundleWish(**read_input(BundleInput, request))
        try:
            bundle = make_bundle(request.user, wish)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        record = self.tell(bundle.pk)
        return Response(record, status.HTTP_201_CREATED, headers={"Location": record["url"]})


class OneBundle(BundleResource):
    """A bundle, its owner's to change."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        return Response(self.tell(row))

    @if_match(lambda where: Bundle.objects.filter(pk=where["row"]))
    def patch(self, request: Request, row: int, **_: object) -> Response:
        bundle = self._find_own(row)
        wish = BundleWish(**read_input(BundleInput, request))
        try:
            rewrite_bundle(bundle, wish)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return Response(self.tell(row))

    put = patch

    @if_match(lambda where: Bundle.objects.filter(pk=where["row"]))
    def delete(self, request: Request, row: int, **_: object) -> Response:
        self._find_own(row).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _find_own(self, row: int) -> Bundle:
        """Raises Http404, and PermissionDenied for what somebody else shares."""
        bundle = find_or_404(find_bundles(self.request.user), pk=row)
        if bundle.owner != self.request.user:
            raise PermissionDenied
        return bundle
