"""What administrators do with mail that waits, and what they can count on."""

import logging
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from ingest import again
from ingest.errors import TryAgain
from ingest.incoming import Delivery
from ingest.receive import receive
from patchtrack.models import Discard, Mail, Message, Outcome
from patchtrack.services.mail_health import (
    count_deliveries,
    discard_mails,
    read_mails_again,
    restore_mails,
    settle_conflicts,
)
from patchtrack.services.rereading import NotNow
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_mail

LOST = make_mail(subject="Lost", headers={"List-Id": "<nowhere.example.org>"})


@pytest.fixture
def lost(project) -> Mail:
    receive([Delivery(raw=LOST, received_at=DATE)])
    return Mail.objects.get()


def test_mails_are_counted_by_day_and_outcome(project):
    deliver(project, make_mail(body="a"), make_mail(body="b"), received_at=DATE)
    receive([Delivery(raw=LOST, received_at=DATE - timedelta(days=1))])
    receive([Delivery(raw=b"old", received_at=DATE - timedelta(days=3))])
    days = count_deliveries(DATE.date(), 3)
    assert [(day.date.day, day.counts) for day in days] == [
        (3, {}),
        (4, {Outcome.UNROUTED: 1}),
        (5, {Outcome.STORED: 2}),
    ]


def test_a_day_ends_at_midnight(project):
    deliver(project, make_mail(), received_at=DATE.replace(hour=23, minute=59))
    assert [day.total for day in count_deliveries(date(2026, 1, 6), 2)] == [1, 0]


def test_deliveries_are_counted_in_one_query(lost, django_assert_num_queries):
    with django_assert_num_queries(1):
        count_deliveries(DATE.date(), 30)


def test_a_mail_that_has_its_project_is_not_routed_elsewhere(admin_user, lost):
    Mail.objects.update(project=ProjectFactory(linkname="own"), outcome=Outcome.QUARANTINED)
    read_mails_again(admin_user, [lost.pk], ProjectFactory(linkname="other"))
    assert Message.objects.get().project.linkname == "own"


def test_the_newest_reason_is_kept(admin_user, lost):
    Mail.objects.update(outcome=Outcome.QUARANTINED, detail="a bug, mended since")
    read_mails_again(admin_user, [lost.pk])
    lost.refresh_from_db()
    assert (lost.outcome, lost.detail[:11]) == (Outcome.UNROUTED, "no project ")


def test_a_message_is_not_read_again(admin_user, project):
    deliver(project, make_mail())
    assert not read_mails_again(admin_user, [Mail.objects.get().pk])


def test_a_database_that_is_away_changes_nothing(admin_user, lost, monkeypatch):
    def fail(*_):
        raise TryAgain("gone")

    monkeypatch.setattr(again, "receive", fail)
    with pytest.raises(NotNow, match="gone"):
        read_mails_again(admin_user, [lost.pk])


def test_a_message_cannot_be_discarded(admin_user, project):
    deliver(project, make_mail())
    assert discard_mails(admin_user, [Mail.objects.get().pk]) == 0
    assert not Discard.objects.exists()


def test_a_mail_is_discarded_once_with_the_name_of_who_did(admin_user, lost):
    assert discard_mails(admin_user, [lost.pk]) == 1
    assert discard_mails(UserFactory(is_staff=True), [lost.pk]) == 0
    assert Discard.objects.get().username == "admin"


def test_who_discards_is_logged(admin_user, lost, caplog):
    with caplog.at_level(logging.INFO):
        discard_mails(admin_user, [lost.pk])
    assert f"admin discarded the mails [{lost.pk}]" in caplog.text


def test_a_discarded_mail_is_not_read_again(admin_user, lost):
    discard_mails(admin_user, [lost.pk])
    assert not read_mails_again(admin_user, [lost.pk], ProjectFactory())


def test_a_discarded_mail_that_comes_again_to_a_project_is_stored(admin_user, lost, project):
    discard_mails(admin_user, [lost.pk])
    assert deliver(project, LOST)[0].outcome == Outcome.STORED


def test_a_discarded_mail_that_comes_again_to_nobody_stays_discarded(admin_user, lost):
    discard_mails(admin_user, [lost.pk])
    receive([Delivery(raw=LOST, received_at=DATE)])
    assert Mail.objects.get().discard.username == "admin"


def test_another_copy_of_a_settled_conflict_asks_anew(admin_user, project):
    def send(body: str) -> Mail:
        deliver(project, make_mail(message_id="1@example.org", body=body))
        return Mail.objects.latest("pk")

    send("one\n")
    assert settle_conflicts(admin_user, [send("two\n").pk]) == 1
    third = send("three\n")
    assert (third.outcome, hasattr(third, "discard")) == (Outcome.CONFLICT, False)


def test_a_mail_that_waits_is_no_conflict(admin_user, lost):
    assert settle_conflicts(admin_user, [lost.pk]) == 0


def test_a_mail_taken_back_waits_again(admin_user, lost):
    discard_mails(admin_user, [lost.pk])
    assert restore_mails(admin_user, [lost.pk]) == 1
    assert read_mails_again(admin_user, [lost.pk]) == {Outcome.UNROUTED: 1}


def maintainer(project):
    user = UserFactory()
    project.maintainers.add(user)
    return user


@pytest.mark.parametrize(
    "make_user",
    [
        lambda project: AnonymousUser(),
        lambda project: UserFactory(),
        maintainer,
        lambda project: UserFactory(is_staff=True, is_active=False),
    ],
    ids=["anonymous", "user", "maintainer", "former administrator"],
)
@pytest.mark.parametrize(
    "decide", [read_mails_again, discard_mails, settle_conflicts, restore_mails]
)
def test_only_administrators_decide(project, lost, make_user, decide):
    with pytest.raises(PermissionDenied):
        decide(make_user(project), [lost.pk])
