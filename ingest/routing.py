"""Which projects a mail belongs to."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ingest.mail import ParsedMail
from ingest.retry import run_queries
from patchtrack.models import Project

_LONGEST_SUBJECT = 1000


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def find_addressed(project: int | None) -> list[Project] | None:
    """The project (by its id) that a mail was sent to; None, which leaves it to the mail itself,
    if it was sent to none, or to one that is gone since. Raises TryAgain."""
    if project is None:
        return None
    return run_queries(lambda: list(Project.objects.filter(id=project))) or None


def choose_projects(
    parsed: ParsedMail, projects: Iterable[Project], list_id: str = ""
) -> list[Project]:
    """For each list that the mail came over: the projects of that list whose `subject_match`
    fits, or else the list's project that has none. Sorted by id.

    `list_id` stands for the mail's own List-Id headers if it is given.
    """
    chosen: dict[int, Project] = {}
    subject = parsed.subject.text[:_LONGEST_SUBJECT]
    for wanted in (list_id.lower(),) if list_id else parsed.list_ids:
        mine = [project for project in projects if project.list_id.lower() == wanted]
        fitting = [p for p in mine if p.subject_match and _compile(p.subject_match).search(subject)]
        for project in fitting or [p for p in mine if not p.subject_match]:
            chosen[project.id] = project
    return [project for _, project in sorted(chosen.items())]
