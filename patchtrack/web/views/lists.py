"""The lists of a project: its series, and its patches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from patchtrack.models import Patch, Project, Series, State, Tag
from patchtrack.services.listing import (
    MOST_COUNTED,
    PatchFilter,
    SeriesFacts,
    count_patch_comments,
    count_series_comments,
    count_up_to,
    filter_patches,
    filter_series,
    find_series_facts,
)
from patchtrack.services.project_settings import find_tag_columns
from patchtrack.web.filters import find_chips, format_filter, parse_filter
from patchtrack.web.paging import Page, find_page

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchRow:
    """A patch in a list; `tags` has the number for each column of tags."""

    patch: Patch
    tags: list[tuple[Tag, int]]
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """A series in a list; `tags` has for each column how many of its patches have the tag."""

    series: Series
    facts: SeriesFacts
    tags: list[tuple[Tag, int]]
    comments: int


@require_safe
def series_list(request: HttpRequest, linkname: str) -> HttpResponse:
    def find(project: Project, wanted: PatchFilter) -> QuerySet:
        return filter_series(project, wanted).select_related("submitter")

    return _render_list(request, linkname, "series", find, _find_series_rows)


@require_safe
def patch_list(request: HttpRequest, linkname: str) -> HttpResponse:
    def find(project: Project, wanted: PatchFilter) -> QuerySet:
        patches = filter_patches(project, wanted)
        related = ("message", "submitter", "state", "delegate", "series")
        unused = ("paths", "message__subject", "message__ancestors", "message__trailers")
        return patches.select_related(*related).defer(*unused)

    return _render_list(request, linkname, "patches", find, _find_patch_rows)


def _render_list(
    request: HttpRequest,
    linkname: str,
    kind: str,
    find: Callable[[Project, PatchFilter], QuerySet],
    find_rows: Callable[[Page, list[Tag]], list],
) -> HttpResponse:
    project = get_object_or_404(Project, linkname=linkname)
    states = list(State.objects.all())
    tags = find_tag_columns(project)
    wanted = parse_filter(request.GET, states)
    rows = find(project, wanted)
    page = find_page(rows, request.GET, PAGE_SIZE)
    count = count_up_to(rows)
    context = {
        "project": project,
        "kind": kind,
        "tags": tags,
        "rows": find_rows(page, tags),
        "count": f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count),
        "wanted": wanted,
        "states": states,
        "chips": find_chips(wanted, states),
        **_page_links(page, wanted),
    }
    return render(request, f"patchtrack/{kind}.html", context)


def _page_links(page: Page, wanted: PatchFilter) -> dict[str, Any]:
    """The addresses of the pages beside this one, under the same filters."""
    filters = format_filter(wanted)
    keys = {"newer": page.newer, "older": page.older}
    links = {
        f"{name}_url": "?" + urlencode(filters | {name: key}) if key else ""
        for name, key in keys.items()
    }
    return links | {"filter_query": urlencode(filters)}


def count_tags(counts: Mapping[str, int], tags: list[Tag]) -> list[tuple[Tag, int]]:
    """For each column of tags how many there are."""
    return [(tag, counts.get(tag.name, 0)) for tag in tags]


def _find_patch_rows(page: Page, tags: list[Tag]) -> list[PatchRow]:
    comments = count_patch_comments(page.rows)
    return [
        PatchRow(
            patch=patch,
            tags=count_tags(patch.tags, tags),
            comments=comments.get(patch.pk, 0),
        )
        for patch in page.rows
    ]


def _find_series_rows(page: Page, tags: list[Tag]) -> list[SeriesRow]:
    facts = find_series_facts(page.rows)
    comments = count_series_comments(page.rows)
    return [
        SeriesRow(
            series=series,
            facts=facts[series.pk],
            tags=count_tags(facts[series.pk].tags, tags),
            comments=comments.get(series.pk, 0),
        )
        for series in page.rows
    ]
