"""Which patches and series a list is narrowed to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from patchtrack.models import Patch, Person, Project, Series, SeriesAlias, State

NOBODY = "-"
# So many of a name are looked for by their ids.
_MOST_NAMED = 200

# An id, several, or a part of a name.
Who = int | tuple[int, ...] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFilter:
    """What a list is narrowed to; an empty or None value asks for nothing.

    `states` are slugs; without any, those that require action unless `any_state`. `submitter`
    is a person's id, ids, or text in the name; `delegate` a user's id, ids, or text in the
    username, or "-" for nobody; no ids at all are those of a name that nobody has, and let
    nothing through. `archived` None shows both. Every word of `text` must begin one in the
    name, and `prefix` stand in its brackets. `path` is a file or a directory. `check` is a
    Check.Result, or NO_CHECKS.
    """

    NO_CHECKS = -1

    states: tuple[str, ...] = ()
    any_state: bool = False
    submitter: Who = ""
    series: int | None = None
    delegate: Who = ""
    text: str = ""
    prefix: str = ""
    path: str = ""
    tag: str = ""
    check: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    archived: bool | None = False

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for more than most filters do."""
        dates = self.since or self.before
        return bool(self.prefix or dates or self.archived is not False or not self._is_plain)

    @property
    def asks_of_patches(self) -> bool:
        """Whether only a series that has patches can be let through."""
        is_any = self.any_state and self.archived is None and self._is_plain
        return bool(not is_any or self.delegate != "" or self.prefix)

    @property
    def asks_for_decisions_alone(self) -> bool:
        """Whether it asks for nothing but what is decided about patches, and their checks: an
        index has all of that, and no row need be read."""
        others = (self.text, self.since, self.before)
        is_any = not any((*others, self.series, self.prefix, self.path, self.tag))
        return is_any and self.submitter == ""

    @property
    def _is_plain(self) -> bool:
        return not (self.path or self.tag) and self.check is None


def find_named(wanted: PatchFilter) -> PatchFilter:
    """The same filter with the ids of those whom it names, if they are few; at most one query.

    The database knows how many rows refer to an id, and next to nothing of a part of a name.
    """
    found: dict[str, list[int]] = {}
    named: list[QuerySet] = []
    if wanted.submitter and isinstance(wanted.submitter, str):
        named.append(Person.objects.filter(name__icontains=wanted.submitter))
        found["submitter"] = []
    if wanted.delegate and isinstance(wanted.delegate, str) and wanted.delegate != NOBODY:
        users = get_user_model()._default_manager  # noqa: SLF001
        named.append(users.filter(username__icontains=wanted.delegate))
        found["delegate"] = []
    asked = [
        rows.order_by().values_list(Value(name), "pk")
        for name, rows in zip(found, named, strict=True)
    ]
    for name, row in asked[0].union(*asked[1:], all=True) if asked else ():
        found[name].append(row)
    few = {name: tuple(ids) for name, ids in found.items() if len(ids) <= _MOST_NAMED}
    return replace(wanted, **few)


def filter_patches(
    project: Project, wanted: PatchFilter, states: Sequence[State]
) -> QuerySet[Patch]:
    """The project's patches that a filter lets through; `states` are all that there are."""
    condition = _state_condition(wanted, states) & _patch_condition(wanted)
    patches = Patch.objects.filter(condition, _shared_condition(wanted), project=project)
    if wanted.prefix:
        patches = patches.filter(has_prefix(wanted.prefix))
    if wanted.series is not None:
        patches = patches.filter(_is_series(wanted.series, "series"))
    return patches


def has_prefix(prefix: str) -> Q:
    """Whether a patch's name has a prefix in its brackets, in any case."""
    # The words alone can be looked up in an index; that they are a prefix cannot.
    bracketed = rf"^\[([^]]*,)?{re.escape(prefix)}(,[^]]*)?\]"
    return Q(name__has_words=prefix, name__iregex=bracketed)


def filter_series(
    project: Project, wanted: PatchFilter, states: Sequence[State], *, sorts_all: bool = False
) -> QuerySet[Series]:
    """The project's series of which a filter lets any patch through.

    A series of which only the cover letter has come is let through where nothing is asked of
    patches, neither their state nor whether they are archived. `sorts_all` says that all of
    them will be looked at, and not the newest alone.
    """
    series = Series.objects.filter(_shared_condition(wanted), project=project)
    if wanted.series is not None:
        series = series.filter(_is_series(wanted.series, "pk"))
    if not wanted.asks_of_patches:
        return series
    mine = filter_patches(project, _of_patches_alone(wanted), states)
    if sorts_all:
        return series.filter(pk__among_all=mine.order_by().values("series").distinct())
    return series.filter(Exists(mine.filter(series=OuterRef("pk"))))


def filter_patches_of_series(
    project: Project, wanted: PatchFilter, states: Sequence[State]
) -> QuerySet[Patch]:
    """The patches that a filter lets through, of the series that `filter_series` finds by them."""
    mine = filter_patches(project, _of_patches_alone(wanted), states)
    return mine.filter(_shared_condition(wanted, of="series__"), series__isnull=False)


def _is_series(series: int, column: str) -> Q:
    """Whether a column is the id of a series, or of the one that it turned out to be part of."""
    former = SeriesAlias.objects.filter(pk=series).values("series")
    return Q(**{column: series}) | Q(**{f"{column}__in": former})


def _of_patches_alone(wanted: PatchFilter) -> PatchFilter:
    """The filter without what series are asked themselves, but for which of them it is."""
    return PatchFilter(
        series=wanted.series,
        states=wanted.states,
        any_state=wanted.any_state,
        delegate=wanted.delegate,
        archived=wanted.archived,
        prefix=wanted.prefix,
        path=wanted.path,
        tag=wanted.tag,
        check=wanted.check,
    )


def _state_condition(wanted: PatchFilter, states: Sequence[State]) -> Q:
    """By their ids: of these the database knows how many patches have them."""
    if wanted.any_state:
        return Q()
    if wanted.states:
        return Q(state__in=[row.pk for row in states if row.slug in wanted.states])
    return Q(state__in=[row.pk for row in states if row.action_required])


def _patch_condition(wanted: PatchFilter) -> Q:
    condition = Q()
    if wanted.archived is not None:
        condition &= Q(archived=wanted.archived)
    if wanted.delegate != "":
        condition &= _delegate_condition(wanted.delegate)
    if wanted.path:
        condition &= Q(paths__has_path=wanted.path)
    if wanted.tag:
        condition &= Q(tags__has_tag=wanted.tag)
    if wanted.check == PatchFilter.NO_CHECKS:
        condition &= Q(check_state=None)
    elif wanted.check is not None:
        condition &= Q(check_state=wanted.check)
    return condition


def _delegate_condition(delegate: Who) -> Q:
    if delegate == NOBODY:
        return Q(delegate=None)
    if isinstance(delegate, int):
        return Q(delegate=delegate)
    if isinstance(delegate, tuple):
        return Q(delegate__in=delegate)
    return Q(delegate__username__icontains=delegate)


def _shared_condition(wanted: PatchFilter, of: str = "") -> Q:
    """What is asked of patches and of series alike; `of` leads to the rows that are asked."""
    condition = Q()
    if isinstance(wanted.submitter, int):
        condition &= Q(**{f"{of}submitter": wanted.submitter})
    elif isinstance(wanted.submitter, tuple):
        condition &= Q(**{f"{of}submitter__in": wanted.submitter})
    elif wanted.submitter:
        condition &= Q(**{f"{of}submitter__name__icontains": wanted.submitter})
    if wanted.text:
        condition &= Q(**{f"{of}name__has_words": wanted.text})
    if wanted.since:
        condition &= Q(**{f"{of}date__gte": wanted.since})
    if wanted.before:
        condition &= Q(**{f"{of}date__lt": wanted.before})
    return condition
