"""What messages must be that a query asks for, in the words of the search's index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patchtrack.models import Project
from patchtrack.services.search_query import Mark
from patchtrack.services.search_words import mark_kind, mark_message_id, mark_project

# With this begin marks of all messages: an index finds nothing by what is refused alone.
EVERY = "=k"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Of each of `groups` a message must have one mark, and of `excluded` none."""

    groups: Sequence[Sequence[str]]
    excluded: Sequence[str]


def find_marks(marks: Sequence[Mark], within: Sequence[int]) -> Marks:
    """The marks of a query in the index's words, and those of the projects (by id) that are
    looked through, all of them without any; at most one query."""
    linknames = [mark.value for mark in marks if mark.name == "project"]
    known = Project.objects.filter(linkname__in=linknames) if linknames else ()
    projects = {project.linkname: project.pk for project in known}
    groups = {"within": list(map(mark_project, within))}
    excluded = []
    for mark in marks:
        word = _format_mark(mark, projects)
        if mark.is_excluded:
            excluded.append(word)
        else:
            groups.setdefault(mark.name, []).append(word)
    return Marks(groups=[group for group in groups.values() if group], excluded=excluded)


def _format_mark(mark: Mark, projects: Mapping[str, int]) -> str:
    if mark.name == "project":
        # No project has this id.
        return mark_project(projects.get(mark.value, 0))
    return mark_kind(mark.value) if mark.name == "kind" else mark_message_id(mark.value)
