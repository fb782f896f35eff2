"""The page of a series."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ingest.mail.dependencies import split_target
from patchtrack.models import Comment, Cover, Patch, Project, Series, Tag
from patchtrack.services.dependencies import Missing, find_dependencies
from patchtrack.services.project_settings import find_tag_columns
from patchtrack.services.reviews import derive_reviews, find_said
from patchtrack.services.revisions import find_revisions
from patchtrack.services.series import (
    Slot,
    derive_slots,
    find_current_series,
    find_patches,
)
from patchtrack.web.choosing import find_patch_form
from patchtrack.web.links import archive_page, is_web_url
from patchtrack.web.origins import find_way_back, keep_origin, parse_origin
from patchtrack.web.reviews import show_reviews
from patchtrack.web.rows import SlotRow, count_tags
from patchtrack.web.said import read_said
from patchtrack.web.submission import find_submission


@require_safe
def series_page(request: HttpRequest, row: int) -> HttpResponse:
    series = find_series_or_404(row)
    if series.pk != row:
        return redirect("series", series.pk)
    patches = find_patches(series)
    slots = derive_slots(patches, series)
    tags = find_tag_columns(series.project)
    cover = getattr(series, "cover", None)
    origin = parse_origin(request.GET, "series")
    said = find_said(cover, patches)
    context = {
        "project": series.project,
        "series": series,
        "tags": tags,
        "back": find_way_back(series.project, origin, request.user) if origin else "",
        "kept_origin": keep_origin(request.GET),
        "rows": [_make_row(slot, tags) for slot in slots],
        "gaps": [slot for slot in slots if slot.patch is None],
        "revisions": find_revisions(series),
        "reviews": show_reviews(derive_reviews(patches, said, tags), patches),
        **_show_dependencies(series, patches, request.get_host()),
        "mbox": request.build_absolute_uri(reverse("series-mbox", args=[series.pk])),
        **find_patch_form(request.user, series.project, patches),
        **_show_cover(series, cover, said, split=request.GET.get("view") == "split"),
    }
    return render(request, "patchtrack/series_detail.html", context)


def find_series_or_404(row: int) -> Series:
    series = find_current_series(row)
    if series is None:
        raise Http404("There is no such series.")
    return series


def _make_row(slot: Slot, tags: list[Tag]) -> SlotRow:
    return SlotRow(slot=slot, tags=count_tags(slot.patch.tags if slot.patch else {}, tags))


def _show_dependencies(series: Series, patches: list[Patch], host: str) -> dict:
    found = find_dependencies(series, patches, host)
    return {
        "needs": found.needs,
        "missing": [_show_missing(series.project, one) for one in found.missing],
        "needed_by": found.needed_by,
    }


def _show_missing(project: Project, missing: Missing) -> dict[str, str]:
    """What people call it, and where they may find it; an empty address if nobody knows."""
    kind, name, which = split_target(missing.target)
    url = missing.url or (archive_page(project, name) if kind == "mid" else "")
    return {"name": format_target(kind, name, which), "url": url if is_web_url(url) else ""}


def format_target(kind: str, name: str, which: str) -> str:
    """A target's parts as text."""
    if kind in ("series", "patch"):
        return f"{kind} {name} on {which}" if which else f"{kind} {name}"
    return f"{name} {which}".rstrip()


def _show_cover(
    series: Series, cover: Cover | None, said: Sequence[Comment], *, split: bool
) -> dict:
    """The cover letter and its discussion, if one has come."""
    if cover is None:
        return {"cover": None, "discussion": []}
    cover.message.project = series.project
    comments = [read_said(comment) for comment in said if comment.cover_id]
    return {"cover": cover, **find_submission(cover.message, comments, split=split)}
