"""The evidence by which patches and covers are one series, rule by rule."""

from itertools import permutations

import pytest

from ingest.threads import derive
from tests.ingest.threads.builders import (
    BOB,
    DAY,
    message,
    only_series,
    sending,
    series_of,
)

# Rule 1: linked, with the same sender, version and total.


def test_patches_that_answer_their_cover_are_one_series_with_it():
    assert series_of(sending("a", 3)) == {"a0": "a0 a1 a2 a3"}


def test_patches_that_each_answer_the_one_before_are_one_series():
    thread = [
        message("a1", "[PATCH 1/3] x"),
        message("a2", "[PATCH 2/3] y", to="a1", at=1),
        message("a3", "[PATCH 3/3] z", to="a2", at=2),
    ]
    assert series_of(thread) == {"a1": "a1 a2 a3"}


def test_patches_that_answer_the_same_missing_cover_are_one_series():
    assert series_of(sending("a", 3)[1:]) == {"a1": "a1 a2 a3"}


def test_patches_of_a_chain_with_a_gap_are_one_series():
    thread = [
        message("a1", "[PATCH 1/3] x"),
        message("a3", "[PATCH 3/3] z", to="a2 a1", at=2),
    ]
    assert series_of(thread) == {"a1": "a1 a3"}


def test_a_link_holds_however_long_the_sending_took():
    thread = [
        message("a0", "[PATCH 0/2] x"),
        message("a1", "[PATCH 1/2] y", to="a0", at=3600),
        message("a2", "[PATCH 2/2] z", to="a0", at=7200),
    ]
    assert series_of(thread) == {"a0": "a0 a1 a2"}


def test_a_cover_that_does_not_know_its_patches_takes_their_total():
    thread = [
        message("a0", "[PATCH v2 0/N] x"),
        message("a1", "[PATCH v2 1/2] y", to="a0", at=1),
        message("a2", "[PATCH v2 2/2] z", to="a0", at=2),
    ]
    assert series_of(thread) == {"a0": "a0 a1 a2"}
    plans = [only_series(thread[:count]) for count in (1, 2, 3)]
    assert [(plan.total, plan.complete) for plan in plans] == [(0, False), (2, False), (2, True)]


def test_patches_dated_before_their_cover_are_its_patches():
    thread = [
        message("a0", "[PATCH 0/2] x", at=60),
        message("a1", "[PATCH 1/2] y", to="a0", at=1),
        message("a2", "[PATCH 2/2] z", to="a0", at=0),
    ]
    assert series_of(thread) == {"a0": "a0 a1 a2"}


def test_each_patch_of_a_new_version_may_answer_its_own_predecessor():
    old = sending("a", 3)
    new = [message(f"b{n}", f"[PATCH v2 {n}/3] x", to=f"a{n} a0", at=DAY + n) for n in (1, 2, 3)]
    assert series_of(old + new) == {"a0": "a0 a1 a2 a3", "b1": "b1 b2 b3"}


def test_two_senders_patches_in_one_thread_are_two_series():
    mine, theirs = sending("a", 2), sending("b", 2, to="a0", at=DAY, sender=BOB)
    assert series_of(mine + theirs) == {"a0": "a0 a1 a2", "b0": "b0 b1 b2"}


@pytest.mark.parametrize("first", ["b7", "a1", "a0", "b0"])
def test_two_sendings_of_one_shape_within_a_burst_stay_apart(first):
    thread = sending("a", 9) + sending("b", 9, at=8 * 60)
    thread.sort(key=lambda mail: mail.message_id != first)
    assert series_of(thread) == {
        "a0": "a0 a1 a2 a3 a4 a5 a6 a7 a8 a9",
        "b0": "b0 b1 b2 b3 b4 b5 b6 b7 b8 b9",
    }


# Rule 2: one sender, one burst, a direct link, but version or total differ.


def test_the_cover_says_the_version_for_patches_without_one():
    cover = message("a0", "[PATCH v4 0/2] x")
    patches = [message(f"a{n}", f"[PATCH {n}/2] y", to="a0", at=n) for n in (1, 2)]
    plan = only_series([cover, *patches])
    assert (plan.version, plan.total, plan.complete) == (4, 2, True)


def test_the_cover_says_the_total_for_patches_with_another_one():
    cover = message("a0", "[PATCH 0/4] x")
    patches = [message(f"a{n}", f"[PATCH {n}/3] y", to="a0", at=n) for n in (1, 2, 3)]
    plan = only_series([cover, *patches])
    assert (plan.total, plan.received_total) == (4, 3)


def test_a_cover_that_counts_too_few_gives_way_to_the_patches():
    cover = message("a0", "[PATCH 0/2] x")
    patches = [message(f"a{n}", f"[PATCH {n}/3] y", to="a0", at=n) for n in (1, 2, 3)]
    assert only_series([cover, *patches]).total == 3


def test_patches_of_another_version_sent_a_day_later_are_not_the_covers():
    cover = message("a0", "[PATCH v4 0/2] x")
    patches = [message(f"b{n}", f"[PATCH v5 {n}/2] y", to="a0", at=DAY + n) for n in (1, 2)]
    assert series_of([cover, *patches]) == {"a0": "a0", "b1": "b1 b2"}


def test_the_next_version_sent_within_minutes_is_a_series_of_its_own():
    thread = sending("a", 3) + sending("b", 3, tags="PATCH v2", to="a0", at=10 * 60)
    assert series_of(thread) == {"a0": "a0 a1 a2 a3", "b0": "b0 b1 b2 b3"}


def test_a_mistyped_version_in_the_middle_is_still_the_same_series():
    thread = [
        message("a1", "[PATCH v3 1/3] x"),
        message("a2", "[PATCH v2 2/3] y", to="a1", at=1),
        message("a3", "[PATCH v3 3/3] z", to="a1", at=2),
    ]
    assert series_of(thread) == {"a1": "a1 a2 a3"}


def test_unlabelled_patches_follow_their_own_cover_not_the_first_version_above_it():
    old = sending("a", 2)
    cover = message("b0", "[PATCH v2 0/2] x", to="a0", at=DAY)
    patches = [message(f"b{n}", f"[PATCH {n}/2] y", to="b0 a0", at=DAY + n) for n in (1, 2)]
    assert series_of([*old, cover, *patches]) == {"a0": "a0 a1 a2", "b0": "b0 b1 b2"}


def test_unlabelled_patches_follow_their_own_cover_though_the_first_version_has_lost_its_own():
    old = sending("a", 2)[:1]
    cover = message("b0", "[PATCH v2 0/2] x", to="a0", at=DAY)
    patches = [message(f"b{n}", f"[PATCH {n}/2] y", to="b0 a0", at=DAY + n) for n in (1, 2)]
    assert series_of([*old, cover, *patches]) == {"a0": "a0", "b0": "b0 b1 b2"}


# Rule 3: several senders, one burst, a direct link, the same version and total.


def test_a_maintainer_who_sends_the_work_of_others_sends_one_series():
    thread = [
        message("a0", "[PATCH v2 0/2] x"),
        message("a1", "[PATCH v2 1/2] y", to="a0", at=1, sender=BOB),
        message("a2", "[PATCH v2 2/2] z", to="a0", at=2, sender="cid@example.org"),
    ]
    assert series_of(thread) == {"a0": "a0 a1 a2"}


def test_the_work_of_others_sent_another_day_is_theirs():
    thread = [
        message("a0", "[PATCH 0/2] x"),
        message("b1", "[PATCH 1/2] y", to="a0", at=DAY, sender=BOB),
    ]
    assert series_of(thread) == {"a0": "a0", "b1": "b1"}


def test_the_work_of_others_without_a_link_is_theirs():
    thread = [
        message("a0", "[PATCH 0/2] x", to="root"),
        message("b1", "[PATCH 1/2] y", at=1, sender=BOB),
    ]
    assert series_of(thread) == {"a0": "a0", "b1": "b1"}


# Rule 4: unthreaded.


def test_unthreaded_patches_of_one_burst_are_one_series():
    thread = [message(f"a{n}", f"[PATCH {n}/3] x", at=n) for n in (1, 2, 3)]
    assert series_of(thread) == {"a1": "a1 a2 a3"}


def test_unthreaded_patches_of_one_burst_are_one_series_however_unevenly_they_were_sent():
    seconds = [0, 3, 5, 6, 8, 10, 12, 15, 16, 18, 20, 22]
    thread = [message(f"a{n:02}", f"[PATCH {n}/11] x", at=at) for n, at in enumerate(seconds)]
    assert list(series_of(thread)) == ["a00"]


def test_the_unthreaded_rest_of_a_series_joins_its_beginning():
    begun = sending("a", 6)[:4]
    rest = [
        message("a4", "[PATCH 4/6] x", at=200),
        message("a5", "[PATCH 5/6] x", to="a4", at=202),
        message("a6", "[PATCH 6/6] x", to="a4", at=204),
    ]
    assert series_of(begun + rest) == {"a0": "a0 a1 a2 a3 a4 a5 a6"}


def test_the_right_file_sent_unthreaded_joins_though_a_stale_one_took_its_number():
    stale = message("s2", "[PATCH v3 2/5] stale", to="a0", at=2)
    right = message("a2", "[PATCH 2/2] x", at=120)
    thread = [*sending("a", 2)[:2], stale, right]
    assert series_of(thread) == {"a0": "a0 a1 a2 s2"}


def test_an_unthreaded_cover_joins_its_threaded_patches():
    thread = sending("a", 3, cover=False, at=1)
    cover = message("a0", "[PATCH 0/3] x")
    assert all(
        series_of(list(order)) == {"a0": "a0 a1 a2 a3"} for order in permutations([*thread, cover])
    )


def test_two_unthreaded_sendings_of_one_burst_are_two_series():
    thread = [message(f"a{n}", f"[PATCH {n}/3] x", at=n) for n in (1, 2, 3)]
    again = [message(f"b{n}", f"[PATCH {n}/3] x", at=300 + n) for n in (1, 2, 3)]
    assert series_of(thread + again) == {"a1": "a1 a2 a3", "b1": "b1 b2 b3"}


def test_an_unthreaded_sending_right_after_one_without_a_cover_keeps_its_cover():
    thread = [message(f"a{n}", f"[PATCH {n}/3] x", at=n) for n in (1, 2, 3)]
    again = [message(f"b{n}", f"[PATCH {n}/3] x", at=4 + n) for n in (0, 1, 2, 3)]
    assert series_of(thread + again) == {"a1": "a1 a2 a3", "b0": "b0 b1 b2 b3"}


def test_unthreaded_patches_of_two_days_are_two_series():
    thread = [message("a1", "[PATCH 1/2] x"), message("b2", "[PATCH 2/2] x", at=DAY)]
    assert series_of(thread) == {"a1": "a1", "b2": "b2"}


def test_a_patch_linked_elsewhere_is_not_drawn_into_an_unrelated_series():
    thread = [
        message("x", "[PATCH] another thing", sender=BOB, at=-DAY),
        message("a1", "[PATCH 1/2] x"),
        message("b2", "[PATCH 2/2] y", to="x", at=1),
    ]
    assert series_of(thread) == {"x": "x", "a1": "a1", "b2": "b2"}


def test_an_unthreaded_patch_fills_no_place_that_is_taken():
    thread = [*sending("a", 2), message("b2", "[PATCH 2/2] y", at=60)]
    assert series_of(thread) == {"a0": "a0 a1 a2", "b2": "b2"}


def test_an_unthreaded_patch_fills_no_place_that_somebody_else_has_taken():
    cover = message("a0", "[PATCH 0/1] x")
    answer = message("a1", "[PATCH 1/1] x", sender=BOB, to="a0", at=1)
    alone = message("b1", "[PATCH 1/1] y", at=60)
    assert series_of([cover, answer, alone]) == {"a0": "a0 a1", "b1": "b1"}


# Rule 5: a number that is taken.


def test_a_second_sending_in_answer_to_the_same_mail_is_a_second_series():
    thread = [message(f"a{n}", f"[PATCH {n}/3] x", to="root", at=n) for n in (1, 2, 3)]
    again = [message(f"b{n}", f"[PATCH {n}/3] x", to="root", at=DAY + n) for n in (1, 2, 3)]
    assert series_of(thread + again) == {"a1": "a1 a2 a3", "b1": "b1 b2 b3"}


@pytest.mark.parametrize("lost", ["a1", "a2", "a3", "b1", "b2", "b3"])
def test_two_sendings_stay_apart_when_one_mail_was_lost(lost):
    thread = [message(f"a{n}", f"[PATCH {n}/3] x", to="root", at=n) for n in (1, 2, 3)]
    again = [message(f"b{n}", f"[PATCH {n}/3] x", to="root", at=DAY + n) for n in (1, 2, 3)]
    kept = [mail for mail in thread + again if mail.message_id != lost]
    assert all(len({name[0] for name in got.split()}) == 1 for got in series_of(kept).values())


@pytest.mark.parametrize("lost", ["b1", "b2", "b3", "c1", "c2", "c3"])
def test_two_sendings_in_answer_to_the_predecessors_stay_apart_when_one_mail_was_lost(lost):
    old = sending("a", 3)
    thread = [
        message(f"{s}{n}", f"[PATCH v2 {n}/3] x", to=f"a{n} a0", at=day * DAY + n)
        for day, s in ((1, "b"), (8, "c"))
        for n in (1, 2, 3)
    ]
    kept = [mail for mail in thread if mail.message_id != lost]
    groups = series_of(old + kept).values()
    assert all(len({name[0] for name in got.split()}) == 1 for got in groups)


def test_a_stale_file_of_the_same_burst_stands_beside_the_good_one():
    stale = message("s2", "[PATCH 2/3] stale", to="a0", at=2)
    thread = [*sending("a", 3), stale]
    assert series_of(thread) == {"a0": "a0 a1 a2 a3 s2"}
    assert only_series(thread).complete


def test_a_stale_file_does_not_stand_for_a_missing_patch():
    stale = message("s2", "[PATCH 2/3] stale", to="a0", at=2)
    assert not only_series([*sending("a", 3)[:3], stale]).complete


def test_a_single_patch_resent_a_week_later_is_a_series_of_its_own():
    thread = [*sending("a", 3), message("r2", "[PATCH 2/3] again", to="a0", at=7 * DAY)]
    assert series_of(thread) == {"a0": "a0 a1 a2 a3", "r2": "r2"}


def test_two_covers_are_never_in_one_series():
    thread = [*sending("a", 2), message("c0", "[PATCH 0/2] x", to="a0", at=5)]
    assert series_of(thread) == {"a0": "a0 a1 a2", "c0": "c0"}


# Rules 6 to 8.


def test_a_later_version_in_answer_to_the_earlier_is_a_series_of_its_own():
    thread = sending("a", 2) + sending("b", 2, tags="PATCH v2", to="a0", at=7 * DAY)
    assert series_of(thread) == {"a0": "a0 a1 a2", "b0": "b0 b1 b2"}


def test_a_partial_reroll_is_a_small_series_of_its_own():
    thread = [
        *sending("a", 12, tags="PATCH v5"),
        message("r10", "[PATCH v5.1 10/12] better", to="a10 a0", at=600),
    ]
    assert series_of(thread)["r10"] == "r10"


def test_an_unnumbered_patch_is_a_series_of_one():
    plan = only_series([message("a", "[PATCH] x")])
    assert (plan.total, plan.received_total, plan.complete) == (1, 1, True)


def test_an_unnumbered_patch_in_answer_to_a_series_is_no_member_of_it():
    thread = [*sending("a", 2), message("f", "[PATCH] fix", to="a2 a0", at=9)]
    assert series_of(thread) == {"a0": "a0 a1 a2", "f": "f"}


def test_numbered_patches_in_answer_to_an_unnumbered_one_are_no_members_of_its_series():
    thread = [message("f", "[PATCH] first"), *sending("a", 2, to="f", at=5)]
    assert series_of(thread) == {"f": "f", "a0": "a0 a1 a2"}


def test_a_numbered_mail_without_a_diff_is_no_patch():
    thread = [*sending("a", 2)[:2], message("a2", "[PATCH 2/2] lost", to="a0", at=2, diff=False)]
    assert derive(thread).messages["a2"].kind == "comment"


# What the patches of a series know.


def test_a_patch_is_complete_when_all_before_it_have_arrived():
    plan = derive([mail for mail in sending("a", 4) if mail.message_id != "a3"])
    complete = {name for name, mail in plan.messages.items() if mail.follows_all}
    assert {"a1", "a2"} <= complete
    assert "a4" not in complete


def test_the_series_is_named_by_its_cover_and_sent_by_its_sender():
    thread = [
        message("a0", "[PATCH 0/1] all of it", sender=BOB),
        message("a1", "[PATCH 1/1] some of it", to="a0", at=1),
    ]
    plan = only_series(thread)
    assert (plan.name, plan.submitter, plan.received_total) == ("all of it", BOB, 1)
