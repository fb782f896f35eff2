"""Says that what a comment asks for is done."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied

from patchtrack.models import Comment
from patchtrack.services.permissions import may_address
from patchtrack.services.transactions import in_transaction


@in_transaction
def change_addressed(user: AbstractBaseUser, comment_id: int, addressed: bool) -> Comment:
    """Mark what a comment asks for as done, or as still to do; the comment.

    Raises PermissionDenied, and Comment.DoesNotExist also where the comment asks for nothing.
    """
    related = ("message__author", "message__project")
    about = [f"{kind}__{what}" for kind in ("patch", "cover") for what in ("submitter", "project")]
    comments = Comment.objects.select_for_update(of=("self",)).select_related(*related, *about)
    comment = comments.get(pk=comment_id, addressed__isnull=False)
    if not may_address(user, comment):
        raise PermissionDenied("Only its author, the submitter and maintainers may say so.")
    comment.addressed = addressed
    comment.save(update_fields=["addressed"])
    return comment
