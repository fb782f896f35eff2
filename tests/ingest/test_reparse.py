"""Reparsing brings in what the parser has learned, and takes away nothing that people did."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest import rereading
from ingest.audit import audit
from ingest.dump import dump_state
from ingest.mail import parse_mail
from ingest.reparse import reparse
from ingest.rereading import split_threads
from patchtrack.models import (
    Check,
    Comment,
    Cover,
    Event,
    Mail,
    Message,
    Patch,
    Person,
    Project,
    Series,
    State,
    Thread,
)
from tests.factories import DATE, ProjectFactory, UserFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db

ONE = make_mail(
    subject="[PATCH 1/2] Step 1",
    message_id="one@example.org",
    diff=make_diff(),
    headers={"X-Patchwork-State": "accepted"},
)
TWO = make_mail(
    subject="[PATCH 2/2] Step 2",
    message_id="two@example.org",
    in_reply_to="one@example.org",
    diff=make_diff(),
)
REPLY = make_mail(
    subject="Re: [PATCH 1/2] Step 1",
    message_id="reply@example.org",
    in_reply_to="one@example.org",
    date=DATE + timedelta(hours=1),
    headers={"X-Patchwork-Action-Required": "yes"},
)


@pytest.fixture
def tea() -> Project:
    project = ProjectFactory()
    deliver(project, ONE, TWO, REPLY)
    return project


@pytest.fixture
def learn(monkeypatch):
    """Has the parser read a mail, given by a text in it, differently from now on."""

    def teach(text: str, **facts) -> None:
        def parse(raw, tags):
            parsed = as_before(raw, tags)
            return replace(parsed, **facts) if text.encode() in raw else parsed

        as_before = rereading.parse_mail
        monkeypatch.setattr(rereading, "parse_mail", parse)

    return teach


def reparse_all(project: Project) -> int:
    return sum(reparse(project, threads) for threads in split_threads(project))


def test_nothing_changes_while_the_parser_is_the_same(tea):
    before = list(dump_state(tea))
    assert reparse_all(tea) == 0
    assert list(dump_state(tea)) == before


def test_only_what_is_read_differently_counts(tea, learn):
    learn("Message-ID: <one@", pull_url="git://example.org/tea")
    assert reparse_all(tea) == 1
    assert Patch.objects.get(message__message_id="one@example.org").pull_url
    assert reparse_all(tea) == 0


def test_a_new_version_moves_a_patch_to_a_series_of_its_own(tea, learn):
    learn("Message-ID: <two@", subject=replace(parse_mail(TWO).subject, version=2))
    late = timedelta(days=1)
    learn("Message-ID: <two@", date=parse_mail(TWO).date + late)
    reparse_all(tea)
    assert sorted(Series.objects.values_list("version", "received_total")) == [(1, 1), (2, 1)]
    assert list(audit(tea)) == []


def test_a_reply_that_was_taken_for_a_patch(tea, learn):
    learn("Message-ID: <two@", subject=replace(parse_mail(TWO).subject, is_reply=True))
    reparse_all(tea)
    assert Message.objects.get(message_id="two@example.org").kind == "comment"
    assert Comment.objects.get(message__message_id="two@example.org").patch.name == "[1/2] Step 1"
    assert Patch.objects.count() == 1
    assert list(audit(tea)) == []


def test_a_patch_that_was_taken_for_chatter(learn):
    project = ProjectFactory()
    deliver(project, make_mail(subject="Pour slowly", message_id="x@example.org"))
    assert not Patch.objects.exists()
    learn("Message-ID: <x@", diff=make_diff())
    reparse_all(project)
    assert Patch.objects.get().name == "Pour slowly"
    assert Event.objects.filter(category="patch-created").count() == 1
    assert list(audit(project)) == []


def test_a_letter_from_before_letters_were_read_as_such():
    project = ProjectFactory()
    letter = make_mail(subject="Hotter tea", message_id="letter@example.org")
    deliver(project, letter)
    Message.objects.update(nature="other")
    deliver(project, make_answer("letter@example.org", 1), make_answer("letter@example.org", 2))
    assert not Cover.objects.exists()
    reparse_all(project)
    assert Cover.objects.get().series.name == "Hotter tea"
    assert list(audit(project)) == []


def make_answer(letter: str, number: int) -> bytes:
    return make_mail(
        subject=f"[PATCH {number}/2] Step", in_reply_to=letter, diff=make_diff(f"{number}.c")
    )


def test_another_author(tea, learn):
    bob = replace(parse_mail(ONE).author, address="bob@example.org", name="Bob Cup")
    learn("Message-ID: <one@", author=bob)
    learn("Message-ID: <two@", author=bob)
    reparse_all(tea)
    assert {patch.submitter.address for patch in Patch.objects.all()} == {"bob@example.org"}
    assert Series.objects.get().submitter.address == "bob@example.org"
    assert Person.objects.get(address="bob@example.org").name == "Bob Cup"
    assert list(audit(tea)) == []


def test_a_link_that_was_overlooked_joins_two_threads(tea, learn):
    deliver(tea, make_mail(subject="Re: Step 1", message_id="far@example.org"))
    assert Thread.objects.count() == 2
    learn("Message-ID: <far@", ancestors=("one@example.org",))
    reparse_all(tea)
    assert Thread.objects.count() == 1
    assert Message.objects.get(message_id="far@example.org").kind == "comment"
    assert list(audit(tea)) == []


def test_the_copy_that_is_shown_may_change(learn):
    project = ProjectFactory()
    deliver(project, ONE, ONE.replace(b"Hello.", b"Bye."))
    hidden = Mail.objects.get(shown=False)
    text = "Hello." if b"Bye." in hidden.read_raw() else "Bye."
    learn(text, hop_date=DATE)
    reparse_all(project)
    assert Mail.objects.get(shown=True) == hidden
    assert list(audit(project)) == []


def change_by_hand(patch: Patch) -> None:
    """What people and robots do to a patch."""
    user = UserFactory()
    patch.state = State.objects.get(slug="rejected")
    patch.delegate = user
    patch.archived = True
    patch.commit_ref = "1234567"
    patch.save()
    Check.objects.create(patch=patch, user=user, state=Check.Result.FAIL)
    Event.objects.create(
        project=patch.project, category="patch-state-changed", message=patch.message
    )


def test_what_people_did_stays(tea, learn):
    patch = Patch.objects.get(message__message_id="one@example.org")
    change_by_hand(patch)
    Comment.objects.update(addressed=True)
    ids = set(Message.objects.values_list("id")), set(Series.objects.values_list("id"))
    learn("Message-ID: <one@", pull_url="git://example.org/tea")
    learn("Message-ID: <reply@", subject=replace(parse_mail(REPLY).subject, text="Re: x"))
    assert reparse_all(tea) == 2
    now = Patch.objects.get(pk=patch.pk)
    assert (now.state.slug, now.delegate, now.archived) == ("rejected", patch.delegate, True)
    assert now.commit_ref == "1234567"
    assert now.checks.get().state == Check.Result.FAIL
    assert Comment.objects.get().addressed is True
    assert Event.objects.filter(category="patch-state-changed").count() == 1
    assert (
        set(Message.objects.values_list("id")),
        set(Series.objects.values_list("id")),
    ) == ids


def test_a_comment_that_moves_stays_addressed(tea, learn):
    Comment.objects.update(addressed=True)
    learn("Message-ID: <reply@", ancestors=("two@example.org",))
    reparse_all(tea)
    assert Comment.objects.get().patch.name == "[2/2] Step 2"
    assert Comment.objects.get().addressed is True


def test_a_state_header_is_not_obeyed_again(tea):
    tea.obey_headers_of = "anybody"
    tea.save()
    reparse_all(tea)
    assert {patch.state.slug for patch in Patch.objects.all()} == {"new"}


def test_the_time_of_an_event_stays(tea, learn):
    before = list(Event.objects.order_by("id").values_list("id", "date"))
    learn("Message-ID: <one@", pull_url="git://example.org/tea")
    reparse_all(tea)
    assert list(Event.objects.order_by("id").values_list("id", "date")) == before


def test_mails_of_other_projects_are_left_alone(tea, learn):
    other = ProjectFactory()
    deliver(other, ONE)
    learn("Message-ID: <one@", pull_url="git://example.org/tea")
    reparse_all(tea)
    assert Patch.objects.get(project=other).pull_url == ""
