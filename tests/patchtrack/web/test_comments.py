"""A comment tells who said what, and nothing that came by mail is markup there."""

from datetime import UTC, timedelta

import pytest
from django.utils.safestring import SafeString

from patchtrack.web.ages import Clock
from patchtrack.web.comments import CommentWriter
from patchtrack.web.mails import ShownMail
from patchtrack.web.said import Author, Said
from tests.factories import DATE
from tests.patchtrack.said import make_said

TEXT = SafeString("Not <b>hot</b>.")


def render(said: Said, text: SafeString | None = TEXT, addressed: bool | None = None) -> str:
    """A comment's HTML, with the names of the templates that it includes."""
    writer = CommentWriter(
        clock=Clock(now=DATE + timedelta(days=2), zone=UTC),
        linkname="teapot",
        include=lambda name, _mail: f"[{name}]",
    )
    return writer.render(ShownMail(message=said, text=text, addressed=addressed))


def test_a_comment_tells_who_said_what_and_when():
    html = render(make_said(7, message_id="a b@example.org"))
    for part in ('id="7"', "<bdi>Bo</bdi>", "(2 d ago)", 'href="#7"', TEXT, "/a%20b@example.org/"):
        assert part in html


@pytest.mark.parametrize("addressed", [True, False])
def test_a_comment_that_asks_for_action_says_whether_it_was_taken(addressed):
    assert "[patchtrack/_addressed.html]" in render(make_said(7), addressed=addressed)
    assert "[" not in render(make_said(7))


def test_nothing_of_an_author_is_markup():
    html = render(make_said(7)._replace(author=Author("<i>", '"><i>@example.org', None)))
    assert "<i>" not in html


@pytest.mark.parametrize(("text", "part"), [(None, 'class="load"'), (SafeString(), "</header>\n<")])
def test_what_the_page_has_no_room_for_is_led_to_and_what_is_empty_is_not_there(text, part):
    html = render(make_said(7), text)
    assert part in html
    assert 'class="mail"' not in html
