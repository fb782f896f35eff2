"""Everything that came by mail is hostile, and harmless on our pages."""

import re

import pytest
from django.utils.html import escape

from patchtrack.models import Patch, Project
from patchtrack.services.search_index import record_search_texts
from tests.factories import deliver, make_diff, make_mail

EVIL = "<script>alert('\"1\"')</script>"
PATCH = "/project/teapot/patch/1@example.org/"
COMMENT = "/project/teapot/mail/2@example.org/raw/"


# Our own scripts are files of our own.
OUR_SCRIPT = re.compile(r'<script src="/static/patchtrack/[\w./-]+\.js" defer></script>')


@pytest.fixture
def evil(project) -> Patch:
    """A patch and an answer with markup in all that a sender can write."""
    deliver(
        project,
        make_mail(
            subject=f"[PATCH v2 {EVIL} 1/2] {EVIL}",
            sender=f'"{EVIL}" <"{EVIL.lower()}"@example.org>',
            message_id="1@example.org",
            body=f"{EVIL}\n> {EVIL}\nhttps://example.org/{EVIL}\nAcked-by: {EVIL}\n",
            diff=make_diff(path=EVIL, old=EVIL, new=EVIL),
            headers={f"X-{EVIL[1:7]}": EVIL, "References": f"<{EVIL}>"},
        ),
        make_mail(
            subject=f"Re: {EVIL}", sender=f'"{EVIL}" <x@example.org>', message_id="2@example.org",
            in_reply_to="1@example.org", body=EVIL, diff=make_diff(path=EVIL),
        ),
    )  # fmt: skip
    return Patch.objects.get()


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/project/teapot/",
        "/project/teapot/list/",
        f"/project/teapot/list/?q={EVIL}&submitter={EVIL}&delegate={EVIL}&state={EVIL}&series=x",
        "/series/{patch.series_id}/",
        PATCH,
        "/person/{patch.submitter_id}/",
        f"{PATCH}?view=split",
        f"{PATCH}file/1/",
        "/project/teapot/mail/2@example.org/",
        "/mail/?q=1@example.org",
        f"/mail/?q={EVIL}",
        "/search/?q=script",
        f"/search/?q={EVIL}",
    ],
)
def test_no_markup_of_a_mail_is_markup_of_a_page(client, admin_user, evil, page):
    client.force_login(admin_user)
    record_search_texts()
    html = OUR_SCRIPT.sub("", client.get(page.format(patch=evil)).content.decode())
    assert "<script" not in html.lower()
    assert not re.search(r"<[^>]*\son\w+=", html)


def test_a_page_of_a_mail_asks_for_no_script_and_no_style_of_its_own(client, evil):
    html = OUR_SCRIPT.sub("", client.get(PATCH).content.decode())
    assert not re.search(r"<style|style=|<script|javascript:", html.lower())


@pytest.mark.parametrize("url", ["javascript:alert(1)//{}", "data:text/html,{}"])
def test_a_project_cannot_lead_to_a_script(client, evil, url):
    Project.objects.update(
        list_archive_url=url, list_archive_url_format=url, web_url=url, webscm_url=url
    )
    for page in ("/", "/project/teapot/", PATCH):
        assert url[:5] not in client.get(page).content.decode().lower()


def test_a_file_name_keeps_to_its_header(client, evil):
    disposition = client.get(f"{PATCH}mbox/").headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=[-_A-Za-z0-9.]+\.patch", disposition)


def test_a_raw_mail_runs_nothing(client, evil):
    response = client.get(COMMENT)
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["Content-Type"].startswith("text/plain")


def test_text_that_reads_backwards_is_shown_as_it_is(client, project):
    deliver(
        project,
        make_mail(message_id="1@example.org", diff=make_diff("\u202ex.c", new="\u202eevil")),
    )
    assert "\u202e" not in client.get(PATCH).content.decode()


def test_a_letter_of_many_megabytes_makes_no_page_of_them(client, project):
    body = "x" * 500_000 + "\n" + "> y\n" * 100_000
    deliver(project, make_mail(message_id="1@example.org", body=body, diff=make_diff()))
    assert len(client.get(PATCH).content) < 300_000


def test_every_answer_forbids_what_no_page_does(client, project, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "patchtrack.web.middleware.content_security_policy",
    ]
    for page in ("/", "/nowhere/"):
        policy = client.get(page).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy


def test_a_message_id_is_one_word_of_the_command_that_people_copy(client, project):
    deliver(project, make_mail(message_id="a;$(id)'b@example.org", diff=make_diff()))
    page = client.get(f"/series/{Patch.objects.get().series_id}/").content.decode()
    assert escape("b4 shazam 'a;$(id)'\"'\"'b@example.org'") in page
