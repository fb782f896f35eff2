"""Of two lines, the words that changed are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchtrack.web.words import find_changed_words


def mark(old: str, new: str) -> tuple[list[str], list[str]]:
    gone, come = find_changed_words(old, new)
    return [old[a:b] for a, b in gone], [new[a:b] for a, b in come]


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("heat(pot, 80);", "heat(pot, WARM);", ["80"], ["WARM"]),
        ("pour(a, b, c);", "pour(x, b, y);", ["a", "c"], ["x", "y"]),
        ("if (ret)", "if (ret < 0)", [], [" < 0"]),
        ("long pour(void)", "pour(void)", ["long "], []),
        ("same", "same", [], []),
    ],
)
def test_changed_words_are_marked(old, new, gone, come):
    assert mark(old, new) == (gone, come)


def test_lines_with_little_in_common_are_not_marked():
    assert mark("int leaves;", "return pour(pot) + 3;") == ([], [])


def test_very_long_lines_are_not_compared():
    assert mark("a b " * 1000, "a c " * 1000) == ([], [])


def test_many_changes_in_a_line_are_one():
    old, new = "".join(f"a{n} x" for n in range(60)), "".join(f"b{n} x" for n in range(60))
    assert all(len(words) <= 1 for words in mark(old, new))


@given(st.text("ab (\t)é", max_size=60), st.text("ab (\t)é", max_size=60))
def test_what_is_not_marked_is_the_same(old, new):
    gone, come = find_changed_words(old, new)
    if gone or come:
        assert _without(old, gone) == _without(new, come)


def _without(line: str, ranges: list[tuple[int, int]]) -> str:
    for start, end in reversed(ranges):
        line = line[:start] + line[end:]
    return line
