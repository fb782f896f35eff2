"""Events come to who waits for them, for a bounded time and in a bounded number of streams."""

import asyncio
import json

import pytest
from django.core.signals import request_finished
from django.db import OperationalError, close_old_connections, connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext

from patchtrack.api import streaming
from patchtrack.api.streaming import Stream, format_event
from patchtrack.models import Event, Project
from patchtrack.services.accounts import add_token
from patchtrack.services.cursors import record_cursors
from tests.factories import UserFactory, deliver, make_diff, make_mail

URL = "/api/events/stream"


@pytest.fixture(autouse=True)
def at_once(settings):
    """A stream ends when it has told what there is."""
    settings.PATCHTRACK_STREAM_SECONDS = 0


@pytest.fixture
def numbered(series) -> int:
    """How many events there are; all have their cursors."""
    return record_cursors()


def read(answer) -> list[dict[str, str]]:
    """The blocks of a stream, each as its fields."""
    text = b"".join(answer.streaming_content).decode()
    return [
        dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        for block in text.split("\n\n")
        if block
    ]


def hang_up(answer) -> None:
    """As a server does when the client has gone; but the test keeps its database connection."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def follow(client, url=URL, **headers) -> list[dict[str, str]]:
    return [block for block in read(client.get(url, headers=headers)) if "event" in block]


def test_events_are_told_as_in_the_list(client, numbered):
    listed = client.get("/api/events/?after=0").json()
    streamed = follow(client, f"{URL}?after=0")
    assert [json.loads(block["data"]) for block in streamed] == listed
    assert [block["event"] for block in streamed] == [event["category"] for event in listed]
    assert [block["id"] for block in streamed] == [str(event["cursor"]) for event in listed]


def test_what_is_renamed_meanwhile_has_its_new_name(client, numbered, settings, monkeypatch):
    settings.PATCHTRACK_STREAM_SECONDS = 60
    monkeypatch.setattr(streaming, "_TOGETHER", 1)
    answer = client.get(f"{URL}?after=0")
    _, first = (next(answer.streaming_content) for _ in range(2))
    Project.objects.update(name="Cups")
    second = next(answer.streaming_content)
    hang_up(answer)
    assert ["Cups" in block.decode() for block in (first, second)] == [False, True]


def test_it_is_a_stream_that_nobody_keeps(client, db):
    answer = client.get(URL, headers={"Accept": "text/event-stream"})
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    hang_up(answer)


def test_who_comes_again_goes_on_where_it_was(client, numbered):
    told = follow(client, f"{URL}?after=0", **{"Last-Event-ID": str(numbered - 1)})
    assert [block["id"] for block in told] == [str(numbered)]


def test_who_comes_first_is_told_what_comes_next(client, numbered):
    [begin, end] = read(client.get(URL))
    assert begin == {"retry": "2000", "id": str(numbered)}
    assert end == {"id": str(numbered)}


def test_filters_narrow_it_down(client, numbered):
    blocks = read(client.get(f"{URL}?after=0&project=teapot&category=cover-created"))
    assert [block.get("event") for block in blocks] == [None, "cover-created", None]
    # What was looked at is not looked at again.
    assert blocks[-1]["id"] == str(numbered)
    assert follow(client, f"{URL}?after=0&project=other") == []


@pytest.mark.parametrize("said", ["x", "-1", "1 2"])
def test_what_is_no_cursor_is_refused_in_json(client, db, said):
    headers = {"Last-Event-ID": said, "Accept": "text/event-stream"}
    answer = client.get(URL, headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, ["after"])


def test_wrong_credentials_are_refused(client, db):
    assert client.get(URL, headers={"Authorization": "Token x"}).status_code == 403


@pytest.mark.parametrize(("version", "status"), [("1.4", 404), ("1.5", 200)])
def test_versions_have_it_from_1_5_on(client, db, version, status):
    answer = client.get(f"/api/{version}/events/stream")
    hang_up(answer)
    assert answer.status_code == status


def test_who_asks_for_the_head_takes_no_place(client, db, settings):
    settings.PATCHTRACK_STREAMS = 0
    assert client.head(URL).status_code == 200


def test_there_are_so_many_at_once(client, db, settings):
    settings.PATCHTRACK_STREAMS = 1
    first = client.get(URL)
    refused = client.get(URL)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert "poll" in refused.json()["detail"]
    # Though nothing of it was read.
    hang_up(first)
    hang_up(first)
    second = client.get(URL)
    assert second.status_code == 200
    assert client.get(URL).status_code == 503
    hang_up(second)


def test_a_client_has_so_many_at_once(client, db, settings):
    settings.PATCHTRACK_STREAMS = 9
    settings.PATCHTRACK_CLIENT_STREAMS = 2
    settings.PATCHTRACK_PROXY_CLIENT_HEADER = "HTTP_X_REAL_IP"
    here, there = ({"X-Real-IP": address} for address in ("192.0.2.1", "192.0.2.2"))
    user = here | {"Authorization": f"Token {add_token(UserFactory())}"}
    streams = [client.get(URL, headers=headers) for headers in (here, here, there, user, user)]
    assert {answer.status_code for answer in streams} == {200}
    for headers in (here, user):
        refused = client.get(URL, headers=headers | {"Accept": "text/event-stream"})
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 10
        assert "You have 2 event streams open." in refused.json()["detail"]
    hang_up(streams[0])
    again = client.get(URL, headers=here)
    assert again.status_code == 200
    for answer in (*streams[1:], again):
        hang_up(answer)


@pytest.mark.parametrize(("most", "is_user"), [(1, False), (0, True)])
def test_who_is_not_bounded_may_have_more(client, db, settings, most, is_user):
    settings.PATCHTRACK_CLIENT_STREAMS = most
    if is_user:
        client.force_login(UserFactory())
    streams = [client.get(URL) for _ in range(2)]
    assert {answer.status_code for answer in streams} == {200}
    for answer in streams:
        hang_up(answer)


@pytest.mark.parametrize("most", [3, 30])
def test_a_place_takes_a_fixed_number_of_queries(
    client, db, settings, most, django_assert_num_queries
):
    settings.PATCHTRACK_CLIENT_STREAMS = most
    user = {"Authorization": f"Token {add_token(UserFactory())}"}
    with django_assert_num_queries(7):
        answer = client.get(URL, headers=user)
    hang_up(answer)


def test_who_is_refused_takes_no_place(client, db, settings):
    settings.PATCHTRACK_STREAMS = 2
    settings.PATCHTRACK_CLIENT_STREAMS = 1
    user = {"Authorization": f"Token {add_token(UserFactory())}"}
    first = client.get(URL, headers=user)
    assert client.get(URL, headers=user).status_code == 429
    other = client.get(URL)
    assert other.status_code == 200
    for answer in (first, other):
        hang_up(answer)


def test_a_place_that_cannot_be_given_back_comes_back_by_itself(client, db, monkeypatch, caplog):
    def fail(_limits):
        raise OperationalError("gone")

    monkeypatch.setattr("patchtrack.api.own_places.give_back", fail)
    user = {"Authorization": f"Token {add_token(UserFactory())}"}
    hang_up(client.get(URL, headers=user))
    assert "a stream has ended" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_server_is_told_at_once_what_there_is(settings):
    """It would keep everything until the stream's end."""
    settings.PATCHTRACK_STREAM_SECONDS = 3600

    answer = asyncio.run(AsyncClient().get(URL))
    assert answer.content.startswith(b"retry")


# In time.


class Day:
    """A clock that goes on by sleeping, and what happens meanwhile."""

    def __init__(self, happens=None) -> None:
        self.now = 0.0
        self.happens = happens or {}

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now in self.happens:
            self.happens[self.now]()


def stream(day: Day, seconds: float = 40) -> list[str]:
    return list(
        Stream(
            rows=Event.objects.all(),
            position=0,
            seconds=seconds,
            tell=lambda events: [{"cursor": e.cursor, "category": e.category} for e in events],
            leave=lambda: None,
            clock=day.clock,
            sleep=day.sleep,
        )
    )


def test_what_happens_meanwhile_is_told(project):
    def happen() -> None:
        deliver(project, make_mail(subject="[PATCH] x", diff=make_diff()))
        record_cursors()

    first, news, *_ = stream(Day({3.0: happen}))
    assert first.startswith("retry: ")
    assert [line for line in news.splitlines() if line.startswith("id")] == [
        "id: 1", "id: 2", "id: 3", "id: 4",
    ]  # fmt: skip


def test_much_is_told_in_stretches_without_a_pause(project, monkeypatch):
    deliver(project, make_mail(subject="[PATCH] x", diff=make_diff()))
    record_cursors()
    monkeypatch.setattr(streaming, "_TOGETHER", 3)
    day = Day()
    assert [text.count("data: ") for text in stream(day, 1)] == [0, 3, 1, 0]
    assert day.now == 1


def test_who_waits_hears_that_we_are_still_there(db):
    assert [text.splitlines()[0] for text in stream(Day(), 12)] == [
        "retry: 2000", ": no news", ": no news", ": no news",
    ]  # fmt: skip


def test_it_ends_after_its_time(db):
    day = Day()
    stream(day, 40)
    assert day.now == 40


def test_who_waits_costs_two_queries_each_time(db):
    with CaptureQueriesContext(connection) as queries:
        stream(Day(), 3)
    assert len(queries) == 2 * 4


def test_no_connection_is_held_while_one_waits(transactional_db):
    day = Day({1.0: lambda: seen.append(connection.connection)})
    seen: list[object] = []
    stream(day, 2)
    assert seen == [None]


def test_nothing_that_a_mail_says_ends_a_line():
    text = format_event({"cursor": 1, "category": "x", "data": "a\n\nb\r\u2028\u0085c"})
    assert len(text.splitlines()) == 4
