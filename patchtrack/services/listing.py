"""Which patches and series a list shows, and what else a row of it needs to know."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from patchtrack.models import Comment, Patch, Project, Series, SeriesAlias

# Beyond this a list's length is not counted, so that no page waits for it.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFilter:
    """What a list is narrowed to; an empty or None value asks for nothing.

    `states` are slugs; without any, those that require action unless `any_state`. `submitter`
    is a person's id, or text in the name; `delegate` a user's id, or text in the username, or
    "-" for nobody. `archived` None shows both. Every word of `text` must be in the name.
    """

    states: tuple[str, ...] = ()
    any_state: bool = False
    submitter: int | str = ""
    series: int | None = None
    delegate: int | str = ""
    text: str = ""
    archived: bool | None = False


def filter_patches(project: Project, wanted: PatchFilter) -> QuerySet[Patch]:
    """The project's patches that a filter lets through."""
    patches = Patch.objects.filter(_patch_condition(wanted), project=project)
    if wanted.series is not None:
        former = SeriesAlias.objects.filter(pk=wanted.series).values("series")
        patches = patches.filter(Q(series=wanted.series) | Q(series__in=former))
    return patches.filter(_submitter_condition(wanted), _text_condition(wanted))


def filter_series(project: Project, wanted: PatchFilter) -> QuerySet[Series]:
    """The project's series of which a filter lets any patch through.

    A series of which only the cover letter has come is let through by any state.
    """
    mine = Patch.objects.filter(_patch_condition(wanted), series=OuterRef("pk"))
    has_match: Q | Exists = Exists(mine)
    if not wanted.delegate and not wanted.archived:
        has_match = Q(has_match) | Q(received_total=0)
    return Series.objects.filter(
        has_match, _submitter_condition(wanted), _text_condition(wanted), project=project
    )


def count_up_to(rows: QuerySet) -> int:
    """How many rows there are; MOST_COUNTED + 1 stands for more than MOST_COUNTED."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def _patch_condition(wanted: PatchFilter) -> Q:
    condition = Q()
    if wanted.states:
        condition &= Q(state__slug__in=wanted.states)
    elif not wanted.any_state:
        condition &= Q(state__action_required=True)
    if wanted.archived is not None:
        condition &= Q(archived=wanted.archived)
    if wanted.delegate == "-":
        condition &= Q(delegate=None)
    elif isinstance(wanted.delegate, int):
        condition &= Q(delegate=wanted.delegate)
    elif wanted.delegate:
        condition &= Q(delegate__username__icontains=wanted.delegate)
    return condition


def _submitter_condition(wanted: PatchFilter) -> Q:
    if isinstance(wanted.submitter, int):
        return Q(submitter=wanted.submitter)
    return Q(submitter__name__icontains=wanted.submitter) if wanted.submitter else Q()


def _text_condition(wanted: PatchFilter) -> Q:
    condition = Q()
    for word in wanted.text.split():
        condition &= Q(name__icontains=word)
    return condition


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """What the patches of a series say together: how many are in each state (by name, in the
    states' order), how many have each tag, and who they are delegated to."""

    states: Mapping[str, int]
    tags: Mapping[str, int]
    delegates: tuple[str, ...]


def find_series_facts(series: Iterable[Series]) -> dict[int, SeriesFacts]:
    """The facts of each series, by its id, in one query."""
    ids = [row.pk for row in series]
    states: dict[int, Counter[str]] = defaultdict(Counter)
    tags: dict[int, Counter[str]] = defaultdict(Counter)
    delegates: dict[int, dict[str, None]] = defaultdict(dict)
    columns = ("series_id", "state__name", "tags", "delegate__username")
    patches = Patch.objects.filter(series__in=ids).order_by("state__ordering")
    for row, state, tagged, delegate in patches.values_list(*columns):
        states[row][state] += 1
        tags[row].update(tagged.keys())
        if delegate:
            delegates[row][delegate] = None
    return {
        row: SeriesFacts(
            states=dict(states[row]), tags=dict(tags[row]), delegates=tuple(delegates[row])
        )
        for row in ids
    }


def count_patch_comments(patches: Iterable[Patch]) -> dict[int, int]:
    """How many comments each patch has, by its id, in one query."""
    return _count_comments("patch", [patch.pk for patch in patches])


def count_series_comments(series: Iterable[Series]) -> dict[int, int]:
    """How many comments the patches and the cover of each series have, in two queries."""
    ids = [row.pk for row in series]
    counts = Counter(_count_comments("patch__series", ids))
    counts.update(_count_comments("cover__series", ids))
    return counts


def _count_comments(parent: str, ids: list[int]) -> dict[int, int]:
    comments = Comment.objects.filter(**{f"{parent}__in": ids}).order_by()
    return dict(comments.values_list(parent).annotate(Count("pk")))
