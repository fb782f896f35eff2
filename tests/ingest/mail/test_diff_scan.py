"""The diff of a file begins only where its header is followed by what makes it one."""

import pytest

from ingest.mail.diff_scan import Section, find_sections, may_hold_diff

HUNK = ["--- a/x", "+++ b/x", "@@ -1 +1,2 @@", " x", "+y"]
EXTENDED = [
    "index 1234567..89abcde 100644",
    "old mode 100644",
    "new file mode 100755",
    "deleted file mode 100644",
    "similarity index 90%",
    "dissimilarity index 12%",
    "mode 100644,100644..100755",
    "rename from x",
    "copy to y z",
]


def test_a_section_tells_header_hunks_and_counts():
    lines = ["text", "diff --git a/x b/x", "index 1234567..89abcde", *HUNK, "text"]
    assert find_sections(lines) == [Section(start=1, body=5, end=8, added=1, removed=0)]


def test_files_of_a_plain_diff_follow_without_a_command():
    assert [section.start for section in find_sections([*HUNK, *HUNK])] == [0, 5]


@pytest.mark.parametrize("line", EXTENDED)
def test_an_extended_header_line_makes_a_git_header_a_diff(line):
    assert [section.end for section in find_sections(["diff --git a/x b/x", line, "x"])] == [2]


@pytest.mark.parametrize("line", ["index of names", "new mode of work", "rename it", ""])
def test_prose_makes_no_git_header_a_diff(line):
    assert find_sections(["diff --git a/x b/x", line]) == []


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_plain_header_needs_all_its_three_lines(missing):
    assert find_sections(HUNK[:missing] + HUNK[missing + 1 :]) == []


def test_names_are_not_blank():
    assert find_sections(["--- ", "+++ ", *HUNK[2:]]) == []


def test_a_command_needs_a_diff_below_it():
    assert find_sections(["diff -u x y", "says nothing"]) == []


@pytest.mark.parametrize("cut", range(9))
def test_a_text_may_end_anywhere(cut):
    lines = ["Index: x", "=" * 67, "diff --git a/x b/x", "index 1234567..89abcde", *HUNK]
    assert all(section.end <= cut for section in find_sections(lines[:cut]))


@pytest.mark.parametrize("start", ["", "text\n"])
@pytest.mark.parametrize(
    "diff",
    [
        "diff --git a/x b/x\nindex 1234567..89abcde\n",
        "\n".join(HUNK),
        "Index: x\n" + "=" * 67,
        "diff -r 1234 x\nBinary file x has changed\n",
    ],
)
def test_the_quick_look_misses_no_diff(start, diff):
    assert may_hold_diff(start + diff)


def test_the_quick_look_passes_over_quoted_diffs():
    assert not may_hold_diff("On Monday, Ada wrote:\n" + "".join(f"> {line}\n" for line in HUNK))
