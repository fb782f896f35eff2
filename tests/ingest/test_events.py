"""Once-only events stand exactly once while their fact holds, whatever order the mails came in."""

from datetime import timedelta
from itertools import permutations

import pytest

from patchtrack.models import Event, Series
from tests.factories import DATE, ProjectFactory, deliver, make_diff, make_mail

pytestmark = pytest.mark.django_db

COVER = make_mail(subject="[PATCH 0/2] Tea", message_id="cover@example.org")


def make_part(number: int, total: int = 2) -> bytes:
    return make_mail(
        subject=f"[PATCH {number}/{total}] Step {number}",
        message_id=f"step{number}@example.org",
        in_reply_to="cover@example.org",
        date=DATE + timedelta(seconds=number),
        diff=make_diff(f"step{number}.c"),
    )


def make_reply(to: str) -> bytes:
    return make_mail(
        subject="Re: it",
        message_id=f"re-{to}@example.org",
        in_reply_to=f"{to}@example.org",
        date=DATE + timedelta(hours=1),
    )


ALL = [COVER, make_part(1), make_part(2), make_reply("step2"), make_reply("cover")]
EXPECTED = [
    ("cover-comment-created", "re-cover@example.org"),
    ("cover-created", "cover@example.org"),
    ("patch-comment-created", "re-step2@example.org"),
    ("patch-completed", "step1@example.org"),
    ("patch-completed", "step2@example.org"),
    ("patch-created", "step1@example.org"),
    ("patch-created", "step2@example.org"),
    ("series-completed", "cover@example.org"),
    ("series-created", "cover@example.org"),
]


def events(project) -> list[tuple[str, str]]:
    """Categories, and the message-ids of messages and of heads of series."""
    rows = Event.objects.filter(project=project).values_list(
        "category", "message__message_id", "series__head__message_id"
    )
    return sorted((category, message or head) for category, message, head in rows)


def events_after(*mails: bytes) -> list[tuple[str, str]]:
    project = ProjectFactory()
    for mail in mails:
        deliver(project, mail)
    return events(project)


@pytest.mark.parametrize("order", list(permutations(ALL))[::7])
def test_every_event_once_whatever_the_order(order):
    assert events_after(*order) == EXPECTED


def test_every_event_once_in_one_batch():
    project = ProjectFactory()
    deliver(project, *ALL)
    assert events(project) == EXPECTED


def test_a_redelivery_makes_no_event():
    project = ProjectFactory()
    deliver(project, *ALL)
    ids = set(Event.objects.values_list("id", flat=True))
    deliver(project, *ALL[::-1])
    assert set(Event.objects.values_list("id", flat=True)) == ids


def test_a_later_mail_leaves_the_events_before_it_as_they_are():
    project = ProjectFactory()
    deliver(project, COVER, make_part(1))
    before = set(Event.objects.values_list("id", "date"))
    deliver(project, make_part(2))
    assert before < set(Event.objects.values_list("id", "date"))


def test_a_patch_is_complete_when_those_before_it_are_there():
    assert ("patch-completed", "step2@example.org") not in events_after(COVER, make_part(2))


def test_a_series_is_complete_when_all_its_patches_are_there():
    incomplete = events_after(COVER, make_part(1))
    assert ("series-completed", "cover@example.org") not in incomplete
    assert ("series-created", "cover@example.org") in incomplete


def test_the_completion_is_withdrawn_when_a_cover_shows_that_the_series_is_longer():
    project = ProjectFactory()
    deliver(project, make_part(1), make_part(2))
    assert ("series-completed", "step1@example.org") in events(project)
    longer = COVER.replace(b"0/2", b"0/3")
    deliver(project, longer)
    assert Series.objects.get().total == 3
    assert ("series-created", "cover@example.org") in events(project)
    assert "series-completed" not in dict(events(project))


def test_a_completion_that_was_withdrawn_comes_back():
    project = ProjectFactory()
    deliver(project, make_part(1), make_part(2))
    deliver(project, COVER.replace(b"0/2", b"0/3"))
    deliver(project, make_part(3, total=3))
    assert events(project).count(("series-completed", "cover@example.org")) == 1


def test_a_reply_before_its_patch_has_its_event_when_the_patch_comes():
    project = ProjectFactory()
    deliver(project, make_reply("step1"))
    assert events(project) == []
    deliver(project, make_part(1))
    assert ("patch-comment-created", "re-step1@example.org") in events(project)


def test_chatter_makes_no_event():
    assert events_after(make_mail(subject="Lunch?")) == []
