"""Rows that are written together are what Django would have written one by one."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from ingest.bulk import change_rows, get_or_create_all, insert_rows
from patchtrack.models import Event, Message, Person
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def test_inserted_rows_know_their_ids_and_hold_what_was_given():
    old = factories.MessageFactory()
    place = {"thread": old.thread, "project": old.project, "author": old.author}
    said = {"Acked-by": ['O\'Brien "x" {}, \\ <o@x>']}
    given = [
        factories.MessageFactory.build(**place, trailers=said, number=number)
        for number in (1, None)
    ]
    insert_rows(given)
    stored = Message.objects.in_bulk([row.id for row in given])
    for row in given:
        for field in Message._meta.concrete_fields:
            assert getattr(stored[row.id], field.attname) == getattr(row, field.attname)


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert_rows([]) == []
        change_rows([], ["name"])
        assert get_or_create_all("address", {}) == {}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite stores texts of any length")
def test_a_text_that_is_too_long_is_an_error_and_is_not_cut():
    with pytest.raises(DataError):
        insert_rows([Person(address="a" * 300)])


def test_rows_are_changed_each_in_its_own_way():
    people = [factories.PersonFactory(name="Old") for _ in range(3)]
    people[0].name, people[1].name, people[1].named_at = "Jane", "Bob", NOON
    change_rows(people[:2], ["name", "named_at"])
    stored = Person.objects.order_by("id").values_list("name", "named_at")
    assert list(stored) == [
        ("Jane", people[0].named_at),
        ("Bob", NOON),
        ("Old", people[2].named_at),
    ]


def test_of_wanted_rows_those_that_stand_are_found_and_the_others_made():
    known = factories.PersonFactory(address="bob@example.org", name="Bob")
    wanted = {name: Person(address=name) for name in ("jane@example.org", "bob@example.org")}
    rows = get_or_create_all("address", wanted)
    assert rows["bob@example.org"] == known
    assert rows["jane@example.org"] == Person.objects.get(address="jane@example.org")
    assert Person.objects.count() == 2


def test_a_default_is_filled_in():
    message = factories.MessageFactory()
    [event] = insert_rows(
        [Event(project=message.project, message=message, category="patch-created")]
    )
    assert Event.objects.get().date == event.date
