"""Which series are revisions of one work, and which send only a part of it again."""

import pytest

from ingest.threads import derive
from tests.ingest.threads.builders import BOB, DAY, message, sending


def previous_of(messages):
    """The series that each series follows, by head."""
    plans = derive(messages).series
    return {head: plan.previous for head, plan in plans.items() if plan.previous}


def test_the_first_patch_of_a_series_and_the_second_of_its_next_version_are_two_revisions():
    thread = [
        message("a1", "[PATCH 1/2] x"),
        message("b2", "[PATCH v2 2/2] y", to="a1", at=7 * DAY),
    ]
    plan = derive(thread)
    assert set(plan.series) == {"a1", "b2"}
    assert previous_of(thread) == {"b2": "a1"}


def test_unlabelled_patches_seconds_after_a_labelled_cover_are_no_revision():
    thread = [
        message("a0", "[PATCH v3 0/4] x"),
        *(message(f"a{n}", f"[PATCH {n}/4] y", to="a0", at=n) for n in (1, 2, 3, 4)),
    ]
    plan = derive(thread)
    assert (set(plan.series), plan.series["a0"].version) == ({"a0"}, 3)


def test_each_version_follows_the_one_it_answers():
    thread = [
        *sending("a", 2),
        *sending("b", 2, tags="PATCH v2", to="a0", at=DAY),
        *sending("c", 2, tags="PATCH v3", to="b0 a0", at=2 * DAY),
    ]
    assert previous_of(thread) == {"b0": "a0", "c0": "b0"}


def test_a_version_may_answer_a_comment_on_the_earlier_one():
    thread = [
        message("a", "[PATCH] x"),
        message("r", "Re: [PATCH] x", to="a", at=60, sender=BOB),
        message("b", "[PATCH v2] y", to="r", at=DAY),
    ]
    assert previous_of(thread) == {"b": "a"}


def test_a_version_that_names_a_missing_mail_follows_what_it_names_above():
    thread = [message("a", "[PATCH] x"), message("b", "[PATCH v2] y", to="missing a", at=DAY)]
    assert previous_of(thread) == {"b": "a"}


def test_another_sender_may_carry_a_work_on():
    thread = [message("a", "[PATCH] x"), message("b", "[PATCH v2] x", to="a", at=DAY, sender=BOB)]
    assert previous_of(thread) == {"b": "a"}


def test_an_earlier_series_follows_nothing():
    thread = [message("a", "[PATCH v2] x"), message("b", "[PATCH v3] x", to="a", at=-DAY)]
    assert "a" not in previous_of(thread)


def test_a_follow_up_by_another_name_is_no_revision():
    thread = [message("a", "[PATCH] x"), message("b", "[PATCH] y", to="a", at=DAY)]
    assert previous_of(thread) == {}


def test_an_unlabelled_reroll_under_the_same_name_is_a_revision():
    thread = [message("a", "[PATCH] x"), message("b", "[PATCH] x", to="a", at=DAY)]
    assert previous_of(thread) == {"b": "a"}


@pytest.mark.parametrize("tags", ["PATCH v5.1", "PATCH v5 resend", "PATCH v6"])
def test_some_patches_sent_again_in_answer_are_a_partial_reroll(tags):
    thread = [
        *sending("a", 12, tags="PATCH v5"),
        message("r10", f"[{tags} 10/12] better", to="a10 a0", at=DAY),
    ]
    plan = derive(thread).series["r10"]
    assert (plan.partial, plan.previous) == (True, "a0")


def test_a_partial_reroll_of_a_patch_that_was_lost_is_partial_too():
    thread = [
        *sending("a", 12, tags="PATCH v5")[:9],
        message("r10", "[PATCH v5.1 10/12] better", to="a10 a0", at=DAY),
    ]
    plan = derive(thread).series["r10"]
    assert (plan.partial, plan.previous) == (True, "a0")


def test_the_resent_second_of_two_is_a_partial_reroll():
    thread = [
        *sending("a", 2, tags="PATCH v2", cover=False),
        message("r2", "[PATCH v2 resend 2/2] y", to="a2 a1", at=DAY),
    ]
    plan = derive(thread).series["r2"]
    assert (plan.partial, plan.previous) == (True, "a1")


def test_a_whole_new_version_is_not_partial():
    thread = sending("a", 2) + sending("b", 2, tags="PATCH v2", to="a0", at=DAY)
    assert not derive(thread).series["b0"].partial


def test_a_series_still_arriving_is_not_partial():
    assert not derive(sending("a", 3)[:2]).series["a0"].partial


def test_versions_under_one_name_share_their_lineage():
    plan = derive(
        [message("a", "[PATCH] mtd: Fix it"), message("b", "[PATCH v2] MTD - fix it!", at=DAY)]
    )
    assert plan.series["a"].lineage == plan.series["b"].lineage


def test_the_change_id_outweighs_the_name_and_the_sender():
    plan = derive(
        [
            message("a", "[PATCH] x", change_id="I12"),
            message("b", "[PATCH v2] y", change_id="I12", sender=BOB, at=DAY),
        ]
    )
    assert plan.series["a"].lineage == plan.series["b"].lineage


def test_two_peoples_patches_of_one_name_have_two_lineages():
    plan = derive([message("a", "[PATCH] x"), message("b", "[PATCH] x", sender=BOB)])
    assert plan.series["a"].lineage != plan.series["b"].lineage
