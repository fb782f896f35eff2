"""Each version has the fields, addresses and filters that it had in Patchwork."""

import pytest

from patchtrack.models import Comment, Cover
from tests.patchtrack.api.shared import project, series

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db

PATCH_1_0 = {
    "id", "url", "project", "msgid", "date", "name", "commit_ref", "pull_url", "state", "archived",
    "hash", "submitter", "delegate", "mbox", "series", "check", "checks", "tags",
}  # fmt: skip
PATCH_1_2 = PATCH_1_0 | {"web_url", "comments", "list_archive_url", "related"}
SERIES_1_0 = {
    "id", "url", "project", "name", "date", "submitter", "version", "total", "received_total",
    "received_all", "mbox", "cover_letter", "patches",
}  # fmt: skip
COVER_1_2 = {
    "id", "url", "web_url", "project", "msgid", "list_archive_url", "date", "name", "submitter",
    "mbox", "series", "comments",
}  # fmt: skip
EVENT = {"id", "category", "project", "date", "actor", "payload"}
EMBEDDED_PROJECT_1_0 = {
    "id", "url", "name", "link_name", "list_id", "list_email", "web_url", "scm_url", "webscm_url",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("1.0/patches/", PATCH_1_0),
        ("1.1/patches/", PATCH_1_0 | {"web_url", "comments"}),
        ("1.2/patches/", PATCH_1_2),
        ("1.4/patches/", PATCH_1_2),
        ("1.5/patches/", PATCH_1_2 | {"received"}),
        ("patches/", PATCH_1_2 | {"received"}),
        ("1.0/series/", SERIES_1_0),
        ("1.1/series/", SERIES_1_0 | {"web_url"}),
        ("1.3/series/", SERIES_1_0 | {"web_url"}),
        ("1.4/covers/", COVER_1_2),
        ("1.5/covers/", COVER_1_2 | {"received"}),
        ("1.4/events/", EVENT),
        ("1.5/events/", EVENT | {"cursor", "received"}),
        ("1.0/projects/", EMBEDDED_PROJECT_1_0 | {"maintainers"}),
        ("1.1/projects/", EMBEDDED_PROJECT_1_0 | {"maintainers", "subject_match"}),
    ],
)
def test_a_version_has_its_fields(client, series, path, expected):
    assert client.get(f"/api/{path}").json()[0].keys() == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("1.0/patches/{patch}/", PATCH_1_0 | {"headers", "content", "diff", "prefixes"}),
        ("1.4/patches/{patch}/", PATCH_1_2 | {"headers", "content", "diff", "prefixes"}),
        (
            "1.0/covers/{cover}/",
            {"id", "url", "project", "msgid", "date", "name", "submitter", "series", "headers",
             "content"},
        ),
        (
            "1.1/patches/{patch}/comments/",
            {"id", "web_url", "msgid", "date", "subject", "submitter", "content", "headers"},
        ),
        (
            "1.3/patches/{patch}/comments/",
            {"id", "url", "web_url", "msgid", "list_archive_url", "date", "subject", "submitter",
             "content", "headers", "addressed"},
        ),
    ],
)  # fmt: skip
def test_a_detail_has_more(client, patch, path, expected):
    answer = client.get(f"/api/{path.format(patch=patch.pk, cover=Cover.objects.get().pk)}").json()
    assert (answer[0] if isinstance(answer, list) else answer).keys() == expected


def test_embedded_projects_have_no_maintainers(client, series):
    [first, _] = client.get("/api/1.0/patches/").json()
    assert first["project"].keys() == EMBEDDED_PROJECT_1_0


@pytest.mark.parametrize("version", ["0.9", "1.6", "2.0", "1", "1.10", "v1"])
def test_there_are_no_other_versions(client, db, version):
    answer = client.get(f"/api/{version}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("1.0/patches/{patch}/comments/", 404),
        ("1.1/patches/{patch}/comments/", 200),
        ("1.2/patches/{patch}/comments/{comment}/", 404),
        ("1.3/patches/{patch}/comments/{comment}/", 200),
    ],
)
def test_addresses_came_with_versions(client, patch, path, status):
    comment = Comment.objects.filter(patch=patch).first()
    path = path.format(patch=patch.pk, comment=comment.pk)
    assert client.get(f"/api/{path}").status_code == status


@pytest.mark.parametrize(("version", "count"), [("1.1", 2), ("1.2", 1)])
def test_filters_came_with_versions(client, patch, version, count):
    answer = client.get(f"/api/{version}/patches/", {"hash": patch.hash.upper()})
    assert len([row for row in answer.json() if row["id"]]) == count or patch.hash == ""


def test_addresses_keep_the_version_that_was_asked_for(client, patch):
    told = client.get(f"/api/1.2/patches/{patch.pk}/").json()
    assert told["url"] == f"http://testserver/api/1.2/patches/{patch.pk}/"
    assert told["submitter"]["url"].startswith("http://testserver/api/1.2/people/")
    assert told["series"][0]["url"].startswith("http://testserver/api/1.2/series/")


def test_comments_and_checks_are_always_without_a_version(client, patch):
    told = client.get(f"/api/1.2/patches/{patch.pk}/").json()
    assert told["checks"] == f"http://testserver/api/patches/{patch.pk}/checks/"
    assert told["comments"] == f"http://testserver/api/patches/{patch.pk}/comments/"


def test_the_index_says_where_everything_is(client, db):
    told = client.get("/api/1.1/").json()
    names = ["projects", "users", "people", "patches", "covers", "series", "events", "bundles"]
    assert list(told) == names
    assert told["events"] == "http://testserver/api/1.1/events/"
