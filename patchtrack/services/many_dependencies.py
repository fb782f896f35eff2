"""Which series each of many series needs, and which need it, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from patchtrack.models import Cover, Dependency, Message, Patch, Series
from patchtrack.services.dependencies import (
    Dependencies,
    Said,
    choose_needed,
    choose_needing,
    derive_dependencies,
    read_said,
)
from patchtrack.services.targets import Place, Related, Row, derive_related, find_named
from patchtrack.services.versions import get_cover

# No list waits for more than hundreds of series need, whatever hostile mails may say.
_MOST_SAID = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Series as they are named at a place: by their ids, and by the targets that name them."""

    place: Place
    related: Mapping[int, Related]
    named: Mapping[str, Sequence[int]]

    def find(self, targets: Iterable[str], others: Iterable[int]) -> list[Related]:
        """Those that targets name, and others by their ids."""
        ids = {row for target in targets for row in self.named.get(target, ())}
        return [self.related[row] for row in sorted(ids.union(others)) if row in self.related]


def find_many_dependencies(
    rows: Sequence[Series], parts: Mapping[int, Sequence[Any]], host: str
) -> dict[int, Dependencies]:
    """What `find_dependencies` finds for each of the series whose project shows it, by the id of
    the series; three queries, or two if there is nothing.

    The series come with their project and cover, and `parts` are the patches of each.
    """
    shown = {series.pk: series for series in rows if series.project.show_dependencies}
    own = Dependency.objects.filter(message__in=_members(shown)).order_by("-pk")
    naming = Dependency.objects.filter(target__in=_name_all(shown, host)).order_by("-pk")
    needed, needing = read_said(own, _MOST_SAID), read_said(naming, _MOST_SAID)
    if not (needed or needing):
        return dict.fromkeys(shown, Dependencies())
    targets = {one.target for one in (*needed, *needing)}
    named = find_named(host, targets, {one.series for one in needing if one.series})
    seen = {
        project: _see(Place(project=project, host=host), named)
        for project in {series.project_id for series in shown.values()}
    }
    own_of, naming = _group(needed), _group_named(shown, seen, needing)
    return {
        row: _derive(
            _order(series, parts[row]),
            series,
            seen[series.project_id],
            own_of.get(row, ()),
            naming.get(row, ()),
        )
        for row, series in shown.items()
    }


def _among(column: str, ids: Collection[int]) -> Q:
    """A condition that all of these ids meet, and of others not many more: a page's ids are often
    one next to the other, and two numbers are sent and read faster than hundreds."""
    if ids and max(ids) - min(ids) < 2 * len(ids):
        return Q(**{f"{column}__gte": min(ids), f"{column}__lte": max(ids)})
    return Q(**{f"{column}__in": ids})


def _members(ids: Collection[int]) -> QuerySet:
    """The ids of the messages in series: a query for a subquery."""
    condition = _among("series", ids)
    covers = Cover.objects.filter(condition).values("pk")
    return Patch.objects.filter(condition).values("pk").union(covers)


def _name_all(ids: Collection[int], host: str) -> QuerySet:
    """All targets that name series, as `ingest.mail.dependencies` writes them, made by the
    database: there may be thousands. A query for a subquery."""
    messages = Message.objects.filter(pk__in=_members(ids))
    number, change = Cast("pk", TextField()), F("head__change_id")
    series = Series.objects.filter(_among("pk", ids))
    changed = series.filter(head__change_id__gt="")
    version = Cast("version", TextField())
    names = [
        _join(messages, Value("mid:"), F("message_id")),
        _join(messages, Value("patch:"), number),
        _join(messages, Value("patch:"), number, Value(f"@{host}")),
        _join(series, Value("series:"), number),
        _join(series, Value("series:"), number, Value(f"@{host}")),
        _join(changed, Value("change:"), change),
        _join(changed, Value("change:"), change, Value(":v"), version),
    ]
    return names[0].union(*names[1:])


def _join(rows: QuerySet, *parts: Value | F | Cast) -> QuerySet:
    return rows.order_by().values_list(Concat(*parts, output_field=TextField()))


def _see(place: Place, rows: Iterable[Row]) -> _Seen:
    related = derive_related(place, rows)
    named = defaultdict(list)
    for row, one in related.items():
        for name in one.names:
            named[name].append(row)
    return _Seen(place=place, related=related, named=named)


def _group(said: Iterable[Said]) -> dict[int | None, list[Said]]:
    """What mails say, by the series that they are in."""
    grouped = defaultdict(list)
    for one in said:
        grouped[one.series].append(one)
    return grouped


def _group_named(
    shown: Mapping[int, Series], seen: Mapping[int, _Seen], said: Iterable[Said]
) -> dict[int, list[Said]]:
    """What mails say, by each of the series that they name, where that one is."""
    grouped = defaultdict(list)
    for one in said:
        for project, there in seen.items():
            for row in there.named.get(one.target, ()):
                if row in shown and shown[row].project_id == project:
                    grouped[row].append(one)
    return grouped


def _order(series: Series, parts: Iterable[Any]) -> dict[int, int]:
    """The place of each message of a series."""
    cover = get_cover(series)
    messages = [*([cover.pk] if cover else ()), *(part.pk for part in parts)]
    return {message: number for number, message in enumerate(messages)}


def _derive(
    order: Mapping[int, int],
    series: Series,
    seen: _Seen,
    own: Sequence[Said],
    naming: Sequence[Said],
) -> Dependencies:
    needed = choose_needed(order, own)
    needing = choose_needing(seen.place, (one for one in naming if one.message not in order))
    return derive_dependencies(series, needed, needing, seen.find(needed, needing))
