"""The front page: all projects."""

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patchtrack.models import Event, Patch, Project, Series, State
from patchtrack.web.ordering import Order
from patchtrack.web.paging import find_page

PAGE_SIZE = 100
_BY_LINKNAME = Order(name="linkname", expression=F("linkname"), kind=str, descending=False)
_A_WEEK = timedelta(days=7)


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """All projects, or those of which `?q=` names a part of the name or the list's address."""
    open_states = list(State.objects.filter(action_required=True).values_list("pk", flat=True))
    waiting = Patch.objects.filter(archived=False, state__in=open_states)
    new = Series.objects.filter(date__gt=timezone.now() - _A_WEEK)
    projects = Project.objects.annotate(
        open=_count_own(waiting, Count("series", distinct=True)),
        new=_count_own(new, Count("pk")),
        newest=_find_newest(Patch.objects.all()),
        last_arrival=_find_newest(Event.objects.all()),
    )
    sought = request.GET.get("q", "").replace("\0", "").strip()
    page = find_page(_find_named(projects, sought), request.GET, PAGE_SIZE, _BY_LINKNAME)
    return render(request, "patchtrack/projects.html", {"page": page, "sought": sought})


def _find_named(projects: QuerySet[Project], text: str) -> QuerySet[Project]:
    columns = ("linkname", "name", "list_email")
    wanted = [Q(**{f"{column}__icontains": text}) for column in columns]
    return projects.filter(reduce(or_, wanted)) if text else projects


def _count_own(rows: QuerySet[Any], count: Count) -> Subquery:
    """What is counted of those rows that are a project's; none where it has none."""
    own = rows.filter(project=OuterRef("pk")).order_by().values("project")
    return Subquery(own.annotate(number=count).values("number"))


def _find_newest(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.filter(project=OuterRef("pk")).order_by("-date").values("date")[:1])
