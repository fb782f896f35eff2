"""What each kind of record holds: with the tables of `versions`, all that the schema says of
answers."""

from collections.abc import Mapping

from patchtrack.api.embedded_shapes import (
    EMBEDDED_CHECK,
    EMBEDDED_COMMENT,
    EMBEDDED_MAIL,
    EMBEDDED_PERSON,
    EMBEDDED_PROJECT,
    EMBEDDED_SERIES,
    EMBEDDED_USER,
)
from patchtrack.api.payloads import PAYLOADS
from patchtrack.api.shapes import (
    DATE,
    FLAG,
    ID,
    NUMBER,
    RESULT,
    SLUG,
    TEXT,
    URL,
    Record,
    Shape,
    derive_shape,
    many,
    name_record,
    or_null,
    refer,
)
from patchtrack.api.versions import find_unknown_categories

_HEADERS: Shape = {
    "type": "object",
    "description": "Each field's text; of one that is repeated, a list.",
    "additionalProperties": {"anyOf": [TEXT, many(TEXT)]},
}
_STATES: Shape = {
    "type": "object",
    "description": "How many patches are in each state, by its slug.",
    "additionalProperties": NUMBER,
}
_TAGS: Shape = {"type": "object", "additionalProperties": NUMBER}

_SETTINGS: Shape = {
    "type": "object",
    "description": "Only one's own.",
    "properties": {"send_email": FLAG, "items_per_page": NUMBER, "show_ids": FLAG},
}
# What patches and cover letters begin with.
_SENT = {
    "id": ID,
    "url": URL,
    "web_url": URL,
    "project": refer("embedded project"),
    "msgid": TEXT,
    "list_archive_url": or_null(TEXT),
    "date": DATE,
    "name": TEXT,
}
_PATCH = {
    **_SENT,
    "commit_ref": or_null(TEXT),
    "pull_url": or_null(TEXT),
    "state": SLUG,
    "archived": FLAG,
    "hash": or_null(TEXT),
    "submitter": refer("embedded person"),
    "delegate": or_null(refer("user")),
    "mbox": URL,
    "series": many(refer("embedded series")),
    "comments": URL,
    "check": RESULT,
    "checks": URL,
    "tags": _TAGS,
    "related": many(refer("embedded patch")),
}
_ARRIVED = {"received": or_null(DATE)}
_SAID = {"headers": _HEADERS, "content": TEXT}
_COVER = {
    **_SENT,
    "submitter": refer("embedded person"),
    "mbox": URL,
    "series": many(refer("embedded series")),
    "comments": URL,
}
_PAYLOAD = {
    "patch": or_null(refer("embedded patch")),
    "cover": or_null(refer("embedded cover")),
    "comment": or_null(refer("embedded comment")),
    "series": or_null(refer("embedded series")),
    "check": refer("embedded check"),
    "previous_state": SLUG,
    "current_state": SLUG,
    "previous_delegate": or_null(refer("user")),
    "current_delegate": or_null(refer("user")),
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
            "projects users people patches covers series events bundles".split(), URL
        ),
    ),
    "project": Record(
        kind="project",
        fields={
            **EMBEDDED_PROJECT,
            "maintainers": many(refer("user")),
            "subject_match": TEXT,
            "show_dependencies": FLAG,
        },
    ),
    "embedded project": Record(kind="project", fields=EMBEDDED_PROJECT),
    "user": Record(kind="user", fields=EMBEDDED_USER),
    "own user": Record(
        kind="own user",
        fields={**EMBEDDED_USER, "settings": _SETTINGS},
        optional=frozenset({"settings"}),
    ),
    "person": Record(kind="person", fields={**EMBEDDED_PERSON, "user": or_null(refer("user"))}),
    "embedded person": Record(kind="person", fields=EMBEDDED_PERSON),
    "patch": Record(kind="patch", fields={**_PATCH, **_ARRIVED}),
    "whole patch": Record(
        kind="patch",
        fields={**_PATCH, **_ARRIVED, **_SAID, "diff": or_null(TEXT), "prefixes": many(TEXT)},
        optional=frozenset({"related"}),
    ),
    "embedded patch": Record(kind="patch", fields=EMBEDDED_MAIL),
    "series": Record(
        kind="series",
        fields={
            "id": ID,
            "url": URL,
            "web_url": URL,
            "project": refer("embedded project"),
            "name": or_null(TEXT),
            "date": DATE,
            "submitter": refer("embedded person"),
            "version": NUMBER,
            "total": NUMBER,
            "received_total": NUMBER,
            "received_all": FLAG,
            "mbox": URL,
            "cover_letter": or_null(refer("embedded cover")),
            "patches": many(refer("embedded patch")),
            "dependencies": many(URL),
            "dependents": many(URL),
            **_ARRIVED,
            "state": or_null(SLUG),
            "states": _STATES,
            "check": or_null(RESULT),
            "missing": many(NUMBER),
            "revisions": many(refer("embedded series")),
        },
        optional=frozenset({"dependencies", "dependents"}),
    ),
    "embedded series": Record(kind="series", fields=EMBEDDED_SERIES),
    "cover": Record(kind="cover", fields={**_COVER, **_ARRIVED}),
    "whole cover": Record(kind="cover", fields={**_COVER, **_ARRIVED, **_SAID}),
    "embedded cover": Record(kind="cover", fields=EMBEDDED_MAIL),
    "comment": Record(
        kind="comment",
        fields={
            **EMBEDDED_COMMENT,
            "subject": TEXT,
            "submitter": refer("embedded person"),
            "addressed": or_null(FLAG),
            **_ARRIVED,
            **_SAID,
        },
    ),
    "embedded comment": Record(kind="comment", fields=EMBEDDED_COMMENT),
    "check": Record(
        kind="check",
        fields={**EMBEDDED_CHECK, "user": refer("user"), "description": or_null(TEXT)},
    ),
    "series check": Record(
        kind="check",
        fields={
            **EMBEDDED_CHECK,
            "user": refer("user"),
            "description": or_null(TEXT),
            "patch": refer("embedded patch"),
        },
    ),
    "embedded check": Record(kind="check", fields=EMBEDDED_CHECK),
    "bundle": Record(
        kind="bundle",
        fields={
            "id": ID,
            "url": URL,
            "web_url": URL,
            "project": refer("embedded project"),
            "name": TEXT,
            "owner": refer("user"),
            "patches": many(refer("embedded patch")),
            "public": FLAG,
            "mbox": URL,
        },
    ),
    "event": Record(
        kind="event",
        fields={
            "id": ID,
            "cursor": or_null(ID),
            "category": {"type": "string"},
            "project": refer("embedded project"),
            "date": DATE,
            "actor": or_null(refer("user")),
            "payload": _OF_EVENTS,
            **_ARRIVED,
        },
    ),
}


def derive_records(version: int) -> dict[str, Shape]:
    """Each kind of record as a version has it, by the name that the schema has for it."""
    records = {name_record(name): derive_shape(one, version) for name, one in RECORDS.items()}
    events = set(PAYLOADS) - set(find_unknown_categories(version))
    records["Event"]["properties"]["category"]["enum"] = sorted(map(str, events))
    return records
