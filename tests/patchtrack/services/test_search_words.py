"""The words that a message is found by, and how each database is told of them."""

import pytest
from django.db import connection

from ingest.mail import Body
from patchtrack.services.search_words import (
    find_words,
    format_columns,
    format_tsvector,
    read_own_text,
    read_words,
    split_words,
)


def read(**fields):
    nothing = {"subject": "", "name": "", "address": "", "paths": (), "body": ""}
    return read_words(**nothing | fields)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Pour, slowly!", ["pour", "slowly"]),
        ("kfree_skb drm/i915", ["kfree", "skb", "drm", "i915"]),
        ("Maté MATÉ Mate\u0301", ["maté", "maté", "maté"]),
        ("修正bug です", ["修", "正", "bug", "で", "す"]),
        ("Привет", ["привет"]),
        ("a\0b\udcff -- '\\'", ["a", "b"]),
        ("x" * 100, ["x" * 64]),
        ("", []),
    ],
)
def test_words(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize("text", ["Pour, slowly!", "kfree_skb", "Maté 修正bug", "x" * 100])
def test_words_are_found_where_they_stand(text):
    assert [word for _, _, word in find_words(text)] == split_words(text)
    assert all(text[start:end].lower().startswith(word) for start, end, word in find_words(text))


def test_what_is_quoted_is_not_the_authors():
    body = Body(message="Bob wrote:\n> Pour.\n>> Not.\nYes > no.\n", diff="+hot\n")
    assert read_own_text(body) == "Bob wrote:\nYes > no.\n"


def test_postgresql_is_told_places_and_fields():
    words = read(subject="Pour it", name="Al", address="al@x.org", paths=["a.c"], body="it")
    assert format_tsvector(words) == (
        "'pour':2 's:pour':2 'it':3,15 's:it':3 'al':5 'f:al':5,7 'f:x':8 'f:org':9 "
        "'a':11 'p:a':11 'c':12 'p:c':12"
    )


def test_sqlite_is_told_of_columns():
    words = read(subject="Pour", paths=["a.c", "b"], marks=["=p1", "=kpatch"])
    assert format_columns(words) == ("pour", "", "", "a c = b =", "", "=p1 =kpatch")


def test_a_word_that_is_repeated_endlessly_leaves_gaps():
    words = read(subject="tea", body="tea " * 300 + "cup")
    assert words.body[:249] == ["tea"] * 249
    assert words.body[249:] == ["="] * 51 + ["cup"]


WORST = {
    "many words": " ".join(f"w{number}" for number in range(200_000)),
    "one word": "tea " * 200_000,
    "long words": " ".join(f"{number:09}{'𝒜' * 200}" for number in range(2_000)),
    "one long word": "𝒜" * 1_000_000,
    "signs of a tsvector": "'a':1A,2B \\' ''':* & | ! <-> =p1 " * 10_000,
    "what cannot be encoded": "\udcff\0a\ud800 " * 10_000,
    "combining": "e\u0301\u0301" * 100_000,
    "grows": "İ\U0001d160" * 100_000,
}


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has such limits")
@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_postgresql_takes_the_worst_there_is(text):
    words = read(
        subject=text, name=text, address=text, paths=[*text.split(" ")[:9_000], text], body=text
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s::tsvector)", [format_tsvector(words)])
        assert cursor.fetchone()[0] > 0


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_the_worst_there_is_becomes_a_bounded_number_of_words(text):
    words = read(subject=text, name=text, address=text, paths=[text], body=text)
    assert sum(map(len, format_columns(words))) < 400_000
