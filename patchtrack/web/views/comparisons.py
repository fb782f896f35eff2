"""The page that compares two versions of a series."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from patchtrack.services.series import find_current_pair
from patchtrack.services.versions import find_family, find_versions
from patchtrack.web.comparisons import show_comparison


@require_safe
def compare_page(request: HttpRequest, row: int, other: int) -> HttpResponse:
    """Series `row` as the old version and `other` as the new one."""
    old, new = find_current_pair(row, other)
    if old is None or new is None:
        raise Http404("There is no such series.")
    if old.project_id != new.project_id:
        raise Http404("These series are not of one project.")
    if (old.pk, new.pk) != (row, other):
        return redirect("series-compare", old.pk, new.pk)
    ours, theirs = find_versions(old, new)
    context = {
        "project": old.project,
        "old": ours,
        "new": theirs,
        "family": find_family(old, new),
        "comparison": show_comparison(ours, theirs),
    }
    return render(request, "patchtrack/compare.html", context)
