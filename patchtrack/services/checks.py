"""Takes the results of tests that were run on patches."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied

from patchtrack.models import Check, Event, Patch
from patchtrack.services.cursors import number_on_commit
from patchtrack.services.permissions import find_changeable
from patchtrack.services.transactions import in_transaction

# The worst first: what is still to come may yet fail.
WORST_FIRST = (
    Check.Result.FAIL,
    Check.Result.WARNING,
    Check.Result.PENDING,
    Check.Result.SUCCESS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCheck:
    """What a test says: a Check.Result, the name of the test, and where to read more."""

    state: int
    context: str = "default"
    target_url: str = ""
    description: str = ""


@in_transaction
def add_check(user: AbstractBaseUser, patch_id: int, new: NewCheck) -> Check:
    """Add a result to a patch, in the user's own name.

    Raises PermissionDenied unless the user may change the patch, and Patch.DoesNotExist.
    """
    # Of two at once, the second counts the first.
    patches = Patch.objects.select_for_update(of=("self",))
    patch = patches.select_related("project", "submitter").get(pk=patch_id)
    if not find_changeable(user, patch.project, [patch]):
        raise PermissionDenied("Only who may change a patch can report checks on it.")
    check = Check.objects.create(
        patch=patch,
        user=user,
        state=new.state,
        context=new.context,
        target_url=new.target_url,
        description=new.description,
    )
    Event.objects.create(
        category=Event.Category.CHECK_CREATED,
        project=patch.project,
        message_id=patch.pk,
        actor=user,
        state_check=check,
    )
    number_on_commit()
    Patch.objects.filter(pk=patch.pk).update(check_state=_find_combined(patch))
    return check


def _find_combined(patch: Patch) -> int:
    """The worst of the newest results of each user and test."""
    checks = Check.objects.filter(patch=patch).order_by("pk")
    newest = {(user, context): state for user, context, state in
              checks.values_list("user_id", "context", "state")}  # fmt: skip
    return choose_worst(newest.values())


def choose_worst(states: Iterable[int]) -> int:
    """The worst of some Check.Results."""
    return min(states, key=WORST_FIRST.index)
