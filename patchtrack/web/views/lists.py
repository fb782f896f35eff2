"""The lists of a project: its series, and its patches."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patchtrack.models import Patch, Project, State, Tag
from patchtrack.services.accounts import find_profile
from patchtrack.services.choices import find_states
from patchtrack.services.filtering import (
    PatchFilter,
    find_named,
)
from patchtrack.services.following import with_newest_cursor
from patchtrack.services.listing import find_series_facts
from patchtrack.services.permissions import User
from patchtrack.services.project_settings import find_tag_columns
from patchtrack.services.saved_filters import find_saved_filters
from patchtrack.web.choosing import find_bundle_names, find_choices
from patchtrack.web.deciding import Made, format_made
from patchtrack.web.filters import CHECKS, find_chips, format_filter, parse_filter
from patchtrack.web.headings import list_choices, make_headings, make_tag_headings
from patchtrack.web.listings import Listing, find_counted_page, find_patches, find_series
from patchtrack.web.ordering import Order, parse_order
from patchtrack.web.origins import format_origin
from patchtrack.web.paging import Page, format_cut
from patchtrack.web.rows import PatchRow, SeriesRow, count_tags
from patchtrack.web.unread import parse_unread, parse_unread_order


@require_safe
def series_list(request: HttpRequest, linkname: str) -> HttpResponse:
    return _render_list(request, linkname, "series", find_series, _find_series_rows)


@require_safe
def patch_list(request: HttpRequest, linkname: str) -> HttpResponse:
    return _render_list(request, linkname, "patches", find_patches, _find_patch_rows)


def _render_list(
    request: HttpRequest,
    linkname: str,
    kind: str,
    find: Callable[[Project, PatchFilter, list[State], Order], Listing],
    find_rows: Callable[[Page, list[Tag], User], list],
) -> HttpResponse:
    # What others decide from now on may not be on the page.
    project = get_object_or_404(with_newest_cursor(Project.objects.all()), linkname=linkname)
    second = int(timezone.now().timestamp())
    states = find_states(project)
    tags = find_tag_columns(project)
    wanted = parse_filter(request.GET, states, request.user)
    asked_order = request.GET.get("order", "")
    order = parse_order(asked_order, kind)
    listing = find(project, find_named(wanted), states, order)
    unread = parse_unread(request.GET, states)
    if unread:
        # Who is shown more than was asked for may decide about all of it.
        listing = listing.without_rows()
    size = find_profile(request.user).page_size
    page = find_counted_page(listing, request.GET, size, order)
    choices = _choices(request.user, project)
    users = [request.user, *choices.get("delegates", ())]
    context = {
        "project": project,
        "made": format_made(Made(cursor=project.newest_cursor, second=second)),
        "kind": kind,
        "tags": tags,
        "tag_headings": make_tag_headings(tags, format_filter(wanted), order),
        "rows": find_rows(page, tags, request.user),
        "count": page.count,
        "unread": unread + parse_unread_order(asked_order, order),
        "has_unread_filters": bool(unread),
        "wanted": wanted,
        "order": order.parameters.get("order", ""),
        "orders": list_choices(kind, tags, order),
        "origin": _origin(request.GET, wanted, order),
        "states": states,
        "checks": list(CHECKS),
        "wanted_check": format_filter(wanted).get("check", ""),
        **choices,
        **_links(page, wanted, order, states, kind, _known_names(page, wanted, users)),
    }
    return render(request, f"patchtrack/{kind}.html", context)


def _choices(user: User, project: Project) -> dict[str, Any]:
    """What users, but not visitors, may choose from."""
    choices = find_choices(user, project)
    if not choices:
        return {}
    return choices | {
        "bundles": find_bundle_names(user, project),
        "saved_filters": find_saved_filters(user, project),
    }


def _links(
    page: Page,
    wanted: PatchFilter,
    order: Order,
    states: list[State],
    kind: str,
    known: Mapping[str, str],
) -> dict[str, Any]:
    """The addresses of other pages and orders under the same filters, and of other filters in
    the same order; `known` has names that need not be looked up."""
    filters = format_filter(wanted)
    ordered = order.parameters
    keys = {"newer": page.newer, "older": page.older}
    links = {
        f"{name}_url": "?" + urlencode(filters | ordered | {name: key}) if key else ""
        for name, key in keys.items()
    }
    return links | {
        "filter_query": urlencode(filters | ordered),
        "chips": find_chips(wanted, states, ordered, known),
        "headings": make_headings(kind, filters, order),
    }


def _origin(parameters: Mapping[str, str], wanted: PatchFilter, order: Order) -> str:
    """By what the addresses of the page's patches say that one came from it."""
    return format_origin(
        urlencode(format_filter(wanted) | order.parameters | format_cut(parameters))
    )


def _known_names(page: Page, wanted: PatchFilter, users: Sequence[User]) -> dict[str, str]:
    """Names that need not be looked up: those of users who are known already, and those that all
    rows have where a filter asks for one by its id."""
    names = {user.pk: user.get_username() for user in users}
    known = {"delegate": names.get(wanted.delegate, "")}
    if not page.rows:
        return known
    first = page.rows[0]
    series = first.series if isinstance(first, Patch) else first
    return known | {"submitter": first.submitter.name, "series": series.name if series else ""}


def _find_patch_rows(page: Page, tags: list[Tag], _user: User) -> list[PatchRow]:
    return [PatchRow(patch=patch, tags=count_tags(patch.tags, tags)) for patch in page.rows]


def _find_series_rows(page: Page, tags: list[Tag], user: User) -> list[SeriesRow]:
    # Whoever cannot decide sends back nothing of what was decided.
    facts = find_series_facts(page.rows, decisions=user.is_authenticated)
    return [
        SeriesRow(series=series, facts=facts[series.pk], tags=count_tags(series.tags, tags))
        for series in page.rows
    ]
