"""Which projects a mail belongs to."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ingest.mail import ParsedMail
from patchtrack.models import Project

_LONGEST_SUBJECT = 1000


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


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
