"""The page of a series."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from patchtrack.models import Patch, Series, Tag
from patchtrack.services.listing import count_patch_comments
from patchtrack.services.project_settings import find_tag_columns
from patchtrack.services.series import (
    derive_slots,
    find_current_series,
    find_patches,
    find_revisions,
)
from patchtrack.web.submission import find_submission
from patchtrack.web.views.lists import count_tags


@require_safe
def series_page(request: HttpRequest, row: int) -> HttpResponse:
    series = find_series_or_404(row)
    if series.pk != row:
        return redirect("series", series.pk)
    patches = find_patches(series)
    tags = find_tag_columns(series.project)
    context = {
        "project": series.project,
        "series": series,
        "tags": tags,
        "rows": _rows(patches, series, tags),
        "revisions": find_revisions(series),
        "mbox": request.build_absolute_uri(reverse("series-mbox", args=[series.pk])),
        **_show_cover(series, split=request.GET.get("view") == "split"),
    }
    return render(request, "patchtrack/series_detail.html", context)


def find_series_or_404(row: int) -> Series:
    series = find_current_series(row)
    if series is None:
        raise Http404("There is no such series.")
    return series


def _rows(patches: list[Patch], series: Series, tags: list[Tag]) -> list[dict]:
    comments = count_patch_comments(patches)
    return [
        {
            "slot": slot,
            "patch": slot.patch,
            "tags": count_tags(slot.patch.tags, tags) if slot.patch else (),
            "comments": comments.get(slot.patch.pk, 0) if slot.patch else 0,
        }
        for slot in derive_slots(patches, series)
    ]


def _show_cover(series: Series, *, split: bool) -> dict:
    """The cover letter and its discussion, if one has come."""
    cover = getattr(series, "cover", None)
    if cover is None:
        return {"cover": None, "discussion": []}
    cover.message.project = series.project
    return {"cover": cover, **find_submission(cover.message, cover.comments, split=split)}
