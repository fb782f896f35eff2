"""Rows with all that is told of them elsewhere, each kind in a fixed number of queries. What lists
have hundreds of, `patchtrack.services.plain_rows` finds."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Prefetch, QuerySet

from patchtrack.models import (
    Check,
    Comment,
    Patch,
    Person,
    Project,
)

# Texts without bound stay where they are.
_OF_PATCH = (
    "name", "date", "archived", "hash", "commit_ref", "message__message_id", "project", "submitter",
    "state", "delegate",
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
    """With their project, message, submitter, state and delegate; one query more."""
    related = ("message", "submitter", "state", "delegate")
    # Hundreds of patches have few projects: to make each once is faster.
    return Patch.objects.select_related(*related).prefetch_related("project").only(*_OF_PATCH)


def comments() -> QuerySet[Comment]:
    """With their project, message and author."""
    return Comment.objects.select_related("message__project", "message__author")


def checks() -> QuerySet[Check]:
    """With who made them."""
    return Check.objects.select_related("user")
