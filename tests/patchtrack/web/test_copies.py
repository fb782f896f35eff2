"""Copies of a message are shown so that one sees what differs."""

import base64

from patchtrack.models import Mail
from patchtrack.web.copies import show_copies
from tests.factories import make_mail


def show(*raws: bytes) -> list[str | None]:
    mails = [Mail(pk=number) for number in range(len(raws))]
    return [copy.html for copy in show_copies(mails, dict(enumerate(raws)))]


def test_a_mail_alone_is_shown_as_it_came():
    assert show(b"no mail <b>\n") == ["no mail &lt;b&gt;\n"]


def test_lines_that_the_other_lacks_are_marked_on_both_sides():
    one, two = show(make_mail(body="same\none\n"), make_mail(body="same\ntwo\n"))
    assert "same\n<mark>one</mark>" in one
    assert "same\n<mark>two</mark>" in two


def test_what_came_in_base64_is_compared_decoded():
    header = {"Content-Transfer-Encoding": "base64"}
    coded = make_mail(body=base64.b64encode(b"one\n").decode(), headers=header)
    assert "\none" in show(coded, make_mail(body="one\n"))[0]


def test_a_mail_too_large_to_be_read_is_not_compared():
    first, second = (Mail(pk=number) for number in range(2))
    shown = show_copies([first, second], {1: make_mail(body="two\n")})
    assert shown[0].html is None
    assert "<mark>" not in shown[1].html


def test_a_copy_that_cannot_be_read_any_more_is_shown_as_it_came():
    assert show(b"odd", make_mail())[0] == "<mark>odd</mark>"


def test_markup_of_a_mail_is_text_in_marked_lines_too():
    one, _ = show(make_mail(body="<b>one</b>\n"), make_mail(body="two\n"))
    assert "<mark>&lt;b&gt;one&lt;/b&gt;</mark>" in one
