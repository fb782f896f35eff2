"""Rows are found by the arrival of their mails, whether these wait for the index or are in it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from patchtrack.models import ArrivalBlock, Mail, Message, Patch
from patchtrack.services import arrivals
from patchtrack.services.arrivals import filter_by_arrival
from patchtrack.services.search_index import add_all_unsearched, record_search_texts
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db
# In the order of their ids, on which day each patch arrived.
DAYS = {"a": 1, "b": 3, "c": 2, "d": 5}


def day(number: int):
    return DATE + timedelta(days=number)


def arrive(project, name: str) -> None:
    deliver(project, make_mail(subject=f"[PATCH] {name}", diff=make_diff(name)))
    Mail.objects.filter(message__patch__name=name).update(received_at=day(DAYS[name]))


@pytest.fixture
def patches(monkeypatch):
    """All of them; "d" waits for the index."""
    monkeypatch.setattr(arrivals, "_SIZE", 1)
    project = ProjectFactory()
    for name in "abc":
        arrive(project, name)
    record_search_texts()
    arrive(project, "d")
    return project


def names(since=None, before=None) -> str:
    rows = filter_by_arrival(Patch.objects.order_by("name"), "pk", since, before)
    return "".join(rows.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("since", "before", "expected"),
    [
        (day(1), None, "abcd"),
        (day(2), None, "bcd"),
        (day(3), None, "bd"),
        (day(6), None, ""),
        (None, day(1), ""),
        (None, day(3), "ac"),
        (day(2), day(3), "c"),
        (day(2), day(3) + timedelta(seconds=1), "bc"),
        (day(4), day(5), ""),
        (day(4), day(6), "d"),
    ],
)
def test_what_arrived_between(patches, since, before, expected):
    assert names(since, before) == expected
    record_search_texts()
    assert names(since, before) == expected


def test_only_ids_of_these_days_are_looked_at(patches):
    record_search_texts()
    rows = dict(Message.objects.values_list("patch__name", "pk"))
    assert arrivals._find_bounds(day(2), day(2)) == (rows["c"], rows["c"])
    assert arrivals._find_bounds(day(2), day(3)) == (rows["b"], rows["c"])
    assert arrivals._find_bounds(day(4), day(4)) is None


def test_what_is_put_into_the_index_again_is_noted_once(patches):
    record_search_texts()
    noted = ArrivalBlock.objects.count()
    add_all_unsearched()
    record_search_texts()
    assert (noted, ArrivalBlock.objects.count()) == (4, 4)


def test_a_message_that_is_shown_by_another_copy_is_found_by_that_ones_arrival(patches):
    Mail.objects.filter(message__patch__name="a").update(received_at=day(9))
    add_all_unsearched()
    record_search_texts()
    assert (names(day(9)), names(day(1), day(2))) == ("a", "")


def test_the_migration_notes_the_same(patches, monkeypatch):
    record_search_texts()
    noted = set(ArrivalBlock.objects.values_list("day", "block"))
    ArrivalBlock.objects.all().delete()
    migration = import_module("patchtrack.migrations.0021_names")
    monkeypatch.setattr(migration, "SIZE", 1)
    migration.note_arrivals(apps, None)
    assert set(ArrivalBlock.objects.values_list("day", "block")) == noted
