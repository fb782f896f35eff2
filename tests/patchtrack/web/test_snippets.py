"""What of a text a search shows: the place where it was found, marked."""

import pytest

from patchtrack.services.search_query import parse_query
from patchtrack.web.snippets import Marker, render_marked, render_snippet


def mark(text: str, query: str, most: int = 1000) -> str:
    return render_marked(text, most, Marker(parse_query(query).words()))


def cut(text: str, query: str) -> str:
    return render_snippet(text, Marker(parse_query(query).words()))


@pytest.mark.parametrize(
    ("query", "html"),
    [
        ("pour", "<mark>Pour</mark> the tea, <mark>pour</mark> it slowly"),
        ('"pour it"', "Pour the tea, <mark>pour it</mark> slowly"),
        ('pour "pour it"', "<mark>Pour</mark> the tea, <mark>pour it</mark> slowly"),
        ("slow*", "Pour the tea, pour it <mark>slowly</mark>"),
        ('"it slo"*', "Pour the tea, pour <mark>it slowly</mark>"),
        ("coffee", "Pour the tea, pour it slowly"),
        ("", "Pour the tea, pour it slowly"),
    ],
)
def test_hits_are_marked(query, html):
    assert mark("Pour the tea, pour it slowly", query) == html


def test_nothing_of_a_mail_is_markup():
    evil = "<script>tea</script> & \u202etea"
    assert mark(evil, "tea") == (
        "&lt;script&gt;<mark>tea</mark>&lt;/script&gt; &amp; "
        '<span class="odd">U+202E</span><mark>tea</mark>'
    )
    assert "<script" not in cut(evil, "tea")


def test_a_long_text_is_cut():
    assert mark("tea " * 100, "nothing", most=7) == "tea tea…"


def test_a_snippet_is_the_text_around_the_first_hit():
    text = "before " * 100 + "the\n\n tea " + "after " * 100
    html = cut(text, "tea")
    assert html.startswith("… before before")
    assert "before the <mark>tea</mark> after" in html
    assert html.endswith("after …")
    assert len(html) < 260


def test_a_snippet_of_a_short_text_is_all_of_it():
    assert cut("One\ntea.\n", "tea") == "One <mark>tea</mark>."
    assert cut("", "tea") == ""


def test_a_snippet_without_a_hit_is_the_beginning():
    assert cut("One two", "tea") == "One two"


def test_lines_that_people_draw_are_short():
    assert cut("tea\n" + "=" * 70 + "\ncup", "tea") == "<mark>tea</mark> === cup"


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "tea" * 100_000, "tea " * 100_000, "=-" * 50_000, "a" * 300 + " tea"]
)
def test_a_snippet_is_short_whatever_there_is(text):
    assert 200 < len(cut(text, "tea").replace("<mark>", "").replace("</mark>", "")) < 300
