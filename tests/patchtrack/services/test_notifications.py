"""Who gets which mail when patches are decided about."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from patchtrack.models import (
    Event,
    Notification,
    OptOut,
    Patch,
    Person,
    Profile,
    Project,
    State,
    Untold,
)
from patchtrack.services.changes import change_patches, undo_change
from patchtrack.services.notifications import STALE, collect_untold
from tests.factories import ALICE, ProjectFactory, UserFactory, deliver, make_diff, make_mail
from tests.ingest.commands.running import run

BOB = "Bob <bob@example.org>"


@pytest.fixture
def telling(project) -> Project:
    """A project that tells submitters, with two patches of Alice and one of Bob."""
    Project.objects.filter(pk=project.pk).update(send_notifications=True)
    for name, sender in (("Lid", ALICE), ("Spout", ALICE), ("Handle", BOB)):
        deliver(project, make_mail(subject=f"[PATCH] {name}", sender=sender, diff=make_diff()))
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def jane(telling):
    """A maintainer."""
    user = UserFactory(username="jane", email="jane@example.org")
    telling.maintainers.add(user)
    return user


@pytest.fixture
def alice(telling):
    """Alice's account."""
    user = UserFactory(username="alice", email="alice@example.org")
    Person.objects.filter(address="alice@example.org").update(user=user)
    return user


def decide(user, *names, state="", **wanted) -> int:
    """Decide about the patches of these names; what takes it back."""
    if state:
        wanted["state_id"] = State.objects.get(slug=state).pk
    patches = Patch.objects.filter(name__in=names)
    ids = list(patches.values_list("pk", flat=True))
    return change_patches(user, patches[0].project, ids, wanted).undo


def wait(minutes=10.0) -> None:
    """Let time pass for all that waits."""
    passed = timedelta(minutes=minutes)
    Event.objects.update(date=F("date") - passed)
    Notification.objects.update(created=F("created") - passed, due=F("due") - passed)


def tell(minutes=10.0) -> dict:
    """Let time pass, and send what is due."""
    run("sendnotifications")
    wait(minutes)
    return run("sendnotifications", "--json").summary


def recipients(letters) -> list[str]:
    return sorted(address for letter in letters for address in letter.to)


def test_a_submitter_is_told_what_became_of_a_patch(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    tell()
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == (["alice@example.org"], "Accepted: Lid")
    page = Patch.objects.select_related("message").get(name="Lid").message.message_id
    assert "  is Accepted, was New\n" in letter.body
    assert f"  http://localhost:8000/project/teapot/patch/{page}/\n" in letter.body


def test_one_mail_tells_of_all_patches(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    decide(jane, "Spout", "Handle", state="rejected")
    assert tell()["sent"] == 2
    assert recipients(mailoutbox) == ["alice@example.org", "bob@example.org"]
    letter = next(one for one in mailoutbox if one.to == ["alice@example.org"])
    assert letter.subject == "What became of 2 of your patches"
    assert ("Lid\n  is Accepted" in letter.body, "Spout\n  is Rejected" in letter.body) == (1, 1)


def test_nothing_is_told_before_it_has_rested(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    tell(minutes=9)
    assert mailoutbox == []
    tell(minutes=2)
    assert len(mailoutbox) == 1


def test_how_long_is_a_setting(jane, mailoutbox, settings):
    settings.PATCHTRACK_NOTIFICATION_DELAY_MINUTES = 0
    decide(jane, "Lid", state="accepted")
    tell(minutes=0)
    assert len(mailoutbox) == 1


def test_a_new_decision_makes_the_mail_wait_again(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    tell(minutes=9)
    decide(jane, "Lid", state="rejected")
    tell(minutes=9)
    assert mailoutbox == []
    tell(minutes=2)
    assert "is Rejected, was New" in mailoutbox[0].body


def test_what_is_taken_back_is_not_told(jane, mailoutbox):
    undo = decide(jane, "Lid", "Spout", state="accepted")
    tell(minutes=5)
    undo_change(jane, undo)
    tell()
    assert (mailoutbox, Notification.objects.count()) == ([], 0)


def test_what_was_told_is_not_told_again(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    tell()
    assert tell() == dict.fromkeys(("decisions", "sent", "unwanted", "failed", "given_up"), 0) | {
        "away": ""
    }
    assert len(mailoutbox) == 1


def test_what_changes_later_is_told_from_what_is_known(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    tell()
    decide(jane, "Lid", state="rejected")
    tell()
    assert "is Rejected, was Accepted" in mailoutbox[1].body


@pytest.mark.parametrize("wanted", [{"archived": True}, {"delegate": True}])
def test_a_submitter_is_told_of_nothing_but_states(jane, alice, mailoutbox, wanted):
    decide(jane, "Lid", **({"delegate_id": jane.pk} if "delegate" in wanted else wanted))
    tell()
    assert mailoutbox == []


def test_nobody_is_told_what_they_did_themselves(alice, mailoutbox):
    decide(alice, "Lid", state="superseded")
    tell()
    assert mailoutbox == []


def test_a_project_that_does_not_tell_leaves_nothing_to_tell(jane, telling, mailoutbox):
    Project.objects.update(send_notifications=False)
    decide(jane, "Lid", state="accepted")
    assert Untold.objects.count() == 0
    Project.objects.update(send_notifications=True)
    tell()
    assert mailoutbox == []


@pytest.mark.parametrize("collected", [True, False])
def test_a_project_that_stops_telling_stops_at_once(jane, mailoutbox, collected):
    decide(jane, "Lid", state="accepted")
    if collected:
        run("sendnotifications")
    Project.objects.update(send_notifications=False)
    tell()
    assert (mailoutbox, Notification.objects.count()) == ([], 0)


def test_what_was_decided_before_there_was_this_command_is_not_told(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    Untold.objects.all().delete()
    tell()
    assert mailoutbox == []


def test_what_nobody_collected_for_long_is_not_told(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    wait(STALE / timedelta(minutes=1))
    tell()
    assert (mailoutbox, Untold.objects.count()) == ([], 0)


def test_who_wants_no_mail_gets_none(jane, alice, mailoutbox):
    Profile.objects.create(user=alice, notifications=False)
    decide(jane, "Lid", state="accepted")
    assert tell()["unwanted"] == 1
    assert mailoutbox == []


def test_a_closed_account_gets_no_mail(jane, alice, mailoutbox):
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    decide(jane, "Lid", state="accepted")
    tell()
    assert mailoutbox == []


@pytest.mark.parametrize("has_account", [True, False])
def test_an_address_that_has_opted_out_gets_none(jane, request, mailoutbox, has_account):
    if has_account:
        request.getfixturevalue("alice")
    OptOut.objects.create(address="alice@example.org")
    decide(jane, "Lid", "Handle", state="accepted")
    tell()
    assert recipients(mailoutbox) == ["bob@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        "project-x@lists.example.org",
        "jane.doe@teapot.lists.example.org.invalid",
        "no address",
        '"a\\"b"@example.org',
    ],
)
def test_no_mail_goes_to_a_list_or_to_what_is_no_address(jane, mailoutbox, address):
    ProjectFactory(list_email="Project-X@lists.example.org")
    Person.objects.filter(address="alice@example.org").update(address=address)
    decide(jane, "Lid", state="accepted")
    assert tell()["unwanted"] == 1
    assert mailoutbox == []


def test_an_account_is_told_at_its_own_address_of_the_patches_of_all(jane, alice, mailoutbox):
    type(alice).objects.filter(pk=alice.pk).update(email="Alice@Work.example.org")
    Person.objects.filter(address="bob@example.org").update(user=alice)
    decide(jane, "Lid", "Handle", state="accepted")
    tell()
    assert recipients(mailoutbox) == ["alice@work.example.org"]
    assert "Lid" in mailoutbox[0].body
    assert "Handle" in mailoutbox[0].body


def test_an_account_without_an_address_is_not_told(jane, alice, mailoutbox):
    type(alice).objects.filter(pk=alice.pk).update(email="")
    decide(jane, "Lid", state="accepted")
    assert tell()["unwanted"] == 1


def test_a_delegate_is_told_of_what_others_delegate(jane, alice, mailoutbox):
    decide(jane, "Lid", "Handle", delegate_id=alice.pk)
    tell()
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == (["alice@example.org"], "To review: 2 patches")


def test_a_delegate_is_not_told_of_what_is_no_longer_theirs(jane, alice, mailoutbox):
    decide(jane, "Lid", delegate_id=alice.pk)
    tell()
    decide(jane, "Lid", delegate_id=None)
    assert tell()["unwanted"] == 1
    assert len(mailoutbox) == 1


def test_one_mail_tells_of_states_and_of_what_to_review(jane, alice, mailoutbox):
    decide(jane, "Lid", "Handle", state="under-review", delegate_id=alice.pk)
    tell()
    letter = next(one for one in mailoutbox if one.to == ["alice@example.org"])
    assert letter.subject == "Patches: 1 decided, 2 to review"


def test_a_mail_says_how_to_get_none(jane, alice, mailoutbox):
    decide(jane, "Lid", "Handle", state="accepted")
    tell()
    pages = {letter.to[0]: letter.extra_headers["List-Unsubscribe"] for letter in mailoutbox}
    assert pages == {
        "alice@example.org": "<http://localhost:8000/user/>",
        "bob@example.org": "<http://localhost:8000/mail-settings/>",
    }
    assert all(pages[one.to[0]].strip("<>") in one.body for one in mailoutbox)


def test_no_machine_is_to_answer(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    tell()
    assert mailoutbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_lists_so_many_patches_and_leads_to_the_others(jane, mailoutbox, monkeypatch):
    monkeypatch.setattr("patchtrack.services.notice_letters.MOST_LISTED", 1)
    decide(jane, "Lid", "Spout", state="accepted")
    tell()
    alice = Person.objects.get(address="alice@example.org")
    assert mailoutbox[0].subject == "What became of 2 of your patches"
    assert mailoutbox[0].body.count("is Accepted") == 1
    assert f"and 1 more: http://localhost:8000/person/{alice.pk}/\n" in mailoutbox[0].body


@pytest.mark.parametrize("evil", ["a\nBcc: eve@example.org", "a\r\nX: b", "a\x85b\u2028c", "<b>&"])
def test_no_name_breaks_a_header_or_becomes_markup(jane, mailoutbox, evil):
    Patch.objects.filter(name="Lid").update(name=evil)
    decide(jane, evil, state="accepted")
    tell()
    message = mailoutbox[0].message()
    assert message["Subject"].startswith("Accepted: ") or message["Subject"].startswith("=?utf-8")
    assert message["Bcc"] is message["X"] is None
    assert message.get_content_type() == "text/plain"
    assert "&lt;" not in mailoutbox[0].body


def test_what_is_no_patch_any_more_is_not_told(jane, mailoutbox):
    decide(jane, "Lid", state="accepted")
    lid = Patch.objects.get(name="Lid")
    Event.objects.filter(message=lid.pk).delete()
    Patch.objects.filter(pk=lid.pk).delete()
    assert tell()["decisions"] == 0
    assert (mailoutbox, Untold.objects.count()) == ([], 0)


@pytest.mark.parametrize("patches", [2, 40])
def test_collecting_takes_a_fixed_number_of_queries(
    telling, jane, django_assert_num_queries, patches
):
    mails = [
        make_mail(subject=f"[PATCH] {n}", sender=f"p{n}@example.org", diff=make_diff())
        for n in range(patches)
    ]
    deliver(telling, *mails)
    decide(jane, *map(str, range(patches)), state="accepted", delegate_id=jane.pk)
    with django_assert_num_queries(9):
        assert collect_untold(timezone.now()) == 2 * patches


def test_the_sites_address_leads_everywhere(jane, mailoutbox, settings):
    settings.PATCHTRACK_SITE_URL = "https://example.org/patches"
    decide(jane, "Lid", state="accepted")
    tell()
    assert "https://example.org/patches/project/teapot/patch/" in mailoutbox[0].body
    assert "localhost" not in mailoutbox[0].body
