"""Whatever bytes arrive: they are read into what can be stored, or they are no mail."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mail import NotMail, parse_mail
from ingest.mail.subject import split_subject
from tests.ingest.mail.storable import assert_storable

FIELDS = st.sampled_from(
    "From To Cc Reply-To Sender Subject Date Message-ID In-Reply-To References List-Id List-Post"
    " Received Content-Type Content-Transfer-Encoding Content-Disposition X-Original-From"
    " X-Patchwork-Hint X-Patchwork-State X-Patchwork-Delegate Mailing-List X".split()
)
PIECES = st.sampled_from(
    [
        *("<", ">", "@", '"', "(", ")", ",", ";", ":", "=", "[", "]", "/", "\\", "'", " ", "\n "),
        *("Jane", "jane@example.org", "<jane@example.org>", " via tea", "jane=x.org@y.org"),
        *("Re:", "[PATCH", "v2", "1/3]", "0/3", "99999999999", "of", "RESEND", "回复："),
        *("=?utf-8?q?", "=?utf-16?b?", "=00", "?=", "2AA=", "\ud7ff", "\0", "é", "²", "İ"),
        *("3 Feb", "2026", "0000", "99999", "10:00:00", "+0100", "+9999", "GMT", "Tue,"),
        *("text/plain", "text/html", "multipart/mixed", "message/rfc822", "charset=", "boundary=a"),
        *("utf-8", "us-ascii", "utf-16", "gb18030", "format=flowed", "base64", "quoted-printable"),
        *("application/octet-stream", "name=a.patch", "filename*=utf-8''%00"),
    ]
)
VALUES = st.lists(PIECES, max_size=8).map("".join)
LINES = st.sampled_from(
    [
        *(
            "",
            " ",
            "> ",
            "-- ",
            "---",
            "________________",
            "mailing list",
            "Hello.",
            "é",
            "\0",
            "\r",
        ),
        *(
            "diff --git a/x b/x",
            "index 1..2",
            "--- a/x",
            "+++ b/x",
            "@@ -1 +1 @@",
            "-a",
            "+b",
            " c",
        ),
        *("new file mode 100644", "rename from x", "GIT binary patch", "literal 3", "zcmV"),
        *("Index: x", "=" * 67, "Binary files a and b differ", "\\ No newline at end of file"),
        *(
            "Acked-by: a <a@x>",
            "Fixes: 1 (",
            "change-id: x",
            "The following changes since commit 1:",
        ),
        *("are available in the Git repository at:", "  https://example.org/x.git y"),
        *("<html>", "<p>", "</p>", "<pre>", "&amp;", "&#0;", "<!--", "<blockquote>", "a "),
        *("--a", "--a--", "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=a"),
        *("Zm9v", "=", "=3D=", "From x"),
    ]
)
TEXTS = st.lists(LINES, max_size=25).map("\n".join)


@st.composite
def mails(draw) -> bytes:
    """Mails with headers, MIME and text of pieces that mean something to the reader."""
    header = draw(st.lists(st.tuples(FIELDS, VALUES), min_size=1, max_size=10))
    lines = [f"{name}: {value}" for name, value in header]
    text = "\n".join([*lines, "", draw(TEXTS)])
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text.encode(draw(st.sampled_from(["utf-8", "latin-1", "utf-16"])), "replace")


def read_any(raw: bytes) -> None:
    try:
        parsed = parse_mail(raw)
    except NotMail:
        return
    assert_storable(parsed)


@given(st.binary(max_size=2000))
def test_any_bytes(raw):
    read_any(raw)


@given(st.binary(max_size=2000))
def test_any_body(data):
    assert_storable(parse_mail(b"From: a@x\n\n" + data))


@given(FIELDS, st.binary(max_size=500))
def test_any_value_of_any_field(name, value):
    assert_storable(parse_mail(b"X-First: x\n" + name.encode() + b": " + value))


@settings(max_examples=500)
@given(mails())
def test_mails_of_meaningful_pieces(raw):
    read_any(raw)


@given(
    st.sampled_from("utf-8 us-ascii iso-8859-1 utf-16 gb18030 iso-2022-jp koi8-r y".split()),
    st.sampled_from(["7bit", "8bit", "base64", "quoted-printable", "x"]),
    st.binary(max_size=500),
)
def test_any_bytes_in_any_coding(charset, coding, data):
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {coding}\n\n"
    assert_storable(parse_mail(head.encode() + data))


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map("".join))
def test_any_subject_has_a_reading(text):
    subject = split_subject(text)
    assert subject.name in subject.text
    assert bool(subject.name) == bool(subject.text)


@given(mails())
def test_reading_twice_gives_the_same(raw):
    try:
        parsed = parse_mail(raw)
    except NotMail:
        with pytest.raises(NotMail):
            parse_mail(raw)
    else:
        assert parse_mail(raw) == parsed


@given(st.text(string.printable, max_size=300), st.lists(LINES, max_size=10).map("\n".join))
def test_the_line_ends_of_the_transport_make_no_difference(subject, text):
    raw = f"Subject: {subject!a}\nDate: x\n\n{text}\n".replace("\r", "").encode()
    assert parse_mail(raw.replace(b"\n", b"\r\n")) == parse_mail(raw)
