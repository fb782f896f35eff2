"""Mail goes through a real Postfix into the database, and nowhere else."""

import asyncio
import random

import pytest

from patchtrack.models import Mail, Message
from tests.factories import ProjectFactory, make_diff, make_mail
from tools.mayhem.courier import Parcel, PostOffice
from tools.mayhem.mails import make_mails

DEMO = "demo@patches.example.org"
OTHER = "other@patches.example.org"
NOBODY = "nobody@patches.example.org"
# What mail servers are known to spoil: long lines, dots, blanks at the end, "From ".
BODY = "x" * 3000 + "\n.\n..\nFrom here on \nä\n"
MAIL = make_mail(subject="[PATCH] Pour slowly", body=BODY, diff=make_diff())
WAYS = ["lmtp", "lmtp by TCP", "pipe"]


@pytest.mark.parametrize("way", WAYS)
def test_a_mail_for_two_projects_is_stored_in_both_as_it_was_sent(open_transport, demo, way):
    other = ProjectFactory(linkname="other")
    site = open_transport(way)
    site.start_daemon()
    site.postfix.run("sendmail", "-i", DEMO, OTHER, text=MAIL)
    site.wait_for_status("sent", 2)
    mails = Mail.objects.all()
    assert {mail.project: mail.recipient for mail in mails} == {demo: DEMO, other: OTHER}
    for mail in mails:
        assert mail.read_raw().endswith(MAIL)
        assert mail.read_raw().startswith(b"Received: by mta.example.org (Postfix")


@pytest.mark.parametrize("way", WAYS)
def test_mail_waits_while_there_is_no_daemon(open_transport, demo, way):
    site = open_transport(way)
    site.postfix.send(MAIL, DEMO)
    site.wait_for_status("deferred")
    assert len(site.postfix.find_queue()) == 1
    site.start_daemon()
    site.postfix.flush()
    site.wait_until(lambda: not site.postfix.find_queue())
    assert Message.objects.get().project == demo
    assert "bounced" not in site.postfix.count_statuses()


@pytest.mark.parametrize("way", ["lmtp", "pipe that may bounce"])
def test_mail_for_nobody_goes_back_to_its_sender(open_transport, demo, way):
    site = open_transport(way, PATCHTRACK_STRICT_RECIPIENTS="yes")
    site.start_daemon()
    site.postfix.send(MAIL, NOBODY)
    site.wait_for_status("bounced")
    # The report to the sender, and it is the sender's.
    site.wait_for_status("sent")
    assert "to=<ann@example.org>" in site.postfix.log.read_text()
    assert not Mail.objects.exists()


def test_the_pipe_keeps_even_mail_for_nobody(open_transport, demo):
    site = open_transport("pipe", PATCHTRACK_STRICT_RECIPIENTS="yes")
    site.start_daemon()
    site.postfix.send(MAIL, NOBODY)
    site.wait_for_status("SOFTBOUNCE")
    assert len(site.postfix.find_queue()) == 1


def test_an_unlisted_address_is_refused_at_the_door(open_transport, demo):
    site = open_transport("lmtp")
    parcel = Parcel(mail=0, recipients=("tea@patches.example.org",))
    assert bring(site, [MAIL], [parcel]).refused[0].startswith("550 5.1.1")


@pytest.mark.timeout(300)
def test_a_burst_of_a_thousand_mails(open_transport, demo):
    mails = make_mails(1000, seed=1, copies=False)
    site = open_transport("lmtp", workers=2)
    site.start_daemon()
    parcels = [Parcel(mail=number, recipients=(DEMO,)) for number in range(1000)]
    assert bring(site, mails, parcels).accepted == 1000
    site.wait_until(lambda: not site.postfix.find_queue())
    assert site.postfix.count_statuses() == {"sent": 1000}
    assert Message.objects.filter(project=demo).count() == 1000


def bring(site, mails, parcels):
    """Bring mails to Postfix by SMTP over twenty connections; what became of them there."""
    office = PostOffice(
        site.postfix.connect, mails, parcels, choice=random.Random(1), greeting="EHLO"
    )
    asyncio.run(office.run(20))
    return office.ledger
