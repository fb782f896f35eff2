"""Addresses of Patchwork for what has another one here, so that old links keep working."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from patchtrack.services.bundles import find_bundles
from patchtrack.web.links import list_url

_MOVED = {
    "project/": "project-list",
    "project/<slug:linkname>/series/": "series-list",
    "help/": "about",
    "help/about/": "about",
    "help/pwclient/": "about",
    "mail/optout/": "mail-settings",
    "mail/optin/": "mail-settings",
    "user/generate-token/": "tokens",
    "user/password-change/done/": "profile",
    "user/password-reset/mail-sent/": "mail-sent",
    "user/password-reset/complete/": "login",
}


@require_safe
@login_required
def project_todo(_request: HttpRequest, linkname: str) -> HttpResponse:
    """What a user has to do in one project is a list like any other here."""
    return HttpResponseRedirect(list_url(linkname, "patches", "delegate=me"))


@require_safe
def bundle_by_id(request: HttpRequest, row: int, name: str = "bundle") -> HttpResponse:
    bundle = get_object_or_404(find_bundles(request.user).select_related("owner"), pk=row)
    return redirect(name, bundle.owner.get_username(), bundle.name)


paths = [
    *(
        path(old, RedirectView.as_view(pattern_name=new, permanent=True, query_string=True))
        for old, new in _MOVED.items()
    ),
    path("user/todo/<slug:linkname>/", project_todo),
    path("user/bundle/<id:row>/", bundle_by_id),
    path("user/bundle/<id:row>/mbox/", bundle_by_id, {"name": "bundle-mbox"}),
]
