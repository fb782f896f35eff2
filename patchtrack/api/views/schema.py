"""The schema of the API, for programs and for people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patchtrack.api.description import describe_operations, describe_records
from patchtrack.api.versions import LATEST

_KEPT_SECONDS = 3600


class Schema(APIView):
    """The schema of a version in OpenAPI 3.1, as YAML or as JSON."""

    renderer_classes = (
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
        OpenApiJsonRenderer,
        OpenApiJsonRenderer2,
    )
    # The same for everybody.
    authentication_classes = ()

    def get(self, request: Request, version: int, prefix: str) -> Response:
        suffix = "json" if "json" in request.accepted_renderer.media_type else "yaml"
        headers = {
            "Cache-Control": f"public, max-age={_KEPT_SECONDS}",
            "Content-Disposition": f'inline; filename="patchtrack-1.{version}.{suffix}"',
        }
        return Response(_find_schema(version, prefix), headers=headers)


@require_safe
def docs(request: HttpRequest, version: int, prefix: str) -> HttpResponse:
    """What a version has, as a page."""
    schema = _find_schema(version, prefix)
    shown = {
        "version": f"1.{version}" if prefix else "",
        "versions": [f"1.{number}" for number in range(LATEST + 1)],
        "root": f"{get_script_prefix()}api",
        "prefix": prefix,
        "groups": describe_operations(schema["paths"]),
        "records": describe_records(schema["components"]["schemas"]),
    }
    return render(request, "patchtrack/api_docs.html", shown)


def _find_schema(version: int, prefix: str) -> dict[str, Any]:
    """With the address that its paths begin at."""
    # Only who asks for it waits until what makes it is loaded.
    from patchtrack.api.schema import find_schema

    site = get_script_prefix().removesuffix("/") or "/"
    return {**find_schema(version, prefix), "servers": [{"url": site}]}
