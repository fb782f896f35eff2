"""Lists of series and patches: however they are found, each row stands on one page, and the
count is true."""

import pytest

from patchtrack.models import Patch, Series, State
from patchtrack.services.filtering import PatchFilter
from patchtrack.web.listings import find_counted_page, find_patches, find_series
from patchtrack.web.ordering import COLUMNS, parse_order
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db

LISTS = {"series": find_series, "patches": find_patches}
WANTED = {
    "to review": PatchFilter(),
    "prefixed": PatchFilter(prefix="tea"),
    "all": PatchFilter(any_state=True, archived=None),
    "named alike": PatchFilter(text="part"),
}


def make_series(number: int) -> list:
    """Two patches of equal dates, so that only their ids tell where they stand."""
    return [
        make_mail(
            subject=f"[PATCH tea {part}/2] Part {number}",
            sender=f"P{number % 2} <p{number % 2}@example.org>",
            date=DATE,
            message_id=f"{number}-{part}@example.org",
            in_reply_to=f"{number}-1@example.org" if part > 1 else "",
            diff=make_diff(),
        )
        for part in (1, 2)
    ]


@pytest.fixture(scope="module")
def five_series(module_db):
    """Five series of two patches, of which the second ones differ in all that is decided."""
    project = ProjectFactory()
    # The patches of one series do not come one after the other.
    for mails in zip(*map(make_series, range(5)), strict=True):
        deliver(project, *mails)
    users, states = UserFactory.create_batch(2), list(State.objects.filter(action_required=True))
    for place, patch in enumerate(Patch.objects.filter(number=2)):
        decided = {
            "state": states[place % 2],
            "delegate": users[place % 2],
            "check_state": place % 3,
        }
        Patch.objects.filter(pk=patch.pk).update(**decided)
    return project


def read_page(project, kind: str, order: str, wanted: PatchFilter, **parameters):
    states, order = list(State.objects.all()), parse_order(order, kind)
    listing = LISTS[kind](project, wanted, states, order)
    return find_counted_page(listing, parameters, 2, order)


def walk(project, kind: str, order: str, wanted: PatchFilter, direction: str, start: str = ""):
    """The ids of all pages' rows, from a place on; each page tells the same count."""
    ids, key, counts = [], start, set()
    while True:
        page = read_page(project, kind, order, wanted, **({direction: key} if key else {}))
        ids += [row.pk for row in page.rows]
        counts.add(page.count)
        key = getattr(page, direction)
        if not key:
            return ids, counts


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("kind", "column"), [(kind, column) for kind in LISTS for column in COLUMNS[kind]]
)
def test_each_row_stands_on_one_page(five_series, kind, column, sign, wanted):
    table = {"series": Series, "patches": Patch}[kind]
    ids, counts = walk(five_series, kind, f"{sign}{column}", wanted, "older")
    assert sorted(ids) == sorted(table.objects.values_list("pk", flat=True))
    assert counts == {str(len(ids))}


@pytest.mark.parametrize(
    ("kind", "column"), [(kind, column) for kind in LISTS for column in COLUMNS[kind]]
)
def test_the_pages_lead_back(five_series, kind, column):
    first = read_page(five_series, kind, column, PatchFilter())
    second = read_page(five_series, kind, column, PatchFilter(), older=first.older)
    back = read_page(five_series, kind, column, PatchFilter(), newer=second.newer)
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]


def test_a_page_behind_the_end_tells_the_count_all_the_same(five_series):
    page = read_page(five_series, "series", "-date", PatchFilter(), older="1.0")
    assert (page.rows, page.count) == ([], "5")


def test_the_patches_of_a_series_stand_together(five_series):
    ids, _ = walk(five_series, "patches", "series", WANTED["all"], "older")
    series_of = dict(Patch.objects.values_list("pk", "series"))
    assert [series_of[row] for row in ids] == sorted(series_of.values())
    assert ids != sorted(ids)


def test_series_are_sorted_by_the_patches_that_are_asked_for(five_series):
    done = State.objects.get(slug="accepted")
    first = Series.objects.earliest("pk")
    # What nobody asks for does not lift its series to the top.
    Patch.objects.filter(series=first, number=2).update(state=done, check_state=3)
    page = read_page(five_series, "series", "-check", PatchFilter())
    assert page.rows[0] != first
    everything = read_page(five_series, "series", "-check", WANTED["all"])
    assert everything.rows[0] == first
