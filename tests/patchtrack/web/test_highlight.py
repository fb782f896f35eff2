"""Code is coloured by its language, and only as far as a page has room for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchtrack.web.highlight import _LANGUAGES, Budget, choose_language, highlight_lines


def colour(language: str, *lines: str, characters: int = 1000) -> list[list[tuple[str, str]]]:
    """The coloured pieces of each line with their classes."""
    rows = highlight_lines(language, lines, Budget(characters, 0))
    return [
        [(line[span.start : span.end], span.css) for span in row]
        for line, row in zip(lines, rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("drivers/tea/pot.c", "c"),
        ("include/pot.h", "c"),
        ("Makefile", "make"),
        ("drivers/Kconfig", "kconfig"),
        ("a.b/pot.py", "python"),
        ("pot.c.orig", ""),
        ("README", ""),
        ("", ""),
        ("c", "c"),
    ],
)
def test_a_file_name_tells_the_language(path, language):
    assert choose_language(path) == language


def test_pieces_have_the_class_of_their_kind():
    assert colour("c", "int x = 7; // pour") == [[("int", "ty"), ("7", "nu"), ("// pour", "co")]]


def test_a_comment_goes_over_several_lines():
    assert colour("c", "/* one", "", "two */ return;")[::2] == [
        [("/* one", "co")],
        [("two */", "co"), ("return", "kw")],
    ]


def test_plain_text_has_no_pieces():
    assert colour("", "int x;") == [[]]


def test_what_is_beyond_the_budget_stays_plain():
    budget = Budget(10, 0)
    assert [bool(row) for row in highlight_lines("c", ["int a;", "int b;"], budget)] == [
        True,
        False,
    ]
    assert budget.refused


def test_after_an_overlong_line_nothing_is_coloured():
    budget = Budget(10_000, 0)
    rows = highlight_lines("c", ["int a;", "x" * 301, "int b;"], budget)
    assert [bool(row) for row in rows] == [True, False, False]
    assert not budget.refused


def test_after_its_time_nothing_is_coloured():
    assert highlight_lines("c", ["int a;"], Budget(1000, 0, seconds=-1)) == [[]]


@pytest.mark.parametrize("language", _LANGUAGES)
@settings(max_examples=25)
@given(st.lists(st.text("/*\"'`<>{}()[]$%#\\=-:; \tab01é\u2028", max_size=40), max_size=6))
def test_pieces_are_in_order_apart_and_inside_their_line(language, lines):
    for line, row in zip(lines, highlight_lines(language, lines, Budget(500, 0)), strict=True):
        edges = [edge for span in row for edge in span[:2]]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(line) for edge in edges)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize(
    "text", ["(" * 300, "/*" * 150, '"\\' * 150, "a=" * 150, " " * 300, "<" * 300]
)
def test_hostile_code_ends(language, text):
    assert len(highlight_lines(language, [text] * 4, Budget(8_000, 0))) == 4
