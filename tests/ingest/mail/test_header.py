"""The header of a mail is parted from its body, and read field by field."""

import pytest

from ingest.mail import NotMail
from ingest.mail.header import decode_words, split_fields, split_header


def names(raw: bytes) -> list[str]:
    return [name for name, _ in split_fields(raw)[0]]


def test_fields_are_given_as_they_were_written():
    fields, body = split_fields(b"From: a@x\nSubject: Tea\n\tin time\n\nHello.\n")
    assert fields == [("From", b" a@x"), ("Subject", b" Tea\n\tin time")]
    assert body == b"Hello.\n"


def test_line_ends_may_be_cr_lf():
    fields, body = split_fields(b"From: a@x\r\nSubject: Tea\r\n in time\r\n\r\nHello.\r\n")
    assert fields == [("From", b" a@x"), ("Subject", b" Tea\n in time")]
    assert body == b"Hello.\r\n"


@pytest.mark.parametrize("raw", [b"From: a@x", b"From: a@x\n", b"\n\nFrom: a@x\n\n"])
def test_a_mail_may_have_no_body(raw):
    fields, body = split_fields(raw)
    assert (fields, body) == ([("From", b" a@x")], b"")


@pytest.mark.parametrize("envelope", [b"From a@x Tue Feb  3 10:00:00 2026\n", b">From a@x\n"])
def test_an_envelope_is_passed_over(envelope):
    assert names(envelope + b"To: b@x\n\n") == ["To"]


def test_a_line_that_is_no_field_begins_the_body():
    fields, body = split_fields(b"To: b@x\nHello, Bob!\nCc: c@x\n\nBye.\n")
    assert fields == [("To", b" b@x")]
    assert body == b"Hello, Bob!\nCc: c@x\n\nBye.\n"


def test_a_blank_before_the_colon_is_no_part_of_the_name():
    assert names(b"To : b@x\n\n") == ["To"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\n\nHello.\n",
        b"Hello.\n",
        b"\x00\xff\x80",
        b" To: b@x\n",
        b":\n",
        b"a b: c\n",
        b"From a@x Tue Feb  3 10:00:00 2026\n",
        b"n" * 101 + b": value\n",
    ],
)
def test_what_has_no_field_is_no_mail(raw):
    with pytest.raises(NotMail):
        split_header(raw)


def test_names_are_found_in_any_case_and_values_unfolded():
    fields, _ = split_header(b"SUBJECT:  Tea \n\tin time \n\n")
    assert fields.first("subject") == "Tea \tin time"
    assert "subject" in fields
    assert "date" not in fields


def test_of_repeated_fields_the_topmost_is_first():
    fields, _ = split_header(b"Received: new\nReceived: old\n\n")
    assert fields.first("received") == "new"
    assert list(fields.all("received")) == ["new", "old"]


def test_of_very_many_fields_of_one_name_the_topmost_are_read():
    fields, _ = split_header(b"".join(b"Received: %d\n" % n for n in range(10_000)) + b"\n")
    values = list(fields.all("received"))
    assert values[:2] == ["0", "1"]
    assert len(values) < 1000


def test_an_absent_field_is_empty():
    fields, _ = split_header(b"To: b@x\n\n")
    assert fields.first("subject") == fields.text("subject") == ""
    assert list(fields.all("subject")) == []


def test_raw_bytes_in_a_header_are_read_as_utf8_or_else_as_western():
    fields, _ = split_header("To: Zoë\nCc: ".encode() + b"Zo\xeb\n\n")
    assert fields.first("to") == fields.first("cc") == "Zoë"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Zo=C3=AB?=", "Zoë"),
        ("=?UTF-8?B?Wm/Dqw==?=", "Zoë"),
        ("=?utf-8?b?Wm/Dqw?=", "Zoë"),
        ("=?iso-8859-1?Q?Zo=EB_Moss?=", "Zoë Moss"),
        ("=?utf-8*en?q?Zo=C3=AB?=", "Zoë"),
        ("Dear =?utf-8?q?Zo=C3=AB?= Moss", "Dear Zoë Moss"),
        ("=?utf-8?q?Dear_?= =?utf-8?q?Zo=C3=AB?=", "Dear Zoë"),
        ("=?utf-8?q?Zo=C3?= =?utf-8?q?=AB?=", "Zoë"),
        ("=?utf-8?b?Wm/D?= \t=?utf-8?q?=AB?=", "Zoë"),
        ("=?utf-8?q?Zo=C3=AB?= =?iso-8859-1?q?Zo=EB?=", "ZoëZoë"),
        ("=?koi8-r?q?=CB=CF=D4?= =?utf-8?q?Zo=C3=AB?=", "котZoë"),
        ("=?utf-8?q?Zo=C3=AB?=Moss", "ZoëMoss"),
        ("=?x-unknown?q?Zo=C3=AB?=", "Zoë"),
        ("=?us-ascii?q?Zo=EB?=", "Zoë"),
        ("=?utf-8?q?[PATCH]_a_b?=", "[PATCH] a b"),
        ("=?utf-8?q?a b?=", "a b"),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?", "=?"),
        ("2 =? 3 ?=", "2 =? 3 ?="),
    ],
)
def test_encoded_words(value, text):
    assert decode_words(value) == text
