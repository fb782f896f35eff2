"""Rows with all that is told of them elsewhere, each kind in a fixed number of queries."""

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
    Series,
)
from patchtrack.services.series import IN_ORDER

# What is shown of a message that stands in something else. Texts without bound stay where they are.
_OF_MESSAGE = ("message__message_id",)
_OF_SUBMISSION = ("name", "date", "pull_url", *_OF_MESSAGE)
_OF_PATCH = (
    *_OF_SUBMISSION, "state__slug", "archived", "hash", "commit_ref", "tags", "check_state",
    "series__name", "series__date", "series__version",
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
    """With their project, message, submitter, state, delegate and series."""
    related = ("project", "message", "submitter", "state", "delegate", "series")
    columns = (*_OF_PATCH, "project", "submitter", "delegate")
    return Patch.objects.select_related(*related).only(*columns)


def covers() -> QuerySet[Cover]:
    """With their project, message, submitter and series."""
    related = ("project", "message", "submitter", "series")
    columns = (*_OF_SUBMISSION, "project", "submitter")
    series = ("series__name", "series__date", "series__version")
    return Cover.objects.select_related(*related).only(*columns, *series)


def series() -> QuerySet[Series]:
    """With their project, submitter, cover letter and patches; one query more."""
    mine = Patch.objects.select_related("message").order_by(*IN_ORDER)
    mine = mine.only("series", "name", "date", *_OF_MESSAGE)
    rows = Series.objects.select_related("project", "submitter", "cover__message")
    return rows.prefetch_related(Prefetch("patches", queryset=mine))


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
    """With their project, actor, series, check, and what was decided."""
    decided = ("previous_state", "current_state", "previous_delegate", "current_delegate")
    return Event.objects.select_related("project", "actor", "series", "state_check", *decided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What events are about, by the ids of their messages."""

    patches: dict[int, Patch]
    covers: dict[int, Cover]
    comments: dict[int, Comment]


def find_subjects(rows: Iterable[Event]) -> Subjects:
    """The patches, covers and comments that events name, and what the comments are on; in three
    queries."""
    named = {event.message_id for event in rows if event.message_id}
    said = {comment.pk: comment for comment in comments().filter(pk__in=named)}
    about_patches = {comment.patch_id for comment in said.values()}
    about_covers = {comment.cover_id for comment in said.values()}
    return Subjects(
        patches=_by_id(patches(), named | about_patches),
        covers=_by_id(covers(), named | about_covers),
        comments=said,
    )


def _by_id(rows: QuerySet, ids: set) -> dict:
    return {row.pk: row for row in rows.filter(pk__in=ids - {None})}
