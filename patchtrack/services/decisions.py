"""Decides about one patch, and to which others it belongs: all of it or nothing."""

from collections.abc import Sequence

from django.contrib.auth.base_user import AbstractBaseUser

from patchtrack.models import Patch
from patchtrack.services.changes import Decision, change_patches
from patchtrack.services.relations import add_related, remove_related
from patchtrack.services.transactions import in_transaction


@in_transaction
def decide_patch(
    user: AbstractBaseUser, patch: Patch, decision: Decision, related: Sequence[int] | None = None
) -> None:
    """Decide about a patch, and relate it to others (by id); to none takes it out of its relation,
    and None leaves that as it is.

    Raises as add_related and remove_related do, and has then changed nothing.
    """
    # First what locks more patches than this: all who do so lock them in one order.
    if related:
        add_related(user, patch.pk, related)
    elif related is not None:
        remove_related(user, patch.pk)
    change_patches(user, patch.project, [patch.pk], decision)
