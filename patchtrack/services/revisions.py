"""The revisions of series: those of the same work, and those that replies link."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from patchtrack.models import Series

# Of one work no more revisions are told of, the newest ones; nobody rerolls so often.
MOST_REVISIONS = 100
_NEWEST_FIRST = Window(
    RowNumber(),
    partition_by=[F("project"), F("lineage")],
    order_by=[F("date").desc(), F("pk").desc()],
)


class Revision(NamedTuple):
    """What lists tell of a revision: plain values, for a row of Django's takes ten times as long to
    make."""

    pk: int
    project_id: int
    lineage: str
    previous_id: int | None
    name: str
    version: int
    date: datetime


def find_all_revisions(rows: Sequence[Series]) -> dict[int, list[Series | Revision]]:
    """Of each series, by its id, the revisions: itself, those of its lineage, and those that are
    linked to it by replies. Sorted by version and date; one query."""
    found = _find_around(rows, Series.objects.all()).values_list(*Revision._fields)
    return _group(rows, list(map(Revision._make, found)))


def find_revisions(series: Series) -> list[Series]:
    """This series and the others of the same work, by version and date; one query."""
    return find_revisions_of_each([series])[series.pk]


def find_revisions_of_each(rows: Sequence[Series]) -> dict[int, list[Series]]:
    """What find_revisions finds, of each series by its id; one query."""
    with_submitters = Series.objects.select_related("submitter")
    return _group(rows, list(_find_around(rows, with_submitters)))


def _find_around(rows: Sequence[Series], among: QuerySet[Series]) -> QuerySet[Series]:
    own = {row.pk for row in rows}
    projects, lineages = {row.project_id for row in rows}, {row.lineage for row in rows}
    answered = {row.previous_id for row in rows if row.previous_id is not None}
    linked = Q(pk__among_all=answered - own) | Q(previous__among_all=own)
    found = among.filter(Q(project__in=projects, lineage__among_all=lineages) | linked)
    return found.annotate(place=_NEWEST_FIRST).filter(place__lte=MOST_REVISIONS)


def _group(
    rows: Sequence[Series], found: Sequence[Series | Revision]
) -> dict[int, list[Series | Revision]]:
    by_id = {series.pk: series for series in found}
    lineages, answers = defaultdict(list), defaultdict(list)
    for series in found:
        lineages[series.project_id, series.lineage].append(series)
        answers[series.previous_id].append(series)
    families = {}
    for row in rows:
        family = [row, *lineages[row.project_id, row.lineage], *answers[row.pk]]
        if row.previous_id in by_id:
            family.append(by_id[row.previous_id])
        members = {series.pk: series for series in family}.values()
        families[row.pk] = sorted(members, key=lambda one: (one.version, one.date, one.pk))
    return families
