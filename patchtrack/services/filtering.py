"""Which patches and series a list is narrowed to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from patchtrack.models import Patch, Person, Project, Series, SeriesAlias, State

NOBODY = "-"
# So many of a name are looked for by their ids.
_MOST_NAMED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFilter:
    """What a list is narrowed to; an empty or None value asks for nothing.

    `states` are slugs; without any, those that require action unless `any_state`. `submitter`
    is a person's id, or text in the name; `delegate` a user's id, or text in the username, or
    "-" for nobody. `archived` None shows both. Every word of `text` must begin one in the name,
    and `prefix` stand in its brackets. `path` is a file or a directory. `check` is a
    Check.Result, or NO_CHECKS.
    """

    NO_CHECKS = -1

    states: tuple[str, ...] = ()
    any_state: bool = False
    submitter: int | str = ""
    series: int | None = None
    delegate: int | str = ""
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
        return bool(not is_any or self.delegate or self.prefix)

    @property
    def _is_plain(self) -> bool:
        return not (self.path or self.tag) and self.check is None


def filter_patches(
    project: Project, wanted: PatchFilter, states: Sequence[State]
) -> QuerySet[Patch]:
    """The project's patches that a filter lets through; `states` are all that there are."""
    condition = _state_condition(wanted, states) & _patch_condition(wanted)
    patches = Patch.objects.filter(condition, _shared_condition(wanted), project=project)
    if wanted.prefix:
        # The words alone can be looked up in an index; that they are a prefix cannot.
        bracketed = rf"^\[([^]]*,)?{re.escape(wanted.prefix)}(,[^]]*)?\]"
        patches = patches.filter(name__has_words=wanted.prefix, name__iregex=bracketed)
    if wanted.series is not None:
        former = SeriesAlias.objects.filter(pk=wanted.series).values("series")
        patches = patches.filter(Q(series=wanted.series) | Q(series__in=former))
    return patches


def filter_series(
    project: Project, wanted: PatchFilter, states: Sequence[State]
) -> QuerySet[Series]:
    """The project's series of which a filter lets any patch through.

    A series of which only the cover letter has come is let through where nothing is asked of
    patches, neither their state nor whether they are archived.
    """
    series = Series.objects.filter(_shared_condition(wanted), project=project)
    if not wanted.asks_of_patches:
        return series
    mine = filter_patches(project, _of_patches_alone(wanted), states)
    return series.filter(Exists(mine.filter(series=OuterRef("pk"))))


def _of_patches_alone(wanted: PatchFilter) -> PatchFilter:
    """The filter without what series are asked themselves."""
    return PatchFilter(
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
    if wanted.delegate:
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


def _delegate_condition(delegate: int | str) -> Q:
    if delegate == NOBODY:
        return Q(delegate=None)
    if isinstance(delegate, int):
        return Q(delegate=delegate)
    return _name_condition(get_user_model(), "delegate", "username", delegate)


def _name_condition(table: type[Model], column: str, name: str, text: str) -> Q:
    """What refers to a row in whose name a text is; one query.

    The database knows how many rows refer to an id, and next to nothing of a part of a name.
    """
    named = table._default_manager.filter(**{f"{name}__icontains": text})  # noqa: SLF001
    ids = list(named.values_list("pk", flat=True)[: _MOST_NAMED + 1])
    if len(ids) > _MOST_NAMED:
        return Q(**{f"{column}__{name}__icontains": text})
    return Q(**{f"{column}__in": ids})


def _shared_condition(wanted: PatchFilter) -> Q:
    """What is asked of patches and of series alike."""
    condition = Q()
    if isinstance(wanted.submitter, int):
        condition &= Q(submitter=wanted.submitter)
    elif wanted.submitter:
        condition &= _name_condition(Person, "submitter", "name", wanted.submitter)
    if wanted.text:
        condition &= Q(name__has_words=wanted.text)
    if wanted.since:
        condition &= Q(date__gte=wanted.since)
    if wanted.before:
        condition &= Q(date__lt=wanted.before)
    return condition
