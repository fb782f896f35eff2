"""Tokens and passwords are in no log, however much is logged and whatever goes wrong."""

import logging
from collections.abc import Callable

import pytest

from patchtrack.services.accounts import add_token
from tests.factories import UserFactory
from tests.patchtrack.api.xmlrpc.calling import basic

PASSWORD = "long and secret"
CALL = b"<methodCall><methodName>patch_set</methodName></methodCall>"


@pytest.fixture
def secrets(db) -> dict[str, str]:
    """What opens something, or was sent to try, by how it is sent."""
    user = UserFactory(username="jane")
    user.set_password(PASSWORD)
    user.save()
    return {
        f"Token {(token := add_token(user))}": token,
        "Token 0123456789": "0123456789",
        (password := basic("jane", PASSWORD)): password.partition(" ")[2],
        (wrong := basic("jane", "wrong")): wrong.partition(" ")[2],
    }


@pytest.fixture
def fails(client, monkeypatch):
    """The site, in which something is broken."""

    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    client.raise_request_exception = False
    monkeypatch.setattr("patchtrack.api.records.Records.index", fail)
    monkeypatch.setattr("patchtrack.api.xmlrpc.view.signature", fail)


ASKED: dict[str, Callable] = {
    "read": lambda client, headers: client.get("/api/users/", headers=headers),
    "write": lambda client, headers: client.patch("/api/users/1/", "{", headers=headers),
    "not there": lambda client, headers: client.get("/api/nothing/", headers=headers),
    "bundle": lambda client, headers: client.get("/bundle/jane/x/mbox/", headers=headers),
    "failure": lambda client, headers: client.get("/api/", headers=headers),
    "call": lambda client, headers: client.post(
        "/xmlrpc/", CALL, content_type="text/xml", headers=headers
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_no_secret_is_logged(client, settings, secrets, fails, caplog, asked):
    settings.PATCHTRACK_XMLRPC = True
    settings.DEBUG = True
    with caplog.at_level(logging.DEBUG):
        for authorization in secrets:
            ASKED[asked](client, {"Authorization": authorization})
    assert caplog.text
    for secret in (*secrets.values(), PASSWORD):
        assert secret not in caplog.text


def test_a_new_token_is_not_logged(client, db, caplog):
    client.force_login(UserFactory())
    with caplog.at_level(logging.DEBUG):
        page = client.post("/user/tokens/", {"name": "kettle", "scope": "all"}).content.decode()
    token = page.partition("<code>")[2].partition("</code>")[0]
    assert len(token) == 40
    assert token not in caplog.text
