"""Letters wait in the lane of the thread that they name."""

from ingest.daemon.queue import LetterQueue, Waiting
from ingest.daemon.values import Letter, Target
from tests.factories import DATE, make_mail


class Nobody:
    """Where no answer is awaited."""

    def done(self) -> bool:
        return True


def letter(name: str, answers: str = "") -> Waiting:
    parent = f"{answers}@example.org" if answers else ""
    raw = make_mail(message_id=f"{name}@example.org", in_reply_to=parent)
    return Waiting(
        Letter(id=name, raw=raw, recipient="", received_at=DATE, target=Target()), Nobody()
    )


def filled(*letters: Waiting) -> LetterQueue:
    queue = LetterQueue(2, most=10)
    for one in letters:
        queue.put(one)
    return queue


def ids(batch: list[Waiting]) -> list[str]:
    return [waiting.letter.id for waiting in batch]


def test_mail_of_one_thread_waits_for_one_process():
    queue = filled(
        letter("a"), letter("b"), letter("b1", "b"), letter("a1", "a"), letter("b2", "b1")
    )
    assert ids(queue.take(0)) == ["a", "a1"]
    assert ids(queue.take(1)) == ["b", "b1", "b2"]


def test_a_process_that_has_nothing_to_do_takes_from_the_fullest_lane():
    queue = filled(letter("a"), letter("a1", "a"))
    assert ids(queue.take(1)) == ["a", "a1"]
    assert (queue.take(0), len(queue)) == ([], 0)


def test_all_that_waits_can_be_taken_at_once():
    queue = filled(letter("a"), letter("b"))
    assert sorted(ids(queue.take_all())) == ["a", "b"]
    assert len(queue) == 0
