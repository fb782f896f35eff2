"""Queries that are compiled once find what the same queryset finds."""

import pytest

from ingest import lookups
from ingest.lookups import KeptListing, Listing, Lookup, column_names, make_rows
from patchtrack.models import Message, Tag
from tests import factories

pytestmark = pytest.mark.django_db


def by_thread(threads):
    columns = "id", "message_id", "date", "trailers", "author__address"
    return Message.objects.filter(thread__in=threads).order_by("id").values_list(*columns)


def test_a_lookup_finds_what_its_queryset_finds():
    """Dates and JSON, too, come as the queryset has them."""
    messages = [factories.MessageFactory(trailers={"Acked-by": ["Jane"]}) for _ in range(3)]
    threads = [message.thread_id for message in messages[:2]]
    found = Lookup(by_thread).rows(threads)
    assert found == list(by_thread(threads))
    assert len(found) == 2


def test_a_lookup_is_compiled_once_for_any_number_of_keys(django_assert_num_queries):
    made = []
    lookup = Lookup(lambda keys: made.append(keys) or by_thread(keys))
    with django_assert_num_queries(2):
        lookup.rows(range(1, 40_000))
        lookup.rows([1])
    assert made == [[0]]


def test_without_keys_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Lookup(by_thread).rows([]) == []


def test_keys_may_be_texts():
    message = factories.MessageFactory(message_id='o\'brien "1" {2}, 3@example.org')
    lookup = Lookup(
        lambda ids: Message.objects.filter(message_id__in=ids).values_list("id"), example=""
    )
    assert lookup.rows(["no such@example.org", message.message_id]) == [(message.id,)]


def test_a_lookup_has_one_list_of_keys():
    both = Lookup(lambda keys: by_thread(keys).filter(id__in=keys))
    with pytest.raises(ValueError, match="too many values"):
        both.rows([1])


def test_rows_become_objects_whatever_the_order_of_the_names():
    message = factories.MessageFactory(subject="Boil")
    columns = column_names(Message, "subject", "message_id", "id")
    lookup = Lookup(lambda ids: Message.objects.filter(id__in=ids).values_list(*columns))
    [found] = make_rows(Message, columns, lookup.rows([message.id]))
    assert (found, found.subject, found.message_id) == (message, "Boil", message.message_id)


def test_a_kept_listing_may_be_a_moment_old(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(lookups.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(KeptListing, "seconds", 1.0)
    listing = KeptListing(lambda: Tag.objects.filter(name__startswith="Seen").values_list("name"))
    assert listing.rows() == []
    Tag.objects.create(name="Seen-by", abbrev="N")
    now[0] = 0.9
    assert listing.rows() == []
    now[0] = 1.0
    assert listing.rows() == [("Seen-by",)]


def test_by_default_a_kept_listing_is_not_old():
    listing = KeptListing(lambda: Tag.objects.filter(name__startswith="Seen").values_list("name"))
    assert listing.rows() == []
    Tag.objects.create(name="Seen-by", abbrev="N")
    assert listing.rows() == [("Seen-by",)]


def test_a_listing_shows_what_there_is_now():
    listing = Listing(lambda: Tag.objects.filter(name__startswith="Seen").values_list("name"))
    assert listing.rows() == []
    Tag.objects.create(name="Seen-by", abbrev="N")
    assert listing.rows() == [("Seen-by",)]
