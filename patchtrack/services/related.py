"""Rows with all that is told of them elsewhere, each kind in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Prefetch, QuerySet

from patchtrack.models import (
    Bundle,
    Check,
    Comment,
    Cover,
    Event,
    Patch,
    Person,
    Project,
    RelatedPatch,
    Series,
)

# What is shown of a message that stands in something else. Texts without bound stay where they are.
_OF_MESSAGE = ("message__message_id",)
_OF_SUBMISSION = ("name", "date", "pull_url", *_OF_MESSAGE)
_OF_SERIES = ("series__name", "series__date", "series__version")
_OF_WHOLE_SERIES = (
    "name", "date", "version", "total", "received_total", "complete", "lineage", "previous",
    "project", "submitter",
)  # fmt: skip
_OF_COVER = ("cover__series", "cover__name", "cover__date", "cover__message__message_id")
_OF_PATCH = (
    *_OF_SUBMISSION, *_OF_SERIES, "number", "archived", "hash", "commit_ref", "chosen_pull_url",
    "tags", "check_state",
)  # fmt: skip


def projects() -> QuerySet[Project]:
    """With their maintainers; one query more."""
    maintainers = get_user_model().objects.order_by("pk")
    return Project.objects.prefetch_related(Prefetch("maintainers", queryset=maintainers))


def users() -> QuerySet[AbstractBaseUser]:
    """With their profiles."""
    return get_user_model().objects.select_related("profile")


def people() -> QuerySet[Person]:
    """With the users that they are."""
    return Person.objects.select_related("user")


def patches() -> QuerySet[Patch]:
    """With their project, message, submitter, state, delegate and series; one query more."""
    related = ("message", "submitter", "state", "delegate", "series")
    columns = (*_OF_PATCH, "project", "submitter", "state", "delegate")
    # Hundreds of patches have few projects: to make each once is faster.
    return Patch.objects.select_related(*related).prefetch_related("project").only(*columns)


def find_relations(rows: Iterable[Patch]) -> dict[int, list[Patch]]:
    """The other patches, with their projects and messages, in the relation that a patch is in, by
    the patch; one query."""
    mine = RelatedPatch.objects.filter(patch__in=[row.pk for row in rows]).values("relation")
    members = RelatedPatch.objects.filter(relation__in=mine).order_by("pk")
    together: dict[int, list[Patch]] = defaultdict(list)
    for member in members.select_related("patch__project", "patch__message"):
        together[member.relation_id].append(member.patch)
    return {
        patch.pk: [other for other in patches if other != patch]
        for patches in together.values()
        for patch in patches
    }


def covers() -> QuerySet[Cover]:
    """With their project, message, submitter and series; one query more."""
    rows = Cover.objects.select_related("message", "submitter", "series")
    return rows.prefetch_related("project").only(
        *_OF_SUBMISSION, *_OF_SERIES, "project", "submitter"
    )


def series() -> QuerySet[Series]:
    """With their project, submitter and cover letter."""
    rows = Series.objects.select_related("submitter", "cover__message")
    return rows.prefetch_related("project").only(*_OF_WHOLE_SERIES, *_OF_COVER)


def comments() -> QuerySet[Comment]:
    """With their project, message and author."""
    return Comment.objects.select_related("message__project", "message__author")


def checks() -> QuerySet[Check]:
    """With who made them."""
    return Check.objects.select_related("user")


def with_patches(bundles: QuerySet[Bundle]) -> QuerySet[Bundle]:
    """Bundles with their owner, project and patches by date; one query more."""
    inside = Patch.objects.select_related("message").order_by("date", "pk")
    inside = inside.only("name", "date", *_OF_MESSAGE)
    rows = bundles.select_related("owner", "project")
    return rows.prefetch_related(Prefetch("patches", queryset=inside))


def events() -> QuerySet[Event]:
    """With their project, actor, series, check, and what was decided; one query more."""
    decided = ("previous_state", "current_state", "previous_delegate", "current_delegate")
    rows = Event.objects.select_related("actor", "series", "state_check", *decided)
    return rows.prefetch_related("project")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What events are about, by the ids of their messages: patches and covers with their
    messages, patches also with their series."""

    patches: dict[int, Patch]
    covers: dict[int, Cover]
    comments: dict[int, Comment]


def find_subjects(rows: Iterable[Event]) -> Subjects:
    """The patches, covers and comments that events name, and what the comments are on; in three
    queries."""
    named = {event.message_id for event in rows if event.message_id}
    said = {comment.pk: comment for comment in comments().filter(pk__in=named)}
    on_patches = {comment.patch_id for comment in said.values() if comment.patch_id}
    on_covers = {comment.cover_id for comment in said.values() if comment.cover_id}
    patches = Patch.objects.select_related("message", "series").only(*_OF_SUBMISSION, *_OF_SERIES)
    covers = Cover.objects.select_related("message").only(*_OF_SUBMISSION)
    return Subjects(
        patches={row.pk: row for row in patches.filter(pk__in=named | on_patches)},
        covers={row.pk: row for row in covers.filter(pk__in=named | on_covers)},
        comments=said,
    )
