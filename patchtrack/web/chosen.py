"""Finds the patches that a form is about, with what its sender saw of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from patchtrack.models import Patch, Project, State
from patchtrack.services.changes import DECISIONS, Decision, find_decision
from patchtrack.services.filtering import filter_patches, filter_series
from patchtrack.services.overtaking import KNOWN_FOR, find_arrived, find_overtaken
from patchtrack.web.deciding import Unclear, digest_decisions, parse_made, parse_seen, parse_series
from patchtrack.web.filters import parse_filter
from patchtrack.web.unread import parse_unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The patches that a form is about: what was `seen` of each, by id; and the ids of those of
    series that were `overtaken`, by the series' ids: somebody has decided about them since.
    `arrived` counts others, which match as well, but have come after the list was made."""

    seen: Mapping[int, Decision]
    overtaken: Mapping[int, Sequence[int]] = field(default_factory=dict)
    arrived: int = 0

    @property
    def patches(self) -> list[int]:
        return [*self.seen, *chain.from_iterable(self.overtaken.values())]


def find_chosen(request: HttpRequest, project: Project) -> Chosen:
    """Raises Unclear."""
    if "all" in request.POST:
        return _find_all_chosen(request, project)
    seen = parse_seen(request.POST.getlist("patch"))
    of_series = _find_patches_of_series(parse_series(request.POST), project)
    return Chosen(seen=seen | of_series.seen, overtaken=of_series.overtaken)


def _find_all_chosen(request: HttpRequest, project: Project) -> Chosen:
    """All patches that match, as they were when the list was made. Raises Unclear."""
    made = parse_made(request.POST)
    if made.second < (timezone.now() - KNOWN_FOR).timestamp():
        raise Unclear("This list is older than a day; please reload the page.")
    patches = _find_all(request, project).only("pk", "series_id", *DECISIONS)
    found = list(patches)
    arrived = find_arrived(project, made.cursor)
    shown = find_overtaken(request.user, project, made.cursor)
    seen = {
        patch.pk: {**find_decision(patch), **shown.get(patch.pk, {})}
        for patch in found
        if patch.pk not in arrived
    }
    if request.POST["all"] == "series":
        return _part_series(found, seen)
    return Chosen(seen=seen, arrived=len(found) - len(seen))


def _part_series(found: Sequence[Patch], seen: Mapping[int, Decision]) -> Chosen:
    """The patches `found` of series, with what was `seen` of those that were there already. A
    series is overtaken if anything was decided about any of its patches, or one was added."""
    changed = {patch.series_id for patch in found if seen.get(patch.pk) != find_decision(patch)}
    overtaken: dict[int, list[int]] = {}
    for patch in found:
        if patch.series_id in changed and patch.pk in seen:
            overtaken.setdefault(patch.series_id, []).append(patch.pk)
    return Chosen(
        seen={patch.pk: seen[patch.pk] for patch in found if patch.series_id not in changed},
        overtaken=overtaken,
        arrived=sum(patch.series_id in changed - overtaken.keys() for patch in found),
    )


def _find_all(request: HttpRequest, project: Project) -> QuerySet[Patch]:
    """What the list's filter lets through: the patches, or those of the series. Raises Unclear."""
    states = list(State.objects.all())
    query = QueryDict(request.POST.get("query", ""))
    if parse_unread(query, states):
        raise Unclear("A filter of this list was not understood; please reload the page.")
    wanted = parse_filter(query, states, request.user)
    if request.POST["all"] == "series":
        return Patch.objects.filter(series__in=filter_series(project, wanted, states))
    return filter_patches(project, wanted, states)


def _find_patches_of_series(digests: dict[int, int], project: Project) -> Chosen:
    """The patches of the series, which are overtaken if what is decided about them is not what
    their digest says was seen."""
    patches = Patch.objects.filter(project=project, series__in=digests)
    found: dict[int, list[Patch]] = {}
    for patch in patches.only("pk", "series_id", *DECISIONS):
        found.setdefault(patch.series_id, []).append(patch)
    overtaken = {
        series: [patch.pk for patch in own]
        for series, own in found.items()
        if digests[series] != digest_decisions(map(_read_place, own))
    }
    rest = chain.from_iterable(own for series, own in found.items() if series not in overtaken)
    return Chosen(seen={patch.pk: find_decision(patch) for patch in rest}, overtaken=overtaken)


def _read_place(patch: Patch) -> tuple[int, int, int | None, bool]:
    return patch.pk, patch.state_id, patch.delegate_id, patch.archived
