"""The revisions of series: those of the same work, and those that replies link."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from patchtrack.models import Series

# Of one work no more revisions are told of, the newest ones; nobody rerolls so often.
MOST_REVISIONS = 100
_TOLD = ("name", "version", "date", "project", "lineage", "previous")
_NEWEST_FIRST = Window(
    RowNumber(),
    partition_by=[F("project"), F("lineage")],
    order_by=[F("date").desc(), F("pk").desc()],
)


def find_all_revisions(
    rows: Sequence[Series], among: QuerySet[Series] | None = None
) -> dict[int, list[Series]]:
    """Of each series, by its id, the revisions: itself, those of its lineage, and those that are
    linked to it by replies. Sorted by version and date; one query. `among` are all series, with
    what is to be known of them; else it is name, version and date."""
    own = {row.pk for row in rows}
    projects, lineages = {row.project_id for row in rows}, {row.lineage for row in rows}
    linked = Q(pk__in=own | {row.previous_id for row in rows}) | Q(previous__in=own)
    every = Series.objects.only(*_TOLD) if among is None else among
    found = every.filter(Q(project__in=projects, lineage__in=lineages) | linked)
    found = found.annotate(place=_NEWEST_FIRST).filter(place__lte=MOST_REVISIONS)
    return _group(rows, found)


def _group(rows: Sequence[Series], found: Iterable[Series]) -> dict[int, list[Series]]:
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
