"""The page of a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from patchtrack.models import Person
from patchtrack.services.listing import find_series_facts
from patchtrack.services.people import (
    MOST_MAILS,
    MOST_SERIES,
    count_patches,
    find_activity,
    find_newest_series,
)


@require_safe
def person_page(request: HttpRequest, row: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=row)
    newest = find_newest_series(person)
    facts = find_series_facts(newest)
    activity = find_activity(person)
    context = {
        "person": person,
        "activity": activity,
        "is_part": activity.mails == MOST_MAILS,
        "projects": count_patches(person),
        "rows": [(series, facts[series.pk]) for series in newest],
        "has_more": len(newest) == MOST_SERIES,
    }
    return render(request, "patchtrack/person.html", context)
