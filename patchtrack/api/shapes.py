"""The types of what records hold: with the tables of `versions`, all that the schema says of
answers. Shapes are those of JSON Schema 2020-12, as in OpenAPI 3.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchtrack.api.payloads import PAYLOADS
from patchtrack.api.versions import find_unknown_categories, has_field
from patchtrack.models import Check

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a kind of record holds, in the order in which it tells of it. `kind` is the name under
    which the tables of versions know it; `optional` fields are not always told."""

    kind: str
    fields: Mapping[str, Shape]
    optional: frozenset[str] = frozenset()


def derive_records(version: int) -> dict[str, Shape]:
    """Each kind of record as a version has it, by the name that the schema has for it."""
    records = {name_record(name): _derive(one, version) for name, one in RECORDS.items()}
    events = set(PAYLOADS) - set(find_unknown_categories(version))
    records["Event"]["properties"]["category"]["enum"] = sorted(map(str, events))
    return records


def refer(name: str) -> Shape:
    """A reference to a kind of record."""
    return {"$ref": f"#/components/schemas/{name_record(name)}"}


def name_record(name: str) -> str:
    """The schema's name for a kind of record: "embedded patch" is EmbeddedPatch."""
    return "".join(word.capitalize() for word in name.split())


def many(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def _derive(record: Record, version: int) -> Shape:
    known = {
        name: dict(shape)
        for name, shape in record.fields.items()
        if has_field(record.kind, name, version)
    }
    required = [name for name in known if name not in record.optional]
    return {"type": "object", "properties": known, "required": required}


def _or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


_ID: Shape = {"type": "integer"}
_NUMBER: Shape = {"type": "integer"}
_TEXT: Shape = {"type": "string"}
_FLAG: Shape = {"type": "boolean"}
_URL: Shape = {"type": "string", "format": "uri"}
_DATE: Shape = {"type": "string", "description": "ISO 8601 in UTC, without an offset."}
_SLUG: Shape = {"type": "string", "description": "A state's slug, such as under-review."}
_RESULT: Shape = {"type": "string", "enum": [result.label for result in Check.Result]}
_HEADERS: Shape = {
    "type": "object",
    "description": "Each field's text; of one that is repeated, a list.",
    "additionalProperties": {"anyOf": [_TEXT, many(_TEXT)]},
}
_STATES: Shape = {
    "type": "object",
    "description": "How many patches are in each state, by its slug.",
    "additionalProperties": _NUMBER,
}
_TAGS: Shape = {"type": "object", "additionalProperties": _NUMBER}

_EMBEDDED_PROJECT = {
    "id": _ID,
    "url": _URL,
    "name": _TEXT,
    "link_name": _TEXT,
    "list_id": _TEXT,
    "list_email": _TEXT,
    "web_url": _TEXT,
    "scm_url": _TEXT,
    "webscm_url": _TEXT,
    "list_archive_url": _TEXT,
    "list_archive_url_format": _TEXT,
    "commit_url_format": _TEXT,
}
_USER = {
    "id": _ID,
    "url": _URL,
    "username": _TEXT,
    "first_name": _TEXT,
    "last_name": _TEXT,
    "email": _TEXT,
}
_SETTINGS: Shape = {
    "type": "object",
    "description": "Only one's own.",
    "properties": {"send_email": _FLAG, "items_per_page": _NUMBER, "show_ids": _FLAG},
}
_EMBEDDED_PERSON = {"id": _ID, "url": _URL, "name": _TEXT, "email": _TEXT}
_EMBEDDED_MAIL = {
    "id": _ID,
    "url": _URL,
    "web_url": _URL,
    "msgid": _TEXT,
    "list_archive_url": _or_null(_TEXT),
    "date": _DATE,
    "name": _TEXT,
    "mbox": _URL,
}
_PATCH = {
    "id": _ID,
    "url": _URL,
    "web_url": _URL,
    "project": refer("embedded project"),
    "msgid": _TEXT,
    "list_archive_url": _or_null(_TEXT),
    "date": _DATE,
    "name": _TEXT,
    "commit_ref": _or_null(_TEXT),
    "pull_url": _or_null(_TEXT),
    "state": _SLUG,
    "archived": _FLAG,
    "hash": _or_null(_TEXT),
    "submitter": refer("embedded person"),
    "delegate": _or_null(refer("user")),
    "mbox": _URL,
    "series": many(refer("embedded series")),
    "comments": _URL,
    "check": _RESULT,
    "checks": _URL,
    "tags": _TAGS,
    "related": many(refer("embedded patch")),
}
_ARRIVED = {"received": _or_null(_DATE)}
_SAID = {"headers": _HEADERS, "content": _TEXT}
_EMBEDDED_SERIES = {
    "id": _ID,
    "url": _URL,
    "web_url": _URL,
    "date": _DATE,
    "name": _or_null(_TEXT),
    "version": _NUMBER,
    "mbox": _URL,
}
_COVER = {
    "id": _ID,
    "url": _URL,
    "web_url": _URL,
    "project": refer("embedded project"),
    "msgid": _TEXT,
    "list_archive_url": _or_null(_TEXT),
    "date": _DATE,
    "name": _TEXT,
    "submitter": refer("embedded person"),
    "mbox": _URL,
    "series": many(refer("embedded series")),
    "comments": _URL,
}
_EMBEDDED_COMMENT = {
    "id": _ID,
    "url": _URL,
    "web_url": _URL,
    "msgid": _TEXT,
    "list_archive_url": _or_null(_TEXT),
    "date": _DATE,
}
_EMBEDDED_CHECK = {
    "id": _ID,
    "url": _URL,
    "date": _DATE,
    "state": _RESULT,
    "target_url": _or_null(_TEXT),
    "context": _TEXT,
}
_PAYLOAD = {
    "patch": _or_null(refer("embedded patch")),
    "cover": _or_null(refer("embedded cover")),
    "comment": _or_null(refer("embedded comment")),
    "series": _or_null(refer("embedded series")),
    "check": refer("embedded check"),
    "previous_state": _SLUG,
    "current_state": _SLUG,
    "previous_delegate": _or_null(refer("user")),
    "current_delegate": _or_null(refer("user")),
    "previous_relation": {"type": "null"},
    "current_relation": {"type": "null"},
}
_OF_EVENTS: Shape = {
    "type": "object",
    "description": "What the category says: "
    + "; ".join(f"{category}: {', '.join(names)}" for category, names in PAYLOADS.items()),
    "properties": _PAYLOAD,
}
RECORDS: Mapping[str, Record] = {
    "index": Record(
        kind="index",
        fields=dict.fromkeys(
            "projects users people patches covers series events bundles".split(), _URL
        ),
    ),
    "project": Record(
        kind="project",
        fields={
            **_EMBEDDED_PROJECT,
            "maintainers": many(refer("user")),
            "subject_match": _TEXT,
            "show_dependencies": _FLAG,
        },
    ),
    "embedded project": Record(kind="project", fields=_EMBEDDED_PROJECT),
    "user": Record(kind="user", fields=_USER),
    "own user": Record(
        kind="own user",
        fields={**_USER, "settings": _SETTINGS},
        optional=frozenset({"settings"}),
    ),
    "person": Record(kind="person", fields={**_EMBEDDED_PERSON, "user": _or_null(refer("user"))}),
    "embedded person": Record(kind="person", fields=_EMBEDDED_PERSON),
    "patch": Record(kind="patch", fields={**_PATCH, **_ARRIVED}),
    "whole patch": Record(
        kind="patch",
        fields={**_PATCH, **_ARRIVED, **_SAID, "diff": _or_null(_TEXT), "prefixes": many(_TEXT)},
        optional=frozenset({"related"}),
    ),
    "embedded patch": Record(kind="patch", fields=_EMBEDDED_MAIL),
    "series": Record(
        kind="series",
        fields={
            "id": _ID,
            "url": _URL,
            "web_url": _URL,
            "project": refer("embedded project"),
            "name": _or_null(_TEXT),
            "date": _DATE,
            "submitter": refer("embedded person"),
            "version": _NUMBER,
            "total": _NUMBER,
            "received_total": _NUMBER,
            "received_all": _FLAG,
            "mbox": _URL,
            "cover_letter": _or_null(refer("embedded cover")),
            "patches": many(refer("embedded patch")),
            "dependencies": many(_URL),
            "dependents": many(_URL),
            **_ARRIVED,
            "state": _or_null(_SLUG),
            "states": _STATES,
            "check": _or_null(_RESULT),
            "missing": many(_NUMBER),
            "revisions": many(refer("embedded series")),
        },
        optional=frozenset({"dependencies", "dependents"}),
    ),
    "embedded series": Record(kind="series", fields=_EMBEDDED_SERIES),
    "cover": Record(kind="cover", fields={**_COVER, **_ARRIVED}),
    "whole cover": Record(kind="cover", fields={**_COVER, **_ARRIVED, **_SAID}),
    "embedded cover": Record(kind="cover", fields=_EMBEDDED_MAIL),
    "comment": Record(
        kind="comment",
        fields={
            **_EMBEDDED_COMMENT,
            "subject": _TEXT,
            "submitter": refer("embedded person"),
            "addressed": _or_null(_FLAG),
            **_ARRIVED,
            **_SAID,
        },
    ),
    "embedded comment": Record(kind="comment", fields=_EMBEDDED_COMMENT),
    "check": Record(
        kind="check",
        fields={**_EMBEDDED_CHECK, "user": refer("user"), "description": _or_null(_TEXT)},
    ),
    "series check": Record(
        kind="check",
        fields={
            **_EMBEDDED_CHECK,
            "user": refer("user"),
            "description": _or_null(_TEXT),
            "patch": refer("embedded patch"),
        },
    ),
    "embedded check": Record(kind="check", fields=_EMBEDDED_CHECK),
    "bundle": Record(
        kind="bundle",
        fields={
            "id": _ID,
            "url": _URL,
            "web_url": _URL,
            "project": refer("embedded project"),
            "name": _TEXT,
            "owner": refer("user"),
            "patches": many(refer("embedded patch")),
            "public": _FLAG,
            "mbox": _URL,
        },
    ),
    "event": Record(
        kind="event",
        fields={
            "id": _ID,
            "cursor": _or_null(_ID),
            "category": {"type": "string"},
            "project": refer("embedded project"),
            "date": _DATE,
            "actor": _or_null(refer("user")),
            "payload": _OF_EVENTS,
            **_ARRIVED,
        },
    ),
}
