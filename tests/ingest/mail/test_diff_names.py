"""The paths a diff touches are read as its author's tool wrote them."""

import pytest

from ingest.mail.diff_names import Names, read_names


def both(path: str) -> Names:
    return Names(old=path, new=path)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("diff --git a/src/x.c b/src/x.c", "src/x.c"),
        ("diff --git i/src/x.c w/src/x.c", "src/x.c"),
        ("diff --git o/src/x.c w/src/x.c", "src/x.c"),
        ("diff --git old/src/x.c fresh/src/x.c", "src/x.c"),
        ("diff --git src/x.c src/x.c", "src/x.c"),
        ("diff --git a/x.c a/x.c", "a/x.c"),
        ("diff --git a/two words b/two words", "two words"),
        ("diff --git a/x b/x b/x b/x", "x b/x"),
        (r'diff --git "a/f\303\251.c" "b/f\303\251.c"', "fé.c"),
        (r'diff --git "a/tab\there" "b/tab\there"', "tab\there"),
        (r'diff --git "a/say \"\\\"" "b/say \"\\\""', 'say "\\"'),
        (r'diff --git "a/\377" "b/\377"', "\ufffd"),
        (r'diff --git "a/\777" "b/\777"', "\ufffd"),
        (r'diff --git "a/x\000" "b/x\000"', "x\ufffd"),
        ("diff --git a/x.c b/x.c\r", "x.c"),
        ("diff --cc src/x.c", "src/x.c"),
        ("diff --combined src/x.c", "src/x.c"),
        ("diff --git nonsense", "nonsense"),
    ],
)
def test_a_git_header_names_the_file(line, path):
    assert read_names([line, "index 1234567..89abcde"]) == both(path)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("a/src/x.c", "b/src/x.c", "src/x.c"),
        ("a/src/x.c\tThu Jan  1 00:00:00 1970 +0000", "b/src/x.c\tThu Jan  1 1970", "src/x.c"),
        ("src/x.c\t(revision 12)", "src/x.c\t(working copy)", "src/x.c"),
        ("src/x.c    (revision 12)", "src/x.c    (working copy)", "src/x.c"),
        ("src/x.c 2024-01-02 03:04:05", "src/x.c 2024-01-02 03:04:06", "src/x.c"),
        ("tree-6.1.orig/src/x.c", "tree-6.1/src/x.c", "src/x.c"),
        ("x.c.orig", "x.c", "x.c"),
        ("./x.c", "./x.c", "x.c"),
        ("/dev/null", "b/src/x.c", "src/x.c"),
        ("a/src/x.c", "/dev/null", "src/x.c"),
        (r'"a/f\303\251.c"', r'"b/f\303\251.c"', "fé.c"),
        ("a/two words\t", "b/two words\t", "two words"),
    ],
)
def test_plain_names_lose_prefixes_and_times(old, new, path):
    assert read_names([f"--- {old}", f"+++ {new}"]) == both(path)


@pytest.mark.parametrize("verb", ["rename", "copy"])
def test_a_move_has_two_names(verb):
    header = ["diff --git a/x y b/z", f"{verb} from x y", f'{verb} to "z\\ta"']
    assert read_names(header) == Names(old="x y", new="z\ta")


def test_a_git_header_that_cannot_be_split_leaves_it_to_the_names_below():
    header = ["diff --git left/x y right/z w", "--- left/x y\t", "+++ right/z w\t"]
    assert read_names(header) == Names(old="left/x y", new="right/z w")


@pytest.mark.parametrize("name", ["tree/src/x.c", "b/src/x.c"])
def test_a_file_that_quilt_adds_loses_its_tree(name):
    assert read_names([f"Index: {name}", "--- /dev/null", f"+++ {name}"]) == both("src/x.c")


def test_a_file_that_cvs_adds_keeps_its_directory():
    header = ["Index: src/x.c", "RCS file: src/x.c", "--- /dev/null\t1 Jan", "+++ src/x.c\t2 Jan"]
    assert read_names(header) == both("src/x.c")


def test_a_remark_on_binary_files_names_them():
    assert read_names(["diff -r a b", "Binary files a/x.png and b/x.png differ"]) == both("x.png")
    assert read_names(["diff -r 12 x.png", "Binary file x.png has changed"]) == both("x.png")


def test_an_index_line_alone_names_the_file():
    assert read_names(["Index: src/x.c", "=" * 67]) == both("src/x.c")
