"""Says that what a comment asks for is done."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from patchtrack.models import Comment
from patchtrack.services.permissions import may_address
from patchtrack.services.transactions import in_transaction


@in_transaction
def change_addressed(user: AbstractBaseUser, comment_id: int, addressed: bool) -> Comment:
    """Mark what a comment asks for as done, or as still to do; the comment.

    Raises PermissionDenied, and Comment.DoesNotExist also where the comment asks for nothing.
    """
    return _change(user, _lock().get(pk=comment_id, addressed__isnull=False), addressed)


@in_transaction
def decide_addressed(user: AbstractBaseUser, comment_id: int, addressed: bool | None) -> Comment:
    """Say of any comment whether what it asks for is done, or that it asks for nothing (None).

    Raises PermissionDenied and Comment.DoesNotExist.
    """
    return _change(user, _lock().get(pk=comment_id), addressed)


def _lock() -> QuerySet[Comment]:
    related = ("message__author", "message__project")
    about = [f"{kind}__{what}" for kind in ("patch", "cover") for what in ("submitter", "project")]
    return Comment.objects.select_for_update(of=("self",)).select_related(*related, *about)


def _change(user: AbstractBaseUser, comment: Comment, addressed: bool | None) -> Comment:
    if not may_address(user, comment):
        raise PermissionDenied("Only its author, the submitter and maintainers may say so.")
    comment.addressed = addressed
    comment.save(update_fields=["addressed"])
    return comment
