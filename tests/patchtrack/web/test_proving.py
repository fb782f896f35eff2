"""What would hand an account over is done only by who has logged in a short while ago."""

import pytest
from django.utils import timezone

from patchtrack.models import ApiToken, Confirmation
from patchtrack.services.logins import SURE_FOR
from tests.factories import PersonFactory, UserFactory

PASSWORD = "a kettle of hot water"
AGAIN = "/user/password-again/"


@pytest.fixture
def jane(db):
    user = UserFactory(username="jane", email="jane@example.org")
    user.set_password(PASSWORD)
    user.save()
    PersonFactory(address="jane@work.example.org", user=user)
    return user


@pytest.fixture
def open_browser(client, jane):
    """A browser in which jane has logged in long ago."""
    client.force_login(jane)
    session = client.session
    session["logged_in_at"] = (timezone.now() - SURE_FOR).timestamp()
    session.save()
    return client


def find_graves(jane) -> list[tuple[str, dict, str]]:
    """What is grave: where it is sent, with what, and where one comes back to."""
    work = jane.people.get().pk
    return [
        ("/user/tokens/", {"name": "kettle"}, "/user/tokens/"),
        ("/user/link/", {"email": "tea@example.org"}, "/user/link/"),
        (f"/user/primary/{work}/", {}, "/user/link/"),
    ]


@pytest.mark.parametrize("number", range(3))
def test_long_after_logging_in_the_password_is_asked_for(open_browser, jane, number):
    path, form, page = find_graves(jane)[number]
    answer = open_browser.post(path, form)
    assert answer.headers["Location"] == f"{AGAIN}?next={page.replace('/', '%2F')}"
    jane.refresh_from_db()
    assert not ApiToken.objects.exists()
    assert not Confirmation.objects.exists()
    assert jane.email == "jane@example.org"


@pytest.mark.parametrize("number", range(3))
def test_with_the_password_it_can_be_done(open_browser, jane, number):
    path, form, page = find_graves(jane)[number]
    answer = open_browser.post(AGAIN, {"password": PASSWORD, "next": page})
    assert answer.headers["Location"] == page
    assert not open_browser.post(path, form).headers.get("Location", "").startswith(AGAIN)


def test_another_password_changes_nothing(open_browser, jane):
    answer = open_browser.post(AGAIN, {"password": "cold", "next": "/user/tokens/"})
    assert "This is not your password." in answer.content.decode()
    assert open_browser.post("/user/tokens/", {"name": "x"}).status_code == 302


def test_another_users_name_cannot_be_given(open_browser, db):
    other = UserFactory(username="joe")
    other.set_password("a cup of cold coffee")
    other.save()
    open_browser.post(AGAIN, {"username": "joe", "password": "a cup of cold coffee"})
    assert open_browser.session["_auth_user_id"] != str(other.pk)


def test_guesses_are_counted(open_browser):
    for _ in range(10):
        open_browser.post(AGAIN, {"password": "cold"})
    assert open_browser.post(AGAIN, {"password": PASSWORD}).status_code == 429


def test_it_leads_to_no_other_site(open_browser):
    answer = open_browser.post(AGAIN, {"password": PASSWORD, "next": "https://example.net/"})
    assert answer.headers["Location"] == "/user/todo/"


def test_who_is_not_logged_in_logs_in(client, db):
    assert client.get(AGAIN).headers["Location"].startswith("/user/login/")


def test_to_read_one_needs_no_password(open_browser):
    assert open_browser.get("/user/tokens/").status_code == 200


@pytest.mark.parametrize("path", ["/user/", "/user/unlink/{}/"])
def test_what_is_not_grave_needs_no_password(open_browser, jane, path):
    answer = open_browser.post(path.format(jane.people.get().pk), {})
    assert AGAIN not in answer.headers.get("Location", "")
