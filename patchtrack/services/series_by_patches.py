"""Finds series by their patches; where these are few, by them first.

A database that goes through series in the order of a list, and looks for such a patch of each, goes
through nearly all if the few are at the end of it: what is checked and what is delegated is new.
"""

from collections.abc import Collection
from functools import partial, reduce
from operator import or_

from django.db.models import Case, Exists, IntegerField, Max, OuterRef, Q, QuerySet, When

from patchtrack.models import Check, Patch, Series
from patchtrack.services.checks import WORST_FIRST
from patchtrack.services.estimates import estimate_rows

# So many patches stand all over their table: to read more takes longer than to meet them.
MOST_FEW = 25_000
# An index tells which patches are checked, and of which series they are.
MOST_CHECKED = 100_000
_SEVERITY = Case(
    *(When(check_state=result, then=-place) for place, result in enumerate(WORST_FIRST)),
    output_field=IntegerField(),
)


def filter_by_patches(
    rows: QuerySet[Series], patches: QuerySet[Patch], *, finds_few: bool = True
) -> QuerySet[Series]:
    """The series that have any of these patches. One query is made to see whether these are few;
    none where the series are few already, and the patches need not be found first."""
    if finds_few and estimate_rows(patches, MOST_FEW) <= MOST_FEW:
        return rows.filter(pk__among_all=patches.order_by().values("series"))
    # The project is known by the series, but indexes begin with it.
    mine = patches.filter(series=OuterRef("pk"), project=OuterRef("project"))
    return rows.filter(Exists(mine))


def filter_by_checks(rows: QuerySet[Series], results: Collection[int | None]) -> QuerySet[Series]:
    """The series of which the worst check is any of these results (a Check.Result each; None: they
    have no checks); one query is made to see whether the patches that were checked are few."""
    checked = Patch.objects.filter(check_state__isnull=False, series__isnull=False).order_by()
    are_few = estimate_rows(checked, MOST_CHECKED) <= MOST_CHECKED
    is_worst = partial(_is_worst_of_few, checked) if are_few else _is_worst
    return rows.filter(reduce(or_, map(is_worst, results), Q()))


def _is_worst_of_few(checked: QuerySet[Patch], result: int | None) -> Q:
    """With the worst of all checks found first."""
    if result is None:
        return ~Q(pk__in=checked.values("series"))
    worst = checked.values("series").annotate(worst=Max(_SEVERITY))
    found = worst.filter(worst=-WORST_FIRST.index(Check.Result(result)))
    return Q(pk__among_all=found.values("series"))


def _is_worst(result: int | None) -> Q:
    patches = Patch.objects.filter(series=OuterRef("pk"))
    if result is None:
        return ~Q(Exists(patches.filter(check_state__isnull=False)))
    worse = WORST_FIRST[: WORST_FIRST.index(Check.Result(result))]
    found = Q(Exists(patches.filter(check_state=result)))
    return found & ~Q(Exists(patches.filter(check_state__in=worse))) if worse else found
