"""The front page: all projects."""

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patchtrack.models import Event, Patch, Project


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    events = Event.objects.filter(project=OuterRef("pk")).order_by("-date")
    projects = Project.objects.annotate(last_arrival=Subquery(events.values("date")[:1]))
    facts = _find_patch_facts()
    rows = [(project, facts.get(project.pk)) for project in projects]
    return render(request, "patchtrack/projects.html", {"rows": rows})


def _find_patch_facts() -> dict[int, dict]:
    """The number of patches of each project, how many wait for action, and the newest's date."""
    waiting = Q(state__action_required=True, archived=False)
    facts = Patch.objects.order_by().values("project_id").annotate(
        waiting=Count("pk", filter=waiting), patches=Count("pk"), newest=Max("date")
    )  # fmt: skip
    return {row["project_id"]: row for row in facts}
