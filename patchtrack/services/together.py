"""Decides the same about several patches of a project: about all of them, or about none."""

from collections.abc import Collection, Sequence

from django.contrib.auth.base_user import AbstractBaseUser

from patchtrack.models import Patch
from patchtrack.services.changes import Decision, change_patches
from patchtrack.services.permissions import find_changeable
from patchtrack.services.relations import UnknownPatch
from patchtrack.services.transactions import in_transaction


class SeveralProjects(Exception):
    """The patches are of more than one project."""


class NotAllowed(Exception):
    """Among the patches `patches` (by id) are some that are not the user's to change."""

    def __init__(self, patches: Collection[int]) -> None:
        super().__init__(f"patches {sorted(patches)} are not the user's to change")
        self.patches = sorted(patches)


def find_together(user: AbstractBaseUser, ids: Collection[int]) -> list[Patch]:
    """The patches of some ids, with their projects, in the order of their ids.

    Raises UnknownPatch, SeveralProjects, and NotAllowed unless all are the user's to change.
    """
    patches = Patch.objects.filter(pk__in=ids).select_related("project", "submitter")
    found = list(patches.order_by("pk"))
    for missing in sorted(set(ids) - {patch.pk for patch in found}):
        raise UnknownPatch(missing)
    if len({patch.project_id for patch in found}) > 1:
        raise SeveralProjects
    allowed = find_changeable(user, found[0].project, found) if found else frozenset()
    if refused := {patch.pk for patch in found} - allowed:
        raise NotAllowed(refused)
    return found


@in_transaction
def change_together(user: AbstractBaseUser, patches: Sequence[Patch], wanted: Decision) -> None:
    """Decide the same about patches that `find_together` found.

    Raises NotAllowed where some of them are not the user's to change any more.
    """
    ids = [patch.pk for patch in patches]
    # They are locked there, and it is looked again whose they are.
    if change_patches(user, patches[0].project, ids, wanted).forbidden:
        raise NotAllowed(ids)
