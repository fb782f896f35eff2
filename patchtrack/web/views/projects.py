"""The front page: all projects."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patchtrack.models import Event, Patch, Project, Series, State

_A_WEEK = timedelta(days=7)


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    open_states = list(State.objects.filter(action_required=True).values_list("pk", flat=True))
    waiting = Patch.objects.filter(archived=False, state__in=open_states)
    new = Series.objects.filter(date__gt=timezone.now() - _A_WEEK)
    projects = Project.objects.annotate(
        waiting=_count_own(waiting),
        new=_count_own(new),
        newest=_find_newest(Patch.objects.all()),
        last_arrival=_find_newest(Event.objects.all()),
    )
    return render(request, "patchtrack/projects.html", {"projects": projects})


def _count_own(rows: QuerySet[Any]) -> Subquery:
    """How many of the rows are a project's; none where it has none."""
    own = rows.filter(project=OuterRef("pk")).order_by().values("project")
    return Subquery(own.annotate(number=Count("pk")).values("number"))


def _find_newest(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.filter(project=OuterRef("pk")).order_by("-date").values("date")[:1])
