"""Pages of a list, forwards and backwards, without a row lost or shown twice."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.http import Http404

from patchtrack.models import Event
from patchtrack.web.paging import find_page, format_key, parse_key
from tests.factories import DATE


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


@pytest.mark.parametrize("key", ["x", "1", "1.", "-.1", "9" * 18 + ".1", "1.1.1", "1." + "9" * 19])
def test_a_key_that_is_none_is_not_found(events, key):
    with pytest.raises(Http404):
        find_page(events, {"older": key}, 5)


@pytest.mark.parametrize(
    "date", [DATE, datetime(1, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)]
)
def test_a_key_says_the_exact_place(date):
    assert parse_key(format_key(date, 7)) == (date, 7)
