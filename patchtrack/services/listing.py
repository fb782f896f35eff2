"""What a row of a list needs to know beside what stands in its table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value

from patchtrack.models import Patch, Series
from patchtrack.services.changes import DECISIONS
from patchtrack.services.checks import choose_worst

# Beyond this a list's length is not counted, so that no page waits for it.
MOST_COUNTED = 250
# Nor so many where each row has to be looked for in what stands in patches.
MOST_FOUND = 100
# Nor are more patches looked at, to tell how many series they are of.
MOST_READ = 2_000


class CountUpTo(Subquery):
    """How many different `own` keys the first `most` of some rows have, as a column of another
    query: a negative number if there are more rows, and there may be more keys."""

    template = (
        "(SELECT COUNT(DISTINCT own) * CASE WHEN COUNT(*) > %(most)s THEN -1 ELSE 1 END"
        " FROM (%(subquery)s) counted)"
    )
    output_field = IntegerField()

    def __init__(self, rows: QuerySet, most: int) -> None:
        super().__init__(rows[: most + 1], most=most)


def format_count(number: int, most: int = MOST_COUNTED) -> str:
    """A number as CountUpTo finds it, for people: "12", or "250+" where there are or may be more
    than `most`."""
    least = min(abs(number), most)
    return f"{least}+" if number < 0 or number > most else str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """What the patches of a series say together: how many are in each state (by name, in the
    states' order), who they are delegated to, the worst of their checks (None without any), and,
    where that was asked for, what is decided about each (id, state, delegate, archived)."""

    states: Mapping[str, int]
    delegates: tuple[str, ...]
    check: int | None
    decided: tuple[tuple[int, int, int | None, bool], ...] = ()


_FACTS = ("state__name", "delegate__username", "check_state")
_DECIDED = ("pk", *DECISIONS)


def find_series_facts(
    series: Iterable[Series], *, decisions: bool = False
) -> dict[int, SeriesFacts]:
    """The facts of each series, by its id, in one query.

    A list may show thousands of patches: without `decisions`, the database sums up those that
    are alike.
    """
    rows: dict[int, list[tuple]] = {row.pk: [] for row in series}
    patches = Patch.objects.filter(series__in=rows.keys()).order_by("state__ordering")
    if decisions:
        said = patches.annotate(alike=Value(1))
    else:
        said = patches.values("series_id", *_FACTS).annotate(alike=Count("pk"))
    columns = (*_FACTS, "alike", *(_DECIDED if decisions else ()))
    for own, *facts in said.values_list("series_id", *columns):
        rows[own].append(tuple(facts))
    return {row: _sum_up(facts) for row, facts in rows.items()}


def _sum_up(rows: Sequence[tuple]) -> SeriesFacts:
    """The facts of a series by the rows of its patches, each with how many it stands for."""
    states: Counter[str] = Counter()
    for name, _, _, number, *_ in rows:
        states[name] += number
    checked = [row[2] for row in rows if row[2] is not None]
    return SeriesFacts(
        states=dict(states),
        delegates=tuple(dict.fromkeys(row[1] for row in rows if row[1])),
        check=choose_worst(checked) if checked else None,
        decided=tuple([row[len(_FACTS) + 1 :] for row in rows if len(row) > len(_FACTS) + 1]),
    )
