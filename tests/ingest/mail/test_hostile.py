"""No mail crashes the reader, and none costs more than its length."""

import pytest

from ingest.mail import NotMail, parse_mail
from tests.ingest.mail import hostile
from tests.ingest.mail.hostile import SMALL
from tests.ingest.mail.reading import parse
from tests.ingest.mail.storable import assert_storable

MIB = 2**20


def read_any(raw: bytes) -> None:
    """Reads a mail that may be none."""
    try:
        parsed = parse_mail(raw)
    except NotMail:
        return
    assert_storable(parsed)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("make", hostile.MAILS.values(), ids=hostile.MAILS)
def test_a_long_mail_does_not_stall_the_reader(make):
    """Reading takes a part of a second; at a square of the length it would take minutes.

    tools/bench_hostile.py measures it for a mebibyte, and that time grows with the length.
    """
    read_any(make(MIB // 4))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n" * 100,
        b"\0",
        b"\0" * MIB,
        bytes(range(256)) * 100,
        b"\xff\xfe\xfd" * 1000,
        b"Hello.\n" * 1000,
        "\ud800: x\n\n".encode("utf-8", "surrogatepass"),
        b" " * MIB,
        b":" * MIB,
    ],
)
def test_what_has_no_header_is_not_mail(raw):
    with pytest.raises(NotMail):
        parse_mail(raw)


@pytest.mark.parametrize("size", range(len(SMALL) + 1))
def test_a_mail_may_end_anywhere(size):
    read_any(SMALL[:size])


@pytest.mark.parametrize(
    "line",
    [
        b"Subject: a\0b",
        b"From: a\0b <a\0b@x>",
        b"Message-ID: <a\0b@x>",
        b"References: <\0@x>",
        b"List-Id: <\0>",
        b"X-Patchwork-State: \0",
        b"X-Patchwork-Delegate: =?utf-8?q?=00?=",
        b"Subject: =?utf-8?q?=00=ED=A0=80?=",
        b"From: =?utf-16?q?=D8=00?= <a@x>",
        b"Subject: =?utf-7?q?+2AA-?=",
        b"Subject: =?unicode_escape?q?\\ud800?=",
        b"Subject: \xed\xa0\x80",
        b"From: \xed\xa0\x80@x",
        "From: İ@x".encode(),
        "From: Jane <ΟΔΟΣ@x>".encode(),
        b"From: " + b"a" * 300 + b"@x",
        b"Message-ID: <" + b"a" * 3000 + b"@x>",
        b"List-Id: <" + b"a" * 3000 + b">",
        b"Date: Tue, 3 Feb 0000 09:00:00 +0000",
        b"Date: Tue, 3 Feb 99999 09:00:00 +0000",
        b"Date: Fri, 31 Dec 9999 23:59:59 -1200",
        b"Date: Thu, 1 Jan 1970 00:00:00 +1400",
        b"Subject: [PATCH 40000/50000] x",
        b"Subject: [PATCH v99999999999 99999999999/99999999999] x",
        b"Subject: [PATCH v999999999 999999999/999999999] x",
        "Subject: [PATCH v² ²/²] x".encode(),
        "Subject: [PATCH v２ １/２] x".encode(),
        b"Content-Type: text/plain; charset=\xff",
        b"Content-Type: text/plain; charset=" + b"a" * 5000,
        b"Content-Type: multipart/mixed; boundary=\xff",
        b"Content-Type: multipart/mixed; boundary*=utf-8''%00",
        b"Content-Type: text/plain; name*=utf-8''%ED%A0%80.patch",
    ],
)
@pytest.mark.parametrize("text", [b"Hello.\n", b"a\0b\n", b"\xed\xa0\x80\n"])
def test_odd_bytes_become_text_that_can_be_stored(line, text):
    assert_storable(parse_mail(line + b"\nX: y\n\n" + text))


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "gb18030", "utf-8", "iso-2022-jp"])
def test_lone_surrogates_become_text_that_can_be_stored(charset):
    head = f"From: a@x\nContent-Type: text/plain; charset={charset}\n\n".encode()
    for data in (b"\xed\xa0\x80", b"\x00\xd8", b"\xd8\x00", b"\x83\x36\xc7\x38", b"\x1b$B\x7f\x7f"):
        assert_storable(parse_mail(head + data))


def test_a_patch_may_be_number_40000_of_50000():
    subject = parse("From: a@x", "Subject: [PATCH 40000/50000] x").subject
    assert (subject.number, subject.total) == (40000, 50000)


def test_a_pull_url_may_have_300_characters():
    url = "https://git.example.org/" + "x" * 276
    body = hostile.PULL.partition(b"\n\n")[2].decode() + f"  {url} tags/x\n\nfor you\n"
    assert parse("From: a@x", body=body).pull_url == f"{url} tags/x"


def test_a_mail_of_thirty_mebibytes_is_read_whole():
    parsed = parse_mail(SMALL + b"\n" + b"x" * 99 * 300 * 1000 + b"\n@@ end\n")
    assert parsed.message.endswith("x\n@@ end\n")


def test_of_ten_thousand_references_the_nearest_is_known():
    ids = " ".join(f"<{n}@x>" for n in range(10_000))
    assert parse("From: a@x", f"References: {ids}").ancestors[0] == "9999@x"


def test_two_thousand_parts_are_read():
    head, unit = hostile.MIXED + b"\n", b"--a\nContent-Type: text/plain\n\nx\n"
    assert parse_mail(head + unit * 2000).message == "x\n" * 2000
