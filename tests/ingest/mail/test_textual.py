"""HTML and format=flowed texts become the lines that their readers see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.body import split_body
from ingest.mail.textual import html_to_text, unflow

DIFF = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n if (a < b && c)\n-\ttwo\n+\tthree\n"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("one<br>two", "one\ntwo\n"),
        ("one<br/>\n<br>two", "one\n\ntwo\n"),
        ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo\n"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo\n"),
        ("one\n  <b>two</b> three", "one two three\n"),
        ("<pre>one\n  two\r\n\nthree</pre>", "one\n  two\n\nthree\n"),
        ("<pre>one\n</pre>two", "one\ntwo\n"),
        ("<ul><li>one<li>two</ul>", "* one\n* two\n"),
        ("<table><tr><td>one</td><td>two</td></tr></table>", "one two \n"),
        ("a &lt; b &amp;&amp; c &eacute; &#233;", "a < b && c é é\n"),
        ("&nbsp;&nbsp;indented", "  indented\n"),
        ("one<!-- <p>never</p> --> two", "one two\n"),
        ("<style>p { x }</style><script>if (a<b) x()</script>one", "one\n"),
        ("<head><title>never</title></head><body>one</body>", "one\n"),
        ("<!DOCTYPE html><?xml?><![if !mso]>one<![endif]>", "one\n"),
        ("one < two > three", "one < two > three\n"),
        ("one <!-- two", "one two\n"),
        ("one</blockquote></pre> two", "one\ntwo\n"),
        ("</blockquote></blockquote><blockquote>one", "> one\n"),
        ("</pre></pre><pre>one\ntwo</pre>", "one\ntwo\n"),
        ("&#99999999999;" + "&#" + "9" * 9999 + ";", "\ufffd\ufffd\n"),
        ("", ""),
    ],
)
def test_html_reads_as_it_is_seen(html, text):
    assert html_to_text(html) == text


def test_a_quote_in_html_is_marked_as_one():
    html = "Yes.<blockquote>Right?<blockquote>Or?</blockquote></blockquote>Ada"
    assert html_to_text(html) == "Yes.\n> Right?\n> > Or?\nAda\n"


def test_quotes_without_end_are_marked_only_so_deep():
    assert html_to_text("<blockquote>" * 500 + "x") == "> " * 9 + "x\n"


@pytest.mark.parametrize(
    "write",
    [
        lambda text: f"<pre>{text}</pre>",
        lambda text: text.replace("\n", "<br>").replace("\t", "&nbsp;"),
        lambda text: "".join(f"<div>{line}</div>" for line in text.splitlines()),
    ],
)
def test_the_patch_in_an_html_mail_is_found(write):
    escaped = DIFF.replace("&", "&amp;").replace("<", "&lt;").replace("\n ", "\n&nbsp;")
    diff = split_body(html_to_text(f"<html><body>Fix x.<br>{write(escaped)}Ada</body></html>")).diff
    assert diff.split() == DIFF.split()


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("one \ntwo \nthree\nfour\n", "one two three\nfour\n"),
        ("one \r\ntwo\r\n", "one two\n"),
        (" From here\n >no quote\n  indented\n", "From here\n>no quote\n indented\n"),
        ("> one \n> two\n>> three\n", "> one two\n>> three\n"),
        ("> one \ntwo\n", "> one \ntwo\n"),
        ("one \n-- \nAda\n", "one \n-- \nAda\n"),
        ("> -- \n> Ada\n", "> -- \n> Ada\n"),
        ("one \n\ntwo", "one \ntwo\n"),
        ("one ", "one \n"),
        ("", "\n"),
    ],
)
def test_lines_broken_for_display_are_joined(flowed, text):
    assert unflow(flowed, delsp=False) == text


def test_the_blank_of_a_break_goes_where_the_sender_says_so():
    assert unflow("Donau \ndampf \nschiff\nfahrt \n", delsp=True) == "Donaudampfschiff\nfahrt\n"


@given(st.text(alphabet=" >\n-ab\r", max_size=60), st.booleans())
def test_joining_lines_loses_no_letter(text, delsp):
    assert [c for c in unflow(text, delsp) if c in "ab-"] == [c for c in text if c in "ab-"]


@given(st.text(alphabet="<>/!-abpre&#;9 \n\"'=", max_size=80))
def test_any_html_can_be_read(html):
    assert html_to_text(html) == "" or html_to_text(html).endswith("\n")
