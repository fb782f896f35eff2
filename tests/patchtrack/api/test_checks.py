"""Checks: what bots report, and what comes of it."""

import pytest

from patchtrack.models import Check, Event
from patchtrack.services.checks import choose_worst
from tests.factories import UserFactory
from tests.patchtrack.api.shared import project, series

# Fixtures.
__all__ = ["project", "series"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(patch) -> str:
    return f"/api/1.2/patches/{patch.pk}/checks/"


@pytest.fixture
def bot(api, maintainer):
    api.force_login(maintainer)
    return api


@pytest.mark.parametrize("encoding", ["json", "multipart"])
def test_a_check_is_made(bot, url, encoding):
    sent = {"state": "success", "context": "ci-1", "target_url": "http://localhost/1",
            "description": "All is well"}  # fmt: skip
    answer = bot.post(url, sent, format=encoding)
    told = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, told["url"])
    assert {name: told[name] for name in sent} == sent
    assert bot.get(told["url"]).json() == told


def test_nobody_reports_in_the_name_of_another(bot, url, maintainer):
    """NIPA sends an empty `user`; Patchwork lets it be anybody."""
    other = UserFactory()
    for user in ("", other.pk):
        told = bot.post(url, {"state": "fail", "user": user}).json()
        assert told["user"]["id"] == maintainer.pk


@pytest.mark.parametrize("empty", [{}, {"target_url": "", "description": ""},
                                   {"target_url": None, "description": None}])  # fmt: skip
def test_what_a_check_does_not_say_is_null(bot, url, empty):
    told = bot.post(url, {"state": "pending", **empty}).json()
    assert (told["target_url"], told["description"], told["context"]) == (None, None, "default")


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"state": ["A check must have a state."]}),
        ({"state": "bogus"}, {"state": ['"bogus" is not a valid choice.']}),
        ({"state": "fail", "context": ""}, {"context": ["This field may not be blank."]}),
        (
            {"state": "fail", "context": "a b"},
            {"context": [('Enter a valid "slug" consisting of letters, numbers, underscores or '
                         "hyphens.")]},
        ),
        ({"state": "fail", "target_url": "x"}, {"target_url": ["Enter a valid URL."]}),
        (
            {"state": "fail", "target_url": "javascript:alert(1)"},
            {"target_url": ["Enter a valid URL."]},
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(bot, url, sent, errors):
    answer = bot.post(url, sent)
    assert (answer.status_code, answer.json()) == (400, errors)
    assert not Check.objects.exists()


def test_checks_stand_oldest_first(bot, url):
    """NIPA takes the last of a name for the newest."""
    for state in ("pending", "fail", "success"):
        bot.post(url, {"state": state})
    assert [check["state"] for check in bot.get(url).json()] == ["pending", "fail", "success"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"context": "a"}, ["pending", "success"]),
        ({"context": "a", "order": "-date", "per_page": 1}, ["success"]),
        ({"state": "3"}, ["fail"]),
        ({"state": "fail"}, []),
        ({"user": "maintainer"}, ["pending", "fail", "success"]),
        ({"user": "nobody"}, []),
        ({"before": "2020-01-01"}, []),
    ],
)
def test_checks_are_narrowed_down(bot, url, parameters, expected):
    for state, context in (("pending", "a"), ("fail", "b"), ("success", "a")):
        bot.post(url, {"state": state, "context": context})
    assert [check["state"] for check in bot.get(url, parameters).json()] == expected


def test_the_newest_of_each_name_make_what_a_patch_says(bot, url, patch):
    seen = []
    for state, context in (("fail", "a"), ("success", "b"), ("success", "a"), ("pending", "c")):
        bot.post(url, {"state": state, "context": context})
        seen.append(bot.get(f"/api/patches/{patch.pk}/").json()["check"])
    assert seen == ["fail", "fail", "success", "pending"]


def test_a_patch_without_checks_waits(client, patch):
    assert client.get(f"/api/patches/{patch.pk}/").json()["check"] == "pending"


def test_the_worst_of_checks():
    states = Check.Result
    assert choose_worst([states.SUCCESS, states.PENDING]) == states.PENDING
    assert choose_worst([states.PENDING, states.WARNING]) == states.WARNING
    assert choose_worst([states.WARNING, states.FAIL]) == states.FAIL


def test_a_check_has_its_event(bot, url, maintainer, patch):
    check = bot.post(url, {"state": "fail"}).json()
    [event] = bot.get("/api/events/", {"category": "check-created"}).json()
    assert event["payload"]["check"]["id"] == check["id"]
    assert event["payload"]["patch"]["id"] == patch.pk
    assert event["actor"]["username"] == "maintainer"
    assert Event.objects.filter(state_check=check["id"]).count() == 1
