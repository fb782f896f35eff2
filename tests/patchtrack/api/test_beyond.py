"""Version 1.5 has more; those before it answer as they always did."""

import json
from datetime import timedelta

import pytest

from patchtrack.models import Comment, Cover, Event, Mail, Patch
from patchtrack.services.bundles import BundleWish, make_bundle
from patchtrack.services.checks import NewCheck, add_check
from tests.factories import DATE, UserFactory
from tests.patchtrack.api.shared import patch, project, series

# Fixtures.
__all__ = ["patch", "project", "series"]

pytestmark = pytest.mark.django_db

# By path, what 1.5 tells beyond 1.4.
NEW = {
    "": set(),
    "projects/": set(),
    "patches/": {"received"},
    "patches/{patch}/": {"received"},
    "patches/{patch}/checks/": set(),
    "patches/{patch}/comments/": {"received"},
    "patches/{patch}/comments/{comment}/": {"received"},
    "covers/": {"received"},
    "covers/{cover}/": {"received"},
    "series/": {"received", "state", "states", "check", "missing", "revisions"},
    "series/{series}/": {"received", "state", "states", "check", "missing", "revisions"},
    "bundles/": set(),
    "events/": {"cursor", "received"},
}


@pytest.fixture(scope="module")
def maintainer(project):
    user = UserFactory(username="maintainer")
    project.maintainers.add(user)
    return user


@pytest.fixture(scope="module")
def ids(patch, maintainer) -> dict[str, int]:
    make_bundle(maintainer, BundleWish(name="tea", public=True, patches=[patch.pk]))
    add_check(maintainer, patch.pk, NewCheck(state=1))
    return {
        "patch": patch.pk,
        "comment": Comment.objects.filter(patch=patch).first().pk,
        "cover": Cover.objects.get().pk,
        "series": patch.series_id,
    }


def read(client, version: str, path: str) -> list[dict]:
    """The records of the answer, as if it were that of version 1.4."""
    answer = client.get(f"/api/{version}/{path}").content.decode()
    told = json.loads(answer.replace(f"/api/{version}/", "/api/1.4/"))
    return told if isinstance(told, list) else [told]


def test_1_5_tells_what_1_4_does_and_more(client, ids):
    """Also in the same order: without what is new, byte for byte."""
    for path, new in NEW.items():
        old = read(client, "1.4", path.format(**ids))
        for before, after in zip(old, read(client, "1.5", path.format(**ids)), strict=True):
            assert (path, after.keys() - before.keys()) == (path, new)
            shared = {name: value for name, value in after.items() if name not in new}
            assert json.dumps(shared) == json.dumps(before)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4"])
def test_versions_before_it_know_nothing_of_its_parameters(client, ids, version):
    asked = {
        "id": 4711, "check": "fail", "path": "x", "prefix": "x", "trailer": "x", "q_in": "bogus",
        "expand": "bogus", "received_since": "2030-01-01", "received_before": "2000-01-01",
    }  # fmt: skip
    for resource in ("patches", "covers", "series", "events"):
        more = {"state": "accepted", "delegate": "x"} if resource == "series" else {}
        plain = client.get(f"/api/{version}/{resource}/")
        assert client.get(f"/api/{version}/{resource}/", asked | more).content == plain.content


@pytest.mark.parametrize("path", ["patches/?id={patch}", "series/{series}/"])
def test_versions_before_it_only_read_there(api, maintainer, ids, path):
    api.force_login(maintainer)
    answer = api.patch(f"/api/1.4/{path.format(**ids)}", {"state": "accepted"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.json() == {"detail": 'Method "PATCH" not allowed.'}


def test_everything_says_when_it_arrived(client, ids):
    late = DATE + timedelta(days=1, microseconds=5)
    Mail.objects.filter(shown=True).update(received_at=late)
    for path in NEW:
        for record in read(client, "1.5", path.format(**ids)):
            expected = record["date"] if path == "events/" else "2026-01-06T09:00:00.000005"
            assert record.get("received", expected) == expected


def test_the_arrival_is_that_of_the_copy_that_is_shown(client, patch):
    hidden = Mail.objects.get(message=patch.pk)
    Mail.objects.filter(pk=hidden.pk).update(shown=False)
    Mail.objects.create(
        project=patch.project, message_id=patch.pk, raw=hidden.raw, sha256="0" * 64, size=1,
        received_at=DATE + timedelta(days=9), outcome="conflict", shown=True,
    )  # fmt: skip
    assert client.get(f"/api/patches/{patch.pk}/").json()["received"] == "2026-01-14T09:00:00"


@pytest.fixture
def arrivals(patch) -> Patch:
    """Everything arrived on one day but part 1 and its first comment, which did a day later."""
    late = [patch.pk, Comment.objects.get(message__message_id="a@example.org").pk]
    Mail.objects.filter(message__in=late).update(received_at=DATE + timedelta(days=1))
    return patch


@pytest.mark.parametrize(
    ("parameters", "counts"),
    [
        ({"received_since": "2026-01-06T09:00:00"}, (1, 1, 0, 0)),
        ({"received_since": "2026-01-06T09:00:00.000001"}, (0, 0, 0, 0)),
        ({"received_since": "2026-01-05"}, (2, 2, 1, 1)),
        ({"received_before": "2026-01-06"}, (1, 1, 1, 1)),
        ({"received_since": "2026-01-06", "received_before": "2026-01-07"}, (1, 1, 0, 0)),
        ({"received_since": "2026-01-06", "received_before": "2026-01-06"}, (0, 0, 0, 0)),
        ({"received_since": "yesterday"}, (0, 0, 0, 0)),
        ({"received_since": "", "received_before": ""}, (2, 2, 1, 1)),
    ],
)
def test_lists_are_narrowed_by_arrival(client, arrivals, parameters, counts):
    """Of a series it is the arrival of its cover letter, or of its first patch."""
    paths = ("patches/", f"patches/{arrivals.pk}/comments/", "covers/", "series/")
    assert tuple(len(client.get(f"/api/{path}", parameters).json()) for path in paths) == counts


def test_an_event_is_received_when_it_is_recorded(client, series):
    event = Event.objects.order_by("date").last()
    Event.objects.filter(pk=event.pk).update(date=event.date + timedelta(hours=1))
    since = (event.date + timedelta(minutes=1)).isoformat()
    found = client.get("/api/events/", {"received_since": since}).json()
    assert [row["id"] for row in found] == [event.pk]
    before = client.get("/api/events/", {"received_before": since}).json()
    assert len(before) == Event.objects.count() - 1
