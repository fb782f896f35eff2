"""Bundles: their list, each one's page, and the forms that change them."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_POST, require_safe

from patchtrack.models import Bundle, Project
from patchtrack.services.bundles import (
    change_bundle,
    change_order,
    find_bundle_patches,
    find_bundles,
)
from patchtrack.services.credentials import find_viewer
from patchtrack.services.permissions import User
from patchtrack.services.stored import find_patch_items
from patchtrack.services.throttle import TooOften
from patchtrack.web.asking import tell_wait
from patchtrack.web.deciding import Unclear, parse_seen
from patchtrack.web.views.downloads import make_mbox

_MOST_LISTED = 200
_STEPS = {"up": -1, "down": 1}


@require_safe
@login_required
def my_bundles(request: HttpRequest) -> HttpResponse:
    bundles = find_bundles(request.user).filter(owner=request.user)
    return _render_bundles(request, bundles, "Your bundles", None)


@require_safe
def project_bundles(request: HttpRequest, linkname: str) -> HttpResponse:
    project = get_object_or_404(Project, linkname=linkname)
    bundles = find_bundles(request.user).filter(project=project)
    return _render_bundles(request, bundles, f"Bundles of {project.name}", project)


def _throttled(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that programs fetch with a name and a password, which could be guessed there."""

    @wraps(view)
    def answer(request: HttpRequest, **where: str) -> HttpResponse:
        try:
            return view(request, **where)
        except TooOften as refusal:
            return tell_wait(HttpResponse("There were too many attempts to log in."), refusal)

    return answer


@require_safe
@_throttled
def bundle_page(request: HttpRequest, username: str, name: str) -> HttpResponse:
    bundle = _find_bundle(find_viewer(request), username, name)
    patches = find_bundle_patches(bundle)
    mbox = request.build_absolute_uri(reverse("bundle-mbox", args=[username, name]))
    context = {
        "bundle": bundle,
        "project": bundle.project,
        "patches": patches,
        "mbox": mbox,
        "is_owner": bundle.owner == request.user,
    }
    return render(request, "patchtrack/bundle.html", context)


@require_safe
@conditional_page
@_throttled
def bundle_mbox(request: HttpRequest, username: str, name: str) -> HttpResponse:
    bundle = _find_bundle(find_viewer(request), username, name)
    items = find_patch_items(find_bundle_patches(bundle))
    return make_mbox(items, f"bundle-{bundle.pk}-{bundle.name}.mbox")


@require_POST
@login_required
def change(request: HttpRequest, username: str, name: str) -> HttpResponse:
    """`rename` takes `name` and `public`; `move` is `up:ID`, `down:ID` or `out:ID`; `order` gives
    the patches anew; `delete` ends the bundle."""
    bundle = _find_bundle(request.user, username, name)
    if bundle.owner != request.user:
        raise Http404("There is no such bundle of yours.")
    form = request.POST
    if "delete" in form:
        bundle.delete()
        messages.success(request, f"The bundle {bundle.name} is gone.")
        return redirect("my-bundles")
    try:
        if "rename" in form:
            change_bundle(bundle, form.get("name", ""), "public" in form)
        elif "move" in form:
            _move(bundle, form["move"])
        elif "order" in form:
            change_order(bundle, list(parse_seen(form.getlist("order"))))
    except (ValidationError, Unclear) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        bundle.refresh_from_db()
    return HttpResponseRedirect(reverse("bundle", args=[username, bundle.name]))


def _move(bundle: Bundle, said: str) -> None:
    """Raises Unclear."""
    step, _, own = said.partition(":")
    [moved] = parse_seen([own])
    order = [patch.pk for patch in find_bundle_patches(bundle)]
    if moved not in order:
        raise Unclear("This patch is not in the bundle any more.")
    place = order.index(moved)
    order.remove(moved)
    if step in _STEPS:
        order.insert(max(place + _STEPS[step], 0), moved)
    elif step != "out":
        raise Unclear("A patch can be moved up, down or out.")
    change_order(bundle, order)


def _find_bundle(user: User, username: str, name: str) -> Bundle:
    """Raises Http404 also for a private one of somebody else."""
    return get_object_or_404(find_bundles(user), owner__username=username, name=name)


def _render_bundles(
    request: HttpRequest, bundles: QuerySet[Bundle], title: str, project: Project | None
) -> HttpResponse:
    counted = bundles.annotate(number=Count("bundlepatch")).order_by("name")
    context = {"bundles": counted[:_MOST_LISTED], "title": title, "project": project}
    return render(request, "patchtrack/bundles.html", context)
