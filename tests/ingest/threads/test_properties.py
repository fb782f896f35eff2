"""What holds for every thread, whatever people sent and in whatever order it came."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ingest.threads import ThreadMessage, ThreadPlan, derive
from tests.ingest.threads.threads import threads


@given(threads(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(thread, random):
    shuffled = random.sample(thread, len(thread))
    assert derive(shuffled) == derive(thread)


@given(threads(), st.data())
def test_mails_that_arrive_again_change_nothing(thread, data):
    again = data.draw(st.lists(st.sampled_from(thread))) if thread else []
    assert derive(thread + again) == derive(again + thread) == derive(thread)


@given(threads())
def test_what_was_derived_before_the_last_mail_came_leaves_no_trace(thread):
    complete = derive(thread)
    derive(thread[:-1])
    assert derive(thread[:-1] + thread[-1:]) == complete


@given(threads())
def test_every_patch_and_cover_is_in_exactly_one_series(thread):
    plan = derive(thread)
    members = Counter(member for series in plan.series.values() for member in series.members)
    assert members == Counter(find_submissions(plan))


def find_submissions(plan: ThreadPlan) -> set[str]:
    return {name for name, place in plan.messages.items() if place.kind in ("patch", "cover")}


@given(threads())
def test_a_patch_and_a_cover_are_what_they_are_by_themselves(thread):
    plan = derive(thread)
    for mail in thread:
        if mail.nature in ("patch", "cover"):
            assert plan.messages[mail.message_id].kind == mail.nature


@given(threads())
def test_only_a_letter_becomes_a_cover_by_its_thread(thread):
    known = {mail.message_id: mail for mail in thread}
    made = find_submissions(derive(thread)) - {
        mail.message_id for mail in thread if mail.nature in ("patch", "cover")
    }
    assert {known[name].nature for name in made} <= {"letter"}


@given(threads())
def test_the_head_of_a_series_is_a_member_and_every_member_knows_it(thread):
    plan = derive(thread)
    for head, series in plan.series.items():
        assert head in series.members
        assert {plan.messages[member].series for member in series.members} == {head}


@given(threads())
def test_no_series_holds_more_patches_than_its_total_but_for_stale_files(thread):
    plan = derive(thread)
    for series in plan.series.values():
        numbers = {plan.messages[m].number for m in series.members} - {0}
        assert len(numbers) <= series.total
        assert all(number is None or number <= series.total for number in numbers)


@given(threads())
def test_a_number_stands_twice_only_within_one_burst_of_one_sender(thread):
    known = {mail.message_id: mail for mail in thread}
    for series in derive(thread).series.values():
        members = [known[member] for member in series.members]
        for one in members:
            twins = [m for m in members if m.number == one.number and m is not one]
            assert {twin.sender for twin in twins} <= {one.sender}
            assert not twins or one.number != 0
            assert not twins or min(gap(one, twin) for twin in twins) <= 20 * 60


def gap(one: ThreadMessage, other: ThreadMessage) -> float:
    return abs((one.date - other.date).total_seconds())


@given(threads())
def test_comments_belong_to_patches_and_covers_of_the_thread(thread):
    plan = derive(thread)
    parents = {mail.parent for mail in plan.messages.values() if mail.kind == "comment"}
    assert parents <= find_submissions(plan)


@given(threads())
def test_a_mail_is_a_comment_if_and_only_if_a_patch_or_cover_is_above_it(thread):
    known, plan = {mail.message_id: mail for mail in thread}, derive(thread)
    submissions = find_submissions(plan)
    for name in known.keys() - submissions:
        submitted = not submissions.isdisjoint(find_above(known, name, submissions))
        assert (plan.messages[name].kind == "comment") == submitted


def find_above(known: dict[str, ThreadMessage], name: str, submissions: set[str]) -> set[str]:
    """Every known mail that `name` answers, also through others that are not submissions."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for ancestor in known[waiting.pop()].ancestors:
            if ancestor in known and ancestor not in found:
                found.add(ancestor)
                if ancestor not in submissions:
                    waiting.append(ancestor)
    return found


@given(threads())
def test_a_revision_follows_an_earlier_series_of_its_thread(thread):
    plan = derive(thread)
    for head, series in plan.series.items():
        if series.previous:
            earlier = plan.series[series.previous]
            assert (earlier.date, earlier.head) != (series.date, head)
            assert earlier.date <= series.date


@given(threads())
def test_a_series_is_complete_when_every_number_has_arrived(thread):
    plan = derive(thread)
    for series in plan.series.values():
        numbers = {plan.messages[m].number for m in series.members} - {0, None}
        unnumbered = not numbers and any(plan.messages[m].number is None for m in series.members)
        assert series.complete == (unnumbered or numbers == set(range(1, series.total + 1)))


@given(threads())
def test_a_patch_is_completed_by_all_the_numbers_below_its_own(thread):
    plan = derive(thread)
    for series in plan.series.values():
        numbers = {plan.messages[m].number for m in series.members}
        for member in series.members:
            mail = plan.messages[member]
            if mail.kind == "patch":
                assert mail.follows_all == (set(range(1, (mail.number or 0) + 1)) <= numbers)
