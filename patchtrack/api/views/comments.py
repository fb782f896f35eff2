"""Cover letters, and the comments on them and on patches."""

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.conditions import if_match
from patchtrack.api.inputs import CommentInput
from patchtrack.api.mails import tell_mail
from patchtrack.api.records import Record
from patchtrack.api.views.base import Resource, find_mail, find_or_404, read_input
from patchtrack.models import Comment, Cover, Patch
from patchtrack.services import plain_rows, related
from patchtrack.services.comments import decide_addressed
from patchtrack.services.permissions import may_address
from patchtrack.services.stored import find_stored

# What a comment can be on, by the name of the resource.
_PARENTS = {"patches": ("patch", Patch), "covers": ("cover", Cover)}


class Covers(Resource):
    """All cover letters."""

    def get(self, request: Request, **_: object) -> Response:
        return self.answer_list("covers", Cover.objects.all(), plain_rows.covers(), self._tell)

    def _tell(self, rows: Sequence[Cover]) -> Sequence[Record]:
        return self.tell_more("covers", rows, [self.records.cover(cover) for cover in rows])


class OneCover(Resource):
    """A cover letter with its text."""

    def get(self, request: Request, row: int, **_: object) -> Response:
        cover = find_or_404(self.read_more("covers", plain_rows.covers()), pk=row)
        [record] = self.tell_more("covers", [cover], [self.records.cover(cover)])
        return Response({**record, **tell_mail(find_mail(row))})


class Comments(Resource):
    """The comments on a patch or a cover letter, which `parent` names."""

    def get(self, request: Request, parent: str, row: int, **_: object) -> Response:
        kind, model = _PARENTS[parent]
        find_or_404(model.objects.only("pk"), pk=row)
        rows = Comment.objects.filter(**{kind: row})
        return self.answer_list("comments", rows, plain_rows.comments(), self._tell)

    def _tell(self, rows: Sequence[Comment]) -> Sequence[Record]:
        mails = find_stored(comment.pk for comment in rows)
        tell = self.records.comment
        told = [{**tell(comment), **tell_mail(mails.get(comment.pk))} for comment in rows]
        return self.tell_more("comments", rows, told)


class OneComment(Resource):
    """A comment; whoever may say so says whether what it asks for is done."""

    def get(self, request: Request, **where: Any) -> Response:
        return Response(self._tell(self._find(**where)))

    @if_match(lambda where: Comment.objects.filter(pk=where["comment"]))
    def patch(self, request: Request, **where: Any) -> Response:
        comment = self._find(**where)
        if not may_address(request.user, comment):
            self.permission_denied(request)
        wanted = read_input(CommentInput, request)
        if "addressed" in wanted:
            decide_addressed(request.user, comment.pk, wanted["addressed"])
        return Response(self._tell(self._find(**where)))

    put = patch

    def _find(self, parent: str, row: int, comment: int, **_: object) -> Comment:
        """Raises Http404."""
        kind, model = _PARENTS[parent]
        rows = self.read_more("comments", related.comments())
        rows = rows.select_related(f"{kind}__submitter", f"{kind}__project")
        return find_or_404(rows, f"{model.__name__}Comment", pk=comment, **{kind: row})

    def _tell(self, comment: Comment) -> Record:
        [record] = self.tell_more("comments", [comment], [self.records.comment(comment)])
        return {**record, **tell_mail(find_mail(comment.pk))}
