"""Which patch or cover a comment belongs to."""

from itertools import permutations

from ingest.threads import derive
from tests.ingest.threads.builders import BOB, message, parents_of, sending


def test_a_reply_belongs_to_the_patch_it_answers():
    thread = [*sending("a", 2), message("r", "Re: [PATCH 2/2] x", to="a2 a0", sender=BOB)]
    assert parents_of(thread) == {"r": "a2"}


def test_a_reply_may_belong_to_a_cover():
    assert parents_of([*sending("a", 2), message("r", "Re: x", to="a0")]) == {"r": "a0"}


def test_a_reply_to_a_reply_belongs_to_the_patch_in_whatever_order_they_come():
    thread = [
        message("a", "[PATCH] x"),
        message("r", "Re: [PATCH] x", to="a", at=1),
        message("q", "Re: [PATCH] x", to="r", at=2),
    ]
    assert all(parents_of(list(order)) == {"r": "a", "q": "a"} for order in permutations(thread))


def test_references_help_where_the_answered_mail_is_missing():
    thread = [*sending("a", 2), message("r", "Re: x", to="missing a1 a0")]
    assert parents_of(thread) == {"r": "a1"}


def test_in_reply_to_outweighs_the_references():
    thread = [*sending("a", 2), message("r", "Re: x", to="a1 a2 a0")]
    assert parents_of(thread) == {"r": "a1"}


def test_a_reply_to_nothing_that_is_known_is_no_comment():
    plan = derive([message("r", "Re: [PATCH] x", to="missing")])
    assert plan.messages["r"].kind == "other"


def test_a_reply_to_a_mere_discussion_is_no_comment():
    thread = [message("d", "A question", diff=False), message("r", "Re: A question", to="d")]
    assert parents_of(thread) == {}


def test_a_patch_sent_in_answer_to_a_patch_is_no_comment():
    thread = [message("a", "[PATCH] x"), message("b", "[PATCH] y", to="a", at=9)]
    assert derive(thread).messages["b"].kind == "patch"


def test_mails_that_answer_each_other_all_belong_to_the_patch_above_any_of_them():
    thread = [
        message("a", "[PATCH] x"),
        message("r", "Re: x", to="q a", at=1),
        message("q", "Re: x", to="r", at=2),
    ]
    assert parents_of(thread) == {"r": "a", "q": "a"}


def test_a_mail_that_answers_itself_may_have_a_parent():
    thread = [message("a", "[PATCH] x"), message("r", "Re: x", to="r a", at=1)]
    assert parents_of(thread) == {"r": "a"}


def test_a_trailer_counts_once_however_often_it_is_said():
    acked = {"Acked-by": ("Bob <bob@example.org>",)}
    thread = [
        message("a", "[PATCH] x", trailers=acked),
        message("r", "Re: x", to="a", at=1, trailers=acked),
        message("q", "Re: x", to="a", at=2, trailers={"Acked-by": ("Cid <cid@example.org>",)}),
    ]
    assert derive(thread).messages["a"].tags == {"Acked-by": 2}
