"""Large threads take work in proportion to their size."""

import sys
from types import FrameType
from typing import Any

import pytest

from ingest.threads import ThreadMessage, derive
from tests.ingest.threads.builders import BOB, DAY, message, parents_of, sending

# Twice the mails may take this many times the work; linear is 2, quadratic is 4.
GROWTH = 2.6


def count_calls(thread: list[ThreadMessage]) -> int:
    """How many functions are called to derive a thread: the same on every machine."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        derive(thread)
    finally:
        sys.setprofile(before)
    return calls


def deep_chain(size: int) -> list[ThreadMessage]:
    replies = [message(f"m{n}", "Re: x", to=f"m{n - 1}", at=n) for n in range(1, size)]
    return [message("m0", "[PATCH] x"), *replies]


def wide_fan(size: int) -> list[ThreadMessage]:
    replies = [message(f"m{n}", "Re: x", to="m0", at=n, sender=BOB) for n in range(1, size)]
    return [message("m0", "[PATCH] x"), *replies]


def long_series(size: int) -> list[ThreadMessage]:
    return sending("a", size)


def deep_series(size: int) -> list[ThreadMessage]:
    return [
        message(f"a{n}", f"[PATCH {n}/{size}] x", to=f"a{n - 1}" if n else "", at=n)
        for n in range(size + 1)
    ]


def unthreaded_series(size: int) -> list[ThreadMessage]:
    return [message(f"a{n}", f"[PATCH {n}/{size}] x", at=n) for n in range(size + 1)]


def answers_to_predecessors(size: int) -> list[ThreadMessage]:
    """Each patch answers another mail, and all name the root."""
    return [
        message(f"a{n}", f"[PATCH {n}/{size}] x", to=f"other{n} root", at=n)
        for n in range(1, size + 1)
    ]


def many_series(size: int) -> list[ThreadMessage]:
    """Version after version of one series of two, all in answer to the first."""
    thread = sending("a", 2)
    for n in range(2, size // 3):
        thread += sending(f"v{n}-", 2, tags=f"PATCH v{n}", to="a0", at=n * DAY)
    return thread


def many_resends(size: int) -> list[ThreadMessage]:
    """One series of two again and again, unlabelled, all in answer to one mail."""
    thread = []
    for n in range(size // 2):
        thread += sending(f"s{n}-", 2, to="root", cover=False, at=n * DAY)
    return thread


def many_unthreaded(size: int) -> list[ThreadMessage]:
    """Unthreaded series of two, every five minutes another."""
    thread = []
    for n in range(size // 2):
        thread += [message(f"s{n}-{k}", f"[PATCH {k}/2] x", at=n * 300 + k) for k in (1, 2)]
    return thread


@pytest.mark.parametrize(
    "shape",
    [
        deep_chain,
        wide_fan,
        long_series,
        deep_series,
        unthreaded_series,
        answers_to_predecessors,
        many_series,
        many_resends,
        many_unthreaded,
    ],
)
def test_a_thread_of_twice_the_size_takes_about_twice_the_work(shape):
    assert count_calls(shape(800)) <= GROWTH * count_calls(shape(400))


def test_a_thousand_replies_down_all_belong_to_the_patch():
    assert set(parents_of(deep_chain(1000)).values()) == {"m0"}


def test_three_hundred_versions_in_one_thread_are_three_hundred_series():
    plan = derive(many_series(900))
    assert all(series.complete for series in plan.series.values())
    assert len(plan.series) == 299
