"""What each version of the API has: the one table from which all answers and filters are cut.

A version is its second number: 2 is 1.2. What the tables do not name is there since 1.0.
"""

from collections.abc import Mapping
from typing import Any

LATEST = 5

# By kind of record, which fields came later than 1.0.
_FIELDS: Mapping[str, Mapping[str, int]] = {
    "project": {
        "subject_match": 1,
        "list_archive_url": 2,
        "list_archive_url_format": 2,
        "commit_url_format": 2,
        "show_dependencies": 4,
    },
    "own user": {"settings": 2},
    "patch": {"web_url": 1, "comments": 1, "list_archive_url": 2, "related": 2, "received": 5},
    "series": {
        "web_url": 1,
        "dependencies": 4,
        "dependents": 4,
        **dict.fromkeys("received state states check missing revisions".split(), 5),
    },
    "cover": {"web_url": 1, "comments": 1, "mbox": 1, "list_archive_url": 2, "received": 5},
    "comment": {"list_archive_url": 2, "url": 3, "addressed": 3, "received": 5},
    "bundle": {"web_url": 1},
    "event": {"cursor": 5, "received": 5},
}
_ARRIVAL = ("received_since", "received_before")
_OF_PATCHES = ("check", "path", "prefix", "trailer")
# By resource, which filters did; older versions ignore them as they do any other parameter.
_FILTERS: Mapping[str, Mapping[str, int]] = {
    "patches": {
        "hash": 2,
        "msgid": 2,
        **dict.fromkeys(("id", "q_in", *_OF_PATCHES, *_ARRIVAL), 5),
    },
    "covers": dict.fromkeys(("q_in", *_ARRIVAL), 5),
    "comments": dict.fromkeys(_ARRIVAL, 5),
    "series": dict.fromkeys(
        ("id", "state", "delegate", "archived", "q_in", "expand", *_OF_PATCHES, *_ARRIVAL), 5
    ),
    "events": {"actor": 2, **dict.fromkeys(("after", *_ARRIVAL), 5)},
}
# Which addresses and methods did.
_CALLS = {
    "comments": 1,
    "write bundles": 2,
    "relate patches": 2,
    "one comment": 3,
    "change many": 5,
    "series checks": 5,
    "event stream": 5,
}
# Events that are not told to who does not expect them.
_CATEGORIES = {"cover-comment-created": 3, "patch-comment-created": 3}


def _find_missing(fields: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """For each version the fields that it lacks."""
    return tuple(
        tuple(name for name, since in fields.items() if since > version)
        for version in range(LATEST + 1)
    )


_MISSING = {kind: _find_missing(fields) for kind, fields in _FIELDS.items()}


def keep_known(kind: str, version: int, record: dict[str, Any]) -> dict[str, Any]:
    """The record without the fields that the version does not have."""
    for name in _MISSING[kind][version]:
        record.pop(name, None)
    return record


def has_field(kind: str, name: str, version: int) -> bool:
    return version >= _FIELDS.get(kind, {}).get(name, 0)


def has_filter(resource: str, name: str, version: int) -> bool:
    return version >= _FILTERS.get(resource, {}).get(name, 0)


def has_call(call: str, version: int) -> bool:
    """Whether the version has a call of the table."""
    return version >= _CALLS[call]


def find_unknown_categories(version: int) -> list[str]:
    """The categories of events that the version does not have."""
    return [category for category, since in _CATEGORIES.items() if since > version]
