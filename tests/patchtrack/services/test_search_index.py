"""The index takes in what waits, whatever one of the mails holds; and what fails waits on."""

import random
from string import ascii_lowercase

import pytest
from django.db import DataError, connection

from patchtrack.models import Mail, Message, Patch, SearchText, Unsearched
from patchtrack.models.mail import compress_raw
from patchtrack.services import search_index
from patchtrack.services.search_index import (
    add_all_unsearched,
    count_unsearched,
    record_search_texts,
)
from tests.factories import deliver, make_diff, make_mail
from tests.patchtrack.services.test_searching import find


@pytest.fixture
def two(project):
    """Two messages that wait."""
    for name in ("one", "two"):
        deliver(project, make_mail(message_id=f"{name}@example.org", body=f"{name} tea\n"))


def test_what_waits_is_put_in_once(two, django_assert_num_queries):
    assert record_search_texts() == 2
    assert find("tea") == ["two", "one"]
    assert record_search_texts() == 0


def test_the_newest_come_first(two):
    assert record_search_texts(1) == 1
    assert find("tea") == ["two"]
    assert count_unsearched() == 1


def test_what_is_put_in_again_is_found_by_its_new_words_alone(two):
    record_search_texts()
    Mail.objects.update(raw=compress_raw(make_mail(body="coffee\n")))
    add_all_unsearched()
    assert record_search_texts() == 2
    assert find("tea") == []
    assert find("coffee") == ["two", "one"]


def test_what_waits_already_is_noted_once(two):
    add_all_unsearched()
    assert count_unsearched() == 2


def test_all_of_it_is_undone_when_it_fails(two, monkeypatch):
    def fail(entries):
        original(entries)
        raise KeyboardInterrupt

    original = search_index._put
    monkeypatch.setattr(search_index, "_put", fail)
    with pytest.raises(KeyboardInterrupt):
        record_search_texts()
    assert (count_unsearched(), SearchText.objects.count()) == (2, 0)


def test_a_mail_that_cannot_be_read_is_left_out(two, caplog):
    broken = Mail.objects.filter(message__message_id="one@example.org")
    broken.update(raw=b"not what it was")
    assert record_search_texts() == 2
    assert find("tea") == ["two"]
    assert "cannot be searched" in caplog.text
    assert not Unsearched.objects.exists()


def test_an_entry_that_the_database_refuses_is_left_out(two, monkeypatch, caplog):
    def write(entries):
        if any("one" in entry.words.body for entry in entries):
            raise DataError("too much of it")
        original(entries)

    original = search_index._write
    monkeypatch.setattr(search_index, "_write", write)
    assert record_search_texts() == 2
    assert find("tea") == ["two"]
    assert "cannot be searched" in caplog.text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes anything")
def test_what_postgresql_refuses_is_about_the_entry(two, monkeypatch, caplog):
    def write_too_much(words):
        return "'" + "x" * 5000 + "'" if "one" in words.body else original(words)

    original = search_index.format_tsvector
    monkeypatch.setattr(search_index, "format_tsvector", write_too_much)
    assert record_search_texts() == 2
    assert find("tea") == ["two"]
    assert caplog.text.count("cannot be searched") == 1


def test_a_mail_that_is_too_large_is_found_by_all_but_its_text(two, monkeypatch):
    monkeypatch.setattr(search_index, "LARGEST_SHOWN", 10)
    record_search_texts()
    assert find("tea") == []
    assert find("pour f:alice") == ["two", "one"]


def test_a_patch_of_thousands_of_files_is_found(project):
    deliver(project, make_mail(message_id="big@example.org", diff=make_diff()))
    Patch.objects.update(paths=[f"src/{number}/kettle.c" for number in range(20_000)])
    record_search_texts()
    assert find("dfn:src/1/kettle.c") == ["big"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no other place for them")
def test_the_words_of_a_long_mail_are_in_its_row(project):
    """A search for a phrase reads those of many mails."""
    choice = random.Random(1)
    words = ["".join(choice.choices(ascii_lowercase, k=8)) for _ in range(400)]
    deliver(project, make_mail(body=" ".join(words) + "\n"))
    assert record_search_texts() == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltoastrelid::regclass FROM pg_class"
            " WHERE oid = 'patchtrack_searchtext'::regclass"
        )
        cursor.execute(f"SELECT count(*) FROM {cursor.fetchone()[0]}")
        assert cursor.fetchone() == (0,)


def test_a_message_that_is_gone_waits_no_more(two):
    one = Message.objects.get(message_id="one@example.org")
    one.copies.all().delete()
    one.delete()
    assert record_search_texts() == 1
