"""The search over the mail of all projects."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patchtrack.services.listing import MOST_COUNTED
from patchtrack.services.search_query import LONGEST_QUERY, Query, parse_query
from patchtrack.services.searching import count_waiting, find_hits, find_people
from patchtrack.web.search_results import (
    cut_page,
    find_chips,
    find_results,
    list_kinds,
    list_projects,
    read_stretch,
    search_url,
)

PAGE_SIZE = 25
_MOST_PEOPLE = 6


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Messages that `?q=` asks for, the newest first; without it, how to ask."""
    said = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    context: dict[str, Any] = {"said": said, "longest": LONGEST_QUERY, "waiting": _waiting()}
    if said:
        context |= _find(request, parse_query(said))
    return render(request, "patchtrack/search.html", context)


def _find(request: HttpRequest, query: Query) -> dict[str, Any]:
    """The first page also tells who has such a name, and how many there are where that is all:
    to find more of them than are shown would take several times as long."""
    stretch = read_stretch(request.GET, PAGE_SIZE + 1)
    found = find_hits(query, stretch, timezone.now())
    page = cut_page(found, stretch, PAGE_SIZE)
    results = find_results(page.hits, query)
    is_first = stretch.place is None
    return {
        "asked": query,
        "results": results,
        "is_all": is_first and not page.older,
        "end": found.end.date if found.end else None,
        "people": find_people(query, _MOST_PEOPLE) if is_first else [],
        "chips": find_chips(query),
        "kinds": list_kinds(query, results),
        "projects": list_projects(query, results),
        "newest_url": search_url(query),
        "newer_url": search_url(query, newer=page.newer) if page.newer else "",
        "older_url": search_url(query, older=page.older) if page.older else "",
    }


def _waiting() -> str:
    """How many mails cannot be found yet, or nothing."""
    number = count_waiting()
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number or "")
