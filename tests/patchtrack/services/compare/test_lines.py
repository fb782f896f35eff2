"""Differences of texts are right, short, and found in few steps."""

import random
from collections.abc import Sequence

import pytest

from patchtrack.services.compare.lines import (
    Change,
    count_least,
    count_lines,
    find_changes,
    share_steps,
    split_hunks,
    write_hunks,
)

ENOUGH = 100_000


def apply_changes(old: Sequence[str], new: Sequence[str], changes: Sequence[Change]) -> list[str]:
    """What the changes make of `old`, of which they leave what `new` has in the same places."""
    made: list[str] = []
    at = 0
    for change in changes:
        assert old[at : change.old_start] == new[len(made) : change.new_start]
        made += [*old[at : change.old_start], *new[change.new_start : change.new_end]]
        at = change.old_end
    return made + list(old[at:])


def measure_common(old: str, new: str) -> int:
    """The length of the longest common subsequence, by the textbook."""
    row = [0] * (len(new) + 1)
    for a in old:
        next_row = [0]
        for at, b in enumerate(new):
            next_row.append(row[at] + 1 if a == b else max(next_row[-1], row[at + 1]))
        row = next_row
    return row[-1]


def make_text(numbers: random.Random, letters: str) -> str:
    return "".join(numbers.choices(letters, k=numbers.randrange(14)))


def show(old: str, new: str) -> str:
    """The unified diff of texts whose lines are letters."""
    changes = find_changes(old, new, ENOUGH)
    return " ".join(
        line.sign + line.text for line in write_hunks(old, new, split_hunks(changes, len(old)))
    )


@pytest.mark.parametrize("seed", range(50))
def test_the_changes_are_the_fewest(seed):
    numbers = random.Random(seed)
    old, new = make_text(numbers, "abcd"), make_text(numbers, "abcde")
    changes = find_changes(old, new, ENOUGH)
    assert apply_changes(old, new, changes) == list(new)
    changed = sum(x.old_end - x.old_start + x.new_end - x.new_start for x in changes)
    assert changed == len(old) + len(new) - 2 * measure_common(old, new)


@pytest.mark.parametrize("seed", range(20))
def test_changes_found_without_steps_are_right_too(seed):
    numbers = random.Random(seed)
    old, new = make_text(numbers, "abcdefghijkl"), make_text(numbers, "abcdefghijklm")
    assert apply_changes(old, new, find_changes(old, new, 0)) == list(new)


def test_without_steps_single_lines_are_held_fast():
    # With them all but the one b would stay.
    assert find_changes("aabxaa", "aaxbaa", 0) == [Change(2, 3, 2, 2), Change(4, 4, 3, 4)]


def test_a_search_ends_when_its_steps_are_used_up():
    numbers = random.Random(1)
    old, new = ("".join(numbers.choices("ab", k=100_000)) for _ in range(2))
    changes = find_changes(old, new, 1_000)
    assert apply_changes(old, new, changes) == list(new)


def test_equal_texts_have_no_changes():
    assert find_changes("abc", "abc", ENOUGH) == []


def test_a_diff_shows_three_lines_around_a_change():
    assert show("abcdefghi", "abcdXfghi") == "@  b  c  d -e +X  f  g  h"


def test_changes_that_are_near_are_one_hunk():
    assert show("abcdefgh", "XbcdefgY") == "@ -a +X  b  c  d  e  f  g -h +Y"
    assert show("abcdefghi", "XbcdefghY").count("@") == 2


def test_a_hunk_tells_its_section():
    titles = (" ## Metadata ##", " ## a.c ##", "@@ a.c: pour()")
    old = [line for title in titles for line in (title, *"abcdefgh", f"of {title}")]
    new = [line.upper() if line.startswith("of") else line for line in old]
    hunks = split_hunks(find_changes(old, new, ENOUGH), len(old))
    headings = [line.text for line in write_hunks(old, new, hunks) if line.sign == "@"]
    assert headings == ["Metadata", "a.c", "a.c: pour()"]


def test_a_section_has_several_hunks():
    old = [" ## a.c ##", *"abcdefghijklmnopqrst"]
    new = [line.replace("e", "E").replace("o", "O") for line in old]
    hunks = split_hunks(find_changes(old, new, ENOUGH), len(old))
    headings = [line.text for line in write_hunks(old, new, hunks) if line.sign == "@"]
    assert headings == ["a.c", "a.c"]


def test_the_lines_of_a_diff_are_counted_before_it_is_written():
    old, new = "abcdefghijklmnop", "abXdefghijklmYYop"
    hunks = split_hunks(find_changes(old, new, ENOUGH), len(old))
    assert count_lines(hunks) == len(list(write_hunks(old, new, hunks)))


@pytest.mark.parametrize("seed", range(50))
def test_the_least_of_a_diff_is_never_more_than_it_has(seed):
    numbers = random.Random(seed)
    old, new = make_text(numbers, "abcdefgh") * 2, make_text(numbers, "ghijklmn")
    hunks = split_hunks(find_changes(old, new, ENOUGH), len(old))
    assert count_least(old, new, set(old), set(new)) <= count_lines(hunks)


def test_of_a_diff_the_lines_around_those_that_go_are_counted():
    old, new = "abcXdefghijXk", "abcdefghijk"
    assert count_least(old, new, set(old), set(new)) == len("abcXdef" + "hijXk")


def test_steps_are_shared_by_length():
    first, second = share_steps([100, 300])
    assert second == 3 * first > 0
