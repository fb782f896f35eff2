"""Trailers are read wherever they stand in a message, in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.trailers import LONGEST_VALUE, MOST_TRAILERS, read_trailers
from ingest.mail.values import Trailer

ADA = "Ada <ada@example.org>"


def read_pairs(message: str, *tags: str) -> list[tuple[str, str]]:
    return [(trailer.key, trailer.value) for trailer in read_trailers(message, tags)]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Acked-by", "Acked-by"),
        ("acked-by", "Acked-by"),
        ("REVIEWED-BY", "Reviewed-by"),
        ("Tested-By", "Tested-by"),
        ("Reported-and-tested-by", "Reported-and-tested-by"),
        ("Dreamt-Of-By", "Dreamt-of-by"),
        ("fixes", "Fixes"),
        ("LINK", "Link"),
        ("Closes", "Closes"),
        ("Depends-On", "Depends-on"),
        ("Base-Commit", "base-commit"),
        ("Change-id", "change-id"),
    ],
)
def test_a_key_has_one_spelling(written, key):
    assert read_pairs(f"{written}: {ADA}\n") == [(key, ADA)]


@pytest.mark.parametrize(
    "message",
    [
        f"Cc: {ADA}\n",
        f"> Acked-by: {ADA}\n",
        f" Acked-by: {ADA}\n",
        f"I add my Acked-by: {ADA}\n",
        "Note: this is text\n",
        "Acked-by:\n",
        "Stand by: text\n",
    ],
)
def test_other_lines_are_no_trailers(message):
    assert read_trailers(message) == ()


def test_trailers_keep_their_order_and_their_repeats():
    message = f'Fixes: 1234567 ("x")\n\ntext\n\nAcked-by: {ADA}\nAcked-by: {ADA}\n'
    assert read_pairs(message) == [
        ("Fixes", '1234567 ("x")'),
        ("Acked-by", ADA),
        ("Acked-by", ADA),
    ]


def test_what_stands_below_the_separator_counts():
    message = "Fix x.\n---\nchange-id: 20240102-x-1234567890ab\n\nbase-commit: 1234567\n"
    assert read_pairs(message) == [
        ("change-id", "20240102-x-1234567890ab"),
        ("base-commit", "1234567"),
    ]


def test_the_id_of_a_gerrit_change_is_not_that_of_a_series():
    value = "I" + "0123456789" * 4
    assert read_pairs(f"Change-Id: {value}\n") == [("Change-Id", value)]


def test_configured_tags_are_read_and_spelled_as_configured():
    message = f"QA-OK: {ADA}\nacked-by: {ADA}\nNeeds a look: {ADA}\nC++: {ADA}\n"
    assert read_pairs(message, "QA-ok", "ACKED-by", "Needs a Look", "c++") == [
        ("QA-ok", ADA),
        ("ACKED-by", ADA),
        ("Needs a Look", ADA),
        ("c++", ADA),
    ]


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ('Fixes: 1234567 ("a long\n subject")\n', '1234567 ("a long subject")'),
        ("Acked-by: Ada\n\t<ada@example.org>\n", ADA),
        ("Acked-by: Ada <ada@\n example.org>\n", "Ada <ada@ example.org>"),
        ("Link:\n https://example.org/x\n", "https://example.org/x"),
        (f"Acked-by: {ADA}\n indented text\n", ADA),
        ("Acked-by: Ada\ntext\n", "Ada"),
        ("Acked-by: Ada\n <ada@example.org>", ADA),
        (f"Acked-by : {ADA} \r\n", ADA),
    ],
)
def test_a_value_goes_on_below_only_while_something_is_missing(message, value):
    assert [trailer.value for trailer in read_trailers(message)] == [value]


def test_a_long_value_is_cut():
    assert read_trailers("Link: " + "x" * 9999) == (Trailer(key="Link", value="x" * LONGEST_VALUE),)


def test_a_bounded_number_is_kept():
    assert len(read_trailers(f"Acked-by: {ADA}\n" * 999)) == MOST_TRAILERS


@given(st.text(alphabet="Acked-by: fixes\n\t>(<\r", max_size=80))
def test_any_message_can_be_read(message):
    for trailer in read_trailers(message, ["x"]):
        assert trailer.value == trailer.value.strip() != ""
