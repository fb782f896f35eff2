"""A mail's text is parted where git parts it, and the patch keeps the bytes of its files."""

import pytest

from patchtrack.services.patch_text import read_diff_bytes, read_patch_text
from tests.factories import make_diff, make_mail


@pytest.mark.parametrize(
    ("body", "patch"),
    [
        ("Why.\n---\n x | 1 +\n", b"---\n x | 1 +\n"),
        ("Why.\ndiff --git a/x b/x\n", b"diff --git a/x b/x\n"),
        ("Why.\n--- a/x\n+++ b/x\n", b"--- a/x\n+++ b/x\n"),
        ("Why.\nIndex: x\n", b"Index: x\n"),
        ("Why.\n----\n--- \n", b"--- \n"),
        ("Why --- or why not.\n", b""),
    ],
)
def test_the_patch_begins_where_git_sees_it_begin(body, patch):
    assert read_patch_text(make_mail(body=body)).patch == patch


def test_the_message_becomes_utf_8_and_the_patch_stays_as_it_is():
    raw = make_mail(body="thé\n", diff=make_diff(new="thé"), charset="latin-1")
    text = read_patch_text(raw)
    assert text.message == "thé\n".encode()
    assert "+thé\n".encode("latin-1") in text.patch


def test_a_mail_in_utf_16_is_decoded_as_a_whole():
    text = read_patch_text(make_mail(body="thé\n", diff=make_diff(new="thé"), charset="utf-16"))
    assert "+thé\n".encode() in text.patch


def test_the_diff_alone_has_no_statistics_and_no_signature():
    raw = make_mail(diff=make_diff(new="thé"), charset="latin-1")
    assert read_diff_bytes(raw) == make_diff(new="thé").encode("latin-1")


def test_the_diff_of_a_mail_without_one_is_empty():
    assert read_diff_bytes(make_mail()) == b""
