"""Whatever is sent, the answer is an answer."""

import pytest

from tests.patchtrack.api.shared import project, series

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db

HUGE = "9" * 5000
VALUES = ["\0", HUGE, "-1", "%", "é\ud800".encode(errors="surrogatepass"), "' OR 1=1 --", "[]",
          "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "inf", "²", '"', "a" * 10000,
          "2026-01-01T00:00:00+99:99"]  # fmt: skip
# All lists have these, and the same code for them.
PAGES = "page per_page format"
ARRIVED = "received_since received_before"
SUBMITTED = f"project series submitter since before msgid q order {ARRIVED}"
OF_PATCHES = "id check path prefix trailer q_in"
NAMES = {
    "projects/": "q order",
    "people/": "q order",
    "users/": "q order",
    "patches/": f"delegate state archived hash {PAGES} {SUBMITTED} {OF_PATCHES}",
    "covers/": f"q_in {SUBMITTED}",
    "series/": f"state delegate archived expand {SUBMITTED} {OF_PATCHES}",
    "bundles/": "project owner public q order",
    "events/": f"project category series patch cover actor since before q order {ARRIVED}",
    "patches/{patch}/checks/": "user state context since before q order",
}


@pytest.mark.parametrize("path", NAMES)
def test_no_query_fails(api, maintainer, patch, path):
    api.force_authenticate(maintainer)
    url = f"/api/{path.format(patch=patch.pk)}"
    for name in NAMES[path].split():
        for value in VALUES:
            answer = api.get(url, {name: value})
            assert answer.status_code in (200, 400, 404), (name, value)


def test_no_query_fails_that_is_not_utf_8(client, patch):
    for query in ("q=%ff%fe", "project=%ff", "%ff=%ff", "msgid=%ed%a0%80", "since=%00"):
        assert client.get(f"/api/patches/?{query}").status_code in (200, 400)


def test_no_search_fails(client, patch):
    for value in VALUES:
        for name in ("q", "project"):
            asked = {"q": "part", "q_in": "body", name: value}
            assert client.get("/api/patches/", asked).status_code == 200


MANY = "project submitter delegate state series hash msgid id"


def test_a_filter_with_very_many_values(client, patch):
    values = [str(number) for number in range(900)]
    for name in MANY.split():
        assert client.get("/api/patches/", {name: values}).status_code == 200
        texts = {name: [f"x{value}" for value in values]}
        assert client.get("/api/patches/", texts).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"commit_ref": ' + b"[" * 100_000, 400),
        (b"null", 400),
        (b"7", 400),
        (b'"x"', 400),
        (b'{"commit_ref": "\\ud800"}', 400),
        (b'{"commit_ref": "\\u0000"}', 400),
        (b'{"delegate": ' + HUGE.encode() + b"}", 400),
        (b'{"delegate": 1e400}', 400),
        (b'{"delegate": 99999999999999999999999}', 400),
        (b'{"delegate": true}', 400),
        (b'{"delegate": {}}', 400),
        (b'{"state": {}}', 400),
        (b'{"state": 7}', 400),
        (b'{"state": "\\ud800"}', 400),
        (b'{"archived": []}', 400),
        (b'{"archived": {}}', 400),
        (b'{"commit_ref": NaN}', 400),
    ],
)
def test_no_body_fails(api, maintainer, patch, body, status):
    api.force_login(maintainer)
    url = f"/api/patches/{patch.pk}/"
    answer = api.generic("PATCH", url, body, content_type="application/json")
    assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "x", "patches": [1e400]}',
        b'{"name": "x", "patches": [99999999999999999999]}',
        b'{"name": "x", "patches": [[1]]}',
        b'{"name": "x", "patches": ["\\ud800"]}',
        b'{"name": "\\ud800", "patches": [1]}',
        b'{"name": "x\\u0000", "patches": [1]}',
        b'{"name": "..", "patches": [1]}',
        b'{"name": "x", "patches": [' + b"1," * 10_000 + b"1]}",
    ],
)
def test_no_bundle_fails(api, maintainer, patch, body):
    api.force_login(maintainer)
    answer = api.generic("POST", "/api/bundles/", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream"])
def test_other_bodies_are_not_taken(api, maintainer, patch, kind):
    api.force_login(maintainer)
    answer = api.generic("PATCH", f"/api/patches/{patch.pk}/", b"x", content_type=kind)
    assert answer.status_code == 415


def test_a_broken_multipart_body_is_said_to_be_one(api, maintainer, patch):
    api.force_login(maintainer)
    url = f"/api/patches/{patch.pk}/"
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        assert api.generic("PATCH", url, b"--x\r\n", content_type=kind).status_code in (200, 400)


def test_a_large_body_is_not_read(api, maintainer, patch, monkeypatch):
    monkeypatch.setattr("patchtrack.api.views.base.LARGEST_BODY", 10)
    api.force_login(maintainer)
    assert api.patch(f"/api/patches/{patch.pk}/", {"commit_ref": "abcdef"}).status_code == 413
