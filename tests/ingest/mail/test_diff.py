"""Message and diff are told apart in mails as git, svn, quilt, Mercurial and people write them."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.mail.diff import read_diff, split_diff
from ingest.mail.values import Body, FileChange

ONE_LINE = """\
--- a/hello.c
+++ b/hello.c
@@ -1,3 +1,3 @@ int main(void)
 {
-	return 1;
+	return 0;
 }
"""
GIT = "diff --git a/hello.c b/hello.c\nindex 1234567..89abcde 100644\n" + ONE_LINE
TREE = "=" * 67 + "\n"

DIFFS = {
    "git": GIT,
    "diff -u": ONE_LINE,
    "diff -u with its command": "diff -Nur old/hello.c new/hello.c\n" + ONE_LINE,
    "svn": "Index: hello.c\n" + TREE + ONE_LINE,
    "svn, empty new file": "Index: hello.c\n" + TREE,
    "svn, binary": "Index: logo.png\n"
    + TREE
    + "Cannot display: file marked as a binary type.\nsvn:mime-type = application/octet-stream\n",
    "svn diff --git": "Index: hello.c\n" + TREE + GIT,
    "quilt without ruler": "Index: tree/hello.c\n" + ONE_LINE,
    "CVS": "Index: hello.c\n"
    + TREE
    + "RCS file: /cvs/hello.c,v\nretrieving revision 1.4\ndiff -u -p -r1.4 hello.c\n"
    + ONE_LINE,
    "Mercurial": "diff -r 5f2d1c3e4b5a -r 6a7b8c9d0e1f hello.c\n" + ONE_LINE,
    "Mercurial, binary": "diff -r 5f2d1c3e4b5a logo.png\nBinary file logo.png has changed\n",
    "rename only": "diff --git a/old.c b/new.c\nsimilarity index 100%\n"
    "rename from old.c\nrename to new.c\n",
    "copy only": "diff --git a/one.c b/two.c\nsimilarity index 100%\n"
    "copy from one.c\ncopy to two.c\n",
    "mode only": "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n",
    "empty new file": "diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n",
    "deleted empty file": "diff --git a/empty b/empty\ndeleted file mode 100644\n"
    "index e69de29..0000000\n",
    "binary, not shown": "diff --git a/logo.png b/logo.png\nindex 1234567..89abcde 100644\n"
    "Binary files a/logo.png and b/logo.png differ\n",
    "binary": "diff --git a/x.bin b/x.bin\nindex 1234567..89abcde 100644\nGIT binary patch\n"
    "literal 4\nLcmZQzWMT#Y01f~L\n\ndelta 6\nNcmZQzWMcpT001xm0CNBU\n\n",
    "no newline at the end": "diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n"
    "@@ -1 +1 @@\n-one\n\\ No newline at end of file\n+two\n\\ No newline at end of file\n",
    "merge": "diff --cc hello.c\nindex 1234567,89abcde..fedcba9\n--- a/hello.c\n+++ b/hello.c\n"
    "@@@ -1,2 -1,2 +1,3 @@@\n  {\n- \treturn 1;\n -\treturn 2;\n++\treturn 0;\n++\t/* done */\n",
    "two files": GIT + GIT,
    "header lines that end with CR LF": GIT.replace("\n", "\r\n"),
}

PROSE = {
    "diff in prose": "diff output is not nice to read, so here is none.\n",
    "Index in prose": "Index: the chapter at the end of the book\nwas rewritten.\n",
    "underlined heading": "Index: how to read it\n=====================\ntext\n",
    "ruler of dashes": "--- the old way\n+++ the new way\nboth work.\n",
    "hunk header alone": "@@ -1,3 +1,3 @@ is how a hunk begins.\n",
    "git header alone": "diff --git a/hello.c b/hello.c\nis how a patch begins.\n",
    "format-patch separator": "Text.\n---\n hello.c | 2 +-\n 1 file changed\n",
    "quoted diff": "".join("> " + line + "\n" for line in GIT.splitlines()),
    "indented interdiff": "".join("  " + line + "\n" for line in GIT.splitlines()),
    "version notes": "v2: rebased\n--- \n",
    "hg header": "# HG changeset patch\n# User Ada <ada@example.org>\n",
}


@pytest.mark.parametrize("diff", DIFFS.values(), ids=DIFFS)
def test_a_diff_is_found_between_the_text_around_it(diff):
    text = f"Fix the hello.\n\n---\n{diff}-- \n2.39.5\n"
    assert split_diff(text) == Body(message="Fix the hello.\n\n---\n-- \n2.39.5\n", diff=diff)


@pytest.mark.parametrize("diff", DIFFS.values(), ids=DIFFS)
def test_a_diff_that_was_found_is_found_whole_again(diff):
    assert split_diff(diff) == Body(message="", diff=diff)


@pytest.mark.parametrize("prose", PROSE.values(), ids=PROSE)
def test_prose_stays_in_the_message(prose):
    assert split_diff(prose) == Body(message=prose, diff="")
    assert split_diff(prose + GIT).message == prose


def test_an_unindented_interdiff_is_a_diff():
    body = split_diff("Changes since v1:\n\n" + ONE_LINE + "\nAda (2):\n  Fix the hello\n")
    assert body.diff == ONE_LINE


def test_text_between_two_diffs_goes_to_the_message_in_order():
    body = split_diff("one\n" + GIT + "two\n" + GIT + "three\n")
    assert body.message == "one\ntwo\nthree\n"


def test_lines_in_a_hunk_that_look_like_text_are_diff():
    hunk = "--- a/x\n+++ b/x\n@@ -1,5 +1,4 @@\n"
    hunk += "--- \n---- a/y\n-From here\n+++ b/y\n+-- \n @@ \n From \n"
    assert split_diff(hunk + "-- \nAda\n") == Body(message="-- \nAda\n", diff=hunk)


def test_an_empty_line_stands_for_a_context_line_whose_blank_was_eaten():
    diff = "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n\n-two\n+three\n"
    assert split_diff(diff + "\nBye\n") == Body(message="\nBye\n", diff=diff)


def test_an_empty_line_may_end_with_cr():
    diff = "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\r\n\r\n-two\n+three\n"
    assert split_diff(diff) == Body(message="", diff=diff)


def test_a_truncated_hunk_leaves_the_text_after_it_alone():
    diff = "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n one\n-two\n+three\n"
    assert split_diff(diff + "\n-- \nAda\n") == Body(message="\n-- \nAda\n", diff=diff)


def test_a_truncated_hunk_leaves_the_header_of_the_next_file_alone():
    diff = "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n one\n-two\n" + ONE_LINE
    assert read_diff(diff).files == (
        FileChange(path="x", added=0, removed=1),
        FileChange(path="hello.c", added=1, removed=1),
    )


def test_lines_beyond_the_counts_are_diff_when_a_hunk_follows():
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n\n\n two\n+more\n@@ -9 +9 @@\n-nine\n+ten\n"
    assert split_diff(diff + "\nBye\n") == Body(message="\nBye\n", diff=diff)


def test_lines_beyond_counts_that_cannot_be_true_are_diff():
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n+more\n+than\n+two\n two\n"
    assert split_diff(diff + "-- \n2.39.5\n").diff == diff


@pytest.mark.parametrize(
    "hunk",
    [
        "@@ -1,9 +1,2 @@\n one\n+a\n+b\n two\n",
        "@@ -1,2 +1,9 @@\n one\n-a\n-b\n two\n",
        "@@ -1,9 +1,1 @@\n one\n two\n",
    ],
)
def test_counts_that_cannot_be_true_swallow_no_text(hunk):
    diff = f"--- a/x\n+++ b/x\n{hunk}"
    assert split_diff(diff + "\n- list\n+ list\n") == Body(message="\n- list\n+ list\n", diff=diff)


def test_lines_beyond_the_counts_are_diff_when_a_file_follows():
    diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n two\n+more\n" + GIT
    assert split_diff(diff) == Body(message="", diff=diff)


def test_a_list_after_a_whole_hunk_is_text():
    assert split_diff(ONE_LINE + "- tested on x86\n").message == "- tested on x86\n"


def test_the_last_line_is_given_its_end():
    assert split_diff("no end") == Body(message="no end\n", diff="")
    assert split_diff(ONE_LINE[:-1]).diff == ONE_LINE


def test_files_are_counted_in_the_order_of_the_diff():
    other = ONE_LINE.replace("hello.c", "zoo/a.c").replace("@@ -1,3 +1,3", "@@ -1,3 +1,4")
    facts = read_diff(other.replace("+\treturn 0;", "+\tx();\n+\treturn 0;") + GIT)
    assert facts.files == (
        FileChange(path="zoo/a.c", added=2, removed=1),
        FileChange(path="hello.c", added=1, removed=1),
    )


def test_a_merge_counts_lines_new_to_any_parent():
    assert read_diff(DIFFS["merge"]).files == (FileChange(path="hello.c", added=2, removed=2),)


def test_a_rename_touches_both_paths():
    facts = read_diff(DIFFS["rename only"])
    assert facts.paths == ("new.c", "old.c")
    assert facts.files == (FileChange(path="new.c", added=0, removed=0),)


def test_a_deleted_file_keeps_its_name():
    facts = read_diff("--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")
    assert facts.files == (FileChange(path="gone.c", added=0, removed=1),)
    assert facts.paths == ("gone.c",)


LINES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([line for diff in DIFFS.values() for line in diff.split("\n")]),
    st.sampled_from(["-- ", "---", "> @@ -1 +1 @@", "@@ -1,9 +1,9 @@", "\r", " ", "+x", "-x"]),
)


@given(st.lists(LINES, max_size=40).map("\n".join))
@example("\n")
@example("")
def test_no_line_of_any_text_is_lost_or_made(text):
    lines = text.removesuffix("\n").split("\n") if text else []
    body = split_diff(text)
    message, diff = body.message.split("\n")[:-1], body.diff.split("\n")[:-1]
    assert Counter(message + diff) == Counter(lines)
    assert is_subsequence(message, lines)
    assert is_subsequence(diff, lines)


@given(st.lists(LINES, max_size=40).map("\n".join))
def test_every_diff_that_is_found_can_be_read(text):
    diff = split_diff(text).diff
    facts = read_diff(diff)
    assert bool(facts.files) == bool(diff)
    assert all(change.added >= 0 and change.removed >= 0 for change in facts.files)


def is_subsequence(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(line in rest for line in part)
