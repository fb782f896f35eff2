"""Where forms are sent in which people decide about patches."""

from collections.abc import Collection, Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from patchtrack.models import Change, Comment, Patch, Project, State
from patchtrack.services.bundles import add_to_bundle
from patchtrack.services.changes import (
    DECISIONS,
    Changed,
    Decision,
    change_patches,
    find_decision,
    undo_change,
)
from patchtrack.services.choices import find_delegates, find_states
from patchtrack.services.comments import change_addressed
from patchtrack.services.filtering import filter_patches, filter_series
from patchtrack.web.deciding import (
    Choices,
    Unclear,
    describe_decision,
    digest_decisions,
    parse_decision,
    parse_seen,
    parse_series,
)
from patchtrack.web.filters import parse_filter
from patchtrack.web.links import comment_url

# More than these are changed only when they were asked for twice.
MOST_UNASKED = 100
_MOST_NAMED = 5


@require_POST
@login_required
def change(request: HttpRequest, linkname: str) -> HttpResponse:
    project = get_object_or_404(Project, linkname=linkname)
    back = _find_way_back(request, reverse("patch-list", args=[linkname]))
    choices = Choices(states=find_states(project), delegates=find_delegates(project))
    try:
        wanted = parse_decision(request.POST, choices)
        seen = _find_chosen(request, project)
    except Unclear as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(back)
    bundle = request.POST.get("bundle", "").strip()
    if not seen or not (wanted or bundle):
        messages.warning(request, "Choose patches, and what is to become of them.")
        return HttpResponseRedirect(back)
    description = describe_decision(wanted, choices) or f"in the bundle {bundle}"
    if len(seen) > MOST_UNASKED and "confirmed" not in request.POST:
        return _ask(request, project, len(seen), description, back)
    if wanted:
        _tell(request, change_patches(request.user, project, seen, wanted, seen), description)
    if bundle:
        _add_to_bundle(request, project, bundle, seen)
    return HttpResponseRedirect(back)


def _add_to_bundle(
    request: HttpRequest, project: Project, name: str, patches: Collection[int]
) -> None:
    try:
        bundle, added = add_to_bundle(request.user, project, name, patches)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{_count(added)} new in your bundle {bundle.name}.")


@require_POST
@login_required
def undo(request: HttpRequest, row: int) -> HttpResponse:
    try:
        undone = undo_change(request.user, row)
    except Change.DoesNotExist:
        messages.warning(request, "This was undone already, or is too long ago.")
    else:
        kept = f" Changed by somebody since, and left so: {undone.kept}." if undone.kept else ""
        messages.success(request, f"Undone: {_count(undone.restored)} as before.{kept}")
    return HttpResponseRedirect(_find_way_back(request, reverse("project-list")))


@require_POST
@login_required
def address(request: HttpRequest, row: int) -> HttpResponse:
    get_object_or_404(Comment, pk=row, addressed__isnull=False)
    comment = change_addressed(request.user, row, request.POST.get("addressed") == "yes")
    return HttpResponseRedirect(comment_url(comment.message.project.linkname, comment))


def _find_way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that the form was on, if it is one of ours."""
    back = request.POST.get("back", "")
    ours = {request.get_host()}
    return back if url_has_allowed_host_and_scheme(back, ours) else otherwise


def _find_chosen(request: HttpRequest, project: Project) -> dict[int, Decision]:
    """The chosen patches, with what was seen of each. Raises Unclear."""
    if "all" in request.POST:
        patches = _find_all(request, project).only("pk", *DECISIONS)
        return {patch.pk: find_decision(patch) for patch in patches}
    seen = parse_seen(request.POST.getlist("patch"))
    return seen | _find_patches_of_series(parse_series(request.POST), project)


def _find_all(request: HttpRequest, project: Project) -> QuerySet[Patch]:
    """What the list's filter lets through: the patches, or those of the series."""
    states = list(State.objects.all())
    wanted = parse_filter(QueryDict(request.POST.get("query", "")), states, request.user)
    if request.POST["all"] == "series":
        return Patch.objects.filter(series__in=filter_series(project, wanted, states))
    return filter_patches(project, wanted, states)


def _find_patches_of_series(digests: dict[int, int], project: Project) -> dict[int, Decision]:
    """The patches of the series, with what was seen of each. Raises Unclear if what is decided
    about a series is not what its digest says was seen."""
    patches = Patch.objects.filter(project=project, series__in=digests)
    found: dict[int, list[Patch]] = {}
    for patch in patches.only("pk", "series_id", *DECISIONS):
        found.setdefault(patch.series_id, []).append(patch)
    for series, own in found.items():
        if digests[series] != digest_decisions(map(_read_place, own)):
            raise Unclear("Somebody has changed one of these series meanwhile. See what it is now.")
    return {patch.pk: find_decision(patch) for own in found.values() for patch in own}


def _read_place(patch: Patch) -> tuple[int, int, int | None, bool]:
    return patch.pk, patch.state_id, patch.delegate_id, patch.archived


def _ask(
    request: HttpRequest, project: Project, count: int, description: str, back: str
) -> HttpResponse:
    """Ask whether so many are really meant; the form is sent again as it came."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    context = {
        "project": project,
        "count": count,
        "description": description,
        "fields": fields,
        "back": back,
    }
    return render(request, "patchtrack/confirm_change.html", context)


def _tell(request: HttpRequest, outcome: Changed, description: str) -> None:
    if outcome.changed:
        text = f"{_count(outcome.changed)} now {description}."
        messages.success(request, text, extra_tags=str(outcome.undo))
    elif not (outcome.overtaken or outcome.forbidden):
        messages.info(request, f"Nothing to change: already {description}.")
    if outcome.forbidden:
        messages.error(request, f"{_count(outcome.forbidden)} not yours to change.")
    if outcome.overtaken:
        messages.warning(request, _describe_overtaken(outcome.overtaken))


def _describe_overtaken(patches: Iterable[Patch]) -> str:
    """What somebody else has made of patches while the user was deciding."""
    states = {state.pk: state.name for state in State.objects.all()}
    named = [f"“{patch.name[:80]}” is {states[patch.state_id]}" for patch in patches]
    more = f", and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return (
        "Not changed, because somebody else has changed it since you saw it: "
        f"{'; '.join(named[:_MOST_NAMED])}{more}. Decide again if you still want to."
    )


def _count(number: int) -> str:
    return "1 patch is" if number == 1 else f"{number} patches are"
