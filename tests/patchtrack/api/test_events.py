"""Events: what bots poll."""

from datetime import timedelta

import pytest
from django.utils import timezone

from patchtrack.models import Cover, Event, SeriesAlias
from patchtrack.services.changes import change_patches
from tests.factories import deliver, make_diff, make_mail

URL = "/api/events/"


def categories(client, path=URL, **parameters) -> list[str]:
    return sorted(event["category"] for event in client.get(path, parameters).json())


@pytest.fixture
def complete(project):
    deliver(project, make_mail(subject="[PATCH] x", diff=make_diff(), message_id="x@example.org"))
    return Event.objects.get(category=Event.Category.SERIES_COMPLETED).series


def test_each_category_has_its_payload(client, project, maintainer, patch, complete):
    wanted = {"state_id": 2, "delegate_id": maintainer.pk}
    change_patches(maintainer, project, [patch.pk], wanted)
    payloads = {event["category"]: event["payload"] for event in client.get(URL).json()}
    assert {category: list(payload) for category, payload in payloads.items()} == {
        "cover-created": ["cover"],
        "patch-created": ["patch"],
        "patch-completed": ["patch", "series"],
        "series-created": ["series"],
        "series-completed": ["series"],
        "patch-comment-created": ["patch", "comment"],
        "cover-comment-created": ["cover", "comment"],
        "patch-state-changed": ["patch", "previous_state", "current_state"],
        "patch-delegated": ["patch", "previous_delegate", "current_delegate"],
    }
    assert payloads["patch-state-changed"]["previous_state"] == "new"
    assert payloads["patch-delegated"]["previous_delegate"] is None
    assert payloads["patch-delegated"]["current_delegate"]["username"] == "maintainer"
    assert payloads["patch-comment-created"]["patch"]["id"] == patch.pk
    assert payloads["series-completed"]["series"]["id"] == complete.pk


@pytest.mark.parametrize(("version", "has"), [("1.2", False), ("1.3", True)])
def test_comments_are_told_from_1_3_on(client, series, version, has):
    found = categories(client, f"/api/{version}/events/")
    assert ("patch-comment-created" in found) is has
    assert ("cover-comment-created" in found) is has


def test_the_newest_is_first_unless_asked_otherwise(client, series):
    dates = [event["date"] for event in client.get(URL).json()]
    assert dates == sorted(dates, reverse=True)
    assert [event["date"] for event in client.get(URL, {"order": "date"}).json()] == dates[::-1]


def test_a_date_is_taken_as_it_was_told(client, series):
    """NIPA sends the date of the last event back, with a blank for the T."""
    date = client.get(URL).json()[0]["date"]
    assert "." in date
    newest = client.get(URL, {"since": date.replace("T", " ")}).json()
    assert {event["date"] for event in newest} == {date}


def test_a_date_without_microseconds_has_none(client, series):
    whole = timezone.now().replace(microsecond=0) + timedelta(days=1)
    Event.objects.filter(category="series-created").update(date=whole)
    assert len(client.get(URL).json()[0]["date"]) == len("2026-01-05T09:00:00")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"category": "series-created"}, ["series-created"]),
        ({"category": ["series-created", "cover-created"]}, ["cover-created", "series-created"]),
        ({"category": "bogus"}, []),
        ({"category": ""}, []),
        ({"project": "teapot", "category": "cover-created"}, ["cover-created"]),
        ({"project": "other"}, []),
        ({"actor": "nobody"}, []),
        ({"since": "soon"}, []),
    ],
)
def test_events_are_narrowed_down(client, series, parameters, expected):
    assert categories(client, **parameters) == expected


def test_events_about_one_thing(client, patch, series):
    comments = ["patch-comment-created"] * 2
    about_patch = [*comments, "patch-completed", "patch-created"]
    assert categories(client, patch=patch.pk) == about_patch
    assert categories(client, cover=Cover.objects.get().pk) == [
        "cover-comment-created", "cover-created",
    ]  # fmt: skip
    assert categories(client, series=series.pk) == ["patch-completed", "series-created"]
    assert categories(client, patch=[patch.pk, 4711]) == []


def test_events_about_a_series_that_became_another(client, series):
    SeriesAlias.objects.create(pk=4711, series=series)
    assert categories(client, series=4711) == ["patch-completed", "series-created"]
    assert client.get("/api/series/4711/").json()["id"] == series.pk


def test_events_of_one_who_acted(client, project, maintainer, patch):
    change_patches(maintainer, project, [patch.pk], {"state_id": 2})
    assert categories(client, actor="MAINTAINER") == ["patch-state-changed"]
    assert len(categories(client, "/api/1.1/events/", actor="nobody")) > 1


def test_a_series_page_can_be_asked_for_more(client, series):
    """kernel-patches-daemon appends "&state=*" to the address."""
    told = client.get(f"/api/series/{series.pk}/").json()
    answer = client.get(told["web_url"].removeprefix("http://testserver") + "&state=*")
    assert answer.status_code == 200


def test_a_series_tells_what_has_come(client, series):
    told = client.get(f"/api/1.2/series/{series.pk}/").json()
    names = ("name", "version", "total", "received_total", "received_all")
    assert [told[name] for name in names] == ["Part 0", 2, 3, 2, False]
    assert told["cover_letter"]["msgid"] == "<0@example.org>"
    assert [patch["name"][:8] for patch in told["patches"]] == ["[v2,1/3]", "[v2,3/3]"]
    assert told["mbox"] == f"http://testserver/series/{series.pk}/mbox/"
