"""Who may change what, as in Patchwork: maintainers all that is their project's, submitters and
delegates what is theirs."""

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from patchtrack.models import Comment, Patch, Project

User = AbstractBaseUser | AnonymousUser


def is_maintainer(user: User, project: Project) -> bool:
    """Whether all of the project is the user's to change; at most one query."""
    if not (user.is_authenticated and user.is_active):
        return False
    return user.is_superuser or project.maintainers.filter(pk=user.pk).exists()


def find_changeable(user: User, project: Project, patches: Iterable[Patch]) -> frozenset[int]:
    """Those of the project's patches (their ids) that the user may change.

    The patches come with their submitters.
    """
    if not (user.is_authenticated and user.is_active):
        return frozenset()
    rows = list(patches)
    if is_maintainer(user, project):
        return frozenset(patch.pk for patch in rows)
    return frozenset(
        patch.pk for patch in rows if user.pk in (patch.delegate_id, patch.submitter.user_id)
    )


def may_address(user: User, comment: Comment) -> bool:
    """Whether the user may say that what a comment asks for is done: its author and whoever may
    change what it is about."""
    about = comment.patch or comment.cover
    mine = {comment.message.author.user_id, about.submitter.user_id}
    if comment.patch:
        mine.add(comment.patch.delegate_id)
    if user.is_authenticated and user.is_active and user.pk in mine:
        return True
    return is_maintainer(user, about.project)
