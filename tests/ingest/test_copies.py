"""Several mails under one message-id: all are kept, and everybody agrees on the one shown."""

from datetime import timedelta
from email.utils import format_datetime
from itertools import permutations

import pytest

from ingest.audit import audit
from ingest.dump import dump_state
from patchtrack.models import Comment, Event, Mail, Message, Outcome, Patch, Project, Series
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db

BOB = "Bob Cup <bob@example.org>"


def received(minutes: int) -> str:
    """What the last hop notes at its reception."""
    date = format_datetime(DATE + timedelta(minutes=minutes))
    return f"from a.example.org by mx.example.org; {date}"


def make_copy(minutes: int | None = None, **options) -> bytes:
    """A mail under one message-id, received by our own host at a time."""
    headers = {} if minutes is None else {"Received": received(minutes)}
    headers |= options.pop("headers", {})
    mail = {"message_id": "x@example.org", "body": "Hello.\n", "headers": headers} | options
    return make_mail(**mail)


PATCH = make_copy(1, diff=make_diff())
FORGED = make_copy(2, diff=make_diff(new="poison"), date=DATE - timedelta(days=9))


@pytest.fixture
def tea() -> Project:
    return ProjectFactory()


def outcomes(project: Project, *mails: bytes) -> list[str]:
    """What became of mails that came one after the other."""
    return [str(deliver(project, mail)[0].outcome) for mail in mails]


def shown(project: Project) -> bytes:
    return Mail.objects.get(project=project, shown=True).read_raw()


def test_the_same_bytes_again_are_a_duplicate_and_kept_once(tea):
    assert outcomes(tea, PATCH, PATCH) == ["stored", "duplicate"]
    assert Mail.objects.count() == 1


def test_the_same_bytes_twice_in_a_batch(tea):
    receipts = deliver(tea, PATCH, PATCH)
    assert [receipt.outcome for receipt in receipts] == ["stored", "duplicate"]
    assert Mail.objects.count() == 1


def test_another_way_of_the_same_mail_is_a_duplicate_and_kept(tea):
    assert outcomes(tea, make_copy(1), make_copy(2)) == ["stored", "duplicate"]
    assert Mail.objects.count() == 2
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sender": BOB},
        {"date": DATE + timedelta(seconds=1)},
        {"subject": "[PATCH] Pour fast"},
        {"body": "Bye.\n"},
        {"diff": make_diff(new="poison")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_content_is_a_conflict_and_kept(tea, change):
    one, other = make_copy(), make_copy(**change)
    assert outcomes(tea, one, other) == ["stored", "conflict"]
    assert {mail.read_raw() for mail in Mail.objects.all()} == {one, other}


def test_a_conflict_within_a_batch(tea):
    receipts = deliver(tea, PATCH, FORGED, PATCH)
    assert [receipt.outcome for receipt in receipts] == ["stored", "conflict", "duplicate"]
    assert Mail.objects.get(outcome=Outcome.CONFLICT).read_raw() == FORGED


def test_a_duplicate_of_a_conflict_is_a_duplicate(tea):
    assert outcomes(tea, PATCH, FORGED, FORGED) == ["stored", "conflict", "duplicate"]


ORDERS = list(permutations([PATCH, FORGED, make_copy(3)]))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("batch", [1, 3])
def test_the_copy_that_we_received_first_is_shown_whatever_the_order(tea, order, batch):
    for start in range(0, 3, batch):
        deliver(tea, *order[start : start + batch])
    assert shown(tea) == PATCH
    assert Patch.objects.get().hash
    assert list(audit(tea)) == []


def test_an_old_date_and_old_hops_of_a_forger_do_not_help(tea):
    forged = FORGED.replace(b"Received", f"Received: {received(5)}\nReceived".encode())
    deliver(tea, PATCH)
    deliver(tea, forged)
    assert shown(tea) == PATCH


def test_what_comes_in_replaces_no_mail_of_an_archive_without_times_of_reception(tea):
    archived = make_copy(diff=make_diff())
    assert outcomes(tea, archived, FORGED) == ["stored", "conflict"]
    assert shown(tea) == archived


def test_without_any_times_the_choice_does_not_depend_on_the_order():
    one, other = ProjectFactory(), ProjectFactory()
    copies = [make_copy(body=f"{number}\n") for number in range(4)]
    outcomes(one, *copies)
    outcomes(other, *copies[::-1])
    assert shown(one) == shown(other)


def test_what_is_shown_is_what_the_shown_copy_says(tea):
    deliver(tea, FORGED)
    deliver(tea, PATCH)
    assert Message.objects.get().date == DATE
    poison, tea_patch = (
        Patch.objects.get(project=deliver_to_new(mail)).hash for mail in (FORGED, PATCH)
    )
    assert Patch.objects.get(project=tea).hash == tea_patch != poison


def deliver_to_new(mail: bytes) -> Project:
    project = ProjectFactory()
    deliver(project, mail)
    return project


def test_a_patch_keeps_what_people_did_when_another_copy_is_shown(tea):
    deliver(tea, FORGED)
    Patch.objects.update(archived=True, commit_ref="1234567")
    before = Patch.objects.get()
    deliver(tea, PATCH)
    now = Patch.objects.get()
    assert (now.pk, now.archived, now.commit_ref) == (before.pk, True, "1234567")
    assert now.hash != before.hash


# A message whose copies are now a patch, now a reply, and one that answers it.

FIRST = make_mail(message_id="first@example.org", subject="[PATCH] Milk", diff=make_diff())
AS_REPLY = make_copy(1, subject="Re: [PATCH] Milk", in_reply_to="first@example.org")
AS_PATCH = make_copy(2, in_reply_to="first@example.org", diff=make_diff("sugar.c"))
AS_PATCH_FIRST = make_copy(0, in_reply_to="first@example.org", diff=make_diff("sugar.c"))
ANSWER = make_mail(
    message_id="answer@example.org",
    subject="Re: Sugar",
    in_reply_to="x@example.org",
    date=DATE + timedelta(hours=1),
)


def events_of(message_id: str) -> list[str]:
    events = Event.objects.filter(message__message_id=message_id)
    return sorted(events.values_list("category", flat=True))


def test_a_patch_that_turns_out_to_be_a_reply(tea):
    outcomes(tea, FIRST, AS_PATCH, ANSWER)
    assert Comment.objects.get().patch.message.message_id == "x@example.org"
    deliver(tea, AS_REPLY)
    assert Message.objects.get(message_id="x@example.org").kind == "comment"
    assert [patch.message.message_id for patch in Patch.objects.all()] == ["first@example.org"]
    assert Series.objects.count() == 1
    assert {c.patch.message.message_id for c in Comment.objects.all()} == {"first@example.org"}
    assert events_of("x@example.org") == ["patch-comment-created"]
    assert list(audit(tea)) == []


def test_a_reply_that_turns_out_to_be_a_patch(tea):
    outcomes(tea, FIRST, AS_REPLY, ANSWER)
    assert Comment.objects.count() == 2
    deliver(tea, AS_PATCH_FIRST)
    assert Patch.objects.count() == Series.objects.count() == 2
    assert Comment.objects.get().patch.message.message_id == "x@example.org"
    assert events_of("x@example.org") == ["patch-completed", "patch-created"]
    assert list(audit(tea)) == []


def test_there_and_back_again(tea):
    outcomes(tea, FIRST, AS_PATCH, ANSWER, AS_REPLY, AS_PATCH_FIRST)
    assert Comment.objects.get().patch.message.message_id == "x@example.org"
    assert list(audit(tea)) == []


@pytest.mark.parametrize("order", list(permutations([FIRST, AS_PATCH, AS_REPLY, ANSWER])))
def test_the_state_does_not_depend_on_which_copy_came_first(tea, order):
    serial = ProjectFactory()
    outcomes(serial, FIRST, AS_PATCH, AS_REPLY, ANSWER)
    outcomes(tea, *order)
    assert list(dump_state(tea)) == list(dump_state(serial))


def test_a_patch_that_turns_out_to_be_a_cover(tea):
    as_cover = make_copy(0, subject="[PATCH 0/1] Sugar", in_reply_to="first@example.org")
    outcomes(tea, FIRST, AS_PATCH, ANSWER, as_cover)
    assert Comment.objects.get().cover.message.message_id == "x@example.org"
    assert events_of("answer@example.org") == ["cover-comment-created"]
    assert list(audit(tea)) == []


def test_a_comment_that_moves_with_its_patch_stays_addressed(tea):
    asking = ANSWER.replace(b"Subject", b"X-Patchwork-Action-Required: yes\nSubject")
    outcomes(tea, FIRST, AS_PATCH, asking)
    Comment.objects.update(addressed=True)
    deliver(tea, AS_REPLY)
    assert Comment.objects.get(message__message_id="answer@example.org").addressed is True


@pytest.mark.parametrize("first_asks", [True, False])
def test_whether_a_comment_asks_for_action_is_what_the_shown_copy_says(tea, first_asks):
    asking = {"headers": {"X-Patchwork-Action-Required": "yes"}}
    shown_copy = AS_REPLY.replace(b"MIME", b"X-Patchwork-Action-Required: yes\nMIME", first_asks)
    hidden = make_copy(
        5, subject="Re: Milk", in_reply_to="first@example.org", **({} if first_asks else asking)
    )
    outcomes(tea, FIRST, hidden, shown_copy)
    assert Comment.objects.get().addressed is (False if first_asks else None)


@pytest.mark.parametrize("order", [1, -1])
def test_the_state_is_what_the_shown_copy_asks_for(order):
    project = ProjectFactory(obey_headers_of="anybody")
    hidden = make_copy(2, diff=make_diff(), headers={"X-Patchwork-State": "rejected"}, body="Bye\n")
    outcomes(project, *[PATCH, hidden][::order])
    assert Patch.objects.get().state.slug == "new"
