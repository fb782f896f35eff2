"""Series are found by their patches, be these few or many."""

import pytest

from patchtrack.models import Check, Patch, Series
from patchtrack.services import series_by_patches
from patchtrack.services.series_by_patches import filter_by_checks, filter_by_patches
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db
FAIL, WARNING, PENDING, SUCCESS = (
    Check.Result.FAIL,
    Check.Result.WARNING,
    Check.Result.PENDING,
    Check.Result.SUCCESS,
)
# By name, what the checks of the patches of a series say.
CHECKS = {
    "a": [SUCCESS, FAIL],
    "b": [SUCCESS, None],
    "c": [None, None],
    "d": [WARNING, SUCCESS],
    "e": [PENDING, SUCCESS],
}


@pytest.fixture(scope="module")
def series(module_db) -> None:
    """Series of two patches each, and a cover letter without any."""
    project = ProjectFactory()
    deliver(project, make_mail(subject="[PATCH 0/3] f"))
    for name, results in CHECKS.items():
        mails = [
            make_mail(
                subject=f"[PATCH {number}/2] {name}",
                message_id=f"{name}{number}@example.org",
                in_reply_to="" if number == 1 else f"{name}1@example.org",
                diff=make_diff(f"{name}{number}"),
            )
            for number in (1, 2)
        ]
        deliver(project, *mails)
        for number, result in enumerate(results, 1):
            found = Patch.objects.filter(message__message_id=f"{name}{number}@example.org")
            found.update(check_state=result)


@pytest.fixture(params=["few", "many"])
def amount(request, monkeypatch) -> None:
    """Whatever is asked of patches, they count as few, or as too many to be found first."""
    if request.param == "many":
        monkeypatch.setattr(series_by_patches, "MOST_FEW", 0)
        monkeypatch.setattr(series_by_patches, "MOST_CHECKED", 0)


def names(rows) -> str:
    return "".join(sorted(name[-1] for name in rows.values_list("name", flat=True)))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([FAIL], "a"),
        ([WARNING], "d"),
        ([PENDING], "e"),
        ([SUCCESS], "b"),
        ([None], "cf"),
        ([FAIL, SUCCESS], "ab"),
        ([PENDING, None], "cef"),
        ([], "abcdef"),
    ],
)
def test_series_by_the_worst_of_their_checks(series, amount, results, expected):
    assert names(filter_by_checks(Series.objects.all(), results)) == expected


@pytest.mark.parametrize("finds_few", [True, False])
@pytest.mark.parametrize(("result", "expected"), [(SUCCESS, "abde"), (FAIL, "a"), (4, "")])
def test_series_by_one_of_their_patches(series, amount, finds_few, result, expected):
    patches = Patch.objects.filter(check_state=result)
    assert names(filter_by_patches(Series.objects.all(), patches, finds_few=finds_few)) == expected


def test_a_patch_of_no_series_brings_none(series, amount):
    Patch.objects.filter(check_state=FAIL).update(series=None)
    patches = Patch.objects.filter(check_state__in=[FAIL, WARNING])
    assert names(filter_by_patches(Series.objects.all(), patches)) == "d"
    assert names(filter_by_checks(Series.objects.all(), [None])) == "cf"
