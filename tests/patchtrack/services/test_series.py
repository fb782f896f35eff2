"""A series as a whole: its order, its gaps, its revisions, and the ids that it had."""

import pytest

from patchtrack.models import Patch, Series, SeriesAlias
from patchtrack.services.revisions import find_revisions
from patchtrack.services.series import (
    derive_slots,
    find_current_pair,
    find_current_series,
    find_patches,
)
from tests.factories import deliver, make_diff, make_mail


def make_series(numbers: list[int | None], total: int, complete: bool):
    """Unsaved rows."""
    series = Series(total=total, complete=complete)
    return [Patch(number=number) for number in numbers], series


@pytest.mark.parametrize(
    ("numbers", "total", "complete", "expected"),
    [
        ([1, 2], 2, True, [(1, 1), (2, 2)]),
        ([None], 1, True, [(0, 0)]),
        ([2], 3, False, ["1-1", (2, 2), "3-3"]),
        ([1, 5], 5, False, [(1, 1), "2-4", (5, 5)]),
        ([40000], 50000, False, ["1-39999", (40000, 40000), "40001-50000"]),
        ([], 2, False, ["1-2"]),
        ([1, 1], 2, False, [(1, 1), (1, 1), "2-2"]),
    ],
)
def test_what_is_missing_shows_as_gaps(numbers, total, complete, expected):
    slots = derive_slots(*make_series(numbers, total, complete))
    assert [
        (slot.first, slot.last) if slot.patch else f"{slot.first}-{slot.last}" for slot in slots
    ] == expected


def test_patches_come_in_their_order(project):
    mails = [
        make_mail(
            subject=f"[PATCH {number}/3] Part", message_id=f"{number}@example.org",
            in_reply_to="1@example.org", diff=make_diff(),
        )
        for number in (3, 1, 2)
    ]  # fmt: skip
    deliver(project, *mails)
    assert [patch.number for patch in find_patches(Series.objects.get())] == [1, 2, 3]


def test_a_merged_series_is_found_by_its_old_id(project):
    deliver(project, make_mail(diff=make_diff()))
    series = Series.objects.get()
    SeriesAlias.objects.create(id=4711, series=series)
    assert find_current_series(4711) == find_current_series(series.pk) == series


def test_two_series_are_found_in_one_query(project, django_assert_num_queries):
    deliver(project, make_mail(diff=make_diff()))
    series = Series.objects.get()
    with django_assert_num_queries(1):
        assert find_current_pair(series.pk, series.pk) == (series, series)


def test_an_unknown_series_is_not_found(db):
    assert find_current_series(10**17) is None


def test_revisions_are_found_by_name_and_by_reply(project):
    deliver(
        project,
        make_mail(subject="[PATCH] Pour", message_id="1@example.org", diff=make_diff()),
        make_mail(subject="[PATCH v2] Pour", diff=make_diff()),
        make_mail(subject="[PATCH v3] Pour slowly", in_reply_to="1@example.org", diff=make_diff()),
        make_mail(subject="[PATCH] Something else", diff=make_diff()),
    )
    first = Series.objects.get(version=1, name="Pour")
    assert [series.version for series in find_revisions(first)] == [1, 2, 3]
