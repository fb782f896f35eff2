"""The canonical dump: a project's state without database ids and times of arrival."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Collate

from patchtrack.models import Event, Kind, Message, Project, Series

_COLUMNS = {
    "msgid": F("message_id"),
    "submitter": F("author__address"),
    "shown_name": Coalesce("patch__name", "cover__name", "subject"),
    "place": F("patch__number"),
    "series_id": Coalesce("patch__series", "cover__series"),
    "parent_id": Coalesce("comment__patch", "comment__cover"),
    "state": F("patch__state__slug"),
}
_NO_SERIES = (None, None, None)


def _find_rows(project: Project) -> QuerySet[Message, dict[str, Any]]:
    """The project's messages, sorted by the bytes of their message-ids on every database."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return (
        Message.objects.filter(project=project)
        .order_by(Collate("message_id", collation))
        .values("kind", "date", "dated", "trailers", **_COLUMNS)
    )


def _find_series(project: Project) -> dict[int, list[Any]]:
    """The head's message-id, the version and the total of each series."""
    series = Series.objects.filter(project=project)
    rows = series.values_list("id", "head__message_id", "version", "total")
    return {id_: told for id_, *told in rows.iterator()}


def _find_parents(project: Project) -> dict[int, str]:
    """The message-ids of what comments can be on."""
    parents = Message.objects.filter(project=project, kind__in=(Kind.PATCH, Kind.COVER))
    return dict(parents.values_list("id", "message_id").iterator())


def _find_events(project: Project) -> dict[str, list[str]]:
    """The categories of the events of each message; a series' events are its head's."""
    events = Event.objects.filter(project=project).annotate(
        msgid=Coalesce("message__message_id", "series__head__message_id")
    )
    categories: dict[str, list[str]] = defaultdict(list)
    for message_id, category in events.values_list("msgid", "category").iterator():
        categories[message_id].append(category)
    return categories


def dump_state(project: Project) -> Iterator[str]:
    """One JSON object for each message of the project, sorted by message-id.

    Two databases that hold the same mails give the same lines, in whatever order, however
    often and by however many parsers the mails were stored.
    """
    events, series = _find_events(project), _find_series(project)
    parents = _find_parents(project)
    for row in _find_rows(project).iterator():
        head, version, total = series.get(row["series_id"], _NO_SERIES)
        yield json.dumps(
            {
                "msgid": row["msgid"],
                "kind": row["kind"],
                "submitter": row["submitter"],
                "name": row["shown_name"],
                "date": row["date"].isoformat() if row["dated"] else None,
                "series": head,
                "number": row["place"],
                "version": version,
                "total": total,
                "parent": parents.get(row["parent_id"]),
                "state": row["state"],
                "trailers": {key: len(said) for key, said in sorted(row["trailers"].items())},
                "events": sorted(events.get(row["msgid"], ())),
            },
            ensure_ascii=False,
        )
