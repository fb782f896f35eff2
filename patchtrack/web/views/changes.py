"""Where forms are sent in which people decide about patches."""

from collections.abc import Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from patchtrack.models import Change, Comment, Project
from patchtrack.services.bundles import add_to_bundle
from patchtrack.services.changes import change_patches, undo_change
from patchtrack.services.choices import find_delegates, find_states
from patchtrack.services.comments import change_addressed
from patchtrack.web.chosen import find_chosen
from patchtrack.web.deciding import Choices, Unclear, describe_decision, parse_decision
from patchtrack.web.links import comment_url
from patchtrack.web.outcomes import count_patches, tell_arrived, tell_outcome

# More than these are changed only when they were asked for twice.
MOST_UNASKED = 100


@require_POST
@login_required
def change(request: HttpRequest, linkname: str) -> HttpResponse:
    project = get_object_or_404(Project, linkname=linkname)
    back = _find_way_back(request, reverse("patch-list", args=[linkname]))
    choices = Choices(states=find_states(project), delegates=find_delegates(project))
    try:
        wanted = parse_decision(request.POST, choices)
        chosen = find_chosen(request, project)
    except Unclear as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(back)
    bundle = request.POST.get("bundle", "").strip()
    patches = chosen.patches
    if chosen.arrived:
        tell_arrived(request, chosen.arrived)
    if not patches or not (wanted or bundle):
        messages.warning(request, "Choose patches, and what is to become of them.")
        return HttpResponseRedirect(back)
    description = describe_decision(wanted, choices) or f"in the bundle {bundle}"
    if len(patches) > MOST_UNASKED and "confirmed" not in request.POST:
        return _ask(request, project, len(patches), description, back)
    if wanted:
        outcome = change_patches(request.user, project, chosen.seen, wanted, chosen.seen)
        tell_outcome(request, outcome, description, chosen.overtaken)
    if bundle:
        _add_to_bundle(request, project, bundle, patches)
    return HttpResponseRedirect(back)


def _add_to_bundle(
    request: HttpRequest, project: Project, name: str, patches: Collection[int]
) -> None:
    try:
        bundle, added = add_to_bundle(request.user, project, name, patches)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{count_patches(added)} new in your bundle {bundle.name}.")


@require_POST
@login_required
def undo(request: HttpRequest, row: int) -> HttpResponse:
    try:
        undone = undo_change(request.user, row)
    except Change.DoesNotExist:
        messages.warning(request, "This was undone already, or is too long ago.")
    else:
        kept = f" Changed by somebody since, and left so: {undone.kept}." if undone.kept else ""
        messages.success(request, f"Undone: {count_patches(undone.restored)} as before.{kept}")
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
