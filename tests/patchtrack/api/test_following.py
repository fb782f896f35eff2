"""Pollers follow events by their cursors: in `/api/` and from 1.5 on."""

import pytest

from patchtrack.models import Event
from patchtrack.services.cursors import record_cursors
from tests.factories import ProjectFactory, deliver, make_diff, make_mail

URL = "/api/events/"


@pytest.fixture
def numbered(series) -> int:
    """How many events there are; all have their cursors."""
    return record_cursors()


def poll(client, **parameters) -> list[int]:
    return [event["cursor"] for event in client.get(URL, parameters).json()]


def test_events_come_in_the_order_of_their_cursors(client, numbered):
    assert poll(client, after=0) == list(range(1, numbered + 1))
    assert poll(client, after=numbered - 2) == [numbered - 1, numbered]
    assert poll(client, after=numbered) == []


def test_one_goes_on_by_the_link_as_long_as_there_is_more(client, numbered):
    answer, seen = client.get(URL, {"after": 0, "per_page": 5, "project": "teapot"}), []
    while True:
        seen += [event["cursor"] for event in answer.json()]
        if "Link" not in answer.headers:
            break
        url, end = answer.headers["Link"].split(">; ")
        assert end == 'rel="next"'
        answer = client.get(url.removeprefix("<http://testserver"))
    assert seen == list(range(1, numbered + 1))


def test_who_finds_nothing_is_told_where_to_go_on(client, numbered):
    """So that what was looked at is not looked at again."""
    answer = client.get(URL, {"after": 0, "category": "check-created"})
    assert (answer.json(), answer.headers["X-Patchtrack-Cursor"]) == ([], str(numbered))


def test_who_gets_a_page_goes_on_behind_its_last_event(client, numbered):
    assert client.get(URL, {"after": 1, "per_page": 2}).headers["X-Patchtrack-Cursor"] == "3"


def test_one_may_begin_with_what_comes_next(client, project, numbered):
    answer = client.get(URL, {"after": "latest"})
    assert answer.json() == []
    deliver(project, make_mail(subject="[PATCH] x", diff=make_diff()))
    record_cursors()
    assert len(poll(client, after=answer.headers["X-Patchtrack-Cursor"])) == 4


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "9" * 19, "²", "0\0"])
def test_what_is_no_cursor_is_refused(client, db, after):
    answer = client.get(URL, {"after": after})
    assert (answer.status_code, list(answer.json())) == (400, ["after"])


def test_filters_narrow_it_down(client, numbered):
    other = ProjectFactory(linkname="other")
    deliver(other, make_mail(subject="[PATCH] x", diff=make_diff()))
    record_cursors()
    found = client.get(URL, {"after": 0, "project": "other", "category": "patch-created"}).json()
    assert [event["project"]["link_name"] for event in found] == ["other"]


def test_what_is_not_numbered_is_only_in_the_whole_list(client, series):
    assert poll(client, after=0) == []
    assert set(poll(client)) == {None}


@pytest.mark.parametrize(("version", "has"), [("1.4/", False), ("1.5/", True), ("", True)])
def test_versions_have_it_from_1_5_on(client, numbered, version, has):
    told = client.get(f"/api/{version}events/", {"after": numbered, "per_page": 3}).json()
    # Older versions ignore it as any other parameter.
    assert len(told) == (0 if has else 3)
    assert ("cursor" in client.get(f"/api/{version}events/").json()[0]) is has


def test_an_event_that_moves_to_another_project_comes_again(client, project, numbered):
    """Who follows that project has not seen it."""
    from ingest.mending import mend_events
    from ingest.threadstate import find_thread_states

    threads = list(project.thread_set.values_list("pk", flat=True))
    elsewhere = ProjectFactory(linkname="elsewhere")
    moved = Event.objects.filter(category="series-created")
    moved.update(project=elsewhere)
    mend_events(project, threads, find_thread_states(threads, frozenset()).values())
    record_cursors()
    assert poll(client, after=numbered, project="teapot") == [numbered + 1]
