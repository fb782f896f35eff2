"""A diff is taken apart into files, and into lines with their numbers."""

from patchtrack.web.diff_lines import number_lines, split_changes, split_files, split_hunks
from tests.factories import make_diff


def number(*body: str) -> list[tuple[str, int, int]]:
    return [(line.kind, line.old, line.new) for line in number_lines(body)]


def test_lines_have_their_numbers_before_and_after():
    assert number("@@ -7,3 +9,3 @@ f()", " a", "-b", "+c", " d") == [
        ("hunk", 0, 0), ("", 7, 9), ("del", 8, 0), ("add", 0, 10), ("", 9, 11)
    ]  # fmt: skip


def test_each_hunk_counts_from_its_own_start():
    assert number("@@ -1 +1 @@", "-a", "+b", "@@ -9 +9 @@", "+c")[-1] == ("add", 0, 9)


def test_an_empty_line_of_a_mailer_is_a_context_line():
    assert number("@@ -1,2 +1,2 @@", "", " a")[1:] == [("", 1, 1), ("", 2, 2)]


def test_a_remark_on_the_end_of_the_file_has_no_number():
    assert number("@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a")[2:] == [
        ("hint", 0, 0),
        ("add", 0, 1),
    ]


def test_a_merge_has_marks_for_both_parents_and_no_numbers():
    assert number("@@@ -1,2 -1,2 +1,3 @@@", "++a", " +b", "- c", "  d") == [
        ("hunk", 0, 0), ("add", 0, 0), ("add", 0, 0), ("del", 0, 0), ("", 0, 0)
    ]  # fmt: skip


def test_a_binary_patch_has_no_numbers():
    assert number("GIT binary patch", "literal 2", "JcmZQzWMT#Y01f~L") == [("", 0, 0)] * 3


def test_removed_lines_go_with_the_added_ones_after_them():
    lines = number_lines(["@@ -1,4 +1,4 @@", "-a", "-b", "+c", " d", "+e", "-f"])
    assert split_changes(lines) == [([1, 2], [3]), ([], [5]), ([6], [])]


def test_hunks_are_told_without_their_first_line():
    lines = number_lines(["@@ -1 +1 @@", "-a", "+b", "@@ -9 +9 @@", "+c"])
    assert split_hunks(lines) == [range(1, 3), range(4, 5)]


def test_a_file_that_is_only_renamed_has_no_hunk():
    assert split_hunks([]) == []


def test_files_are_numbered_and_named():
    files = split_files(make_diff("a.c") + make_diff("b/c.d"))
    assert [(file.number, file.path, file.added) for file in files] == [
        (1, "a.c", 1),
        (2, "b/c.d", 1),
    ]


def test_a_header_says_what_the_names_do_not():
    diff = "diff --git a/x b/y\nold mode 100644\nnew mode 100755\nrename from x\nrename to y\n"
    (file,) = split_files(diff)
    assert (file.old, file.path) == ("x", "y")
    assert file.remarks == ["old mode 100644", "new mode 100755", "rename from x", "rename to y"]
