"""Races between parsers, each forced by holding them at failpoints, and lost without protection.

PostgreSQL runs them at both isolation levels. SQLite has one writer at a time, so that its
writers race only for their turn, and no protection but the transaction is theirs to lose.
"""

from datetime import timedelta

import pytest
from django.db import connection

from ingest import failpoints
from ingest.incoming import Delivery
from ingest.receive import receive
from ingest.retry import retries
from patchtrack.environment import ISOLATION_LEVELS
from patchtrack.models import (
    Comment,
    Event,
    Mail,
    Message,
    Outcome,
    Patch,
    Person,
    Series,
    Thread,
)
from tests.factories import DATE, ProjectFactory, make_diff, make_mail
from tests.ingest.writers import REFUSED, open_writers, without_constraint

POSTGRESQL = connection.vendor == "postgresql"
LEVELS = ("read committed", "serializable") if POSTGRESQL else ("one writer",)
COVER = "cover@example.org"


@pytest.fixture(autouse=True, params=LEVELS)
def isolation(request, transactional_db):
    """Every connection that is opened in a test, and what it is run at."""
    options = connection.settings_dict["OPTIONS"]
    before = options.get("isolation_level")
    if POSTGRESQL:
        connection.close()
        options["isolation_level"] = ISOLATION_LEVELS[request.param]
    yield request.param
    if POSTGRESQL:
        connection.close()
        options["isolation_level"] = before


@pytest.fixture
def writers():
    with open_writers(ProjectFactory()) as writers:
        yield writers


# What goes wrong without a protection. At "serializable" PostgreSQL itself finds most of it.
unprotected = pytest.mark.skipif(not POSTGRESQL, reason="SQLite has one writer at a time")
read_committed = pytest.mark.parametrize("isolation", ["read committed"], indirect=True)


def make_patch(message_id, **options):
    return make_mail(
        **{"subject": "[PATCH] x", "message_id": message_id, "diff": make_diff(), **options}
    )


def make_reply(message_id, to, **options):
    return make_mail(subject="Re: x", message_id=message_id, in_reply_to=to, **options)


def make_series(total, *, cover):
    """The patches of a series that answer its cover, or else the first of them."""
    first = COVER if cover else "1@example.org"
    return [
        make_patch(
            f"{number}@example.org",
            subject=f"[PATCH {number}/{total}] x",
            in_reply_to="" if f"{number}@example.org" == first else first,
            date=DATE + timedelta(seconds=number),
        )
        for number in range(1, total + 1)
    ]


def make_cover(total):
    return make_mail(subject=f"[PATCH 0/{total}] x", message_id=COVER)


def count_events(category):
    return Event.objects.filter(category=category).count()


def find_kind(message_id):
    return Message.objects.get(message_id=message_id).kind


# The same person twice.

TWO_BY_ONE = [make_patch(f"{name}@example.org", sender="New <new@example.org>") for name in "ab"]


def test_two_mails_of_a_new_author_make_one_person(writers):
    outcomes = writers.race(*TWO_BY_ONE, at="people found")
    assert (outcomes, Person.objects.count()) == ([Outcome.STORED] * 2, 1)


@unprotected
@read_committed
def test_without_the_constraint_they_make_two(writers):
    with without_constraint(Person, "person_unique_address"):
        writers.race(*TWO_BY_ONE, at="people found")
        assert Person.objects.count() == 2


# The same message twice.


def test_a_mail_that_comes_twice_is_one_message(writers):
    patch = make_patch("a@example.org")
    outcomes = writers.race(patch, patch, at="threads found")
    assert (outcomes, Patch.objects.count()) == ([Outcome.DUPLICATE, Outcome.STORED], 1)


def test_a_mail_of_a_known_thread_that_comes_twice_is_one_message(writers):
    patch = make_patch("a@example.org")
    writers.deliver(make_reply("r@example.org", to="a@example.org"))
    outcomes = writers.race(patch, patch, at="threads found")
    assert (outcomes, Mail.objects.count()) == ([Outcome.DUPLICATE, Outcome.STORED], 2)


@unprotected
def test_without_the_retry_the_second_is_refused(writers):
    patch = make_patch("a@example.org")
    with failpoints.switched_off("retry"):
        outcomes = writers.race(patch, patch, at="threads found")
    assert outcomes == [Outcome.STORED, REFUSED]


# Two patches of a new series at once.


@pytest.mark.parametrize("cover", ["no cover", "cover to come", "cover is there"])
def test_two_patches_make_one_complete_series(writers, cover):
    mails = make_series(2, cover=cover != "no cover")
    if cover == "cover is there":
        writers.deliver(make_cover(2))
    writers.race(*mails, at="threads found")
    if cover == "cover to come":
        writers.deliver(make_cover(2))
    series = Series.objects.get()
    assert (series.received_total, series.complete) == (2, True)
    assert count_events("series-created") == count_events("series-completed") == 1


@unprotected
def test_without_the_retry_one_of_them_is_refused(writers):
    with failpoints.switched_off("retry"):
        outcomes = writers.race(*make_series(2, cover=False), at="threads found")
    assert outcomes == [Outcome.STORED, REFUSED]


@unprotected
@read_committed
def test_without_the_lock_their_series_is_never_complete(writers):
    writers.deliver(make_cover(2))
    with failpoints.switched_off("thread lock"):
        writers.race(*make_series(2, cover=True), at="state read")
    assert not Series.objects.get().complete


# A patch and its reply at once.

PATCH_AND_REPLY = [make_patch("a@example.org"), make_reply("r@example.org", to="a@example.org")]
EARLIER_REPLY = make_reply("early@example.org", to="a@example.org")


@pytest.mark.parametrize("earlier", [[], [EARLIER_REPLY]], ids=["new thread", "known thread"])
def test_a_reply_finds_its_patch(writers, earlier):
    for mail in earlier:
        writers.deliver(mail)
    writers.race(*PATCH_AND_REPLY, at="threads found")
    assert Comment.objects.filter(patch__message__message_id="a@example.org").count() == 1 + len(
        earlier
    )


@unprotected
@read_committed
def test_without_the_lock_the_reply_is_lost(writers):
    writers.deliver(EARLIER_REPLY)
    with failpoints.switched_off("thread lock"):
        writers.race(*PATCH_AND_REPLY, at="state read")
    assert find_kind("r@example.org") == "other"


@unprotected
@read_committed
def test_without_the_retry_the_reply_or_the_patch_is_refused(writers):
    with failpoints.switched_off("retry"):
        outcomes = writers.race(*PATCH_AND_REPLY, at="threads found")
    assert outcomes == [Outcome.STORED, REFUSED]


# Two threads merge while a third writer waits for the one that disappears.

FIRST = make_reply("first@example.org", to="a@example.org")
SECOND = make_reply("second@example.org", to="p@example.org")
APART = make_reply("apart@example.org", to="else@example.org")
BRIDGE = make_reply("bridge@example.org", to="first@example.org", references=["second@example.org"])
THIRD = make_reply("third@example.org", to="p@example.org", references=["apart@example.org"])
PATCH = make_patch("p@example.org")


def merge_while_a_third_waits(writers):
    """THIRD belongs to the threads of SECOND and APART. It waits for SECOND's while BRIDGE ends
    that one, and works on; then PATCH, which THIRD answers, comes to where SECOND's has gone."""
    for mail in (FIRST, SECOND, APART):
        writers.deliver(mail)
    bridge = writers.start(BRIDGE, at="before commit")
    third = writers.start(THIRD)
    writers.wait_for_block(third)
    third.target = "state read"
    bridge.finish()
    third.go_to("state read")
    patch = writers.start(PATCH)
    writers.wait_for_block(patch)
    third.finish()
    patch.finish()


@pytest.mark.skipif(not POSTGRESQL, reason="on SQLite nobody can wait for a thread's lock")
def test_who_waits_for_a_thread_follows_it_into_another(writers):
    merge_while_a_third_waits(writers)
    assert (find_kind("third@example.org"), Thread.objects.count()) == ("comment", 1)


@unprotected
@read_committed
def test_without_the_reload_it_misses_what_comes_there(writers):
    with failpoints.switched_off("reload"):
        merge_while_a_third_waits(writers)
    assert find_kind("third@example.org") == "other"


def test_the_threads_of_three_racing_mails_become_one(writers):
    for mail in (FIRST, SECOND, APART):
        writers.deliver(mail)
    writers.race(BRIDGE, THIRD, PATCH, at="threads found")
    assert (find_kind("third@example.org"), Thread.objects.count()) == ("comment", 1)


def test_batches_in_opposite_orders_do_not_wait_in_a_circle(writers):
    """They share threads, new tokens, and new authors."""
    for mail in (FIRST, SECOND):
        writers.deliver(mail)
    mails = [
        make_reply(f"{name}@example.org", to=to, sender=f"{name} <{name}@example.org>")
        for name, to in (("k", "a@example.org"), ("l", "p@example.org"), ("m", "new@example.org"))
    ]
    before = retries["deadlock"]
    one = writers.start(*mails, at="threads found")
    other = writers.start(*mails[::-1], at="threads found")
    one.release()
    other.release()
    assert sorted([one.finish(), other.finish()]) == [Outcome.DUPLICATE, Outcome.STORED]
    assert retries["deadlock"] == before


# A series is completed by many at once.

MANY = 16


def test_a_series_is_completed_once(writers):
    writers.deliver(make_cover(MANY))
    mails = make_series(MANY, cover=True)
    outcomes = writers.race(*mails, at="threads found")
    # As the MTA does with what is refused in a crowd.
    for mail in mails if REFUSED in outcomes else ():
        writers.deliver(mail)
    assert Series.objects.get().complete
    assert count_events("series-completed") == 1
    assert count_events("patch-completed") == count_events("patch-created") == MANY


@unprotected
@read_committed
def test_without_the_lock_it_is_never_completed(writers):
    writers.deliver(make_cover(MANY))
    with failpoints.switched_off("thread lock"):
        writers.race(*make_series(MANY, cover=True), at="state read")
    assert count_events("series-completed") == 0


# Different mails under one message-id.


def make_copy(hour):
    """The copy that our MTA received at that hour."""
    received = f"from a by b; Mon, 5 Jan 2026 {hour:02}:00:00 +0000"
    return make_patch(
        "a@example.org", subject=f"[PATCH] copy {hour}", headers={"Received": received}
    )


@pytest.mark.parametrize("hours", [(2, 3), (3, 2)])
def test_of_two_copies_the_first_received_is_shown(writers, hours):
    waiting, other = map(make_copy, hours)
    writer = writers.start(waiting, at="threads found")
    outcomes = [writers.deliver(other), writer.finish()]
    assert outcomes == [Outcome.STORED, Outcome.CONFLICT]
    assert Patch.objects.get().name == "copy 2"
    assert list(Mail.objects.order_by("hop_date").values_list("shown", flat=True)) == [True, False]


def test_of_three_copies_one_is_shown(writers):
    writers.deliver(make_copy(4))
    writers.race(make_copy(3), make_copy(2), at="threads found")
    assert Patch.objects.get().name == "copy 2"
    assert Mail.objects.filter(shown=True).count() == 1


@unprotected
@read_committed
def test_without_the_lock_the_last_to_come_is_shown(writers):
    writers.deliver(make_copy(4))
    with failpoints.switched_off("thread lock"):
        two, three = (writers.start(make_copy(hour), at="people found") for hour in (2, 3))
        two.finish()
        three.finish()
    assert Patch.objects.get().name == "copy 3"


# A mail is quarantined while it is delivered again.

NO_MAIL = b""


def test_what_is_no_mail_is_quarantined_once(writers):
    outcomes = writers.race(NO_MAIL, NO_MAIL, at="aside looked up")
    assert (outcomes, Mail.objects.count()) == ([Outcome.QUARANTINED] * 2, 1)


@unprotected
def test_without_the_retry_the_second_one_is_refused(writers):
    with failpoints.switched_off("retry"):
        outcomes = writers.race(NO_MAIL, NO_MAIL, at="aside looked up")
    assert outcomes == [Outcome.QUARANTINED, REFUSED]


def test_a_mail_that_is_stored_meanwhile_is_not_in_quarantine(writers):
    patch = make_patch("a@example.org")
    failing = writers.start(patch, at="aside looked up", fail_at="messages written")
    writers.deliver(patch)
    failing.finish()
    assert Mail.objects.get().outcome == Outcome.STORED


def test_a_mail_that_is_quarantined_meanwhile_is_stored(writers):
    patch = make_patch("a@example.org")
    writer = writers.start(patch, at="threads found")
    writers.start(patch, fail_at="messages written").finish()
    assert writer.finish() == Outcome.STORED
    assert Mail.objects.get().outcome == Outcome.STORED


@unprotected
@read_committed
def test_without_the_constraint_it_is_stored_and_in_quarantine(writers):
    patch = make_patch("a@example.org")
    with without_constraint(Mail, "mail_unique_project_sha256"):
        failing = writers.start(patch, at="aside looked up", fail_at="messages written")
        writers.deliver(patch)
        failing.finish()
        assert Mail.objects.count() == 2


def test_a_mail_that_was_unrouted_is_kept_for_each_of_two_projects(writers):
    patch = make_patch("a@example.org")
    receive([Delivery(raw=patch, received_at=DATE)], projects=[])
    one = writers.start(patch, at="state read")
    other = writers.start(patch, at="state read", project=ProjectFactory())
    assert [one.finish(), other.finish()] == [Outcome.STORED] * 2
    assert Message.objects.filter(copies__shown=True).count() == 2


# SQLite's only lock.


@pytest.mark.skipif(POSTGRESQL, reason="PostgreSQL's row locks need a transaction")
def test_without_the_transaction_the_reply_is_lost(writers):
    writers.deliver(EARLIER_REPLY)
    with failpoints.switched_off("transaction"):
        writers.race(*PATCH_AND_REPLY, at="state read")
    assert find_kind("r@example.org") == "other"
