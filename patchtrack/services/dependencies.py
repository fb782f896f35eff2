"""Which series a series needs, and which need it, as their mails say.

What a mail says is kept as it is; only here it is found out what that names by now. So it does
not matter which of two series has come first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from ingest.mail.dependencies import name_change, name_message, name_number, split_target
from patchtrack.models import Cover, Dependency, Message, Patch, Project, Series, SeriesAlias

# Nobody needs more, and no page waits for what a hostile mail may say.
MOST_SHOWN = 50
_MOST_SAID = 500


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
class Missing:
    """What a series needs and we have not: its target, and the address that was said for it."""

    target: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What a series needs, in the order in which its mails say so, and what needs it, the newest
    first; at most MOST_SHOWN of each."""

    needs: Sequence[Related] = ()
    missing: Sequence[Missing] = ()
    needed_by: Sequence[Related] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
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

    def knows(self, kind: str, host: str) -> bool:
        """Whether a number of something on a site can be one of ours."""
        return kind in ("series", "patch") and host in ("", self.host)

    def means(self, target: str, project: int) -> bool:
        """Whether what a mail of a project says can be meant for this one."""
        kind, _, host = split_target(target)
        return bool(host) or kind not in ("series", "patch") or project == self.project


@dataclass(frozen=True, slots=True)
class _Said:
    """That a message needs a target; `series` is the id of the one that it is in, if any."""

    row: int
    target: str
    url: str
    message: int
    message_id: str
    project: int
    series: int | None


def find_dependencies(series: Series, patches: Iterable[Patch], host: str) -> Dependencies:
    """What the series needs and what needs it; two queries at most.

    `patches` are those of the series, with their messages, and `host` is where our own pages
    are. A message is looked for in all projects, first in that of the series.
    """
    if not series.project.show_dependencies:
        return Dependencies()
    place = _Place(project=series.project_id, host=host)
    cover = getattr(series, "cover", None)
    messages = [*([cover.message] if cover else ()), *(patch.message for patch in patches)]
    order = {message.pk: number for number, message in enumerate(messages)}
    said = _find_said(list(order), _name_all(place, series, messages))
    own = sorted(
        (one for one in said if one.message in order),
        key=lambda one: (order[one.message], one.row),
    )
    needing = _choose_needing(place, (one for one in said if one.message not in order))
    needed = _take_first(own)
    related = _find_related(place, needed.keys(), needing)
    needs, missing = _match(series, needed, related.values())
    needed_by = [related[row] for row in needing if row in related and row != series.pk]
    return Dependencies(needs=needs, missing=missing, needed_by=_choose_newest(needed_by))


def _name_all(place: _Place, series: Series, messages: Iterable[Message]) -> set[str]:
    """All targets that name the series."""
    project = series.project_id
    names = place.name_series(series.pk, series.head.change_id, series.version, project)
    for message in messages:
        names |= place.name_message(message.pk, message.message_id, project)
    return names


def _find_said(messages: Collection[int], names: Collection[str]) -> list[_Said]:
    """What some messages need, and what needs one of the names; one query."""
    own = Q(message__in=messages)
    said = Dependency.objects.filter(own | Q(target__in=names))
    first = Case(When(own, then=Value(0)), default=Value(1))
    in_series = Coalesce("message__patch__series", "message__cover__series")
    rows = said.order_by(first, "-pk").values_list(
        "pk",
        "target",
        "url",
        "message_id",
        "message__message_id",
        "message__project_id",
        in_series,
    )
    return [_Said(*row) for row in rows[:_MOST_SAID]]


def _take_first(said: Iterable[_Said]) -> dict[str, str]:
    """The targets, each once, and the address that was said for it."""
    needed: dict[str, str] = {}
    for one in said:
        if len(needed) < MOST_SHOWN:
            needed.setdefault(one.target, one.url)
    return needed


def _choose_needing(place: _Place, said: Iterable[_Said]) -> list[int]:
    """The series whose mails say so; of a mail that is in several projects, first that of the
    project from where one looks."""
    chosen: dict[str, int] = {}
    for one in sorted(said, key=lambda one: (one.project != place.project, -one.row)):
        if one.series and place.means(one.target, one.project):
            chosen.setdefault(one.message_id, one.series)
    return list(dict.fromkeys(chosen.values()))[:MOST_SHOWN]


def _find_related(
    place: _Place, targets: Collection[str], others: Collection[int]
) -> dict[int, Related]:
    """The series that targets may name, and others, by their ids; one query."""
    wanted = Series.objects.filter(pk__in=_find_ids(place, targets, others)).annotate(**_BESIDE)
    rows = wanted.order_by("patches__state__ordering").values(*_COLUMNS, *_BESIDE)
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


def _start(place: _Place, row: dict[str, Any]) -> Related:
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


def _name_members(place: _Place, row: dict[str, Any]) -> set[str]:
    """The targets that name the patch, the cover and the former id in a row."""
    names = set()
    for table in ("cover", "patches"):
        if row[f"{table}__pk"]:
            message_id = row[f"{table}__message__message_id"]
            names |= place.name_message(row[f"{table}__pk"], message_id, row["project"])
    if row["aliases__pk"]:
        names |= place.name_number("series", row["aliases__pk"], row["project"])
    return names


def _find_ids(place: _Place, targets: Collection[str], others: Collection[int]) -> QuerySet:
    """The ids of the series that targets may name, and of others: a query for a subquery."""
    split = [split_target(target) for target in targets]
    message_ids = [name for kind, name, _ in split if kind == "mid"]
    change_ids = [name for kind, name, _ in split if kind == "change"]
    here = [(kind, int(name)) for kind, name, host in split if place.knows(kind, host)]
    series = [number for kind, number in here if kind == "series"]
    messages = [number for kind, number in here if kind == "patch"]
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


def _match(
    series: Series, needed: Mapping[str, str], related: Collection[Related]
) -> tuple[list[Related], list[Missing]]:
    """The series that targets name, each once, and the targets that name none. Of several, the
    one in the same project is taken, and the last version."""
    needs: dict[int, Related] = {}
    missing = []
    for target, url in needed.items():
        named = [one for one in related if target in one.names]
        if not named:
            missing.append(Missing(target=target, url=url))
            continue
        best = min(named, key=lambda one: (one.project != series.project_id, -one.version, one.id))
        if best.id != series.pk:
            needs.setdefault(best.id, best)
    return list(needs.values()), missing


def _choose_newest(found: Iterable[Related]) -> list[Related]:
    """Of each work only the last version among them; the newest first."""
    last: dict[tuple[int, str], Related] = {}
    for one in sorted(found, key=lambda one: (one.version, one.date, one.id)):
        last[one.project, one.lineage] = one
    return sorted(last.values(), key=lambda one: (one.date, one.id), reverse=True)
