"""Whatever comes through the one door is stored, or kept with the reason why not."""

import logging

import pytest
from django.db import OperationalError

from ingest import failpoints
from ingest import receive as receive_module
from ingest.errors import TryAgain
from ingest.incoming import Delivery
from ingest.mail import parse_mail
from ingest.writing import submissions
from patchtrack.models import Mail, Message, Outcome, Patch
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

from .sending import send, send_all

pytestmark = pytest.mark.django_db


def make_patch(name: str) -> bytes:
    return make_mail(
        subject=f"[PATCH] {name}",
        message_id=f"{name}@example.org",
        diff=make_diff(),
        headers={"List-Id": "<tea.lists.example.org>"},
    )


@pytest.fixture
def tea(db):
    return ProjectFactory(linkname="tea")


@pytest.fixture
def poison(monkeypatch):
    """Patches that cannot be stored: those with `poison` in their subject."""
    new_patch = submissions.patch_columns

    def fail(parsed, linkname):
        if "poison" in parsed.subject.text:
            raise ValueError("bitter")
        return new_patch(parsed, linkname)

    monkeypatch.setattr(submissions, "patch_columns", fail)


def test_a_receipt_names_the_message(tea):
    receipt = send(make_patch("one"))
    assert (receipt.message_id, receipt.outcome) == ("one@example.org", Outcome.STORED)
    assert receipt.recorded[0].message == Message.objects.get().id


def test_receipts_stand_in_the_order_of_the_mails(tea):
    receipts = send_all(make_patch("b"), b"no mail", make_patch("a"), make_patch("b"))
    outcomes = [receipt.outcome for receipt in receipts]
    assert outcomes == ["stored", "quarantined", "stored", "duplicate"]
    assert [receipt.message_id for receipt in receipts] == [
        "b@example.org",
        "",
        "a@example.org",
        "b@example.org",
    ]


def test_how_a_mail_came_is_kept(tea):
    delivery = Delivery(raw=make_patch("one"), received_at=DATE, recipient="tea@example.org")
    receive_module.receive([delivery])
    mail = Mail.objects.get()
    assert (mail.received_at, mail.recipient) == (DATE, "tea@example.org")
    assert (mail.size, mail.sha256) == (len(delivery.raw), delivery.sha256)
    assert mail.read_raw() == delivery.raw


def test_nothing_at_all(tea):
    assert receive_module.receive([]) == []


def test_an_unrouted_mail_is_kept_with_the_reason():
    assert send(make_patch("one")).outcome == Outcome.UNROUTED
    mail = Mail.objects.get()
    assert (mail.project, mail.message) == (None, None)
    assert mail.detail == "no project for list id tea.lists.example.org"


def test_an_unrouted_mail_that_comes_again_is_kept_once():
    send_all(make_patch("one"), make_patch("one"))
    send(make_patch("one"))
    assert Mail.objects.count() == 1


def test_an_unrouted_mail_that_comes_again_later_is_stored():
    send(make_patch("one"))
    tea = ProjectFactory(linkname="tea")
    assert send(make_patch("one")).outcome == Outcome.STORED
    mail = Mail.objects.get()
    assert (mail.project, mail.outcome, mail.detail) == (tea, "stored", "")


def test_a_mail_that_cannot_be_read_is_quarantined_with_the_reason(tea, monkeypatch, caplog):
    def fail(raw, tags):
        if b"one@" in raw:
            raise RuntimeError("no milk")
        return parse_mail(raw, tags)

    monkeypatch.setattr(receive_module, "parse_mail", fail)
    one, two = send_all(make_patch("one"), make_patch("two"))
    assert (one.outcome, two.outcome) == (Outcome.QUARANTINED, Outcome.STORED)
    mail = Mail.objects.get(outcome=Outcome.QUARANTINED)
    assert (mail.detail, mail.read_raw()) == ("RuntimeError: no milk", make_patch("one"))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_mail_that_cannot_be_read_is_kept_for_the_project_it_was_for(monkeypatch):
    def fail(raw, tags):
        raise RuntimeError("no milk")

    other = ProjectFactory()
    monkeypatch.setattr(receive_module, "parse_mail", fail)
    deliver(other, make_patch("one"))
    assert Mail.objects.get().project == other


def test_a_poisonous_mail_is_quarantined_and_the_rest_of_its_batch_is_stored(tea, poison):
    mails = [make_patch(name) for name in ("a", "b", "poison", "c", "d")]
    receipts = send_all(*mails)
    assert [receipt.outcome for receipt in receipts] == [
        "stored",
        "stored",
        "quarantined",
        "stored",
        "stored",
    ]
    mail = Mail.objects.get(outcome=Outcome.QUARANTINED)
    assert (mail.project, mail.message) == (tea, None)
    assert (mail.detail, mail.read_raw()) == ("ValueError: bitter", mails[2])
    assert Patch.objects.count() == 4


def test_several_poisonous_mails(tea, poison):
    names = ("poison1", "a", "poison2", "b", "poison3")
    receipts = send_all(*[make_patch(name) for name in names])
    assert [receipt.outcome for receipt in receipts] == [
        "quarantined",
        "stored",
        "quarantined",
        "stored",
        "quarantined",
    ]


def test_a_poisonous_mail_that_comes_again_is_kept_once(tea, poison):
    for _ in range(2):
        assert send(make_patch("poison")).outcome == Outcome.QUARANTINED
    assert Mail.objects.count() == 1


def test_a_poisonous_mail_that_comes_again_is_stored_once_it_can_be(tea, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(receive_module, "record", lambda *_: 1 / 0)
        send(make_patch("one"))
    assert send(make_patch("one")).outcome == Outcome.STORED
    assert (Mail.objects.get().outcome, Mail.objects.get().detail) == ("stored", "")


def test_a_reason_holds_no_bytes_that_a_database_or_a_log_refuses(tea, monkeypatch, caplog):
    def fail(raw, tags):
        raise RuntimeError("no \0 milk \udcff")

    monkeypatch.setattr(receive_module, "parse_mail", fail)
    assert send(make_patch("one")).outcome == Outcome.QUARANTINED
    assert "milk" in caplog.text.encode().decode()


def test_a_database_that_goes_away_means_try_again_and_stores_nothing(transactional_db):
    ProjectFactory(linkname="tea")

    def fail() -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with failpoints.at("before commit", fail), pytest.raises(TryAgain):
        send_all(make_patch("one"), make_patch("two"))
    assert not Mail.objects.exists()
    assert not Message.objects.exists()
    assert [receipt.outcome for receipt in send_all(make_patch("one"))] == ["stored"]
