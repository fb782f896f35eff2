"""Pages of other sites may read what everybody may read, and nothing else."""

import pytest

URL = "/api/patches/"
ORIGIN = {"Origin": "https://elsewhere.example.org"}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_any_page_may_read(client, db, method):
    answer = getattr(client, method)(URL, headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in answer.headers["Access-Control-Expose-Headers"]
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_never_with_a_users_cookies(client, db):
    assert "Access-Control-Allow-Credentials" not in client.get(URL, headers=ORIGIN).headers


@pytest.mark.parametrize("wanted", ["PATCH", "POST", "DELETE"])
def test_a_page_that_wants_to_write_is_told_that_it_may_only_read(client, db, wanted):
    asked = ORIGIN | {"Access-Control-Request-Method": wanted}
    answer = client.options(URL, headers=asked)
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "authorization" not in answer.headers["Access-Control-Allow-Headers"].lower()


def test_what_is_written_is_for_nobody_elses_page(client, db):
    answer = client.post("/api/bundles/", headers=ORIGIN)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_refusal_can_be_read_too(client, db):
    answer = client.get("/api/patches/4711/", headers=ORIGIN)
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_a_page_has_already_it_may_have(client, project):
    etag = client.get("/api/projects/teapot/").headers["ETag"]
    answer = client.get("/api/projects/teapot/", headers=ORIGIN | {"If-None-Match": etag})
    assert answer.status_code == 304
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_site_may_keep_to_itself(client, db, settings):
    """One that only a network of its own can reach would else be read from anywhere by the
    browsers of those who are in that network."""
    settings.PATCHTRACK_CORS = False
    assert "Access-Control-Allow-Origin" not in client.get(URL, headers=ORIGIN).headers
