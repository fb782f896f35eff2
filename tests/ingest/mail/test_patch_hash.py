"""The patch hash is Patchwork's to the letter."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.patch_hash import hash_diff

DIFF = """\
diff --git a/src/x.c b/src/x.c
index 1234567..89abcde 100644
--- a/src/x.c
+++ b/src/x.c
@@ -10,3 +10,4 @@ int main(void)
 {
-	old();
+	new();
+	newer();
 }
"""
HASHED = """\
--- a/src/x.c
+++ b/src/x.c
@@ -3 +4 @@
 {
-	old();
+	new();
+	newer();
 }
"""


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()


def test_headers_are_normalised_and_all_but_changes_and_context_is_passed_over():
    assert hash_diff(DIFF) == sha1(HASHED)


@pytest.mark.parametrize(
    "other",
    [
        DIFF.replace("\n", "\r\n"),
        DIFF.replace("-10,3 +10,4", "-99,3 +98,4"),
        DIFF.replace(" int main(void)", ""),
        DIFF.replace("1234567", "7654321"),
        DIFF.replace("a/src", "old/src").replace("b/src", "new/src"),
        DIFF.replace("--- a/src/x.c", "--- a/src/x.c\t1970-01-01"),
        "\n\n" + DIFF + "\n\n",
    ],
)
def test_what_does_not_change_the_change_does_not_change_the_hash(other):
    assert hash_diff(other) == hash_diff(DIFF)


@pytest.mark.parametrize(
    "other", [DIFF.replace("old", "Old"), DIFF.replace("x.c", "y.c"), DIFF.replace("10,3", "10,2")]
)
def test_another_change_has_another_hash(other):
    assert hash_diff(other) != hash_diff(DIFF)


def test_a_count_that_is_left_out_is_one():
    assert hash_diff("@@ -7 +7,2 @@") == sha1("@@ -1 +2 @@\n")


def test_a_name_without_a_directory_is_only_its_prefix():
    assert hash_diff("--- x.c") == sha1("--- a/\n")


def test_nothing_hashed_is_the_hash_of_nothing():
    assert hash_diff("diff --git a/x b/y\nrename from x\nrename to y\n") == sha1("")


def test_a_count_of_any_length_has_a_hash():
    assert hash_diff(f"@@ -1,{'9' * 5000} +1 @@")


def plainly_hash(diff: str) -> str:
    """Follow the rule line by line, in the words in which Patchwork's clients know it."""
    kept = []
    for line in diff.replace("\r", "").strip().split("\n"):
        name = re.match(r"(---|\+\+\+) (\S+)", line)
        hunk = re.match(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", line)
        if name:
            side = "a/" if name[1] == "---" else "b/"
            kept.append(f"{name[1]} {side}{'/'.join(name[2].split('/')[1:])}")
        elif hunk:
            old, new = (int(count or 1) for count in hunk.groups())
            kept.append(f"@@ -{old} +{new} @@")
        elif line[:1] in ("-", "+", " "):
            kept.append(line)
    return sha1("".join(line + "\n" for line in kept))


LINES = st.one_of(
    st.text(max_size=8),
    st.sampled_from([*DIFF.split("\n"), "--- x", "---  x", "+++ a b", "--- ", "@@ -1,0 +1,٣ @@"]),
    st.sampled_from(["\x85", "-", "+\ud800", "@@", "@@ -1 +1", "--- a/\tb", "+++ /dev/null"]),
)


@given(st.lists(LINES, max_size=20).map("\n".join))
def test_any_text_has_the_hash_of_the_plain_rule(text):
    assert hash_diff(text) == plainly_hash(text)
