"""How many requests somebody may make, where the settings bound them."""

import pytest

from patchtrack.services.accounts import add_token
from tests.factories import UserFactory

URL = "/api/projects/"
HERE = {"REMOTE_ADDR": "192.0.2.1"}
FIELDS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture
def bounded(db, settings):
    settings.PATCHTRACK_ANONYMOUS_RATE = 2
    settings.PATCHTRACK_USER_RATE = 3
    settings.PATCHTRACK_PROXY_CLIENT_HEADER = "HTTP_X_REAL_IP"


def ask(client, address: str = "192.0.2.1", authorization: str = "", url: str = URL):
    headers = {"X-Real-IP": address}
    if authorization:
        headers["Authorization"] = authorization
    return client.get(url, headers=headers)


def told(answer) -> tuple[str, ...]:
    return tuple(answer.headers.get(name, "") for name in FIELDS)


def test_without_a_bound_nothing_is_counted(client, db, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/api/projects/4711/")
    assert told(answer) == ("", "", "")


def test_answers_tell_what_is_left(client, bounded):
    assert told(ask(client)) == ("2", "1", "30")
    assert told(ask(client))[:2] == ("2", "0")


def test_who_asks_too_often_is_told_when_to_come_again(client, bounded):
    for _ in range(2):
        assert ask(client).status_code == 200
    refused = ask(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert told(refused) == ("2", "0", "60")
    assert "throttled" in refused.json()["detail"]


def test_other_networks_have_requests_of_their_own(client, bounded):
    for _ in range(3):
        ask(client)
    assert ask(client, "192.0.2.2").status_code == 200


def test_users_have_requests_of_their_own_wherever_they_are(client, bounded):
    one, other = (f"Token {add_token(UserFactory())}" for _ in range(2))
    statuses = [ask(client, f"192.0.2.{number}", one).status_code for number in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert ask(client, authorization=other).status_code == 200


def test_who_cannot_be_told_from_others_is_not_counted(client, bounded):
    """Behind a proxy all would be one, and one of them could lock out the rest."""
    assert {ask(client, "").status_code for _ in range(4)} == {200}


def test_calls_by_xml_rpc_count_too(client, bounded, settings):
    settings.PATCHTRACK_XMLRPC = True
    for _ in range(2):
        ask(client)
    call = b"<methodCall><methodName>pw_rpc_version</methodName></methodCall>"
    headers = {"X-Real-IP": "192.0.2.1"}
    answer = client.post("/xmlrpc/", call, content_type="text/xml", headers=headers)
    assert b"throttled" in answer.content
