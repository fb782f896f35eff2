"""Finds the series that targets name, which is how mails say what they need."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ingest.mail.dependencies import name_change, name_message, name_number, split_target
from patchtrack.models import Cover, Message, Patch, Project, Series, SeriesAlias

# A series with one of its patches, as the database tells of it.
Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Related:
    """A series that another one needs, or that needs it.

    `states` counts its patches by the name of their state, in the order of the states; `newest`
    is the id of the last version of the same work. `names` are the targets that name it.
    """

    id: int
    name: str
    version: int
    date: datetime
    project: int
    linkname: str
    lineage: str
    newest: int
    states: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """From where a target is looked at: a number alone means something in its own project only,
    and a number on a site only if that is `host`."""

    project: int
    host: str

    def name_number(self, kind: str, number: int, project: int) -> set[str]:
        alone = {name_number(kind, number)} if project == self.project else set()
        return alone | {name_number(kind, number, self.host)}

    def name_message(self, row: int, message_id: str, project: int) -> set[str]:
        return self.name_number("patch", row, project) | {name_message(message_id)}

    def name_series(self, row: int, change_id: str, version: int, project: int) -> set[str]:
        changes = {name_change(change_id), name_change(change_id, version)} if change_id else set()
        return self.name_number("series", row, project) | changes

    def means(self, target: str, project: int) -> bool:
        """Whether what a mail of a project says can be meant for this one."""
        kind, _, host = split_target(target)
        return bool(host) or kind not in ("series", "patch") or project == self.project


def find_named(host: str, targets: Collection[str], others: Collection[int] = ()) -> list[Row]:
    """The series that targets may name where our own pages are at `host`, and others by their
    ids, for `derive_related`; one query."""
    wanted = Series.objects.filter(pk__in=_find_ids(host, targets, others)).annotate(**_BESIDE)
    return list(wanted.order_by("patches__state__ordering").values(*_COLUMNS, *_BESIDE))


def derive_related(place: Place, rows: Iterable[Row]) -> dict[int, Related]:
    """The series in the rows by their ids, as they are named at a place."""
    found: dict[int, Related] = {}
    counted = set()
    for row in rows:
        related = found.setdefault(row["pk"], _start(place, row))
        related.names |= _name_members(place, row)
        patch = row["patches__pk"]
        if patch and patch not in counted:
            counted.add(patch)
            state = row["patches__state__name"]
            related.states[state] = related.states.get(state, 0) + 1
    return found


_COLUMNS = (
    "pk",
    "name",
    "version",
    "date",
    "project",
    "lineage",
    "aliases__pk",
    "cover__pk",
    "cover__message__message_id",
    "patches__pk",
    "patches__message__message_id",
    "patches__state__name",
)
# Not joined: PostgreSQL finds the best order of eight tables, but takes more as they come, and
# would read all series before it looks which of them are wanted.
_BESIDE = {
    "linkname": Subquery(
        Project.objects.filter(pk=OuterRef("project")).order_by().values("linkname")
    ),
    "change_id": Subquery(Message.objects.filter(pk=OuterRef("head")).values("change_id")),
    "newest": Coalesce(
        Subquery(
            Series.objects.filter(
                project=OuterRef("project"), lineage=OuterRef("lineage"), partial=False
            )
            .order_by("-version", "-date", "-pk")
            .values("pk")[:1]
        ),
        "pk",
    ),
}


def _start(place: Place, row: dict[str, Any]) -> Related:
    """A series without its patches."""
    return Related(
        id=row["pk"],
        name=row["name"],
        version=row["version"],
        date=row["date"],
        project=row["project"],
        linkname=row["linkname"],
        lineage=row["lineage"],
        newest=row["newest"],
        names=place.name_series(row["pk"], row["change_id"], row["version"], row["project"]),
    )


def _name_members(place: Place, row: dict[str, Any]) -> set[str]:
    """The targets that name the patch, the cover and the former id in a row."""
    names = set()
    for table in ("cover", "patches"):
        if row[f"{table}__pk"]:
            message_id = row[f"{table}__message__message_id"]
            names |= place.name_message(row[f"{table}__pk"], message_id, row["project"])
    if row["aliases__pk"]:
        names |= place.name_number("series", row["aliases__pk"], row["project"])
    return names


def _find_ids(host: str, targets: Collection[str], others: Collection[int]) -> QuerySet:
    """The ids of the series that targets may name, and of others: a query for a subquery."""
    split = [split_target(target) for target in targets]
    message_ids = [name for kind, name, _ in split if kind == "mid"]
    change_ids = [name for kind, name, _ in split if kind == "change"]
    here = [(kind, name) for kind, name, at in split if at in ("", host)]
    series = [int(name) for kind, name in here if kind == "series"]
    messages = [int(name) for kind, name in here if kind == "patch"]
    # That it is in any project says nothing, but there is an index by project and message-id.
    anywhere = Message.objects.filter(project__in=Project.objects.order_by().values("pk"))
    named = anywhere.filter(message_id__in=message_ids).values("pk")
    changed = Message.objects.filter(change_id__in=change_ids, change_id__gt="").values("pk")
    return (
        Series.objects.filter(pk__in=[*series, *others])
        .values("pk")
        .union(
            SeriesAlias.objects.filter(pk__in=series).values("series"),
            Series.objects.filter(head__in=changed).values("pk"),
            *(
                table.objects.filter(series__isnull=False, message__in=some).values("series")
                for table in (Patch, Cover)
                for some in (named, messages)
            ),
        )
    )
