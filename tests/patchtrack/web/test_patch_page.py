"""A patch's page: its diff by file, what was said about its lines, and what is loaded later."""

import re

import pytest

from patchtrack.models import Comment, Message
from tests.factories import deliver, make_diff, make_mail

PATCH = "/project/teapot/patch/1@example.org/"
REVIEW = "> +++ b/kettle.c\n>  water:\n> -cold\n> +hot\n\nHow hot?\n"


@pytest.fixture
def patch(project):
    """A patch of two files, with a review that quotes the first."""
    deliver(
        project,
        make_mail(message_id="1@example.org", diff=make_diff() + make_diff("lib/cup.c")),
        make_mail(
            subject="Re: [PATCH] Pour slowly", sender="Bo <bo@example.org>",
            message_id="2@example.org", in_reply_to="1@example.org", body=REVIEW,
        ),
    )  # fmt: skip


def get(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_a_list_of_files_leads_to_each(client, patch):
    page = get(client, PATCH)
    for anchor, name in (("f1", "kettle.c"), ("f2", "cup.c")):
        assert f'<a href="#{anchor}"><bdi>{name}</bdi></a>' in page
        assert f'class="file" id="{anchor}" open' in page
    assert '<li class="directory"><bdi>lib/</bdi></li>' in page


def test_a_comment_is_shown_at_the_line_that_it_quotes(client, patch):
    comment = Message.objects.get(message_id="2@example.org")
    note = get(client, PATCH).partition("+hot\n</code></div>")[2].partition("<div>")[0]
    assert note.startswith('<div class="note">')
    assert "<bdi>Bo</bdi>" in note
    assert "How hot?" in note
    assert f'href="#{comment.pk}"' in note


def test_side_by_side_is_a_view_that_links_keep(client, series):
    page = get(client, f"{PATCH}?view=split")
    assert 'class="code split"' in page
    assert 'href="/project/teapot/patch/3@example.org/?view=split" rel="next"' in page
    assert 'class="code split"' not in get(client, f"{PATCH}?view=<x>")


def test_a_file_has_a_page_with_what_was_said_about_it(client, patch):
    comment = Message.objects.get(message_id="2@example.org")
    page = get(client, f"{PATCH}file/1/")
    assert 'id="f1R2"' in page
    assert f'href="{PATCH}#{comment.pk}"' in page
    assert f'href="{PATCH}file/2/" rel="next"' in page
    assert 'id="f2"' not in page


def test_a_file_that_does_not_fit_is_a_link_to_its_page(client, patch, monkeypatch):
    monkeypatch.setattr("patchtrack.web.diffs.MOST_LINES", 6)
    page = get(client, PATCH)
    assert 'id="f1R2"' in page
    assert 'id="f2R2"' not in page
    assert f'<a class="load" href="{PATCH}file/2/">' in page


def test_a_file_too_long_to_be_coloured_names_its_page(client, project):
    lines = "+return 1; /* boil */\n" * 900
    diff = f"--- a/x.c\n+++ b/x.c\n@@ -0,0 +1,900 @@\n{lines}"
    deliver(project, make_mail(message_id="1@example.org", diff=diff))
    assert f'data-more="{PATCH}file/1/"' in get(client, PATCH)
    assert "data-more" not in get(client, f"{PATCH}file/1/")


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999"])
def test_a_file_that_is_not_there_is_not_found(client, patch, number):
    assert client.get(f"{PATCH}file/{number}/").status_code == 404


def test_the_files_of_covers_and_comments_have_pages(client, project, series):
    deliver(
        project,
        make_mail(
            subject="Re: x", message_id="9@example.org", in_reply_to="0@example.org",
            body="Like this:\n\n" + make_diff("like.c"),
        ),
    )  # fmt: skip
    comment = Message.objects.get(message_id="9@example.org")
    assert f'id="c{comment.pk}f1R2"' in get(client, "/project/teapot/mail/9@example.org/file/1/")
    assert f'id="c{comment.pk}f1R2"' in get(client, "/project/teapot/cover/0@example.org/")
    assert client.get("/project/teapot/cover/0@example.org/file/1/").status_code == 404


def test_comments_beyond_a_pages_room_are_links(client, series, monkeypatch):
    monkeypatch.setattr("patchtrack.web.submission.MOST_COMMENTS", 1)
    page = get(client, PATCH)
    assert "Comment a." in page
    assert "Comment b." not in page
    assert '<a class="load" href="/project/teapot/mail/b@example.org/">' in page


def test_the_text_of_all_comments_has_one_room(client, series, monkeypatch):
    monkeypatch.setattr("patchtrack.web.mails.MOST_TEXT", 80)
    page = get(client, PATCH)
    assert "Comment a." in page
    assert "Comment b." not in page


def test_a_comment_has_a_page(client, series):
    comment = Message.objects.get(message_id="b@example.org")
    page = get(client, "/project/teapot/mail/b@example.org/")
    assert f'id="{comment.pk}"' in page
    assert "Comment b." in page
    assert f'href="/comment/{comment.pk}/"' in page
    assert "Message-ID:</b> &lt;b@example.org&gt;" in page


def test_the_page_of_a_patchs_mail_is_the_patchs(client, series):
    assert client.get("/project/teapot/mail/1@example.org/").headers["Location"] == PATCH


@pytest.mark.parametrize(("addressed", "said"), [(False, "action required"), (True, "addressed")])
def test_a_comment_that_asks_for_action_says_whether_it_was_taken(client, series, addressed, said):
    assert said not in get(client, PATCH)
    Comment.objects.filter(message__message_id="a@example.org").update(addressed=addressed)
    page = get(client, PATCH)
    assert said in page
    assert ("1 to act on" in page) is not addressed
    alone = client.get("/project/teapot/mail/a@example.org/").content.decode()
    assert f">{said}<" in alone


def test_a_long_quote_is_folded_but_for_its_end(client, project):
    quote = "".join(f"> line {number}\n" for number in range(9))
    deliver(project, make_mail(message_id="1@example.org", body=f"{quote}Yes.\n", diff=make_diff()))
    page = get(client, PATCH)
    assert "<summary>7 quoted lines</summary>" in page
    assert '</details><span class="quote">&gt; line 7\n&gt; line 8</span>\nYes.' in page


def test_ids_of_a_page_are_unique(client, project, patch):
    deliver(
        project,
        make_mail(
            subject="Re: x", message_id="9@example.org", in_reply_to="1@example.org",
            body="Like this:\n\n" + make_diff(),
        ),
    )  # fmt: skip
    for view in ("unified", "split"):
        ids = re.findall(r' id="([^"]*)"', get(client, f"{PATCH}?view={view}"))
        assert len(ids) == len(set(ids))
