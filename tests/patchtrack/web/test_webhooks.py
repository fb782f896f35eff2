"""The pages on which maintainers say where their project's events are sent."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from patchtrack.models import Webhook, WebhookDelivery
from patchtrack.services.cursors import record_cursors
from patchtrack.services.webhooks import (
    Wish,
    add_test,
    add_webhook,
    change_webhook,
    pass_over,
    redeliver,
    remove_webhook,
    resume_webhook,
    stop_webhook,
)
from tests.factories import ProjectFactory, UserFactory

PAGE = "/project/teapot/settings/webhooks/"
URL = "https://ci.example.org/hook"


@pytest.fixture
def jane(client, project):
    user = UserFactory(username="jane")
    project.maintainers.add(user)
    client.force_login(user)
    return user


@pytest.fixture
def hook(project) -> Webhook:
    return project.webhooks.create(url=URL, secret="kettle", cursor=0)


@pytest.fixture
def delivery(hook) -> WebhookDelivery:
    key = "6d1cf9a0-54f5-4a0e-9d5e-3e0c1f5b0a7e"
    return hook.deliveries.create(
        key=key, category="check-created", body="{}", status=500, answer="<b>no</b>", attempts=2
    )


def post(client, page: str, **said) -> str:
    return client.post(page, said, follow=True).content.decode()


def act(client, hook: Webhook, action: str) -> str:
    return post(client, f"{PAGE}{hook.pk}/act/", action=action)


def test_a_webhook_is_added_and_its_secret_shown_once(client, jane, project):
    page = post(client, PAGE, url=URL, categories=["check-created"])
    hook = project.webhooks.get()
    assert (hook.url, hook.categories, hook.active) == (URL, ["check-created"], True)
    assert len(hook.secret) > 40
    assert hook.secret in page
    for path in (PAGE, f"{PAGE}{hook.pk}/"):
        answer = client.get(path)
        assert URL in answer.content.decode()
        assert hook.secret not in answer.content.decode()
    assert "no-store" in client.get(PAGE).headers["Cache-Control"]


def test_it_gets_what_happens_from_then_on(client, jane, project, series):
    number = record_cursors()
    post(client, PAGE, url=URL)
    assert project.webhooks.get().cursor == number


def test_it_is_changed_and_keeps_its_secret(client, jane, hook):
    page = post(client, f"{PAGE}{hook.pk}/", url="http://new.example.org/", secret="")
    assert "The webhook is saved." in page
    hook.refresh_from_db()
    assert (hook.url, hook.secret) == ("http://new.example.org/", "kettle")
    post(client, f"{PAGE}{hook.pk}/", url=URL, secret="pot")
    hook.refresh_from_db()
    assert hook.secret == "pot"


@pytest.mark.parametrize(
    "said",
    [
        {"url": ""},
        {"url": "javascript:alert(1)"},
        {"url": "https://me:secret@example.org/"},
        {"url": f"https://example.org/{'x' * 2000}"},
        {"categories": ["tea"]},
    ],
)
def test_what_cannot_be_is_said_beside_it(client, jane, project, hook, said):
    for path in (PAGE, f"{PAGE}{hook.pk}/"):
        answer = client.post(path, {"url": URL} | said)
        assert answer.status_code == 422
        assert "Nothing is saved yet" in answer.content.decode()
        assert "errorlist" in answer.content.decode()
    assert project.webhooks.get().url == URL


def test_a_project_has_so_many(client, jane, project, hook, monkeypatch):
    monkeypatch.setattr("patchtrack.services.webhooks.MOST_OF_PROJECT", 1)
    assert "at most 1 webhooks" in post(client, PAGE, url=URL)


def test_a_test_is_asked_for(client, jane, hook):
    assert "waits to be sent" in act(client, hook, "test")
    assert hook.deliveries.get().category == "ping"


def test_one_that_stopped_says_why_and_goes_on(client, jane, hook):
    Webhook.objects.update(active=False, attempts=10, failure="Stopped after 10 <attempts>.")
    page = client.get(f"{PAGE}{hook.pk}/").content.decode()
    assert "Stopped after 10 &lt;attempts&gt;." in page
    assert ">stopped<" in client.get(PAGE).content.decode()
    act(client, hook, "resume")
    hook.refresh_from_db()
    assert (hook.active, hook.attempts, hook.failure, hook.cursor) == (True, 0, "", 0)


def test_one_may_leave_out_what_was_not_sent(client, jane, hook, series):
    number = record_cursors()
    assert "Stopped by jane." in act(client, hook, "stop")
    act(client, hook, "skip")
    hook.refresh_from_db()
    assert (hook.active, hook.cursor) == (True, number)


@pytest.fixture
def failed(hook, series) -> WebhookDelivery:
    """What keeps a webhook that was stopped from going on: its first event."""
    record_cursors()
    Webhook.objects.update(active=False)
    return hook.deliveries.create(key=uuid4(), category="check-created", cursor=1, attempts=10)


def test_one_may_leave_out_what_failed_alone(client, jane, hook, failed):
    page = client.get(f"{PAGE}{hook.pk}/").content.decode()
    assert "Leave out the one that failed, and go on" in page
    where = f"{PAGE}{hook.pk}/{failed.pk}/pass-over/"
    assert where in page
    assert "without that event" in post(client, where)
    hook.refresh_from_db()
    assert (hook.active, hook.attempts, hook.cursor) == (True, 0, 1)


def test_nothing_else_is_left_out(client, jane, hook, failed):
    other = hook.deliveries.create(key=uuid4(), category="check-created", cursor=2, attempts=1)
    assert client.post(f"{PAGE}{hook.pk}/{other.pk}/pass-over/").status_code == 404
    where = f"{PAGE}{hook.pk}/{failed.pk}/pass-over/"
    for active, attempts in ((False, 0), (True, 10)):
        Webhook.objects.update(active=active)
        hook.deliveries.update(attempts=attempts)
        assert "pass-over" not in client.get(f"{PAGE}{hook.pk}/").content.decode()
        assert client.post(where).status_code == 404
    hook.refresh_from_db()
    assert hook.cursor == 0


def test_one_that_fails_says_why(client, jane, hook):
    Webhook.objects.update(attempts=3, failure="It answered 500.")
    assert (
        "3 attempts in a row failed. It answered 500."
        in client.get(f"{PAGE}{hook.pk}/").content.decode()
    )
    assert ">failing<" in client.get(PAGE).content.decode()


def test_it_is_deleted_with_its_log(client, jane, hook, delivery):
    assert "There is no webhook yet." in act(client, hook, "remove")
    assert not WebhookDelivery.objects.exists()


def test_the_log_shows_what_was_answered(client, jane, hook, delivery):
    page = client.get(f"{PAGE}{hook.pk}/").content.decode()
    assert "answered 500" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "attempt 2" in page


def test_something_is_sent_again(client, jane, hook, delivery):
    page = post(client, f"{PAGE}{hook.pk}/{delivery.pk}/")
    assert "waits to be sent" in page
    delivery.refresh_from_db()
    assert delivery.wanted


def test_what_is_gone_is_not_found(client, jane, hook, project):
    other = ProjectFactory(maintainers=[jane]).webhooks.create(url=URL, secret="x", cursor=0)
    for row in (4711, other.pk):
        assert client.get(f"{PAGE}{row}/").status_code == 404
        assert client.post(f"{PAGE}{row}/act/", {"action": "remove"}).status_code == 404
    for end in ("", "pass-over/"):
        assert client.post(f"{PAGE}{hook.pk}/4711/{end}").status_code == 404
    assert client.post(f"{PAGE}{hook.pk}/act/", {"action": "dance"}).status_code == 400
    assert Webhook.objects.count() == 2


@pytest.fixture(params=["nobody", "a user", "a maintainer of another", "one who is not active"])
def stranger(request, client, project) -> str:
    """Somebody who must not see or change anything."""
    user = UserFactory(is_active=request.param != "one who is not active")
    if request.param == "a maintainer of another":
        ProjectFactory(maintainers=[user])
    if request.param == "one who is not active":
        project.maintainers.add(user)
    if request.param != "nobody":
        client.force_login(user)
    return request.param


def test_others_see_and_change_nothing(client, stranger, hook, delivery):
    for path in (
        "",
        f"{hook.pk}/",
        f"{hook.pk}/act/",
        *(f"{hook.pk}/{delivery.pk}/{end}" for end in ("", "pass-over/")),
    ):
        for answer in (
            client.get(PAGE + path),
            client.post(PAGE + path, {"url": "https://evil.example.org/", "action": "remove"}),
        ):
            assert answer.status_code in {302, 403, 405}
            assert URL not in answer.content.decode()
            if answer.status_code == 302:
                assert "/user/login/" in answer.headers["Location"]
    hook.refresh_from_db()
    delivery.refresh_from_db()
    assert (hook.url, delivery.wanted, Webhook.objects.count()) == (URL, False, 1)


@pytest.mark.parametrize(
    "act",
    [
        lambda user, project, hook: add_webhook(user, project, Wish(url=URL)),
        lambda user, project, hook: change_webhook(user, project, hook.pk, Wish(url=URL)),
        lambda user, project, hook: remove_webhook(user, project, hook.pk),
        lambda user, project, hook: stop_webhook(user, project, hook.pk),
        lambda user, project, hook: resume_webhook(user, project, hook.pk),
        lambda user, project, hook: add_test(user, project, hook.pk),
        lambda user, project, hook: redeliver(user, project, hook.pk, 1),
        lambda user, project, hook: pass_over(user, project, hook.pk, 1),
    ],
)
def test_no_page_could_let_others(project, hook, act):
    with pytest.raises(PermissionDenied):
        act(UserFactory(), project, hook)


def test_administrators_may(client, admin_user, hook):
    client.force_login(admin_user)
    assert client.get(f"{PAGE}{hook.pk}/").status_code == 200


def test_the_pages_take_a_fixed_number_of_queries(
    client, jane, project, hook, delivery, django_assert_max_num_queries
):
    Webhook.objects.update(active=False)
    for number in range(15):
        project.webhooks.create(url=URL, secret="x", cursor=0)
        hook.deliveries.create(key=f"{number:032x}", category="ping", body="{}")
    for path in ("", f"{hook.pk}/"):
        with django_assert_max_num_queries(12):
            client.get(PAGE + path)
