"""Hunks and binary blocks end where their counts say, and survive counts that lie."""

import pytest

from ingest.mail.diff_hunks import Hunks, find_binary_end, is_hunk_start, read_hunks


@pytest.mark.parametrize(
    "header",
    ["@@ -1 +1 @@", "@@ -0,0 +1,3 @@", "@@ -10,7 +10,8 @@ int main(void)", "@@ -1 +1 @@\r"],
)
def test_a_hunk_starts_with_its_header(header):
    assert is_hunk_start([header], 0)


@pytest.mark.parametrize(
    "header", ["@@ ", "@@ -1 @@", "@@ -a +b @@", " @@ -1 +1 @@", f"@@ -{'9' * 5000} +1 @@"]
)
def test_what_looks_like_a_header_starts_no_hunk(header):
    assert not is_hunk_start([header], 0)


def test_hunks_that_follow_one_another_are_one_run():
    lines = ["@@ -1,2 +1,2 @@", " a", "-b", "+c", "@@ -9 +9,2 @@", " i", "+j", "text"]
    assert read_hunks(lines, 0) == Hunks(end=7, added=2, removed=1)


def test_no_hunk_is_an_empty_run():
    assert read_hunks(["text"], 0) == Hunks(end=0, added=0, removed=0)


def test_a_missing_newline_is_no_line():
    lines = ["@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a", "\\ Kein Zeilenumbruch"]
    assert read_hunks(lines, 0) == Hunks(end=5, added=1, removed=1)


def test_the_signature_is_not_taken_for_a_removed_line():
    assert read_hunks(["@@ -1,2 +1,2 @@", " a", "-- ", "2.39.5"], 0).end == 2


def test_the_signature_and_the_empty_lines_before_it_do_not_fill_a_truncated_hunk():
    assert read_hunks(["@@ -1,9 +1,9 @@", "-a", "", "", "-- ", "Ada"], 0) == Hunks(
        end=2, added=0, removed=1
    )


def test_a_removed_line_is_refused_where_no_old_line_is_left():
    assert read_hunks(["@@ -0,0 +1,5 @@", "+a", "-- ", "2.39.5"], 0).end == 2


def test_a_combined_hunk_counts_a_column_for_each_parent():
    lines = ["@@@ -1,2 -1,1 +1,2 @@@", "  a", "- b", "++c", "text"]
    assert read_hunks(lines, 0) == Hunks(end=4, added=1, removed=1)


def test_a_combined_hunk_of_three_parents():
    lines = ["@@@@ -1 -1 -1 +1 @@@@", "---a", "+++b", "+++beyond"]
    assert read_hunks(lines, 0).end == 3


def test_a_combined_hunk_ends_at_a_line_that_lacks_a_column():
    assert read_hunks(["@@@ -1,2 -1,2 +1,2 @@@", "  a", "", "  b"], 0).end == 2


def test_binary_blocks_end_with_their_empty_lines():
    lines = ["literal 4", "LcmZQzWMT#Y01f~L", "", "literal 0", "HcmV?d00001", "", "-- "]
    assert find_binary_end(lines, 0) == 6


def test_a_word_after_a_binary_block_is_no_data():
    assert find_binary_end(["literal 4", "LcmZQzWMT#Y01f~L", "Thanks"], 0) == 2
