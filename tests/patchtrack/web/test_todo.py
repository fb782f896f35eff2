"""What a user finds to do, and what has changed since the user looked."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from patchtrack.models import Event, Patch, Person, Profile, State
from patchtrack.services.changes import change_patches
from tests.factories import UserFactory, deliver, make_mail


@pytest.fixture
def user(client, project, series):
    user = UserFactory()
    project.maintainers.add(user)
    client.force_login(user)
    Profile.objects.create(user=user, looked_at=timezone.now() - timedelta(minutes=1))
    Event.objects.update(date=timezone.now() - timedelta(days=1))
    return user


def read(client) -> str:
    page = client.get("/user/todo/").content.decode().partition("<main")[2]
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def first_patch() -> Patch:
    return Patch.objects.get(number=1)


def decide(project, **wanted) -> None:
    other = UserFactory(is_superuser=True)
    change_patches(other, project, [first_patch().pk], wanted)


def test_patches_that_are_delegated_to_one_wait_for_review(client, user):
    assert "Part 1" not in read(client)
    Patch.objects.filter(number=1).update(delegate=user)
    assert "Part 1" in read(client)


@pytest.mark.parametrize("columns", [{"archived": True}, {"state": 3}])
def test_what_is_done_does_not_wait(client, user, columns):
    Patch.objects.filter(number=1).update(delegate=user, **columns)
    assert "Part 1" not in read(client)


def test_what_came_since_one_looked_is_marked(client, project, user):
    Patch.objects.update(delegate=user)
    assert "new comment" not in read(client)
    deliver(project, make_mail(subject="Re: x", in_reply_to="1@example.org", body="New.\n"))
    decide(project, delegate_id=None)
    decide(project, delegate_id=user.pk)
    assert "Part 1 1 new comment , changed" in read(client)
    client.post("/user/todo/seen/")
    assert "new comment" not in read(client)


def test_a_submitter_is_told_what_became_of_a_patch(client, project, user):
    Person.objects.filter(address="alice@example.org").update(user=user)
    assert "decided about" not in read(client)
    decide(project, state_id=State.objects.get(slug="accepted").pk)
    assert "Part 1 is Accepted" in read(client)


def test_a_submitter_is_told_of_comments_that_ask_for_action(client, project, user):
    Person.objects.filter(address="alice@example.org").update(user=user)
    headers = {"X-Patchwork-Action-Required": "yes"}
    deliver(project, make_mail(subject="Re: x", in_reply_to="1@example.org", headers=headers))
    assert "Asked of you [v2,1/3] Part 1" in read(client)


def test_the_page_takes_a_fixed_number_of_queries(client, user, django_assert_num_queries):
    Person.objects.update(user=user)
    Patch.objects.filter(number=1).update(delegate=user)
    with django_assert_num_queries(10):
        client.get("/user/todo/")
    Patch.objects.update(delegate=user)
    with django_assert_num_queries(10):
        client.get("/user/todo/")


def test_visitors_are_asked_to_log_in(client, db):
    assert client.get("/user/todo/").status_code == 302
    assert client.post("/user/todo/seen/").status_code == 302


def test_what_is_not_shown_is_not_kept_secret(client, user, monkeypatch):
    Patch.objects.update(delegate=user)
    assert "These are the newest" not in read(client)
    monkeypatch.setattr("patchtrack.services.todo.MOST_LISTED", 1)
    assert "These are the newest" in read(client)
