"""A series as a whole: its patches in order, and what is missing of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from patchtrack.models import Patch, Series

# The order of a series: by number, and what has none of it first, on every database.
IN_ORDER = (F("number").asc(nulls_first=True), "date", "msgid")
# What is told of patches, of which there may be hundreds; to read all columns takes longer.
_TOLD = (
    *"name number date archived tags comment_count check_state".split(),
    *(f"message__{name}" for name in "message_id kind name trailers".split()),
    *"state__name delegate__username delegate__email".split(),
    *"submitter__name submitter__address submitter__user".split(),
)
_RELATED = ("project", "submitter", "head", "cover__message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in a series: the patch that stands there, or without one the numbers `first` to
    `last`, of which nothing has arrived."""

    patch: Patch | None
    first: int
    last: int


def find_current_series(series_id: int) -> Series | None:
    """The series of this id; one that was merged into another is that other."""
    series = Series.objects.select_related(*_RELATED)
    found = series.filter(pk=series_id).first()
    return found or series.filter(aliases__pk=series_id).first()


def find_current_pair(one: int, other: int) -> tuple[Series | None, Series | None]:
    """Two series as find_current_series finds each; one query if none of them was merged."""
    found = Series.objects.select_related(*_RELATED).in_bulk({one, other})
    first, second = (found.get(row) or find_current_series(row) for row in (one, other))
    return first, second


def find_patches(series: Series) -> list[Patch]:
    """The patches of a series in their order, with what lists and mboxes tell of them."""
    patches = Patch.objects.filter(series=series).order_by(*IN_ORDER)
    return list(patches.select_related("message", "state", "delegate", "submitter").only(*_TOLD))


def derive_slots(patches: Sequence[Patch], series: Series) -> list[Slot]:
    """The patches in order, with a gap for each run of numbers that is missing between them."""
    slots = []
    expected = 1
    for patch in patches:
        number = patch.number or 0
        if not series.complete and number > expected:
            slots.append(Slot(patch=None, first=expected, last=number - 1))
        slots.append(Slot(patch=patch, first=number, last=number))
        expected = max(expected, number + 1)
    if not series.complete and expected <= series.total:
        slots.append(Slot(patch=None, first=expected, last=series.total))
    return slots
