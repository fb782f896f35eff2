"""Webhooks get each event at least once and in order, whatever fails or dies."""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection, transaction
from django.utils import timezone

from patchtrack.models import Event, Patch, Series, Webhook, WebhookDelivery
from patchtrack.services import webhook_sending
from patchtrack.services.cursors import record_all_cursors
from patchtrack.services.following import find_newest_cursor
from patchtrack.services.webhook_sending import (
    LOGGED,
    MOST_ATTEMPTS,
    Tally,
    choose_pause,
    claim_due,
    send_webhooks,
)
from patchtrack.services.webhooks import find_failed, pass_over
from tests.factories import ProjectFactory, deliver, make_diff, make_mail
from tests.patchtrack.receiver import run_receiver
from tests.waiting import SECONDS

from .test_sending import elsewhere  # noqa: F401


@pytest.fixture
def receiver(settings):
    settings.PATCHTRACK_WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    with run_receiver() as receiver:
        yield receiver


@pytest.fixture
def hook(project, receiver) -> Webhook:
    return Webhook.objects.create(project=project, url=receiver.url, secret="tea", cursor=0)


def add_patch(project, name: str = "x") -> None:
    """Makes four events that have their cursors."""
    deliver(project, make_mail(subject=f"[PATCH] {name}", diff=make_diff()))
    record_all_cursors()


def send() -> Tally:
    tally = Tally()
    send_webhooks(tally)
    return tally


def pass_time() -> None:
    """All pauses and claims are over."""
    Webhook.objects.update(due=timezone.now())
    Webhook.objects.filter(claimed__isnull=False).update(claimed=timezone.now())


def test_events_are_sent_as_the_api_tells_them(client, project, receiver, hook, settings):
    settings.PATCHTRACK_SITE_URL = "http://testserver"
    add_patch(project)
    assert send() == Tally(sent=4)
    told = client.get("/api/events/?after=0").json()
    assert [request.record for request in receiver.requests] == told
    assert receiver.events == [event["category"] for event in told]


def test_a_request_is_signed(project, receiver, hook):
    add_patch(project)
    send()
    for request in receiver.requests:
        digest = hmac.new(b"tea", request.body, hashlib.sha256).hexdigest()
        assert request.headers["x-patchtrack-signature-256"] == f"sha256={digest}"
        assert request.headers["content-type"] == "application/json"


def test_what_was_sent_is_not_sent_again(project, receiver, hook):
    add_patch(project)
    send()
    assert send() == Tally()
    add_patch(project, "y")
    assert send() == Tally(sent=4)
    assert len({request.key for request in receiver.requests}) == 8


def test_only_what_is_wanted_is_sent(project, receiver, hook):
    Webhook.objects.update(categories=["series-completed", "check-created"])
    add_patch(project)
    add_patch(ProjectFactory(), "y")
    assert send() == Tally(sent=1)
    assert receiver.events == ["series-completed"]
    hook.refresh_from_db()
    assert hook.cursor == find_newest_cursor()


def test_what_fails_is_sent_again_before_all_else(project, receiver, hook):
    receiver.statuses = [200, 500]
    add_patch(project)
    assert send() == Tally(sent=1, failed=1)
    assert send() == Tally()
    pass_time()
    assert send() == Tally(sent=3)
    _first, failed, again, *_ = receiver.requests
    assert (failed.key, failed.body) == (again.key, again.body)
    assert [request.record["cursor"] for request in receiver.requests] == [1, 2, 2, 3, 4]


def test_what_is_sent_again_says_the_same(project, receiver, hook):
    receiver.statuses = [500]
    add_patch(project)
    send()
    Patch.objects.update(name="other")
    Series.objects.update(name="other")
    pass_time()
    send()
    assert receiver.requests[0].body == receiver.requests[1].body


@pytest.mark.parametrize("status", [302, 404, 503])
def test_no_other_answer_than_success_will_do(project, receiver, hook, status):
    receiver.statuses = [status]
    add_patch(project)
    assert send() == Tally(failed=1)
    hook.refresh_from_db()
    assert (hook.attempts, hook.failure) == (1, f"It answered {status}.")
    assert WebhookDelivery.objects.get().status == status


def test_after_a_success_it_counts_anew(project, receiver, hook):
    receiver.statuses = [500]
    add_patch(project)
    send()
    pass_time()
    send()
    hook.refresh_from_db()
    assert (hook.attempts, hook.failure, hook.claimed) == (0, "", None)


def test_an_event_that_takes_the_place_of_another_is_another(project, receiver, hook):
    """As after a backup was restored."""
    add_patch(project)
    send()
    WebhookDelivery.objects.all().delete()
    Webhook.objects.update(cursor=0)
    Event.objects.update(date=timezone.now() + timedelta(days=1))
    send()
    assert len({request.key for request in receiver.requests}) == 8


def test_a_withdrawn_event_is_not_sent_again(project, receiver, hook):
    receiver.statuses = [500]
    add_patch(project)
    send()
    Event.objects.order_by("cursor").first().delete()
    pass_time()
    assert send() == Tally(sent=3)


def test_it_is_stopped_when_it_has_failed_too_often(project, receiver, hook):
    receiver.statuses = [500] * MOST_ATTEMPTS
    add_patch(project)
    tallies = []
    for _ in range(MOST_ATTEMPTS):
        tallies.append(send())
        pass_time()
    assert tallies[-1] == Tally(failed=1, stopped=1)
    assert send() == Tally()
    hook.refresh_from_db()
    assert not hook.active
    assert hook.failure == "Stopped after 10 attempts that failed. It answered 500."


def fail_until_stopped(receiver) -> None:
    receiver.statuses = [200] + [500] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS):
        send()
        pass_time()


def test_it_goes_on_behind_the_one_event_that_failed(project, receiver, hook, admin_user):
    add_patch(project)
    fail_until_stopped(receiver)
    hook.refresh_from_db()
    failed = find_failed(hook)
    assert failed.cursor == 2
    pass_over(admin_user, project, hook.pk, failed.pk)
    assert send() == Tally(sent=2)
    assert [request.record["cursor"] for request in receiver.requests[-2:]] == [3, 4]


def test_what_was_withdrawn_need_not_be_passed_over(project, receiver, hook, admin_user):
    add_patch(project)
    fail_until_stopped(receiver)
    failed = WebhookDelivery.objects.get(cursor=2)
    Event.objects.get(cursor=2).delete()
    with pytest.raises(WebhookDelivery.DoesNotExist):
        pass_over(admin_user, project, hook.pk, failed.pk)
    hook.refresh_from_db()
    assert (hook.active, hook.cursor) == (False, 1)


def test_who_cannot_be_reached_says_why(project, settings, hook):
    settings.PATCHTRACK_WEBHOOK_NETWORKS = []
    add_patch(project)
    assert send() == Tally(failed=1)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == (0, 1)
    assert "not a public address" in delivery.answer


def test_one_that_fails_keeps_nobody_else_waiting(project, receiver, hook):
    Webhook.objects.create(project=project, url="http://127.0.0.1:1/", secret="x", cursor=0)
    add_patch(project)
    assert send() == Tally(sent=4, failed=1)


def test_an_error_of_our_own_keeps_nobody_else_waiting(project, receiver, hook, monkeypatch):
    """Nor does it try again at once."""
    Webhook.objects.create(project=project, url=receiver.url, secret="x", cursor=2)
    tell = webhook_sending.tell_events

    def fail(events):
        if events[0].cursor == 1:
            raise RuntimeError("a bug")
        return tell(events)

    add_patch(project)
    monkeypatch.setattr(webhook_sending, "tell_events", fail)
    assert send() == Tally(sent=2)


# Who dies, and who comes in between.


def test_who_dies_between_sending_and_recording_sends_the_same_again(
    project, receiver, hook, monkeypatch
):
    def die(*_):
        raise KeyboardInterrupt

    add_patch(project)
    with monkeypatch.context() as patch:
        patch.setattr(webhook_sending._Turn, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            send()
    # Nobody else sends it before the claim has ended.
    assert send() == Tally()
    pass_time()
    assert send() == Tally(sent=4)
    first, again, *others = receiver.requests
    assert (first.key, first.body) == (again.key, again.body)
    assert len(others) == 3


def test_who_lost_the_claim_records_nothing(project, receiver, hook):
    add_patch(project)
    slow = claim_due(timezone.now())
    pass_time()
    assert send() == Tally(sent=4)
    with pytest.raises(webhook_sending.ClaimLost):
        webhook_sending._Turn(slow, Tally(), lambda: False).take()
    hook.refresh_from_db()
    assert hook.cursor == 4


def test_who_is_to_end_begins_nothing(project, receiver, hook):
    add_patch(project)
    send_webhooks(Tally(), lambda: len(receiver.requests) >= 2)
    assert len(receiver.requests) == 2
    assert send() == Tally(sent=2)


def test_a_webhook_that_is_removed_meanwhile_is_gone(project, receiver, hook, monkeypatch):
    add_patch(project)
    real = webhook_sending.send

    def remove_and_send(*arguments):
        answer = real(*arguments)
        Webhook.objects.all().delete()
        return answer

    monkeypatch.setattr(webhook_sending, "send", remove_and_send)
    send()
    assert (len(receiver.requests), WebhookDelivery.objects.count()) == (1, 0)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_who_claim_at_once_claim_one_each(project, hook, elsewhere):  # noqa: F811
    add_patch(project)
    with transaction.atomic():
        assert claim_due(timezone.now()) == hook
        assert elsewhere(claim_due, timezone.now()).result(SECONDS) is None


# By hand, and the log.


def test_what_is_wanted_by_hand_is_sent_once(project, receiver, hook):
    add_patch(project)
    send()
    WebhookDelivery.objects.filter(cursor=2).update(wanted=True)
    Webhook.objects.update(active=False)
    receiver.statuses = [500]
    assert send() == Tally(failed=1)
    assert send() == Tally()
    assert receiver.requests[4].key == receiver.requests[1].key
    hook.refresh_from_db()
    assert (hook.cursor, hook.attempts) == (4, 0)


def test_the_log_tells_what_came_of_it(project, receiver, hook):
    receiver.statuses = [500]
    add_patch(project)
    send()
    pass_time()
    send()
    delivery = WebhookDelivery.objects.earliest("pk")
    assert (delivery.attempts, delivery.status, delivery.answer) == (2, 200, "thanks")
    assert delivery.is_delivered


def test_the_log_forgets_what_is_old(project, receiver, hook, monkeypatch):
    monkeypatch.setattr(webhook_sending, "LOGGED", 3)
    add_patch(project)
    send()
    assert list(hook.deliveries.order_by("pk").values_list("cursor", flat=True)) == [2, 3, 4]
    assert LOGGED > MOST_ATTEMPTS


def test_pauses_grow_and_differ():
    minutes = [choose_pause(attempts, 0.5) / timedelta(minutes=1) for attempts in range(1, 10)]
    assert minutes == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert choose_pause(2, 0) < choose_pause(2, 1)
