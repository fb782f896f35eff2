"""Pages of a list, forwards and backwards, without a row lost or shown twice."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.http import Http404

from patchtrack.models import Event, Patch, Series, State
from patchtrack.web.ordering import COLUMNS, OF_TAG, format_key, parse_key, parse_order
from patchtrack.web.paging import find_page
from tests.factories import DATE, UserFactory, deliver, make_diff, make_mail

TAG = "Tested-by"


@pytest.fixture
def events(project):
    """Nine events, three at each of three times."""
    Event.objects.bulk_create(
        Event(project=project, category="x", date=DATE + timedelta(days=number // 3))
        for number in range(9)
    )
    return Event.objects.all()


def walk(rows, direction: str, start: str = "") -> list[list[int]]:
    """The keys of the rows of each page, from one page to the next in this direction."""
    pages, key = [], start
    while True:
        page = find_page(rows, {direction: key} if key else {}, 2)
        pages.append([row.pk for row in page.rows])
        key = getattr(page, direction)
        if not key:
            return pages


def test_older_pages_lead_to_the_end_of_the_list(events):
    newest_first = [event.pk for event in events.order_by("-date", "-pk")]
    assert list(chain(*walk(events, "older"))) == newest_first


def test_newer_pages_lead_back(events):
    oldest = events.order_by("date", "pk").first()
    pages = walk(events, "newer", format_key(oldest.date, oldest.pk))
    assert sorted(chain(*pages)) == sorted(set(events.values_list("pk", flat=True)) - {oldest.pk})
    assert all(page == sorted(page, reverse=True) for page in pages)


def test_the_first_page_has_nothing_newer_and_the_last_nothing_older(events):
    first = find_page(events, {}, 5)
    last = find_page(events, {"older": first.older}, 5)
    assert (first.newer, bool(first.older)) == ("", True)
    assert (bool(last.newer), last.older) == (True, "")


@pytest.mark.parametrize("key", ["x", "1", "1.", "-.1", "9" * 19 + ".1", "1.1.1", "1." + "9" * 18])
def test_a_key_that_is_none_is_not_found(events, key):
    with pytest.raises(Http404):
        find_page(events, {"older": key}, 5)


@pytest.mark.parametrize(
    "date", [DATE, datetime(1, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)]
)
def test_a_key_says_the_exact_place(date):
    assert parse_key(format_key(date, 7), datetime) == (date, 7)


def sort_all(kind: str, text: str, rows) -> list[str]:
    """The names of all rows, from page to page."""
    order, names, key = parse_order(text, kind), [], ""
    while True:
        page = find_page(rows, {"older": key} if key else {}, 2, order)
        names += [row.name for row in page.rows]
        key = page.older
        if not key:
            return names


@pytest.mark.parametrize("column", [*COLUMNS["patches"], f"{OF_TAG}{TAG}"])
def test_patches_are_sorted_by_every_column_and_back(project, column):
    add_unlike_patches(project)
    upwards = sort_all("patches", column, Patch.objects.all())
    assert upwards == ["a", "b", "c"]
    assert sort_all("patches", f"-{column}", Patch.objects.all()) == upwards[::-1]


@pytest.mark.parametrize("column", [*COLUMNS["series"], f"{OF_TAG}{TAG}"])
def test_series_are_sorted_by_every_column_and_back(project, column):
    add_unlike_patches(project)
    upwards = sort_all("series", column, Series.objects.all())
    assert upwards == ["a", "b", "c"]
    assert sort_all("series", f"-{column}", Series.objects.all()) == upwards[::-1]


def add_unlike_patches(project) -> None:
    """Three series of a patch that differ in everything, each less than the next."""
    for number, name in enumerate("abc"):
        mail = make_mail(
            subject=f"[PATCH v{number + 1}] {name}",
            sender=f"{name} <{name}@example.org>",
            date=DATE + timedelta(days=number),
            message_id=f"{name}@example.org",
            diff=make_diff(),
        )
        answers = [
            make_mail(subject="Re: x", in_reply_to=f"{name}@example.org", body=f"{n}\n")
            for n in range(number)
        ]
        deliver(project, mail, *answers)
        Patch.objects.filter(name__endswith=name).update(
            name=name,
            delegate=UserFactory(username=name) if number else None,
            state=State.objects.all()[number],
            check_state=number or None,
            tags={TAG: number} if number else {},
        )
        Series.objects.filter(name__endswith=name).update(tags={TAG: number})


def test_an_unknown_column_means_newest_first():
    unknown = ["-bogus", "", "tag", "tag.", "Tested-by", "tag.a\0", "tag." + "a" * 51]
    assert {str(parse_order(text, "patches")) for text in unknown} == {"-date"}
