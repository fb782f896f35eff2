"""Each delivery notes what the search is to find, in its own transaction; several may take the
notes, and none is lost or forgotten."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, connections

from ingest import rereading
from ingest.errors import TryAgain
from ingest.indexing import index_at_once
from ingest.indexing_all import index_all
from ingest.mail import parse_mail
from ingest.reparse import reparse
from ingest.rereading import split_threads
from patchtrack.models import Mail, Message, SearchText, Unsearched
from patchtrack.services import search_index
from patchtrack.services.search_index import record_search_texts
from patchtrack.services.search_query import parse_query
from patchtrack.services.searching import Stretch, find_hits
from tests.factories import ProjectFactory, deliver, make_diff, make_mail
from tests.ingest.test_copies import make_copy
from tests.ingest.writers import open_writers
from tests.waiting import SECONDS

PATCH = make_mail(message_id="patch@example.org", diff=make_diff())
REPLY = make_mail(
    subject="Re: Pour", message_id="reply@example.org", in_reply_to="patch@example.org"
)
LATER, EARLIER = (make_copy(minutes, body=body) for minutes, body in ((2, "tea\n"), (1, "cup\n")))


@pytest.fixture
def tea(db):
    return ProjectFactory()


def find(text: str) -> list[str]:
    hits = find_hits(parse_query(text), Stretch(most=9), datetime.now(UTC)).hits
    rows = Message.objects.in_bulk([hit.message for hit in hits])
    return [rows[hit.message].message_id.partition("@")[0] for hit in hits]


def find_waiting() -> list[str]:
    names = Unsearched.objects.values_list("message__message_id", flat=True)
    return sorted(name.partition("@")[0] for name in names)


# What is noted.


def test_a_new_message_is_noted(tea):
    deliver(tea, PATCH, REPLY)
    assert find_waiting() == ["patch", "reply"]


def test_a_duplicate_is_not(tea):
    deliver(tea, LATER)
    record_search_texts()
    deliver(tea, LATER, make_copy(3, body="tea\n"))
    assert find_waiting() == []


def test_another_copy_that_is_shown_now_is(tea):
    deliver(tea, LATER)
    record_search_texts()
    assert find("tea") == ["x"]
    deliver(tea, EARLIER)
    assert find_waiting() == ["x"]
    record_search_texts()
    assert (find("tea"), find("cup")) == ([], ["x"])


def test_a_message_that_waits_is_noted_once(tea):
    deliver(tea, LATER)
    deliver(tea, EARLIER)
    assert find_waiting() == ["x"]


def test_a_message_that_becomes_a_comment_is(tea):
    deliver(tea, REPLY)
    record_search_texts()
    assert find("kind:other") == ["reply"]
    deliver(tea, PATCH)
    assert find_waiting() == ["patch", "reply"]
    record_search_texts()
    assert (find("kind:other"), find("kind:comment")) == ([], ["reply"])


def test_what_is_read_differently_now_is(tea, monkeypatch):
    deliver(tea, PATCH, REPLY)
    record_search_texts()

    def parse(raw, tags):
        parsed = parse_mail(raw, tags)
        is_reply = parsed.message_id.startswith("reply")
        return replace(parsed, message="coffee\n", content_hash="1" * 64) if is_reply else parsed

    monkeypatch.setattr(rereading, "parse_mail", parse)
    for threads in split_threads(tea):
        reparse(tea, threads)
    assert find_waiting() == ["reply"]


# Who takes it.


def test_all_of_it_is_put_in_and_told(tea, monkeypatch):
    monkeypatch.setattr(record_search_texts, "__defaults__", (2,))
    deliver(tea, *(make_mail(body=str(number)) for number in range(5)))
    told = []
    assert index_all(1, told.append) == 5
    assert told == [2, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_processes_share_the_work(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "patchtrack.settings")
    monkeypatch.setattr(record_search_texts, "__defaults__", (2,))
    deliver(ProjectFactory(), *(make_mail(body=str(number)) for number in range(5)))
    told = []
    assert index_all(2, told.append) == 5
    assert told[0] == 2
    assert SearchText.objects.count() == 5


def test_few_are_not_worth_other_processes(tea, monkeypatch):
    monkeypatch.delattr("ingest.indexing_all.Workers")
    deliver(tea, make_mail())
    assert index_all(2, lambda _: None) == 1


def test_a_database_that_does_not_serve_is_asked_again_later(tea, monkeypatch):
    def fail(limit):
        raise OperationalError("away")

    monkeypatch.setattr("ingest.indexing.record_search_texts", fail)
    with pytest.raises(TryAgain):
        index_at_once(5)


class Indexer(threading.Thread):
    """Takes messages in a connection of its own, and stops before it reads them."""

    def __init__(self, limit: int) -> None:
        super().__init__(daemon=True)
        self.limit = limit
        self.has_taken, self.may_go_on = threading.Event(), threading.Event()
        self.taken = -1

    def run(self) -> None:
        try:
            self.taken = record_search_texts(self.limit)
        finally:
            connections.close_all()

    def stop(self) -> None:
        self.has_taken.set()
        assert self.may_go_on.wait(SECONDS)

    def finish(self) -> int:
        """How many messages it has put in, when it has ended."""
        self.may_go_on.set()
        self.join(SECONDS)
        assert not self.is_alive()
        return self.taken


@pytest.fixture
def start(monkeypatch):
    """Starts indexers that stop when they have taken something."""
    indexers = []

    def read_all(ids):
        thread = threading.current_thread()
        if isinstance(thread, Indexer):
            thread.stop()
        return original(ids)

    def start(limit: int) -> Indexer:
        indexers.append(Indexer(limit))
        indexers[-1].start()
        assert indexers[-1].has_taken.wait(SECONDS)
        return indexers[-1]

    original = search_index._read_all
    monkeypatch.setattr(search_index, "_read_all", read_all)
    yield start
    for indexer in indexers:
        indexer.finish()


many = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")


@many
@pytest.mark.django_db(transaction=True)
def test_two_take_each_message_once(start):
    deliver(ProjectFactory(), PATCH, REPLY)
    indexer = start(1)
    assert record_search_texts() == 1
    assert record_search_texts() == 0
    assert indexer.finish() == 1
    assert (find_waiting(), SearchText.objects.count()) == ([], 2)


@many
@pytest.mark.django_db(transaction=True)
def test_what_is_about_to_change_is_left_for_later():
    tea = ProjectFactory()
    deliver(tea, LATER)
    with open_writers(tea) as writers:
        writer = writers.start(EARLIER, at="before commit")
        assert record_search_texts() == 0
        writer.finish()
    assert record_search_texts() == 1
    assert (find("tea"), find("cup")) == ([], ["x"])


@many
@pytest.mark.django_db(transaction=True)
def test_what_changes_while_it_is_put_in_is_noted_again(start):
    tea = ProjectFactory()
    deliver(tea, LATER)
    indexer = start(1)
    with open_writers(tea) as writers:
        writer = writers.start(EARLIER)
        writers.wait_for_block(writer)
        assert indexer.finish() == 1
        assert writer.finish() == "conflict"
    assert find("tea") == ["x"]
    assert find_waiting() == ["x"]
    record_search_texts()
    assert (find("tea"), find("cup")) == ([], ["x"])


def test_no_delivery_waits_for_the_index(tea, monkeypatch):
    """It is not even asked."""

    def fail(*_):
        raise AssertionError("a delivery has to do with the index")

    for name in ("_take", "_read_all", "_put", "_write"):
        monkeypatch.setattr(search_index, name, fail)
    deliver(tea, PATCH)
    assert Mail.objects.count() == 1
