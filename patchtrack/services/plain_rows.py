"""Rows that the API tells of by the hundred, with all that it tells of them elsewhere, each kind in
a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F
from django.db.models.functions import Coalesce

from patchtrack.models import (
    Bundle,
    BundlePatch,
    Comment,
    Cover,
    Dependency,
    Event,
    Patch,
    Project,
    Series,
)
from patchtrack.services.plain import PlainRows, Shape
from patchtrack.services.series_summary import with_states

_PERSON = Shape("pk", "name", "address")
_USER = Shape("pk", "username", "first_name", "last_name", "email")
_STATE = Shape("slug")
_SERIES = Shape("pk", "name", "date", "version")
_NAME = Shape("message_id")
_MAIL = Shape("pk", "name", "date", message=_NAME)
_OTHER = Shape("relation", "project_id", *_MAIL.own, message=_NAME)
_BUNDLED = Shape("bundle_id", patch=_MAIL)
_SUBJECT = Shape(*_MAIL.own, message=_NAME, series=_SERIES)
_PATCH = Shape(
    "pk", "project_id", "series_id", "name", "date", "number", "state_slug", "state_place",
    "archived", "hash", "commit_ref", "shown_pull_url", "tags", "check_state", "relation",
    message=_NAME, submitter=_PERSON, delegate=_USER, series=_SERIES,
)  # fmt: skip
_COVER = Shape("pk", "project_id", "name", "date", message=_NAME, submitter=_PERSON, series=_SERIES)
_WHOLE_SERIES = Shape(
    "pk", "project_id", "name", "date", "version", "total", "received_total", "complete", "lineage",
    "previous_id", "any_dependency", submitter=_PERSON, cover=_MAIL,
)  # fmt: skip
_COMMENTED = Shape(
    "message_id", "subject", "date", project=Shape("pk", "list_archive_url_format"), author=_PERSON
)
_COMMENT = Shape("pk", "patch_id", "cover_id", "addressed", message=_COMMENTED)
_CHECK = Shape("pk", "patch_id", "date", "state", "target_url", "context")
_EVENT = Shape(
    "pk", "project_id", "message_id", "cursor", "category", "date",
    actor=_USER, series=_SERIES, state_check=_CHECK, previous_state=_STATE, current_state=_STATE,
    previous_delegate=_USER, current_delegate=_USER,
)  # fmt: skip


def patches(projects: Mapping[int, Project] | None = None) -> PlainRows:
    """With their message, submitter, state, delegate, series and relation (an id), and all that
    `Part` has. One query more, if not all of their projects are known."""
    query = with_states(Patch.objects.all()).annotate(
        relation=F("in_relation__relation"),
        shown_pull_url=Coalesce("chosen_pull_url", "pull_url"),
    )
    return PlainRows(shape=_PATCH, query=query, projects=projects or {})


def find_relations(rows: Collection[Any]) -> dict[int, list[Any]]:
    """The other patches, with their projects and messages, in the relation that a patch is in, by
    the patch; one query, or none if no patch is in any, and one more for other projects."""
    relations = {row.relation for row in rows} - {None}
    if not relations:
        return {}
    members = Patch.objects.annotate(relation=F("in_relation__relation"))
    members = members.filter(relation__in=relations).order_by("pk")
    together = defaultdict(list)
    projects = {row.project_id: row.project for row in rows}
    for member in PlainRows(shape=_OTHER, query=members, projects=projects):
        together[member.relation].append(member)
    return {
        patch.pk: [other for other in patches if other.pk != patch.pk]
        for patches in together.values()
        for patch in patches
    }


def find_bundled(rows: Collection[Bundle]) -> dict[int, list[Any]]:
    """The patches of each bundle (by its id), with their messages, by date; one query."""
    found: dict[int, list[Any]] = {row.pk: [] for row in rows}
    inside = BundlePatch.objects.filter(bundle__in=found).order_by("patch__date", "patch")
    for row in PlainRows(shape=_BUNDLED, query=inside):
        found[row.bundle_id].append(row.patch)
    return found


def covers() -> PlainRows:
    """With their project, message, submitter and series; one query more."""
    return PlainRows(shape=_COVER, query=Cover.objects.all())


def series() -> PlainRows:
    """With their project, submitter and cover letter; one query more. `any_dependency` is whether
    any mail at all says what it needs, which is asked here to take no query of its own."""
    query = Series.objects.annotate(any_dependency=Exists(Dependency.objects.all()))
    return PlainRows(shape=_WHOLE_SERIES, query=query)


def comments() -> PlainRows:
    """With their project, message and author."""
    return PlainRows(shape=_COMMENT, query=Comment.objects.all())


def events() -> PlainRows:
    """With their project, actor, series, check, and what was decided; one query more."""
    return PlainRows(shape=_EVENT, query=Event.objects.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What events are about, by the ids of their messages: patches and covers with their
    messages, patches also with their series."""

    patches: Mapping[int, Any]
    covers: Mapping[int, Any]
    comments: Mapping[int, Any]


def find_subjects(rows: Collection[Any]) -> Subjects:
    """The patches, covers and comments that events name, and what the comments are on; in three
    queries."""
    named = {event.message_id for event in rows if event.message_id}
    said = {one.pk: one for one in comments().filter(pk__among_all=named)} if named else {}
    on_patches = {comment.patch_id for comment in said.values() if comment.patch_id}
    on_covers = {comment.cover_id for comment in said.values() if comment.cover_id}
    return Subjects(
        patches=_find_mails(Patch, _SUBJECT, named | on_patches),
        covers=_find_mails(Cover, _MAIL, named | on_covers),
        comments=said,
    )


def _find_mails(table: type[Patch] | type[Cover], shape: Shape, ids: set[int]) -> dict[int, Any]:
    if not ids:
        return {}
    rows = PlainRows(shape=shape, query=table.objects.filter(pk__among_all=ids))
    return {row.pk: row for row in rows}
