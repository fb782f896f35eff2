"""Describes each version of the API in OpenAPI 3.1, made from what answers its requests: the
addresses, the views, the inputs, and the tables of filters, records and versions."""

from functools import cache
from typing import Any

from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.views import APIView

# Imported so that drf-spectacular knows of them.
from patchtrack.api import extensions  # noqa: F401
from patchtrack.api.filters import find_filters
from patchtrack.api.narrowing import find_further_filters
from patchtrack.api.operations import OPERATIONS, Operation
from patchtrack.api.ordering import find_orders
from patchtrack.api.paging import DEFAULT_SIZE, LARGEST_SIZE
from patchtrack.api.record_shapes import derive_records
from patchtrack.api.shapes import Shape, many, refer
from patchtrack.api.versions import has_call, has_filter
from patchtrack.api.views.people import ForUsers

_JSON = "application/json"
# What is answered instead of records.
_ERRORS = {
    "Problem": {
        "type": "object",
        "properties": {"detail": {"type": "string"}},
        "required": ["detail"],
    },
    "Refusal": {
        "description": "What is wrong, by the field; of the request as a whole, its detail.",
        "anyOf": [{"type": "object"}, many({"type": "string"})],
    },
}
# Every request may be answered so: with wrong credentials, another Accept, a database that is away.
_ANYWHERE = (403, 404, 406, 429, 503)
_VERBS = {"GET": "read", "POST": "add", "PUT": "replace", "PATCH": "change", "DELETE": "remove"}
_VERBS_OF_MANY = {"GET": "list", "PATCH": "change_many"}
_CHANGES = {
    "POST": "Adds one.",
    "PUT": "Says all of it anew.",
    "PATCH": "Changes what is said, and nothing else.",
    "DELETE": "Removes it.",
}
_PAGING = {
    "page": "A page's number, from 1, or: last.",
    "per_page": f"How many a page has: {DEFAULT_SIZE}, at most {LARGEST_SIZE}.",
}
_FILTERS = {
    "project": "By id, link name or name.",
    "submitter": "By id or address.",
    "delegate": "By id or username.",
    "owner": "By id or username.",
    "user": "By id or username.",
    "actor": "By id or username.",
    "state": "By id, slug or name; of checks by number. Unknown states of patches are passed over.",
    "since": "Not before this date (ISO 8601; UTC unless it says otherwise).",
    "before": "Before this date (ISO 8601; UTC unless it says otherwise).",
    "msgid": "The message-id, without brackets.",
    "hash": "The hash of the diff.",
    "archived": "true or false.",
    "public": "true or false.",
    "series": "By id.",
    "patch": "By id.",
    "cover": "By id.",
    "category": "By name.",
    "context": "By name.",
    "q": 'Words and "quoted phrases" that the name must hold.',
    "q_in": "Where q is looked for: name, or body, in the language of the search page.",
    "id": "By id.",
    "check": "success, pending, warning, fail, or none for what has no check.",
    "path": "A file or directory that is touched.",
    "prefix": "A word of those in brackets.",
    "trailer": "A trailer that was given, such as Reviewed-by.",
    "received_since": "Arrived not before this time (ISO 8601; UTC unless it says otherwise).",
    "received_before": "Arrived before this time (ISO 8601; UTC unless it says otherwise).",
}
_ONCE = ("q", "q_in", "received_since", "received_before")
_EXPAND = "What is told in full, with commas: patches, cover_letter, comments."


class Schema(AutoSchema):
    """What one address of a version answers to a method."""

    @property
    def said(self) -> Operation:
        return OPERATIONS[type(self.view)]

    @property
    def writes(self) -> bool:
        return self.method not in SAFE_METHODS

    def is_excluded(self) -> bool:
        """What is in no table, and what the version does not have."""
        said = OPERATIONS.get(type(self.view))
        version = self.view.kwargs["version"]
        return said is None or bool(self.writes and said.call and not has_call(said.call, version))

    def get_operation_id(self) -> str:
        words = [word for word in self._tokenize_path() if not word.startswith("{")]
        verbs = _VERBS | _VERBS_OF_MANY if self.said.lists else _VERBS
        return "_".join([*(words or ["index"]), verbs[self.method]])

    def get_description(self) -> str:
        if self.method == "PATCH" and self.said.lists:
            return "Changes all of them in the same way, or none."
        return _CHANGES.get(self.method) or super().get_description()

    def get_tags(self) -> list[str]:
        return super().get_tags() or ["index"]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """An empty one says that nobody has to log in."""
        needs_user = self.writes or isinstance(self.view, ForUsers)
        return [scheme for scheme in super().get_auth() if scheme or not needs_user]

    def get_request_serializer(self) -> Any:
        return self.said.reads if self.writes and self.method != "DELETE" else None

    def get_response_serializers(self) -> dict[tuple[str, str] | str, Any]:
        errors = [*_ANYWHERE, *self._find_refusals()]
        answers = {
            (str(status), _JSON): refer("refusal" if status == 400 else "problem")
            for status in sorted(errors)
        }
        if self.method == "DELETE":
            return {"204": None, **answers}
        told = refer(self.said.tells)
        if self.method in _VERBS_OF_MANY and self.said.lists:
            told = many(told)
        return {("201" if self.method == "POST" else "200", _JSON): told, **answers}

    def _find_refusals(self) -> tuple[int, ...]:
        if self.writes:
            return (400, 413, 415, *self.said.statuses)
        return (400,) if self.said.lists or self._can_expand else ()

    @property
    def _can_expand(self) -> bool:
        """What a series refers to can be told with it."""
        return self.said.tells == "series" and has_filter(
            "series", "expand", self.view.kwargs["version"]
        )

    def _get_response_headers_for_code(
        self,
        status_code: str,
        direction: str = "response",  # noqa: ARG002
    ) -> Shape:
        text: Shape = {"type": "string"}
        if status_code == "201":
            return {"Location": {"schema": text, "description": "Where it is."}}
        if status_code == "200" and self.method == "GET" and self.said.lists:
            links = "The next page, the one before, the first and the last (RFC 8288)."
            return {"Link": {"schema": text, "description": links}}
        return {}

    def _resolve_path_parameters(self, variables: list[str]) -> list[Shape]:
        return [
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": "An id, or a project's link name." if name == "key" else "An id.",
                "schema": {"type": "string"} if name == "key" else {"type": "integer"},
            }
            for name in variables
        ]

    def _get_filter_parameters(self) -> list[Shape]:
        resource, version = self.said.lists, self.view.kwargs["version"]
        if self.method == "PATCH" and resource:
            return [{**_parameter("id", "Which are changed.", many=True), "required": True}]
        if self.method != "GET":
            return []
        expand = [_parameter("expand", _EXPAND, many=True)] if self._can_expand else []
        return [*self._find_list_parameters(resource, version), *expand] if resource else expand

    def _find_list_parameters(self, resource: str, version: int) -> list[Shape]:
        names = [*find_filters(resource, version), *find_further_filters(resource, version)]
        orders = ", ".join(find_orders(resource))
        order = f"Of {orders}, those to order by, with commas; from the end with a minus."
        return [
            *(_parameter(name, _FILTERS.get(name, ""), many=name not in _ONCE) for name in names),
            _parameter("order", order),
            *(_parameter(name, said) for name, said in _PAGING.items()),
        ]

    def _get_format_parameters(self) -> list[Shape]:
        """That an answer may also be a page is for people."""
        return []


def _parameter(name: str, said: str, *, many: bool = False) -> Shape:
    text: Shape = {"type": "string"}
    shape: Shape = {"type": "array", "items": text} if many else text
    parameter: Shape = {"name": name, "in": "query", "schema": shape}
    return {**parameter, "description": said} if said else parameter


class Generator(SchemaGenerator):
    """Makes the schema of one version, with the prefix that its addresses have."""

    def __init__(self, *, version: int, prefix: str) -> None:
        from patchtrack.api.urls import find_paths

        super().__init__(patterns=[path(f"api{prefix}/", include(find_paths(version)))])
        self._options = {"version": version, "prefix": prefix}

    def create_view(self, callback: Any, method: str, request: Any = None) -> APIView:
        view = super().create_view(callback, method, request)
        view.kwargs = self._options
        return view

    def coerce_path(self, path: str, method: str, view: APIView) -> str:
        """Our views call a row what everybody else calls an id."""
        return super().coerce_path(path, method, view).replace("{row}", "{id}")


@cache
def find_schema(version: int, prefix: str) -> dict[str, Any]:
    """The schema of a version under a prefix ("" or "/1.2"); not to be changed."""
    schema = Generator(version=version, prefix=prefix).get_schema(public=True)
    schema["info"] = {
        "title": "Patchtrack",
        "version": f"1.{version}",
        "description": "Patches, series and comments of mailing lists, as Patchwork tells of them.",
    }
    schema["components"]["schemas"] |= derive_records(version) | _ERRORS
    return schema
