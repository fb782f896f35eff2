"""What a page's forms offer to whom."""

from collections.abc import Sequence
from typing import Any

from patchtrack.models import Bundle, Patch, Project
from patchtrack.services.choices import find_delegates, find_states
from patchtrack.services.permissions import User


def find_choices(user: User, project: Project) -> dict[str, Any]:
    """What a user, but not a visitor, may choose from where patches are decided about; one query.

    `is_maintainer` says whether all patches of the project are the user's to change.
    """
    if not user.is_authenticated:
        return {}
    delegates = find_delegates(project)
    return {"delegates": delegates, "is_maintainer": user.is_superuser or user in delegates}


def find_bundle_names(user: User, project: Project) -> list[str]:
    """The names of the user's bundles in the project; one query."""
    bundles = Bundle.objects.filter(owner=user, project=project)
    return list(bundles.order_by("name").values_list("name", flat=True))


def find_patch_form(user: User, project: Project, patches: Sequence[Patch]) -> dict[str, Any]:
    """What the page of some patches needs for its form; two queries, none for visitors.

    `may_change` says whether any of them is the user's to change. The patches come with their
    submitters.
    """
    choices = find_choices(user, project)
    if not choices:
        return {}
    theirs = {patch.delegate_id for patch in patches}
    theirs |= {patch.submitter.user_id for patch in patches}
    return choices | {
        "states": find_states(project),
        "may_change": choices["is_maintainer"] or user.pk in theirs,
    }
