"""What goes wrong is said in JSON, also where no view of the API has answered."""

import pytest
from django.db import DataError, OperationalError

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def failing(client, db, monkeypatch):
    """An API whose index raises what it is given; the answer to who asks for it."""

    def ask(error: Exception, **options):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr("patchtrack.api.views.projects.Index.get", fail)
        client.raise_request_exception = False
        return client.get("/api/1.2/", **options)

    return ask


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (RuntimeError("secret"), 500, "A server error occurred."),
        (DataError("secret"), 500, "A server error occurred."),
        (OperationalError("secret"), 503, "The database does not answer. Try again later."),
    ],
)
def test_a_view_that_fails_says_so_in_json(failing, error, status, said):
    answer = failing(error)
    assert (answer.status_code, answer.json()) == (status, {"detail": said})
    assert answer.headers["Vary"] == "Accept, Cookie"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_who_asks_while_the_database_is_away_is_told_when_to_ask_again(failing):
    assert failing(OperationalError("gone")).headers["Retry-After"] == "30"


def test_what_fails_before_the_view_is_said_so_too(client, monkeypatch):
    """Without the `db` fixture, any query of this test would be an error of its own."""

    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/api/patches/")
    assert (answer.status_code, list(answer.json())) == (503, ["detail"])


def test_what_django_refuses_is_said_in_json(client, db, settings):
    settings.ALLOWED_HOSTS = ["ours.example.org"]
    answer = client.get("/api/", headers={"Host": "theirs.example.org"})
    assert (answer.status_code, answer.json()) == (400, {"detail": "Bad request."})


def test_too_many_fields_are_refused_in_json(client, db, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    answer = client.get("/api/patches/?a=1&b=2")
    assert (answer.status_code, answer.json()) == (400, {"detail": "Bad request."})


@pytest.mark.parametrize("path", ["/api/nothing/", "/nothing/"])
def test_people_get_a_page(client, db, path):
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_people_get_a_page_of_an_error_too(failing):
    answer = failing(RuntimeError("secret"), headers=PAGE)
    assert (answer.status_code, b"The error is ours" in answer.content) == (500, True)
