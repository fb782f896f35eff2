"""What is known of a person: what they sent and what became of it, and whom they reviewed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from patchtrack.models import Kind, Message, Patch, Person, Project, Series, State, Tag

# Of who has written more, only the newest mails are counted, so that no page waits for it.
MOST_MAILS = 500
MOST_SERIES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a person's newest mails are, at most MOST_MAILS: how many, how many of them are
    comments, how often these gave a trailer such as Reviewed-by (by tag), and when the last
    one was sent (None without any)."""

    mails: int
    comments: int
    given: Mapping[str, int]
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """How many patches are in a state."""

    state: State
    number: int


def find_activity(person: Person) -> Activity:
    """In two queries."""
    tags = set(Tag.objects.values_list("name", flat=True))
    newest = Message.objects.filter(author=person).order_by("-date")[:MOST_MAILS]
    rows = list(newest.values_list("date", "kind", "trailers"))
    said = [trailers for _, kind, trailers in rows if kind == Kind.COMMENT]
    given = Counter(key for trailers in said for key in trailers if key in tags)
    return Activity(
        mails=len(rows),
        comments=len(said),
        given=dict(sorted(given.items())),
        last=rows[0][0] if rows else None,
    )


def count_patches(person: Person) -> list[tuple[Project, list[StateCount]]]:
    """For each project that the person sent patches to, how many are in which state; in three
    queries."""
    counted = Patch.objects.filter(submitter=person).order_by().values("project", "state")
    numbers = {
        (row["project"], row["state"]): row["number"] for row in counted.annotate(number=Count("*"))
    }
    projects = Project.objects.filter(pk__in={project for project, _ in numbers})
    states = list(State.objects.all())
    return [
        (
            project,
            [
                StateCount(state=state, number=numbers[project.pk, state.pk])
                for state in states
                if (project.pk, state.pk) in numbers
            ],
        )
        for project in projects
    ]


def find_newest_series(person: Person) -> list[Series]:
    """The person's newest series, at most MOST_SERIES; one query."""
    series = Series.objects.filter(submitter=person).select_related("project")
    return list(series.order_by("-date", "-pk")[:MOST_SERIES])
