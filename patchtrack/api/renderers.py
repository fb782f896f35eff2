"""Writes answers as JSON, and shows them as pages to people who look at the API in a browser."""

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.template.loader import render_to_string
from rest_framework import renderers
from rest_framework.renderers import BaseRenderer

from patchtrack.models import Person, Project

# A page with more to choose from helps nobody.
_MOST_OFFERED = 5000
# The ends of lines and paragraphs that JSON may hold, but JavaScript's strings may not.
_ENDS = {"\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}
_END = re.compile(b"|".join(_ENDS))
# What both begin with: a single byte is looked for in a hundredth of the time.
_START = "\u2028".encode()[:1]
# What is not JSON's own is left to REST framework.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class JSONRenderer(renderers.JSONRenderer):
    """The very bytes of REST framework's renderer, in a tenth of the time: to write hundreds of
    records was a fifth of all that it took to answer with them."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        context = renderer_context or {}
        if data is None or self.get_indent(accepted_media_type, context) is not None:
            return super().render(data, accepted_media_type, context)
        try:
            written = orjson.dumps(data, option=_OPTIONS)
        except orjson.JSONEncodeError:
            # It takes no numbers beyond 64 bits, and no keys but texts.
            return super().render(data, accepted_media_type, context)
        if _START in written:
            written = _END.sub(lambda found: _ENDS[found[0]], written)
        return written


class PageRenderer(BaseRenderer):
    """An answer as text on a page; on lists of patches with the choices that Patchwork's page
    has, which vscode-patchwork reads from there."""

    media_type = "text/html"
    format = "api"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        context = renderer_context or {}
        request = context["request"]
        shown = {
            "text": json.dumps(data, indent=2, ensure_ascii=False),
            "path": request.path,
            "status": context["response"].status_code,
            "link": context["response"].headers.get("Link", ""),
        }
        if request.path.endswith("/patches/"):
            shown |= _find_choices()
        return render_to_string("patchtrack/api.html", shown, request=request._request)  # noqa: SLF001


def _find_choices() -> dict[str, Any]:
    """The projects and people that a list can be narrowed to; of people never the address."""
    people = Person.objects.exclude(name="").order_by("name").values_list("pk", "name")
    return {
        "projects": Project.objects.values_list("pk", "name"),
        "people": people[:_MOST_OFFERED],
    }
