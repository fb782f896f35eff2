"""What the site says of itself, and when something goes wrong."""

import tomllib
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DataError, OperationalError
from django.test import Client

from patchtrack.web.views import site
from tests.factories import UserFactory

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


def test_about_tells_the_version(client, db):
    version = tomllib.loads(PROJECT.read_text())["project"]["version"]
    assert f"<dd>{version}</dd>" in client.get("/about/").content.decode()


def test_about_names_the_administrators(client, db, settings):
    assert b"does not name them" in client.get("/about/").content
    settings.ADMINS = [("Jane", "jane@example.org"), ("", "joe@example.org")]
    page = client.get("/about/").content.decode()
    assert '<a href="mailto:jane@example.org">Jane</a>' in page
    assert '<a href="mailto:joe@example.org">joe@example.org</a>' in page


def test_every_page_leads_to_about(client, db):
    assert b'href="/about/"' in client.get("/").content


def test_robots_are_kept_from_what_has_no_end(client, db):
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert {"Disallow: /*?", "Disallow: /mail/"} <= set(answer.content.decode().splitlines())


def test_the_icon_is_where_browsers_look_for_it(client, db):
    assert client.get("/favicon.ico").headers["Location"] == "/static/patchtrack/icon.svg"


@pytest.fixture
def failing(client, monkeypatch):
    """A site whose front page raises what it is given; the answer to who asks for it."""

    def ask(error: Exception):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr("patchtrack.web.views.projects.render", fail)
        client.raise_request_exception = False
        return client.get("/")

    return ask


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (SuspiciousOperation("x"), 400, "Go back, reload the page and try again"),
        (PermissionDenied("Only for maintainers."), 403, "Only for maintainers. Nothing was"),
        (PermissionDenied(), 403, "This is not for you to see or to change."),
        (RuntimeError("secret"), 500, "The error is ours"),
        (OperationalError("secret"), 503, "Try again in a minute"),
        (DataError("secret"), 500, "The error is ours"),
    ],
)
def test_an_error_says_what_happened_and_where_to_go(failing, db, error, status, said):
    answer = failing(error)
    page = answer.content.decode()
    assert answer.status_code == status
    assert said in page
    assert "secret" not in page
    assert 'href="/"' in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_who_is_logged_in_is_told_who_may_help(client, failing, db):
    client.force_login(UserFactory(username="jane"))
    assert b"You are logged in as jane" in failing(PermissionDenied()).content


def test_the_page_of_an_error_needs_no_database(client, monkeypatch):
    """Without the `db` fixture, any query of this test would be an error of its own."""

    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(site, "render", fail)
    client.raise_request_exception = False
    answer = client.get("/about/")
    assert (answer.status_code, b"Try again in a minute" in answer.content) == (503, True)
    assert answer.headers["Retry-After"] == "30"


def test_a_form_without_its_token_says_what_to_do(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    answer = client.post("/mail/decide/")
    assert answer.status_code == 403
    assert b"Please try again" in answer.content


def test_a_host_that_is_not_ours_is_not_answered(client, db):
    assert client.get("/", headers={"Host": "evil.example.org"}).status_code == 400
