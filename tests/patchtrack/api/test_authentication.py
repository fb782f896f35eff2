"""Who asks is known by session, password or token; a refusal is never 401."""

from base64 import b64encode

import pytest
from rest_framework.test import APIClient

from patchtrack.models import ApiToken
from patchtrack.services.accounts import add_token
from patchtrack.services.logins import NAME_LIMIT
from tests.factories import UserFactory

SELF = "/api/users/"
NOT_GIVEN = {"detail": "Authentication credentials were not provided."}


@pytest.fixture
def jane(db):
    user = UserFactory(username="jane")
    user.set_password("long and secret")
    user.save()
    return user


def basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


def ask(client, authorization: str, path: str = SELF):
    return client.get(path, headers={"Authorization": authorization})


@pytest.mark.parametrize("path", ["users/", "users/1/", "people/", "people/1/"])
def test_nobody_else_sees_users_and_people(client, db, path):
    answer = client.get(f"/api/{path}")
    assert (answer.status_code, answer.json()) == (403, NOT_GIVEN)
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN"])
def test_a_token(client, jane, scheme):
    assert ask(client, f"{scheme} {add_token(jane)}").status_code == 200


def test_a_password(client, jane):
    assert ask(client, basic("jane", "long and secret")).status_code == 200


def test_a_session(client, jane):
    client.force_login(jane)
    assert client.get(SELF).status_code == 200


def test_a_bearer_is_nobody(client, jane):
    answer = ask(client, f"Bearer {add_token(jane)}")
    assert (answer.status_code, answer.json()) == (403, NOT_GIVEN)


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        (f"Token {'0' * 40}", "Invalid token."),
        ("Token \xe4", None),
        ("Token", None),
        ("Token a b", None),
        (basic("jane", "wrong"), "Invalid username/password."),
        (basic("nobody", "wrong"), "Invalid username/password."),
        (basic("ja\0ne", "long\0"), "Invalid username/password."),
        ("Basic !", None),
        ("Basic", None),
    ],
)
@pytest.mark.parametrize("path", [SELF, "/api/projects/"])
def test_wrong_credentials_are_refused_everywhere(client, jane, authorization, detail, path):
    answer = ask(client, authorization, path)
    assert answer.status_code == 403
    assert detail is None or answer.json() == {"detail": detail}


@pytest.mark.parametrize("how", ["token", "password"])
def test_who_is_no_longer_active_is_refused(client, jane, how):
    token = add_token(jane)
    jane.is_active = False
    jane.save()
    given = f"Token {token}" if how == "token" else basic("jane", "long and secret")
    assert ask(client, given).status_code == 403


def test_a_revoked_token_opens_nothing(client, jane):
    token = add_token(jane)
    ApiToken.objects.all().delete()
    assert ask(client, f"Token {token}").status_code == 403


def test_guessing_is_slowed_down_as_on_the_login_page(client, jane):
    for _ in range(NAME_LIMIT.burst):
        assert ask(client, basic("jane", "wrong")).status_code == 403
    answer = ask(client, basic("jane", "long and secret"))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_session_needs_the_forms_own_key(jane):
    """Else a page elsewhere could write in the name of who looks at it."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(jane)
    answer = client.patch(f"{SELF}{jane.pk}/", {"first_name": "Eve"})
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("CSRF Failed")


def test_a_token_needs_no_key(jane):
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Token {add_token(jane)}")
    assert client.patch(f"{SELF}{jane.pk}/", {"first_name": "Jane"}).status_code == 200


@pytest.mark.parametrize(
    ("scope", "check", "state"), [("all", 201, 200), ("checks", 201, 403), ("read", 403, 403)]
)
def test_a_token_may_do_what_its_scope_says(api, patch, maintainer, scope, check, state):
    """So a bot that tests patches need not have what opens all that its owner may do."""
    api.credentials(HTTP_AUTHORIZATION=f"Token {add_token(maintainer, scope=scope)}")
    for url in (f"/api/patches/{patch.pk}/", f"/api/series/{patch.series_id}/"):
        assert api.get(url).status_code == 200
        assert api.post(f"{url}checks/", {"state": "success"}).status_code == check
        assert api.patch(url, {"state": "rfc"}).status_code == state


def test_tokens_and_passwords_are_not_in_the_log(client, jane, caplog):
    token = add_token(jane)
    for authorization in (f"Token {token}", "Token nonsense", basic("jane", "wrong")):
        ask(client, authorization)
    assert token not in caplog.text
    assert "nonsense" not in caplog.text
    assert "wrong" not in caplog.text
