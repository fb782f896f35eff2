"""Where a list's filters are saved under a name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from patchtrack.models import Project, SavedFilter
from patchtrack.services.saved_filters import save_filter
from patchtrack.web.links import list_url


@require_POST
@login_required
def save(request: HttpRequest, linkname: str) -> HttpResponse:
    project = get_object_or_404(Project, linkname=linkname)
    form = request.POST
    page = form.get("page", "")
    # Read and written again, so that nothing is kept that no address can hold.
    query = QueryDict(form.get("query", "")).urlencode()
    try:
        saved = save_filter(request.user, project, form.get("name", ""), page, query)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("series-list", args=[linkname]))
    messages.success(request, f"Saved as {saved.name}.")
    return HttpResponseRedirect(list_url(linkname, saved.page, saved.query))


@require_POST
@login_required
def remove(request: HttpRequest, row: int) -> HttpResponse:
    mine = SavedFilter.objects.filter(user=request.user).select_related("project")
    saved = get_object_or_404(mine, pk=row)
    saved.delete()
    messages.success(request, f"The filter {saved.name} is gone.")
    return HttpResponseRedirect(list_url(saved.project.linkname, saved.page, saved.query))
