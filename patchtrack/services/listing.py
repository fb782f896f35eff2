"""What a row of a list needs to know beside what stands in its table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from patchtrack.models import Comment, Patch, Series
from patchtrack.services.changes import DECISIONS
from patchtrack.services.checks import choose_worst

# Beyond this a list's length is not counted, so that no page waits for it.
MOST_COUNTED = 250
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


def format_count(number: int) -> str:
    """A number as CountUpTo finds it, for people: "12", or "250+" where there are or may be
    more."""
    least = min(abs(number), MOST_COUNTED)
    return f"{least}+" if number < 0 or number > MOST_COUNTED else str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """What the patches of a series say together: how many are in each state (by name, in the
    states' order), how many have each tag, who they are delegated to, the worst of their checks
    (None without any), and what is decided about each (id, state, delegate, archived)."""

    states: Mapping[str, int]
    tags: Mapping[str, int]
    delegates: tuple[str, ...]
    check: int | None
    decided: tuple[tuple[int, int, int | None, bool], ...]


_FACTS = ("state__name", "tags", "delegate__username", "check_state")
_DECIDED = ("pk", *DECISIONS)


def find_series_facts(series: Iterable[Series]) -> dict[int, SeriesFacts]:
    """The facts of each series, by its id, in one query."""
    rows: dict[int, list[tuple]] = {row.pk: [] for row in series}
    patches = Patch.objects.filter(series__in=rows.keys()).order_by("state__ordering")
    for patch in patches.values_list("series_id", *_FACTS, *_DECIDED):
        rows[patch[0]].append(patch[1:])
    return {row: _sum_up(facts) for row, facts in rows.items()}


def _sum_up(rows: Sequence[tuple]) -> SeriesFacts:
    """The facts of a series by the rows of its patches; a list may show thousands of patches."""
    if not rows:
        return SeriesFacts(states={}, tags={}, delegates=(), check=None, decided=())
    states, tags, delegates, checks, *_ = zip(*rows, strict=True)
    checked = [check for check in checks if check is not None]
    return SeriesFacts(
        states=dict(Counter(states)),
        tags=dict(Counter(chain.from_iterable(tags))),
        delegates=tuple(dict.fromkeys(filter(None, delegates))),
        check=choose_worst(checked) if checked else None,
        decided=tuple([row[len(_FACTS) :] for row in rows]),
    )


def count_patch_comments(patches: Iterable[Patch]) -> dict[int, int]:
    """How many comments each patch has, by its id, in one query."""
    comments = Comment.objects.filter(patch__in=[patch.pk for patch in patches]).order_by()
    return dict(comments.values_list("patch").annotate(number=Count("pk")))


def _comments_of(parent: str) -> Coalesce:
    rows = Comment.objects.filter(**{parent: OuterRef("pk")}).order_by().values(parent)
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


# How many comments there are on a patch, and on a series' patches and its cover.
PATCH_COMMENTS = _comments_of("patch")
SERIES_COMMENTS = _comments_of("patch__series") + _comments_of("cover__series")
