"""What people type into the search, and what is understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchtrack.services.search_query import Days, Mark, Query, Words, parse_query


def parse_one(text: str):
    [part] = parse_query(text).parts
    return part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pour", Words(said="Pour", words=("pour",))),
        ("kett*", Words(said="kett*", words=("kett",), is_beginning=True)),
        ("ke*", Words(said="ke*", words=("ke",))),
        ("kfree_sk*", Words(said="kfree_sk*", words=("kfree", "sk"))),
        ('"pour slowly"', Words(said='"pour slowly"', words=("pour", "slowly"))),
        ('"pour slow"*', Words(said='"pour slow"*', words=("pour", "slow"), is_beginning=True)),
        ('"not closed', Words(said='"not closed', words=("not", "closed"))),
        ("-coffee", Words(said="-coffee", words=("coffee",), is_excluded=True)),
        ("s:pour", Words(said="s:pour", words=("pour",), field="subject")),
        ('-S:"pour it"', Words(said='-S:"pour it"', words=("pour", "it"), field="subject",
                               is_excluded=True)),
        ("f:al@x.org", Words(said="f:al@x.org", words=("al", "x", "org"), field="author")),
        ("dfn:src/a.c", Words(said="dfn:src/a.c", words=("src", "a", "c"), field="paths")),
        ("x:y", Words(said="x:y", words=("x", "y"))),
        ("s:", Words(said="s:", words=("s",))),
        ("project:tea", Mark(said="project:tea", name="project", value="tea")),
        ("-kind:Patch", Mark(said="-kind:Patch", name="kind", value="patch", is_excluded=True)),
        ("kind:tea", Words(said="kind:tea", words=("kind", "tea"))),
        ("m:1@x", Mark(said="m:1@x", name="m", value="1@x")),
        ("<1@x>", Mark(said="<1@x>", name="m", value="1@x")),
        ("d:2026-01-31", Days(said="d:2026-01-31", first=date(2026, 1, 31),
                              last=date(2026, 1, 31))),
        ("d:2026-01-01..2026-01-31", Days(said="d:2026-01-01..2026-01-31",
                                          first=date(2026, 1, 1), last=date(2026, 1, 31))),
        ("d:20260101..", Days(said="d:20260101..", first=date(2026, 1, 1), last=None)),
        ("d:..2026-01-31", Days(said="d:..2026-01-31", first=None, last=date(2026, 1, 31))),
        ("d:yesterday", Words(said="d:yesterday", words=("d", "yesterday"))),
        ("d:..", Words(said="d:..", words=("d",))),
    ],
)  # fmt: skip
def test_a_part(text, expected):
    assert parse_one(text) == expected


def test_parts_stand_beside_each_other():
    query = parse_query('tea s:"hot pot" -milk kind:patch')
    assert [part.said for part in query.parts] == ["tea", 's:"hot pot"', "-milk", "kind:patch"]


@pytest.mark.parametrize("text", ["", "   ", "-", "'\"", "!&|", "(:*)", '""'])
def test_what_holds_no_word_asks_for_nothing(text):
    assert parse_query(text) == Query()


def test_of_several_days_the_narrowest_count():
    query = parse_query("d:2026-01-01.. d:2026-02-01..2026-03-31 d:..2026-03-01")
    assert query.days() == (date(2026, 2, 1), date(2026, 3, 1))


def test_a_part_can_be_left_out():
    query = parse_query("tea kind:patch tea")
    assert str(query.without(query.parts[0])) == "kind:patch tea"


def test_a_query_of_any_length_has_few_parts():
    assert len(parse_query("a " * 100_000).parts) == 20
    assert len(parse_one("a/" * 100_000).words) == 12


@given(st.text())
def test_any_text_is_a_query(text):
    query = parse_query(text)
    assert parse_query(str(query)) == query


@given(st.lists(st.sampled_from([*'-:"*.<>@ d', "kind", "project", "dfn:", "2026-01-01"])))
def test_any_text_of_our_signs_is_a_query(pieces):
    query = parse_query("".join(pieces))
    assert parse_query(str(query)) == query
