"""Bundles: a user's ordered choices of patches, private unless shared."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet

from patchtrack.models import Bundle, BundlePatch, Patch, Project
from patchtrack.services.permissions import User
from patchtrack.services.transactions import in_transaction

LONGEST_NAME = 50
_ONE_PROJECT = "Bundle patches must belong to the same project"


def check_name(name: str) -> str:
    """A bundle's name as it is kept, which also stands in its address. Raises ValidationError."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise ValidationError(f"A bundle's name has 1 to {LONGEST_NAME} characters.")
    if "/" in cleaned or not cleaned.isprintable() or cleaned in (".", ".."):
        raise ValidationError("A bundle's name stands in its address, so it holds no slash.")
    return cleaned


def find_bundles(user: User) -> QuerySet[Bundle]:
    """The bundles that a user may see: their own and those that others share."""
    mine = Q(owner=user) if user.is_authenticated else Q()
    return Bundle.objects.filter(Q(public=True) | mine).select_related("owner", "project")


def find_bundle_patches(bundle: Bundle) -> list[Patch]:
    """The patches of a bundle in its order, with what lists and mboxes tell of them."""
    patches = Patch.objects.filter(bundlepatch__bundle=bundle).order_by("bundlepatch__order")
    return list(patches.select_related("message", "state", "delegate", "submitter", "series"))


@in_transaction
def add_to_bundle(
    owner: AbstractBaseUser, project: Project, name: str, patches: Collection[int]
) -> tuple[Bundle, int]:
    """Put the project's patches (by id, in that order) behind those in the owner's bundle of that
    name, which is made if there is none; the bundle, and how many were not in it.

    Raises ValidationError, also if it is a bundle of another project.
    """
    bundle, is_new = Bundle.objects.get_or_create(
        owner=owner, name=check_name(name), defaults={"project": project}
    )
    if not is_new:
        bundle = Bundle.objects.select_for_update().get(pk=bundle.pk)
    if bundle.project_id != project.pk:
        raise ValidationError(f"The bundle {bundle.name} is one of another project.")
    wanted = list(dict.fromkeys(patches))
    kept = set(BundlePatch.objects.filter(bundle=bundle).values_list("patch_id", flat=True))
    known = set(Patch.objects.filter(project=project, pk__in=wanted).values_list("pk", flat=True))
    new = [patch for patch in wanted if patch in known - kept]
    last = BundlePatch.objects.filter(bundle=bundle).aggregate(last=Max("order"))["last"] or 0
    BundlePatch.objects.bulk_create(
        BundlePatch(bundle=bundle, patch_id=patch, order=last + place)
        for place, patch in enumerate(new, start=1)
    )
    return bundle, len(new)


@in_transaction
def change_order(bundle: Bundle, patches: Sequence[int]) -> None:
    """Let the bundle's patches stand in the order of these ids; what is not among the ids goes.

    Ids of patches that are not in the bundle are passed over.
    """
    Bundle.objects.select_for_update().get(pk=bundle.pk)
    place = {patch: number for number, patch in enumerate(patches, start=1)}
    for row in BundlePatch.objects.filter(bundle=bundle):
        if row.patch_id not in place:
            row.delete()
        elif row.order != place[row.patch_id]:
            BundlePatch.objects.filter(pk=row.pk).update(order=place[row.patch_id])


@in_transaction
def change_bundle(bundle: Bundle, name: str, public: bool) -> None:
    """Rename a bundle, and share it or not. Raises ValidationError."""
    name = check_name(name)
    others = Bundle.objects.filter(owner=bundle.owner, name=name).exclude(pk=bundle.pk)
    if others.exists():
        raise ValidationError(f"You have a bundle {name} already.")
    bundle.name, bundle.public = name, public
    bundle.save(update_fields=["name", "public"])


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleWish:
    """What a bundle is to be; None leaves a thing as it is. `patches` are ids in their order."""

    name: str | None = None
    public: bool | None = None
    patches: Sequence[int] | None = None


@in_transaction
def make_bundle(owner: AbstractBaseUser, wish: BundleWish) -> Bundle:
    """A new bundle, of the project of its patches. Raises ValidationError by field."""
    project = _find_project(wish.patches or ())
    bundle = Bundle(owner=owner, project_id=project, public=bool(wish.public))
    return _write_bundle(bundle, wish)


@in_transaction
def rewrite_bundle(bundle: Bundle, wish: BundleWish) -> Bundle:
    """Make a bundle what it is to be. Raises ValidationError by field, and Bundle.DoesNotExist."""
    bundle = Bundle.objects.select_for_update().get(pk=bundle.pk)
    if wish.public is not None:
        bundle.public = wish.public
    return _write_bundle(bundle, wish)


def _write_bundle(bundle: Bundle, wish: BundleWish) -> Bundle:
    if wish.name is not None:
        bundle.name = _choose_name(bundle, wish.name)
    if wish.patches is not None and _find_project(wish.patches) != bundle.project_id:
        raise ValidationError({"patches": _ONE_PROJECT})
    bundle.save()
    if wish.patches is not None:
        BundlePatch.objects.filter(bundle=bundle).delete()
        BundlePatch.objects.bulk_create(
            BundlePatch(bundle=bundle, patch_id=patch, order=place)
            for place, patch in enumerate(dict.fromkeys(wish.patches), start=1)
        )
    return bundle


def _choose_name(bundle: Bundle, name: str) -> str:
    try:
        name = check_name(name)
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from error
    others = Bundle.objects.filter(owner=bundle.owner_id, name=name).exclude(pk=bundle.pk)
    if others.exists():
        raise ValidationError({"name": f"You have a bundle {name} already."})
    return name


def _find_project(patches: Sequence[int]) -> int:
    """The one project that all patches (by id) are of. Raises ValidationError."""
    if not patches:
        raise ValidationError({"patches": "Bundles cannot be empty"})
    known = dict(Patch.objects.filter(pk__in=patches).values_list("pk", "project_id"))
    for patch in patches:
        if patch not in known:
            raise ValidationError({"patches": f'Invalid pk "{patch}" - object does not exist.'})
    if len(set(known.values())) > 1:
        raise ValidationError({"patches": _ONE_PROJECT})
    return known[patches[0]]
