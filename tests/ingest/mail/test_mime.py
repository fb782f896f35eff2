"""The parts of a MIME mail are cut apart, decoded and chosen from."""

import base64

import pytest

from ingest.mail.header import split_header
from ingest.mail.mime import (
    MAX_PARTS,
    Part,
    choose_text_parts,
    decode_part,
    decode_transfer,
    read_parameters,
    read_parts,
)
from tests.ingest.mail.reading import mail


def parts_of(raw: bytes) -> list[Part]:
    return list(read_parts(*split_header(raw)))


def texts_of(raw: bytes) -> list[str]:
    return [decode_part(part)[0] for part in choose_text_parts(parts_of(raw))]


@pytest.mark.parametrize(
    ("value", "token", "parameters"),
    [
        ("", "", {}),
        ("Text/Plain", "text/plain", {}),
        ("text/plain; charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('text/plain ;CharSet = "utf-8" ; x=y', "text/plain", {"charset": "utf-8", "x": "y"}),
        (r'a/b; name="a \"b\"; c"', "a/b", {"name": 'a "b"; c'}),
        ("a/b; filename*=utf-8''Zo%C3%AB.patch", "a/b", {"filename": "Zoë.patch"}),
        ("a/b; name*0=gate; name*1=.patch", "a/b", {"name": "gate.patch"}),
        ("a/b; name*0*=utf-8'en'Zo%C3; name*1*=%AB", "a/b", {"name": "Zo\ufffd\ufffd"}),
        ("text/plain charset=utf-8", "text/plain", {}),
        ("a/b; charset", "a/b", {}),
    ],
)
def test_parameters(value, token, parameters):
    assert read_parameters(value) == (token, parameters)


@pytest.mark.parametrize(
    ("data", "encoding", "decoded"),
    [
        (b"Zo=C3=AB=\n!\n", "quoted-printable", "Zoë!\n".encode()),
        (b"a = b =zz\n", "quoted-printable", b"a = b =zz\n"),
        (b"Zm9\nv\n", "base64", b"foo"),
        (b"foo", "7bit", b"foo"),
        (b"foo", "", b"foo"),
    ],
)
def test_transfer_codings(data, encoding, decoded):
    assert decode_transfer(data, encoding) == (decoded, False)


@pytest.mark.parametrize(
    ("data", "saved"),
    [
        (b"Zm9vYm", b"foob"),
        (b"Zm9vY", b"foo"),
        (b"Zm9v\nYg==\nZm9v\n", b"foobfoo"),
        (b"Zm9v\n____\nList\n", b"foo\n____\nList\n"),
        (b"Zm9vCg==\n\n-- \nList\n", b"foo\n-- \nList\n"),
        (b"Hello, I am clear text.\n", b"Hello, I am clear text.\n"),
        (b"Hello\nBob, how are you?\n", b"Hello\nBob, how are you?\n"),
        (b"====", b""),
    ],
)
def test_of_broken_base64_all_is_saved_that_can_be(data, saved):
    assert decode_transfer(data, "base64") == (saved, True)


def test_an_unknown_transfer_coding_is_read_as_it_stands():
    assert decode_transfer(b"foo", "x-uuencode") == (b"foo", True)


def test_a_mail_without_mime_is_one_text():
    (part,) = parts_of(b"To: b@x\n\nHello.\n")
    assert (part.content_type, part.data) == ("text/plain", b"Hello.\n")


def test_parts_come_in_the_order_of_the_mail():
    types = [part.content_type for part in parts_of(mail("patch-as-octet-stream"))]
    assert types == ["text/plain", "application/octet-stream"]


def test_a_part_may_lack_its_header():
    raw = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nOne.\n--a\nTwo, too.\n--a--\n"
    assert texts_of(raw) == ["One.", "Two, too."]


def test_preamble_and_epilogue_are_no_parts_and_a_boundary_may_begin_another():
    assert texts_of(mail("boundary-begins-another")) == ["Inner text.", "Outer text."]


def test_without_its_end_a_multipart_ends_with_the_mail():
    assert len(texts_of(mail("end-missing"))) == 2


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_line_ends_before_a_boundary_belong_to_it(line_end):
    lines = [b"Content-Type: multipart/mixed; boundary=a", b"", b"--a", b"", b"One.", b"--a--", b""]
    assert texts_of(line_end.join(lines)) == ["One."]


@pytest.mark.parametrize("content_type", ["multipart/mixed", 'multipart/mixed; boundary="b"'])
def test_a_multipart_without_parts_is_read_as_it_stands(content_type):
    assert texts_of(f"Content-Type: {content_type}\n\nHello.\n".encode()) == ["Hello.\n"]


@pytest.mark.parametrize("content_type", ["text", "plain", "foo bar"])
def test_a_part_without_a_proper_type_is_text(content_type):
    assert texts_of(f"Content-Type: {content_type}\n\nHello.\n".encode()) == ["Hello.\n"]


@pytest.mark.parametrize(
    "line",
    [
        "Content-Type: text/x-patch",
        "Content-Type: text/x-diff",
        "Content-Type: application/x-patch",
        "Content-Type: text/x-gitdiff",
        'Content-Type: application/octet-stream; name="Gate.PATCH"',
        "Content-Type: application/octet-stream\nContent-Disposition: inline; filename=gate.diff",
        'Content-Type: a/b; name="=?utf-8?q?Zo=C3=AB=2Epatch?="',
        "Content-Type: a/b\nContent-Disposition: attachment; filename*=utf-8''Zo%C3%AB.patch",
    ],
)
def test_a_patch_file_counts_as_text(line):
    assert texts_of(f"{line}\n\n--- a\n".encode()) == ["--- a\n"]


@pytest.mark.parametrize(
    "content_type",
    ["application/octet-stream", "image/png", "application/pgp-signature; name=a.asc"],
)
def test_other_files_do_not(content_type):
    assert texts_of(f"Content-Type: {content_type}\n\nHello.\n".encode()) == []


def test_html_is_left_out_where_plain_text_says_the_same():
    assert texts_of(mail("html-beside-plain")) == ["Looks good.\n"]


def test_html_counts_where_the_plain_text_is_blank():
    assert texts_of(mail("html-beside-blank"))[1] == "<p>Looks <b>good</b>.</p>\n"


def test_an_attached_mail_is_read_with_its_author_date_and_subject():
    _, head, body = texts_of(mail("attached-mail"))
    assert head.splitlines()[0] == "From: Basil Sage <basil@example.org>"
    assert "\nSubject: [PATCH] gate: Open in the morning\n" in head
    assert body.startswith("The birds are up.\n")


def test_parts_nested_too_deeply_are_read_as_they_stand():
    raw = b"Content-Type: text/plain\n\nDeep.\n"
    for level in range(500):
        mark = b"b%d" % level
        raw = b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n%s--%s--\n" % (
            mark,
            mark,
            raw,
            mark,
        )
    (text,) = texts_of(raw)
    assert "--b0\nContent-Type: text/plain\n\nDeep.\n" in text


def test_parts_beyond_the_last_that_is_looked_at_are_one():
    raw = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * (MAX_PARTS + 50)
    texts = texts_of(raw)
    assert len(texts) == MAX_PARTS
    assert texts[-1].count("x") == 51


def test_base64_of_a_patch_file_is_decoded():
    data = base64.encodebytes("--- Zoë\n".encode())
    raw = b"Content-Type: text/x-diff; charset=utf-8\nContent-Transfer-Encoding: BASE64\n\n" + data
    assert texts_of(raw) == ["--- Zoë\n"]
