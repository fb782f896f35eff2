"""Who is to be told of what follows from the decisions alone."""

from datetime import timedelta

import pytest

from patchtrack.services.notices import (
    LONGEST_REST,
    MOST_ATTEMPTS,
    Decided,
    Kind,
    Notice,
    choose_due,
    choose_pause,
    derive_notices,
    derive_steps,
    format_line,
)
from tests.factories import DATE

ALICE, ALICES_USER, JANE, JOE = 1, 11, 12, 13
NEW, ACCEPTED, REJECTED = 1, 2, 3
REST = timedelta(minutes=10)


def decide(before, after, *, actor=JANE, delegated=False, user=ALICES_USER) -> Decided:
    return Decided(
        patch=7,
        project=1,
        actor=actor,
        submitter=ALICE,
        submitter_user=user,
        delegated=delegated,
        before=before,
        after=after,
        date=DATE,
    )


def learn(recipient, *decisions) -> list[tuple[str, int, int]]:
    """What a recipient is told after these decisions."""
    steps = [step for each in decisions for to, step in derive_steps(each) if to == recipient]
    return [(notice.kind, notice.before, notice.after) for notice in derive_notices([], steps)]


def test_a_new_state_concerns_the_submitters_account():
    assert learn(("user", ALICES_USER), decide(NEW, ACCEPTED)) == [(Kind.STATE, NEW, ACCEPTED)]


def test_a_submitter_without_an_account_is_a_person():
    assert learn(("person", ALICE), decide(NEW, ACCEPTED, user=0)) == [(Kind.STATE, NEW, ACCEPTED)]


def test_a_new_delegate_concerns_the_delegate_and_not_the_submitter():
    decided = decide(0, JOE, delegated=True)
    assert learn(("user", JOE), decided) == [(Kind.DELEGATE, 0, 1)]
    assert learn(("user", ALICES_USER), decided) == []


def test_several_decisions_are_one_notice():
    steps = decide(NEW, ACCEPTED), decide(ACCEPTED, REJECTED)
    assert learn(("user", ALICES_USER), *steps) == [(Kind.STATE, NEW, REJECTED)]


def test_what_was_taken_back_is_not_told():
    assert learn(("user", ALICES_USER), decide(NEW, ACCEPTED), decide(ACCEPTED, NEW)) == []


def test_a_patch_that_was_taken_from_a_delegate_and_given_back_is_not_told():
    steps = decide(JOE, 0, delegated=True), decide(0, JOE, delegated=True)
    assert learn(("user", JOE), *steps) == []


def test_what_one_decided_oneself_one_knows():
    assert learn(("user", ALICES_USER), decide(NEW, ACCEPTED, actor=ALICES_USER)) == []
    assert learn(("user", JOE), decide(0, JOE, actor=JOE, delegated=True)) == []


def test_who_decides_knows_what_was_decided_before():
    steps = decide(NEW, REJECTED), decide(REJECTED, ACCEPTED, actor=ALICES_USER)
    assert learn(("user", ALICES_USER), *steps) == []


def test_what_was_decided_after_ones_own_decision_is_told():
    steps = decide(NEW, REJECTED, actor=ALICES_USER), decide(REJECTED, ACCEPTED)
    assert learn(("user", ALICES_USER), *steps) == [(Kind.STATE, REJECTED, ACCEPTED)]


def test_nobody_is_not_somebody_without_an_account():
    steps = decide(NEW, ACCEPTED, actor=0, user=0)
    assert learn(("person", ALICE), steps) == [(Kind.STATE, NEW, ACCEPTED)]


def test_a_notice_that_waits_goes_on():
    waiting = [Notice(kind=Kind.STATE, patch=7, project=1, before=NEW, after=ACCEPTED)]
    steps = [step for _, step in derive_steps(decide(ACCEPTED, NEW))]
    assert derive_notices(waiting, steps) == []


def test_a_mail_waits_until_the_newest_decision_has_rested():
    assert choose_due(DATE, DATE + REST, REST) == DATE + 2 * REST


def test_no_mail_waits_for_more_than_an_hour():
    assert choose_due(DATE, DATE + 9 * REST, REST) == DATE + LONGEST_REST


def test_a_longer_rest_is_kept_to():
    assert choose_due(DATE, DATE, 2 * LONGEST_REST) == DATE + 2 * LONGEST_REST


def test_each_attempt_is_made_later_than_the_one_before():
    pauses = [choose_pause(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert (pauses[0], sum(pauses, timedelta()) > timedelta(hours=10)) == (REST / 2, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b@example.org", "a Bcc: b@example.org"),
        ("a\x00\x0b\x0c\x1b\x85\u2028\u2029b", "a b"),
        ("a\u202eb\ud800c", "a b c"),
        ("  a\t b ", "a b"),
        ("x" * 300, "x" * 199 + "…"),
        ("\n" * 10, ""),
        ("brew maté 中", "brew maté 中"),
    ],
)
def test_a_text_becomes_one_line(text, line):
    assert format_line(text) == line
