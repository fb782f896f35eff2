"""Text that came by mail becomes HTML in which nothing of it is markup."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchtrack.web.text import LONGEST_LINE, LONGEST_TEXT, escape_text, render_text


@given(st.text("<>&\"'/ahref=:.()[]\n\t>script", max_size=200))
def test_no_markup_survives_but_ours(text):
    html = render_text(text)
    html = re.sub(r'<details class="quoted"><summary>\d+ quoted lines</summary>', "", html)
    for ours in ("</details>", '<span class="quote">', '<span class="trailer">', "</span>", "</a>"):
        html = html.replace(ours, "")
    links = html.split('<a href="http')
    assert "<" not in "".join(links)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://example.org/a?b=1&c=2.", "https://example.org/a?b=1&amp;c=2"),
        ("(see http://example.org/)", "http://example.org/"),
        ("https://example.org/a_(b)", "https://example.org/a_(b)"),
        ("<https://example.org/>", "https://example.org/"),
        ("HTTPS://EXAMPLE.ORG/", "HTTPS://EXAMPLE.ORG/"),
    ],
)
def test_web_addresses_become_links(text, url):
    assert f'<a href="{url}" rel="nofollow ugc">{url}</a>' in render_text(text)


@pytest.mark.parametrize(
    "text", ["javascript://example.org/%0aalert(1)", "data://x", "jane@example.org", "www.x.org"]
)
def test_nothing_else_becomes_a_link(text):
    assert "<a" not in render_text(text)


def test_a_long_quote_is_folded_but_for_its_end():
    html = render_text("> 1\n> 2\n> 3\n> 4\n> 5\n> 6\nYes.\n> 7\n")
    assert html == (
        '<details class="quoted"><summary>4 quoted lines</summary>'
        '<span class="quote">&gt; 1\n&gt; 2\n&gt; 3\n&gt; 4</span></details>'
        '<span class="quote">&gt; 5\n&gt; 6</span>\nYes.\n<span class="quote">&gt; 7</span>'
    )


def test_a_short_quote_is_not_folded():
    assert "details" not in render_text("> 1\n> 2\n> 3\n> 4\n> 5\n")


def test_quotes_and_trailers_are_marked():
    html = render_text("> Why?\n> Why?\nBecause.\nAcked-by: Bo\n")
    assert html == (
        '<span class="quote">&gt; Why?\n&gt; Why?</span>\nBecause.\n'
        '<span class="trailer">Acked-by: Bo</span>'
    )


@pytest.mark.parametrize("lines", [["> x"] * 9, ["> x", "", "y"], ["Acked-by: x", "y"], ["", "x"]])
def test_no_line_is_lost(lines):
    html = re.sub("<details.*?</summary>|<[^>]*>", "", render_text("\n".join(lines)))
    assert unescape(html).replace("\n", "") == "".join(lines)


@pytest.mark.parametrize(
    ("odd", "shown"),
    [("\u202e", "U+202E"), ("\r", "␍"), ("\x1b", "␛"), ("\x7f", "U+007F"), ("\x85", "U+0085")],
)
def test_what_cannot_be_seen_is_named(odd, shown):
    assert escape_text(f"a{odd}b") == f'a<span class="odd">{shown}</span>b'


def test_a_tab_is_a_tab():
    assert escape_text("\tif (x)") == "\tif (x)"


def test_what_is_too_long_for_a_page_is_cut():
    assert len(escape_text("x" * 10 * LONGEST_LINE)) < LONGEST_LINE + 10
    html = render_text("x\n" * LONGEST_TEXT)
    assert len(html) < LONGEST_TEXT + 100
    assert "raw mail" in html
