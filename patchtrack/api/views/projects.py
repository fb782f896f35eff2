"""The index, and projects."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from patchtrack.api.conditions import if_match
from patchtrack.api.inputs import ProjectInput
from patchtrack.api.views.base import Resource, find_or_404, read_input, tell_each
from patchtrack.models import Project
from patchtrack.services import related
from patchtrack.services.permissions import is_maintainer
from patchtrack.services.project_settings import change_settings
from patchtrack.services.resolving import is_id

_RESOURCES = "projects users people patches covers series events bundles".split()


class Index(Resource):
    """Where everything is."""

    def get(self, request: Request, **_: object) -> Response:
        return Response(self.records.index(_RESOURCES))


class Projects(Resource):
    """All projects."""

    def get(self, request: Request, **_: object) -> Response:
        rows = Project.objects.all()
        tell = tell_each(self.records.project)
        return self.answer_list("projects", rows, related.projects(), tell)


class OneProject(Resource):
    """A project, by its id or link name."""

    def get(self, request: Request, key: str, **_: object) -> Response:
        return Response(self.records.project(_find_project(key)))

    @if_match(lambda where: Project.objects.filter(**_choose_column(where["key"])))
    def patch(self, request: Request, key: str, **_: object) -> Response:
        project = _find_project(key)
        if not is_maintainer(request.user, project):
            raise PermissionDenied
        try:
            change_settings(request.user, project, read_input(ProjectInput, request))
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return Response(self.records.project(_find_project(key)))

    put = patch


def _find_project(key: str) -> Project:
    """Raises Http404."""
    return find_or_404(related.projects(), **_choose_column(key))


def _choose_column(key: str) -> dict[str, Any]:
    """What a project's id or link name is to be found by."""
    return {"pk": int(key)} if is_id(key) else {"linkname__iexact": key}
