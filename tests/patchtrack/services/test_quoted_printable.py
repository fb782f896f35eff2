"""Quoted-printable text decodes to the very bytes, and no line of it opens a mail."""

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchtrack.services.quoted_printable import encode_quoted_printable

AWKWARD = st.text("ab =\t\n\r>From\xe9", max_size=400).map(lambda text: text.encode("latin-1"))


@given(AWKWARD | st.binary(max_size=400))
def test_decoding_gives_back_every_byte(data):
    assert quopri.decodestring(encode_quoted_printable(data)) == data


@given(AWKWARD)
def test_no_line_is_too_long_or_opens_a_mail(data):
    for line in encode_quoted_printable(data).split(b"\n"):
        assert len(line) <= 76
        assert not line.lstrip(b">").startswith(b"From ")


@pytest.mark.parametrize("data", [b"From me\n", b">From me\n", b"x" * 71 + b" From me\n"])
def test_a_separator_is_escaped_wherever_a_line_is_broken(data):
    assert b"\nFrom " not in b"\n" + encode_quoted_printable(data).replace(b">", b"")


def test_plain_text_stays_readable():
    assert encode_quoted_printable(b"plain text\n") == b"plain text\n"
