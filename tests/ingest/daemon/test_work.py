"""What a parser process does with letters: each gets an answer, and mail its projects."""

from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from ingest import failpoints
from ingest.daemon import work
from ingest.daemon.recipients import Mailbox
from ingest.daemon.values import Letter, Target
from ingest.errors import LostRace, TryAgain
from patchtrack.models import Mail, Message
from patchtrack.services.letters import send_letter
from tests.factories import ProjectFactory, make_mail

ANYWHERE = Target()
PATCH = make_mail(message_id="pour@example.org")


@pytest.fixture
def tea(db):
    return ProjectFactory(linkname="tea", list_id="tea.lists.example.org")


@pytest.fixture
def chai(db):
    return ProjectFactory(linkname="chai", list_id="chai.lists.example.org")


def letter(target: Target, raw: bytes = PATCH, name: str = "a1") -> Letter:
    return Letter(
        id=name, raw=raw, recipient="tea@x.org", received_at=datetime.now(UTC), target=target
    )


def store(*letters: Letter):
    return work.store_letters(letters).answers


def find_projects():
    return sorted(Message.objects.values_list("project__linkname", flat=True))


def test_the_answer_tells_what_became_of_the_mail(tea):
    [answer] = store(letter(Target(project=tea.id)))
    assert answer == work.Answer(
        outcome="stored", message_id="pour@example.org", projects=("tea",), tries=1
    )


def test_the_recipient_is_kept(tea):
    store(letter(Target(project=tea.id)))
    assert Mail.objects.get().recipient == "tea@x.org"


def test_the_project_of_the_recipient_counts_not_the_list_id(tea, chai):
    mail = make_mail(headers={"List-Id": "<chai.lists.example.org>"})
    store(letter(Target(project=tea.id), mail))
    assert find_projects() == ["tea"]


def test_the_list_of_the_recipient_counts_not_the_list_id(tea, chai):
    mail = make_mail(headers={"List-Id": "<chai.lists.example.org>"})
    store(letter(Target(list_id="tea.lists.example.org"), mail))
    assert find_projects() == ["tea"]


def test_without_either_the_list_id_decides(tea, chai):
    store(letter(ANYWHERE, make_mail(headers={"List-Id": "<chai.lists.example.org>"})))
    assert find_projects() == ["chai"]


def test_a_mail_for_nobody_is_kept(tea):
    [answer] = store(letter(ANYWHERE))
    assert (answer.outcome, answer.projects) == ("unrouted", ())
    assert Mail.objects.get().read_raw() == PATCH


@pytest.mark.parametrize("target", ["tea", "list", "anywhere"])
def test_a_letter_of_ours_is_shown_nowhere(tea, mailoutbox, target):
    """Else everybody could follow the link in it."""
    send_letter("register", "tea@x.org", {"site": "https://x.org", "key": "secret"})
    targets = {
        "tea": Target(project=tea.id),
        "list": Target(list_id=tea.list_id),
        "anywhere": ANYWHERE,
    }
    raw = mailoutbox[0].message().as_bytes()
    [answer] = store(letter(targets[target], b"List-Id: <tea.lists.example.org>\n" + raw))
    assert (answer.outcome, Message.objects.count()) == ("ignored", 0)


def test_one_mail_for_two_projects_is_stored_in_both(tea, chai):
    answers = store(letter(Target(project=tea.id)), letter(Target(project=chai.id)))
    assert [answer.projects for answer in answers] == [("tea",), ("chai",)]
    assert find_projects() == ["chai", "tea"]


def test_the_answers_are_in_the_order_of_the_letters(tea, chai):
    mails = [make_mail(message_id=f"{number}@example.org") for number in range(4)]
    targets = [Target(project=project.id) for project in (tea, chai, tea, chai)]
    answers = store(*map(letter, targets, mails))
    assert [answer.message_id for answer in answers] == [f"{n}@example.org" for n in range(4)]


def test_a_project_that_was_deleted_meanwhile(tea):
    [answer] = store(letter(Target(project=tea.id + 1)))
    assert answer.outcome == "unrouted"


def test_the_same_mail_twice(tea):
    answers = store(*[letter(Target(project=tea.id))] * 2)
    assert [answer.outcome for answer in answers] == ["stored", "duplicate"]


# When it fails.


def fail_for(monkeypatch, project, error):
    """Have storing fail for one project."""

    def receive(deliveries, projects, list_id):
        if projects == [project]:
            raise error
        return original(deliveries, projects, list_id)

    original = work.receive
    monkeypatch.setattr(work, "receive", receive)


def test_a_mail_that_cannot_be_stored_now_has_no_outcome(tea, chai, monkeypatch):
    fail_for(monkeypatch, tea, TryAgain("deadlock, 10 times"))
    failed, stored = store(letter(Target(project=tea.id)), letter(Target(project=chai.id)))
    assert (failed.outcome, failed.detail) == ("", "deadlock, 10 times")
    assert stored.outcome == "stored"


def test_an_error_of_ours_is_in_the_log_by_the_letters_id_and_in_no_answer(
    tea, monkeypatch, caplog
):
    fail_for(monkeypatch, tea, RuntimeError("the password is kettle"))
    [answer] = store(letter(Target(project=tea.id), name="a1b2c3"))
    assert (answer.outcome, answer.detail) == ("", "internal error: RuntimeError")
    assert "a1b2c3" in caplog.text
    assert "the password is kettle" in caplog.text


def test_races_are_counted_by_cause(tea):
    races = [LostRace("spilt milk")]

    def lose() -> None:
        if races:
            raise races.pop()

    with failpoints.at("before commit", lose):
        report = work.store_letters([letter(Target(project=tea.id))])
    assert (report.retries, report.answers[0].tries) == ({"spilt milk": 1}, 2)
    assert work.store_letters([letter(Target(project=tea.id))]).retries == {}


def test_times_are_measured_for_each_batch_anew(tea):
    for number in range(2):
        mail = make_mail(message_id=f"{number}@example.org")
        report = work.store_letters([letter(Target(project=tea.id), mail)])
        assert (len(report.parse_seconds), len(report.transaction_seconds)) == (1, 1)


# Who has an address, and whether the database is ready.


def test_all_projects_have_an_address(tea, chai):
    assert work.find_directory().mailboxes == tuple(
        Mailbox(
            id=project.id,
            linkname=project.linkname,
            list_email=project.list_email,
            list_id=project.list_id,
        )
        for project in (tea, chai)
    )


@pytest.mark.django_db
def test_a_database_that_is_ready():
    assert work.check_database() == ""


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration():
    MigrationRecorder(connection).migration_qs.filter(app="patchtrack").delete()
    assert work.check_database() == "the database needs manage.py migrate"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away(monkeypatch, caplog):
    def refuse(*_) -> None:
        raise OperationalError("the password is kettle")

    connection.close()
    monkeypatch.setattr(connection, "get_new_connection", refuse)
    assert work.check_database() == "the database does not answer"
    assert "the password is kettle" in caplog.text
