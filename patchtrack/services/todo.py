"""What a user has to do: patches to review, comments to address, and what changed of their own."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, QuerySet
from django.utils import timezone

from patchtrack.models import Comment, Event, Patch, Profile, State

# A list shows no more than this; the project's own list has them all.
MOST_LISTED = 100
# A feed has no more than this.
MOST_NEWS = 50
# What is shown of patches and comments: to read all columns of five tables takes longer.
_TO_REVIEW = (
    *"pk name date check_state state__name message__kind message__message_id".split(),
    *"project__linkname project__name submitter__name submitter__address".split(),
)
_ASKED = (
    *"message__date message__author__name message__author__address".split(),
    *"patch__name patch__project__linkname patch__message__message_id".split(),
)
_CHANGED = (
    *"name state__name delegate__username project__linkname".split(),
    *"message__message_id message__kind".split(),
)


class Home(NamedTuple):
    """The project that something is in."""

    linkname: str
    name: str


class Submitter(NamedTuple):
    """Who has sent a patch."""

    name: str
    address: str


class Waiting(NamedTuple):
    """A patch that waits for review: plain values, for a row of Django's takes ten times as long to
    make."""

    pk: int
    name: str
    date: datetime
    check_state: int | None
    state: str
    kind: str
    message_id: str
    project: Home
    submitter: Submitter


class ToReview(NamedTuple):
    """A patch to review, and how much was said and decided of it since the user looked."""

    patch: Waiting
    comments: int
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """`to_review` is by project; `asked` are comments on the user's patches that ask for action;
    `changed` are the user's patches that somebody decided about since `looked_at`."""

    to_review: list[tuple[Home, list[ToReview]]]
    asked: list[Comment]
    changed: list[Patch]
    looked_at: datetime | None

    @property
    def is_cut(self) -> bool:
        """Whether more may wait for review than MOST_LISTED."""
        return sum(len(rows) for _, rows in self.to_review) >= MOST_LISTED


def find_todo(user: AbstractBaseUser) -> Todo:
    """What the user has to do, in a fixed number of queries."""
    looked_at = Profile.objects.filter(user=user).values_list("looked_at", flat=True).first()
    since = looked_at or timezone.now()
    to_review = _find_to_review(user, since)
    by_project = groupby(to_review, key=lambda row: row.patch.project)
    return Todo(
        to_review=[(project, list(rows)) for project, rows in by_project],
        asked=_find_asked(user),
        changed=_find_changed(user, since),
        looked_at=looked_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoNews:
    """What has come up for the user: a patch to review, a comment that asks for something (`asked`
    is not None) or a decision of somebody else's (`decision` is not None)."""

    patch: Patch
    date: datetime
    asked: Comment | None = None
    decision: Event | None = None


def find_todo_news(user: AbstractBaseUser) -> list[TodoNews]:
    """What has come up for the user, the newest first; a fixed number of queries."""
    related = ("project", "message", "submitter", "state")
    to_review = _find_waiting(user).select_related(*related).only(*_TO_REVIEW)
    delegations = _find_delegations(user, [patch.pk for patch in to_review])
    news = [
        TodoNews(patch=patch, date=max(patch.date, delegations.get(patch.pk, patch.date)))
        for patch in to_review
    ]
    news += [
        TodoNews(patch=comment.patch, date=comment.message.date, asked=comment)
        for comment in _find_asked(user)
    ]
    news += [
        TodoNews(patch=event.message.patch, date=event.date, decision=event)
        for event in _find_decisions(user)
    ]
    return sorted(news, key=lambda one: one.date, reverse=True)[:MOST_NEWS]


def change_looked_at(user: AbstractBaseUser) -> None:
    """The user has seen what there is to do, as it is now."""
    Profile.objects.update_or_create(user=user, defaults={"looked_at": timezone.now()})


def _find_to_review(user: AbstractBaseUser, since: datetime) -> list[ToReview]:
    rows = list(map(_read_waiting, _find_waiting(user).values_list(*_TO_REVIEW)))
    ids = [patch.pk for patch in rows]
    comments, decisions = _count_comments(ids, since), _count_decisions(ids, since, user)
    return [ToReview(patch, comments[patch.pk], decisions[patch.pk]) for patch in rows]


def _read_waiting(row: tuple[Any, ...]) -> Waiting:
    *said, linkname, project, name, address = row
    return Waiting(*said, Home(linkname, project), Submitter(name, address))


def _find_waiting(user: AbstractBaseUser) -> QuerySet[Patch]:
    """The newest patches that wait for the user's review, by project."""
    states = list(State.objects.filter(action_required=True).values_list("pk", flat=True))
    waiting = Patch.objects.filter(delegate=user, archived=False, state__in=states)
    ids = list(waiting.order_by("-date").values_list("pk", flat=True)[:MOST_LISTED])
    return Patch.objects.filter(pk__among_all=ids).order_by("project__linkname", "-date")


def _count_comments(patches: Collection[int], since: datetime) -> Counter[int]:
    """How many comments have come to each patch since; a comment comes when its event does."""
    new = Comment.objects.filter(patch__among_all=patches, message__events__date__gt=since)
    return Counter(dict(new.order_by().values_list("patch").annotate(Count("pk", distinct=True))))


def _count_decisions(
    patches: Collection[int], since: datetime, user: AbstractBaseUser
) -> Counter[int]:
    made = Event.objects.filter(
        message__among_all=patches, category__in=Event.DECISIONS, date__gt=since
    )
    others = made.exclude(actor=user).order_by()
    return Counter(dict(others.values_list("message").annotate(Count("pk"))))


def _find_asked(user: AbstractBaseUser) -> list[Comment]:
    asked = Comment.objects.filter(addressed=False, patch__submitter__user=user)
    related = asked.select_related("message__author", "patch__message", "patch__project")
    return list(related.only(*_ASKED).order_by("-message__date")[:MOST_LISTED])


def _find_delegations(user: AbstractBaseUser, patches: Collection[int]) -> dict[int, datetime]:
    """When patches became the user's to review; those that were so from the beginning are not
    in it."""
    made = Event.objects.filter(category__in=Event.DECISIONS, message__in=patches)
    to_user = made.filter(current_delegate=user).order_by("date")
    return dict(to_user.values_list("message", "date"))


def _find_decisions(user: AbstractBaseUser) -> list[Event]:
    mine = Patch.objects.filter(submitter__user=user).values("pk")
    made = Event.objects.filter(category__in=Event.DECISIONS, message__in=mine)
    related = made.select_related(
        "message__patch__project", "message__patch__message", "actor", "current_state"
    )
    others = related.exclude(actor=user).filter(category=Event.Category.PATCH_STATE_CHANGED)
    return list(others.defer("message__patch__paths").order_by("-date", "-pk")[:MOST_NEWS])


def _find_changed(user: AbstractBaseUser, since: datetime) -> list[Patch]:
    mine = Patch.objects.filter(submitter__user=user).values("pk")
    made = Event.objects.filter(category__in=Event.DECISIONS, date__gt=since, message__in=mine)
    recent = made.exclude(actor=user).order_by("-date").values_list("message", flat=True)
    ids = list(dict.fromkeys(recent[: MOST_LISTED * 4]))[:MOST_LISTED]
    patches = Patch.objects.select_related("project", "message", "state", "delegate")
    found = patches.only(*_CHANGED).in_bulk(ids)
    return [found[row] for row in ids if row in found]
