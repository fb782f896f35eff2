"""What a search finds: the same on every database, which each run of these tests shows for its
own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patchtrack.models import Message, SearchText
from patchtrack.services import searching
from patchtrack.services.search_found import find_messages
from patchtrack.services.search_hits import Hit, Stretch
from patchtrack.services.search_index import record_search_texts
from patchtrack.services.search_query import parse_query
from patchtrack.services.searching import (
    count_waiting,
    find_hits,
    find_people,
)
from tests.factories import PersonFactory, ProjectFactory, deliver, make_diff, make_mail
from tests.patchtrack.conftest import add_teapot

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BOB = "Bob Müller <bob@pots.example>"


def say(name: str, subject: str, body: str, days: float, **options) -> bytes:
    return make_mail(
        subject=subject,
        body=body,
        message_id=f"{name}@example.org",
        date=NOW - days * DAY,
        **options,
    )


MAILS = [
    say("slow", "[PATCH] Pour slowly", "The kettle drips.\nNot C++.\n", 1,
        diff=make_diff("src/tea/kettle.c")),
    say("fast", "[PATCH] Pour fast", "Kettles drip. slowly pour()\n", 9, sender=BOB,
        diff=make_diff("docs/tea.rst")),
    say("answer", "Re: [PATCH] Pour slowly", "> The kettle drips.\nIt does; see kettle_lid.\n", 0.5,
        sender=BOB, in_reply_to="slow@example.org"),
    say("cover", "[PATCH 0/2] Ein schöner Topf", "Übermut.\n茶を飲む\n", 100),
    say("old", "[PATCH] Gone long ago", "A lid.\n\nkettle\nlid\n", 5000,
        diff=make_diff("src/teapot.c")),
    say("future", "[PATCH] From tomorrow", "The lid is closed.\n", -400, diff=make_diff("a/tea")),
    say("talk", "Hello", "word " * 300 + "end\n", 40, sender="x <kettle@example.org>"),
]  # fmt: skip


@pytest.fixture(scope="module")
def mails(module_db) -> None:
    deliver(add_teapot(), *MAILS)
    deliver(
        ProjectFactory(linkname="other"), say("else", "[PATCH] Lid", "", 3, diff=make_diff("b"))
    )
    assert record_search_texts() == len(MAILS) + 1


def ask(text: str, **options) -> list[Hit]:
    found = find_hits(parse_query(text), Stretch(**{"most": 50} | options), NOW)
    assert found.end is None
    return list(found.hits)


def find(text: str, **options) -> list[str]:
    """The names of the messages that are found, in their order."""
    hits = ask(text, **options)
    return [message.message_id.partition("@")[0] for message in find_messages(hits)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("slowly", "answer slow fast"),
        ("SLOWLY kettle", "answer slow"),
        ("pour slowly", "answer slow fast"),
        ('"pour slowly"', "answer slow"),
        ('"slowly pour"', "fast"),
        ("kettle", "answer slow old"),
        ("kettle*", "answer slow fast old"),
        ("kettle_lid", "answer old"),
        ("kettle_lid*", "answer old"),
        ("kettle_li*", ""),
        ('"see kettle"', "answer"),
        ("ke*", ""),
        ("kettle drips", "slow"),
        ("drips", "slow"),
        ("kettle -slowly", "old"),
        ("kettle -s:slowly -lid", ""),
        ("-pour", "future else talk cover old"),
        ('-"pour slowly"', "future else fast talk cover old"),
        ("s:pour", "answer slow fast"),
        ("s:kettle", ""),
        ('s:"pour fast"', "fast"),
        ("s:slow*", "answer slow"),
        ("f:bob", "answer fast"),
        ("f:bob@pots.example", "answer fast"),
        ("f:müller", "answer fast"),
        ("f:mull*", ""),
        ("müller", "answer fast"),
        ("pots", ""),
        ("f:kettle", "talk"),
        ("f:kettle@example.org", "talk"),
        ('f:"x kettle"', ""),
        ("dfn:src", "slow old"),
        ("dfn:src/tea", "slow"),
        ("dfn:src/tea/kettle.c", "slow"),
        ("dfn:kettle.c", "slow"),
        ("dfn:tea*", "future slow fast old"),
        ("schöner", "cover"),
        ("ÜBERMUT", "cover"),
        ("飲む", "cover"),
        ("茶飲", ""),
        ("c++", "slow old"),
        ("kind:comment", "answer"),
        ("kind:cover kind:comment", "answer cover"),
        ("kind:other", "talk"),
        ("-kind:patch", "answer talk cover"),
        ("project:other", "else"),
        ("lid project:other", "else"),
        ("lid -project:other", "future answer old"),
        ("project:other project:teapot lid", "future answer else old"),
        ("project:nowhere", ""),
        ("-project:nowhere lid", "future answer else old"),
        ("m:slow@example.org", "slow"),
        ("<slow@example.org>", "slow"),
        ("m:slow", ""),
        ("d:2026-03-09", "slow"),
        ("d:2026-03-09..", "future answer slow"),
        ("d:..2012-01-01", ""),
        ("d:..2026-01-01", "cover old"),
        ("d:2026-01-01..2026-03-08 pour", "fast"),
        ("d:0001-01-01..9999-12-31 lid", "future answer else old"),
        ("d:2026-03-09..2026-03-01", ""),
        ("word end", "talk"),
        ('"word end"', ""),
        ("nothing", ""),
        ("'; & | ! : * ( \\ <-> ' \"", ""),
        ("=p1 =kpatch", ""),
        ("NEAR(pour slowly)", ""),
        ("pour AND slowly", ""),
        ("", ""),
    ],
)
@pytest.mark.usefixtures("mails")
def test_a_query_finds(text, names):
    assert find(text) == names.split()


@pytest.mark.parametrize("text", ["lid", "-nothing", "kind:patch", "pour*"])
@pytest.mark.usefixtures("mails")
def test_a_page_begins_behind_a_place(text):
    hits = ask(text)
    assert len(hits) > 2
    for at, place in enumerate(hits):
        newer = hits[max(at - 2, 0) : at]
        assert ask(text, most=2, place=place) == hits[at + 1 : at + 3]
        assert ask(text, most=2, place=place, forwards=True) == newer[::-1]


def test_mails_of_one_moment_are_told_apart_by_their_ids():
    mails = (make_mail(subject="Saucers", message_id=f"{number}@example.org") for number in "abcde")
    deliver(ProjectFactory(), *mails)
    record_search_texts()
    saucers = Message.objects.filter(subject="Saucers")
    rows = sorted(saucers.values_list("pk", flat=True), reverse=True)
    hits = ask("saucers")
    assert [hit.message for hit in hits] == rows
    assert [hit.message for hit in ask("saucers", place=hits[1])] == rows[2:]


@pytest.mark.usefixtures("mails")
def test_no_more_are_found_than_are_wanted():
    assert find("lid", most=2) == ["future", "answer"]


@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize(("text", "projects"), [("lid -pour", 0), ("lid project:other", 1)])
@pytest.mark.parametrize("most", [1, 50])
def test_it_takes_one_query_and_one_for_projects_and_for_old_mail(text, projects, most):
    with CaptureQueriesContext(connection) as queries:
        find(text, most=most)
    asked = [query["sql"].split()[0] for query in queries]
    goes_on = connection.vendor == "postgresql" and most > 1
    # The last one is the test's own.
    assert asked.count("SELECT") - 1 == 1 + projects + goes_on


@pytest.mark.usefixtures("mails")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite never takes too long")
def test_what_takes_too_long_is_looked_for_only_nearby(monkeypatch):
    asked = []

    def find_too_long(query, marks, spans, stretch):
        asked.append(spans)
        if len(asked) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")
        return original(query, marks, spans, stretch)

    original = searching.find_in_postgresql
    with monkeypatch.context() as patch:
        patch.setattr(searching, "MOST_SECONDS", 0.01)
        patch.setattr(searching, "find_in_postgresql", find_too_long)
        found = find_hits(parse_query("lid"), Stretch(most=50), NOW)
    names = [message.message_id.partition("@")[0] for message in find_messages(found.hits)]
    assert names == ["future", "answer", "else"]
    assert timedelta(days=14) < NOW - found.end.date < timedelta(days=20)
    assert find("lid", place=found.end) == ["old"]


@pytest.mark.usefixtures("mails")
def test_a_message_that_was_deleted_is_not_found():
    talk = Message.objects.get(message_id="talk@example.org")
    talk.copies.all().delete()
    talk.delete()
    assert find("end") == []
    assert SearchText.objects.count() == len(MAILS)


def test_a_hit_that_is_gone_is_passed_over():
    assert find_messages([Hit(message=4711, date=NOW)]) == []


def test_people_are_found_by_all_words_of_their_names():
    for name in ("Jane Lid", "Jane Pot", "Lidia Janet"):
        PersonFactory(name=name)
    names = [person.name for person in find_people(parse_query("jane lid -pot s:x"), 9)]
    assert sorted(names) == ["Jane Lid", "Lidia Janet"]
    assert len(find_people(parse_query("f:jane"), 2)) == 2
    assert find_people(parse_query("-jane kind:patch"), 9) == []


def test_what_waits_is_counted():
    deliver(ProjectFactory(), *MAILS[:2])
    assert count_waiting() == 2
    record_search_texts()
    assert count_waiting() == 0
