"""Says which patches belong together: versions of one change, or backports of it."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied

from patchtrack.models import Event, Patch, PatchRelation, RelatedPatch
from patchtrack.services.cursors import number_on_commit
from patchtrack.services.permissions import is_maintainer
from patchtrack.services.transactions import in_transaction


class UnknownPatch(LookupError):
    """There is no patch of the id `patch`."""

    def __init__(self, patch: int) -> None:
        super().__init__(f"there is no patch {patch}")
        self.patch = patch


class OtherRelation(Exception):
    """The patches are in two relations already."""


@in_transaction
def add_related(user: AbstractBaseUser, patch: int, others: Sequence[int]) -> None:
    """Put patches (by id) into one relation, that which one of them is in, or a new one.

    Raises UnknownPatch, OtherRelation, and PermissionDenied unless the user maintains the
    projects of all.
    """
    rows = _lock(user, {patch, *others})
    known = dict(RelatedPatch.objects.filter(patch__in=rows).values_list("patch_id", "relation_id"))
    if len(set(known.values())) > 1:
        raise OtherRelation
    relation = _lock_relation(next(iter(known.values()), None))
    # Where the relation went while we waited for it, its patches are free again.
    new = [row for pk, row in rows.items() if relation is None or pk not in known]
    if not new or len(rows) == 1:
        return
    relation = relation or PatchRelation.objects.create()
    RelatedPatch.objects.bulk_create(RelatedPatch(patch=row, relation=relation) for row in new)
    _tell(user, new)


@in_transaction
def remove_related(user: AbstractBaseUser, patch: int) -> None:
    """Take a patch out of its relation; one that is left alone in it goes, too.

    Raises UnknownPatch, and PermissionDenied unless the user maintains the patch's project.
    """
    rows = _lock(user, {patch})
    member = RelatedPatch.objects.filter(patch=patch).first()
    # Who else leaves it waits here, so that the last but one is seen to be.
    relation = _lock_relation(member.relation_id if member else None)
    if member is None or relation is None:
        return
    member.delete()
    if relation.members.count() < 2:
        relation.delete()
    _tell(user, rows.values())


def _lock_relation(relation: int | None) -> PatchRelation | None:
    return PatchRelation.objects.select_for_update().filter(pk=relation).first()


def _lock(user: AbstractBaseUser, ids: set[int]) -> dict[int, Patch]:
    """The patches by id, locked in the order of their ids."""
    patches = Patch.objects.select_for_update(of=("self",)).select_related("project")
    rows = {row.pk: row for row in patches.filter(pk__in=ids).order_by("pk")}
    for missing in sorted(ids - rows.keys()):
        raise UnknownPatch(missing)
    projects = {row.project_id: row.project for row in rows.values()}
    if not all(is_maintainer(user, project) for project in projects.values()):
        raise PermissionDenied("Only maintainers of all the patches' projects may relate them.")
    return rows


def _tell(user: AbstractBaseUser, patches: Iterable[Patch]) -> None:
    Event.objects.bulk_create(
        Event(
            category=Event.Category.PATCH_RELATION_CHANGED,
            project_id=patch.project_id,
            message_id=patch.pk,
            actor=user,
        )
        for patch in patches
    )
    number_on_commit()
