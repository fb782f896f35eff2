"""A browser gets answers as pages, and so does the one client that reads a page."""

import re

import pytest

from tests.factories import deliver, make_diff, make_mail

HTML = {"Accept": "text/html"}


def test_a_page_has_what_vscode_patchwork_reads(client, project, series):
    page = client.get("/api/patches/?msgid=0", headers=HTML).content.decode()
    options = re.findall(r'<option value="(\d+)">([^<]*)</option>', page)
    assert (str(project.pk), "Teapot") in options
    assert (str(series.submitter_id), "Alice Spout") in options
    assert 'id="id_submitter"' in page
    assert 'id="id_project"' in page


def test_a_page_tells_nobody_addresses_beyond_the_answers(client, series):
    page = client.get("/api/patches/?msgid=0", headers=HTML).content.decode()
    assert "alice@example.org" not in page


@pytest.mark.parametrize("path", ["/api/patches/", "/api/1.2/series/", "/api/", "/api/users/"])
def test_nothing_that_came_by_mail_is_markup(client, project, path):
    subject = "[PATCH] </pre><script>alert(1)</script>"
    deliver(project, make_mail(subject=subject, sender="<b>A</b> <a@b.org>", diff=make_diff()))
    answer = client.get(path, headers=HTML)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<script>alert" not in answer.content.decode()
    assert "<b>A" not in answer.content.decode()


@pytest.mark.parametrize("kind", ["json", "api"])
def test_the_format_can_be_asked_for(client, db, kind):
    answer = client.get("/api/", {"format": kind})
    expected = {"json": "application/json", "api": "text/html; charset=utf-8"}
    assert answer.headers["Content-Type"] == expected[kind]
