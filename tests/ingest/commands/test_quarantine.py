"""`quarantine` shows the mails that became no message, and tries them again."""

import os

import pytest

from ingest import receive as receive_module
from ingest.errors import TryAgain
from ingest.incoming import Delivery
from ingest.receive import receive
from patchtrack.models import Discard, Mail, Message, Outcome
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

from .running import run

pytestmark = pytest.mark.django_db

LOST = make_mail(
    subject="[PATCH] Pour slowly",
    message_id="lost@example.org",
    diff=make_diff(),
    headers={"List-Id": "<tea.lists.example.org>"},
)


def arrive(*mails: bytes) -> None:
    receive([Delivery(raw=mail, received_at=DATE) for mail in mails])


@pytest.fixture
def broken_parser(monkeypatch):
    """A parser that fails at every mail; `undo` mends it."""

    def fail(raw, tags):
        raise RuntimeError("no milk")

    monkeypatch.setattr(receive_module, "parse_mail", fail)
    return monkeypatch


def test_the_list_shows_every_mail_that_became_no_message():
    project = ProjectFactory()
    deliver(project, make_mail())
    arrive(b"no mail", LOST)
    broken, unrouted = Mail.objects.order_by("id").exclude(outcome=Outcome.STORED)
    ran = run("quarantine", "list")
    lines = sorted(ran.out.splitlines()[:-1])
    assert lines == sorted(
        [
            f"{mail.id}\t2026-01-05 09:00:00\t{mail.outcome}\t{mail.size}\t{mail.detail}"
            for mail in (broken, unrouted)
        ]
    )


def test_the_list_says_why():
    arrive(LOST)
    assert "unrouted" in run("quarantine", "list").out
    assert "no project for list id tea.lists.example.org" in run("quarantine", "list").out


def test_a_reason_of_several_lines_takes_one(broken_parser):
    arrive(LOST)
    Mail.objects.update(detail="one\ntwo\tthree")
    assert "\tone two three\n" in run("quarantine", "list").out


def test_json_counts_the_mails():
    arrive(LOST)
    assert run("quarantine", "list", "--json").summary == {"mails": 1}


def test_show_prints_the_bytes(capfdbinary):
    arrive(b"\xff\0no mail\r\n")
    assert run("quarantine", "show", Mail.objects.get().id).status == 0
    assert capfdbinary.readouterr().out == b"\xff\0no mail\r\n"


def test_an_unknown_mail_cannot_be_shown():
    ran = run("quarantine", "show", 7)
    assert (ran.status, ran.err) == (1, "there is no mail 7")


def test_an_unrouted_mail_is_stored_once_its_project_is_there():
    arrive(LOST)
    tea = ProjectFactory(linkname="tea")
    assert run("quarantine", "retry", "--json").summary["stored"] == 1
    assert Message.objects.get(project=tea).message_id == "lost@example.org"
    assert Mail.objects.get().outcome == Outcome.STORED
    assert run("quarantine", "list", "--json").summary == {"mails": 0}


def test_a_retried_mail_keeps_the_time_of_its_arrival():
    arrive(LOST)
    ProjectFactory(linkname="tea")
    run("quarantine", "retry")
    assert Mail.objects.get().received_at == DATE


def test_a_mail_without_a_project_stays():
    arrive(LOST)
    assert run("quarantine", "retry", "--json").summary["unrouted"] == 1
    assert Mail.objects.get().outcome == Outcome.UNROUTED


def test_a_mail_is_stored_once_the_parser_is_mended(broken_parser):
    ProjectFactory(linkname="tea")
    arrive(LOST)
    assert Mail.objects.get().detail == "RuntimeError: no milk"
    broken_parser.undo()
    assert run("quarantine", "retry", "--json").summary["stored"] == 1
    assert Message.objects.get().message_id == "lost@example.org"
    assert Mail.objects.get().outcome == Outcome.STORED
    assert Mail.objects.get().detail == ""


def test_a_mail_stays_while_the_parser_is_broken(broken_parser):
    ProjectFactory(linkname="tea")
    arrive(LOST)
    assert run("quarantine", "retry", "--json").summary["quarantined"] == 1
    assert Mail.objects.get().outcome == Outcome.QUARANTINED


def test_a_mail_that_could_not_be_stored_goes_to_its_project_at_last(monkeypatch):
    tea = ProjectFactory()
    with monkeypatch.context() as broken:
        broken.setattr(receive_module, "record", lambda *_: 1 / 0)
        deliver(tea, LOST)
    assert Mail.objects.get().project == tea
    assert run("quarantine", "retry", "--json").summary["stored"] == 1
    assert Message.objects.get().project == tea


def test_a_mail_goes_to_the_project_that_is_named():
    arrive(LOST)
    other = ProjectFactory()
    run("quarantine", "retry", "--project", other.linkname)
    assert Message.objects.get().project == other


def test_only_the_named_mails_are_tried():
    arrive(LOST, make_mail())
    other = ProjectFactory()
    wanted = Mail.objects.order_by("id").first()
    ran = run("quarantine", "retry", wanted.id, "--project", other.linkname, "--json")
    assert (ran.summary["stored"], Message.objects.count()) == (1, 1)
    assert Mail.objects.get(outcome=Outcome.STORED).id == wanted.id


def test_a_mail_that_is_not_in_quarantine_cannot_be_tried():
    deliver(ProjectFactory(), LOST)
    ran = run("quarantine", "retry", Mail.objects.get().id)
    assert ran.status == 1
    assert f"not in quarantine: {Mail.objects.get().id}" in ran.err


def test_a_mail_that_came_to_its_project_by_another_way_leaves_the_quarantine():
    tea = ProjectFactory(linkname="tea", list_id="other.lists.example.org")
    deliver(tea, LOST)
    arrive(LOST)
    tea.list_id = "tea.lists.example.org"
    tea.save()
    assert run("quarantine", "retry", "--json").summary["duplicate"] == 1
    assert run("quarantine", "list", "--json").summary == {"mails": 0}
    assert Message.objects.count() == 1


def test_a_database_that_is_away_means_try_again(monkeypatch):
    arrive(LOST)
    ProjectFactory(linkname="tea")

    def fail(*_):
        raise TryAgain("gone")

    monkeypatch.setattr(receive_module, "record", fail)
    ran = run("quarantine", "retry")
    assert (ran.status, ran.err) == (os.EX_TEMPFAIL, "try again later: gone")


def test_what_an_administrator_has_discarded_is_not_tried():
    arrive(LOST)
    Discard.objects.create(mail=Mail.objects.get(), username="admin")
    ProjectFactory(linkname="tea")
    assert run("quarantine", "retry", "--json").summary["stored"] == 0
    assert run("quarantine", "list", "--json").summary == {"mails": 0}
