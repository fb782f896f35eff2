"""A mail's text loses its trailing signature and list footer, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.body import cut_signature, split_body
from ingest.mail.values import Body

DIFF = """\
diff --git a/x b/x
index 1234567..89abcde 100644
--- a/x
+++ b/x
@@ -1,2 +1,2 @@
 one
-two
+three
"""
MAILMAN = """\
_______________________________________________
Frobnicate mailing list
Frobnicate@lists.example.org
https://lists.example.org/mailman/listinfo/frobnicate
"""
GROUPS = """\
-=-=-=-=-=-=-=-=-=-=-=-
Groups.io Links: You receive all messages sent to this group.
View/Reply Online (#42): https://groups.example.org/g/frob/message/42
Unsubscribe: https://groups.example.org/g/frob/unsub
-=-=-=-=-=-=-=-=-=-=-=-
"""
VGER = '--\nTo unsubscribe from this list: send the line "unsubscribe frob" in\nthe body.\n'

CUT = {
    "signature": "-- \nAda\nexample.org\n",
    "signature of git": "-- \n2.39.5\n\n",
    "signature of git that lost its blank": "--\n2.39.5 (Apple Git-154)\n",
    "empty signature": "-- \n",
    "footer of Mailman": MAILMAN,
    "footer of groups.io": GROUPS,
    "footer of vger": VGER,
    "signature and footer": "-- \nAda\n\n" + MAILMAN,
    "two footers": MAILMAN + "\n" + MAILMAN,
    "list's own signature": "-- \nAda\n-- \nMailing list info: https://lists.example.org/frob\n",
}

KEPT = {
    "signature mark with much below it": "-- \n" + "text\n" * 20,
    "signature mark above a quote": "Thanks.\n-- \nAda\n\nBob wrote:\n> text\n",
    "signature mark above a trailer": "-- \nSigned-off-by: Ada <ada@example.org>\n",
    "signature mark above a base commit": "-- \nbase-commit: 1234567\n",
    "underlined title": "Title\n__________\ntext\nmore text\n",
    "underlined title above a trailer": "Title\n__________\nmailing list\nAcked-by: Ada\n",
    "ruler without a list": "-=-=-=-=-=-=-\nbenchmark\n",
    "ruler with much below it": "-=-=-=-=-=-=-\n" + "text\n" * 20 + "mailing list\n",
    "ruler above a long text": "____________\n"
    + "our mailing list has a long history " * 200
    + "\n",
    "two dashes": "--\nThanks, Ada\n",
    "no signature": "text\n",
    "nothing": "",
    "empty lines": "\n\n",
}


@pytest.mark.parametrize("end", CUT.values(), ids=CUT)
def test_what_ends_a_mail_is_cut(end):
    assert cut_signature("text\n\n" + end) == "text\n\n"


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_belongs_to_the_message_is_kept(text):
    assert cut_signature(text) == text


def test_of_two_signature_marks_the_last_short_one_is_cut():
    text = "-- \n" + "text\n" * 20
    assert cut_signature(text + "-- \nAda\n") == text


def test_the_signature_of_git_follows_the_counted_lines():
    body = split_body("Fix x.\n---\n x | 2 +-\n\n" + DIFF + "-- \n2.39.5\n\n")
    assert body == Body(message="Fix x.\n---\n x | 2 +-\n\n", diff=DIFF)


def test_a_removed_line_of_two_dashes_stays_in_the_diff():
    diff = "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-- \n"
    assert split_body(diff + "-- \n2.39.5\n") == Body(message="", diff=diff)


def test_a_signature_mark_before_the_diff_is_text():
    assert split_body("Fix x.\n-- \nAda\n\n" + DIFF).message == "Fix x.\n-- \nAda\n\n"


def test_what_git_prints_below_the_diff_is_kept():
    text = "Fix x.\n" + DIFF + "\nbase-commit: 1234567\n-- \n2.39.5\n"
    assert split_body(text).message == "Fix x.\n\nbase-commit: 1234567\n"


def test_a_reply_loses_its_signature():
    assert split_body("> text\nYes.\n-- \nAda\n") == Body(message="> text\nYes.\n", diff="")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_become_lf(end):
    text = "Fix x.\n\n" + DIFF + "-- \n2.39.5\n"
    assert split_body(text.replace("\n", end)) == split_body(text)


def test_a_patch_of_a_file_with_crlf_keeps_them():
    diff = DIFF.replace(" one\n", " one\r\n").replace("-two\n", "-two\r\n")
    body = split_body("Fix x.\r\n\n" + diff + "-- \r\n2.39.5\r\n")
    assert body == Body(message="Fix x.\n\n", diff=diff)


def test_a_line_end_that_was_doubled_is_one():
    assert split_body("one\r\r\ntwo\r\n").message == "one\ntwo\n"


@given(st.text(alphabet="\r\n-_= >ab", max_size=60))
def test_any_text_makes_a_body_of_whole_lines(text):
    body = split_body(text)
    assert all(part == "" or part.endswith("\n") for part in (body.message, body.diff))


@given(st.lists(st.sampled_from(["-- ", "--", "_" * 12, "", "text", "mailing list", "> q"])))
def test_only_the_end_is_ever_cut(lines):
    text = "".join(line + "\n" for line in lines)
    assert text.startswith(cut_signature(text))
