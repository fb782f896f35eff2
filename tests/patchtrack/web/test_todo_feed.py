"""A user's own feed of what there is to do, for readers that cannot log in."""

import re

import pytest

from patchtrack.models import Event, FeedKey, Patch, Person, State
from patchtrack.services.changes import change_patches
from patchtrack.services.feed_keys import change_feed_key
from tests.factories import UserFactory, deliver, make_mail
from tests.patchtrack.web.test_feeds import links, read, titles

PAGE = "/user/todo/feed/"


@pytest.fixture
def user(project, series):
    """A maintainer who is also the submitter of the series."""
    user = UserFactory(username="jane")
    project.maintainers.add(user)
    return user


@pytest.fixture
def feed(user) -> str:
    """The path of the user's feed."""
    return f"{PAGE}{change_feed_key(user)}/"


def decide(project, name="[v2,1/3] Part 1", **wanted) -> None:
    patch = Patch.objects.get(name=name)
    change_patches(UserFactory(is_superuser=True), project, [patch.pk], wanted)


def is_submitter(user) -> None:
    Person.objects.filter(address="alice@example.org").update(user=user)


def test_it_has_patches_to_review_with_what_they_say(client, project, user, feed):
    assert titles(read(client, feed)) == []
    decide(project, delegate_id=user.pk)
    document = read(client, feed)
    assert titles(document) == ["To review: [v2,1/3] Part 1"]
    assert links(document) == ["http://testserver/project/teapot/patch/1@example.org/"]
    assert b"This is part 1." in client.get(feed).content


def test_a_patch_is_as_new_as_its_delegation(client, project, user, feed):
    Patch.objects.filter(number=3).update(delegate=user)
    decide(project, delegate_id=user.pk)
    assert titles(read(client, feed))[0] == "To review: [v2,1/3] Part 1"


def test_it_has_what_others_decided_and_each_decision_once(client, project, user, feed):
    is_submitter(user)
    for slug in ("accepted", "rejected"):
        decide(project, state_id=State.objects.get(slug=slug).pk)
    document = read(client, feed)
    assert titles(document) == ["Rejected: [v2,1/3] Part 1", "Accepted: [v2,1/3] Part 1"]
    assert len(set(links(document))) == 2


def test_it_does_not_have_what_one_decided_oneself(client, project, user, feed):
    is_submitter(user)
    wanted = {"state_id": State.objects.get(slug="accepted").pk}
    change_patches(user, project, Patch.objects.values_list("pk", flat=True), wanted)
    assert titles(read(client, feed)) == []


def test_it_has_comments_that_ask_for_something(client, project, user, feed):
    is_submitter(user)
    headers = {"X-Patchwork-Action-Required": "yes"}
    asking = make_mail(subject="Re: x", in_reply_to="1@example.org", headers=headers)
    deliver(project, asking)
    document = read(client, feed)
    assert titles(document) == ["Asked of you: [v2,1/3] Part 1"]
    assert "patch/1@example.org/#" in links(document)[0]


def test_it_takes_a_fixed_number_of_queries(client, user, feed, django_assert_num_queries):
    is_submitter(user)
    Patch.objects.filter(number=1).update(delegate=user)
    with django_assert_num_queries(8):
        client.get(feed)
    Patch.objects.update(delegate=user)
    with django_assert_num_queries(8):
        assert len(titles(read(client, feed))) == 2


def test_a_reader_that_has_the_newest_is_told_so(client, user, feed):
    Patch.objects.update(delegate=user)
    etag = client.get(feed).headers["ETag"]
    assert client.get(feed, headers={"If-None-Match": etag}).status_code == 304


def test_its_address_is_nobody_elses_to_know(client, user, feed):
    answer = client.get(feed)
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert feed.encode() not in answer.content
    assert feed.split("/")[-2] not in str(list(FeedKey.objects.values()))


@pytest.mark.parametrize("key", ["wrong", "é", "x" * 500, "%00"])
def test_a_wrong_key_opens_nothing(client, feed, key):
    assert client.get(f"{PAGE}{key}/").status_code == 404


def test_the_key_of_a_closed_account_opens_nothing(client, user, feed):
    user.is_active = False
    user.save()
    assert client.get(feed).status_code == 404


def test_reading_changes_nothing(client, feed):
    assert client.post(feed).status_code == 405


def shown_address(answer) -> str:
    """The path of the feed that a page shows, or nothing."""
    found = re.search(rf"http://testserver({PAGE}\S+/)</code>", answer.content.decode())
    return found[1] if found else ""


def test_an_address_is_made_and_shown_once(client, user):
    client.force_login(user)
    assert b'href="/user/todo/feed/"' in client.get("/user/todo/").content
    address = shown_address(client.post(PAGE))
    client.logout()
    assert client.get(address).status_code == 200
    client.force_login(user)
    assert shown_address(client.get(PAGE)) == ""


def test_another_address_takes_the_place_of_the_one_before(client, user, feed):
    client.force_login(user)
    address = shown_address(client.post(PAGE))
    assert client.get(feed).status_code == 404
    assert client.get(address).status_code == 200


def test_an_address_is_revoked_by_its_user_alone(client, user, feed):
    client.force_login(UserFactory())
    client.post("/user/todo/feed-key/revoke/")
    assert client.get(feed).status_code == 200
    client.force_login(user)
    client.post("/user/todo/feed-key/revoke/")
    assert client.get(feed).status_code == 404


def test_looking_makes_no_address(client, user):
    client.force_login(user)
    client.get(PAGE)
    assert client.get("/user/todo/feed-key/revoke/").status_code == 405
    assert not FeedKey.objects.exists()


@pytest.mark.parametrize("path", [PAGE, "/user/todo/feed-key/revoke/"])
def test_visitors_have_no_feed(client, db, path):
    assert client.post(path).headers["Location"].startswith("/user/login/")
    assert not FeedKey.objects.exists()


def test_a_decision_of_somebody_who_is_gone_is_told(client, project, user, feed):
    is_submitter(user)
    decide(project, state_id=State.objects.get(slug="accepted").pk)
    Event.objects.update(actor=None)
    assert titles(read(client, feed)) == ["Accepted: [v2,1/3] Part 1"]
