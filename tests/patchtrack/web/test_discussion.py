"""Comments stand in the order of the conversation, whatever they claim to answer."""

from datetime import timedelta

from patchtrack.web.discussion import order_discussion
from tests.factories import DATE
from tests.patchtrack.said import make_said


def talk(*pairs: tuple[str, str]) -> list[tuple[str, int]]:
    """Messages (own id, ids they answer), each a minute after the one before, in order."""
    messages = [
        make_said(place, message_id=own, ancestors=answers, date=DATE + timedelta(minutes=place))
        for place, (own, answers) in enumerate(pairs)
    ]
    return [(message.message_id, depth) for message, depth in order_discussion(messages)]


def test_an_answer_follows_what_it_answers():
    assert talk(("a", "patch"), ("b", "patch"), ("c", "a patch")) == [
        ("a", 0),
        ("c", 1),
        ("b", 0),
    ]


def test_an_answer_to_a_mail_that_is_not_here_stands_under_the_next_one():
    assert talk(("a", "patch"), ("c", "lost a patch")) == [("a", 0), ("c", 1)]


def test_mails_that_answer_each_other_are_all_shown():
    assert talk(("a", "b"), ("b", "a"), ("c", "c")) == [("c", 0), ("a", 0), ("b", 1)]


def test_a_long_conversation_is_no_trouble():
    chain = [(str(number), str(number - 1)) for number in range(3000)]
    assert talk(*chain)[-1] == ("2999", 2999)
