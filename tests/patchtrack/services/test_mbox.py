"""A mail in our mbox: its headers, its trailers, and nothing that a sender could smuggle in."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchtrack.services.mbox import Item, add_trailers, format_item, format_mbox
from patchtrack.services.patch_text import PatchText
from tests.factories import make_diff, make_mail

DATE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def write(raw: bytes, **changes) -> bytes:
    return format_item(Item(raw=raw, id=7, date=DATE, **changes))


def read(mail: bytes):
    return message_from_bytes(mail.partition(b"\n")[2], policy=policy.default)


def test_a_mail_begins_with_the_line_that_patchworks_clients_know():
    assert write(make_mail()).startswith(b"From patchwork Mon Jan  5 09:00:00 2026\n")


def test_a_year_that_git_does_not_believe_is_not_written():
    item = Item(raw=make_mail(), id=7, date=datetime(1, 1, 1, tzinfo=UTC))
    assert format_item(item).startswith(b"From patchwork Tue Jan  1 00:00:00 1991\n")


def test_the_headers_tell_who_sent_it_and_who_takes_care():
    mail = read(write(make_mail(sender="Bo <bo@example.org>"), delegate="ada@example.org"))
    assert mail["X-Patchwork-Submitter"] == "Bo <bo@example.org>"
    assert mail["X-Patchwork-Id"] == "7"
    assert mail["X-Patchwork-Delegate"] == "ada@example.org"


def test_the_mails_own_headers_follow():
    mail = read(write(make_mail(subject="[PATCH] Pour", message_id="1@example.org")))
    assert (mail["Subject"], mail["Message-ID"]) == ("[PATCH] Pour", "<1@example.org>")


def test_a_body_that_needs_no_change_is_passed_through_to_the_byte():
    raw = make_mail(body="Grüße\n", diff=make_diff())
    assert write(raw).partition(b"\n\n")[2] == raw.partition(b"\n\n")[2]


def test_a_mail_is_valid_utf_8_whatever_its_patch_holds():
    raw = make_mail(body="thé\n", diff=make_diff(new="thé"), charset="latin-1")
    mail = write(raw)
    assert "Content-Transfer-Encoding: quoted-printable" in mail.decode()
    assert b"+th=E9\n" in mail


def test_a_name_in_another_script_is_encoded():
    mail = write(make_mail(sender="茶 壺 <cha@example.org>"))
    assert b"X-Patchwork-Submitter: =?utf-8?" in mail
    assert read(mail)["X-Patchwork-Submitter"] == "茶 壺 <cha@example.org>"


def test_a_sender_replaced_by_the_list_is_put_back():
    raw = make_mail(
        sender="Bo via Teapot <teapot@lists.example.org>",
        headers={"Reply-To": "Bo <bo@example.org>"},
    )
    mail = read(write(raw))
    assert mail["From"] == "Bo <bo@example.org>"
    assert mail["X-Patchwork-Original-From"] == "Bo via Teapot <teapot@lists.example.org>"


def test_a_missing_date_is_added():
    assert read(write(make_mail(date=None)))["Date"] == "Mon, 05 Jan 2026 09:00:00 +0000"


@pytest.mark.parametrize(
    "header",
    ["X-Patchwork-Id", "X-Patchwork-Delegate", "Content-Length", "Status", "Content-Disposition"],
)
def test_a_header_that_would_mislead_readers_is_dropped(header):
    assert b"evil" not in write(make_mail(headers={header: "evil"}))


@pytest.mark.parametrize("end", ["\r", "\n \r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0"])
def test_no_character_in_a_header_ends_it(end):
    mail = write(make_mail(subject=f"Pour{end}X-Evil: 1"))
    assert not [line for line in mail.decode().splitlines() if line.startswith("X-Evil")]


def test_a_folded_header_has_no_empty_line():
    mail = write(b"Subject: Pour\n \n \t\n slowly\nFrom: Bo <bo@example.org>\n\nHi\n")
    assert b"\nSubject: Pour\n slowly\n" in mail


def test_a_name_cannot_end_its_header():
    raw = make_mail(sender='"Bo\rX-Evil: 1" <bo@example.org>')
    assert b"\nX-Evil" not in write(
        raw, delegate="a@b\nX-Evil: 1", trailers=("A-by: x\rX-Evil: 1",)
    )


@given(st.binary(max_size=300), st.text('\r\n \tFrom:a@=?<>"', max_size=60))
def test_whatever_comes_there_is_one_mail_in_utf_8(body, header):
    mail = write(b"From: a@b\nSubject: " + header.encode() + b"\n\nFrom x\n" + body)
    assert re.findall("^>*From ", mail.decode(), re.MULTILINE) == ["From "]


def test_mails_are_joined_by_an_empty_line():
    item = Item(raw=make_mail(), id=7, date=DATE)
    assert format_mbox([item, item]) == format_item(item) + b"\n" + format_item(item)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"Why.\n", b"Why.\n\nAcked-by: Bo\n"),
        (b"Why.\n\nSigned-off-by: Al\n", b"Why.\n\nSigned-off-by: Al\nAcked-by: Bo\n"),
        (b"Why.\n\nacked-by:  bo\n", b"Why.\n\nacked-by:  bo\n"),
        (b"", b"Acked-by: Bo\n"),
    ],
)
def test_trailers_end_the_message_once(message, expected):
    text = PatchText(message=message, patch=b"---\n x | 1 +\n")
    assert add_trailers(text, ["Acked-by: Bo", "Acked-by: Bo"]) == expected + text.patch


def test_a_mail_without_patch_gets_no_trailers():
    assert add_trailers(PatchText(message=b"Hi.\n", patch=b""), ["Acked-by: Bo"]) == b"Hi.\n"
