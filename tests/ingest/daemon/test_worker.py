"""A real parser process does what it is given, says what went wrong, and is missed when it ends."""

import asyncio
import os
import signal
import time

import pytest

from ingest.daemon import worker as worker_module
from ingest.daemon.worker import Worker, WorkerLost
from ingest.errors import TryAgain


class Unportable(Exception):
    """Cannot be made again from its text alone."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def fail(kind: type[Exception], *arguments: str) -> None:
    raise kind(*arguments)


def with_worker(test):
    """Runs an async test with a worker that has been started."""

    def run():
        async def use() -> None:
            worker = Worker()
            await worker.start()
            try:
                await test(worker)
            finally:
                await worker.kill()

        asyncio.run(use())

    run.__name__ = test.__name__
    return run


@with_worker
async def test_it_works_in_another_process(worker):
    assert worker.pid not in (0, os.getpid())
    assert await worker.run(sum, [1, 2]) == 3


@with_worker
async def test_what_is_large_goes_both_ways(worker):
    assert await worker.run(bytes.upper, b"x" * 5_000_000) == b"X" * 5_000_000


@with_worker
async def test_it_does_what_it_is_given_in_that_order(worker):
    calls = [worker.run(pow, number, 2) for number in range(20)]
    assert await asyncio.gather(*calls) == [number**2 for number in range(20)]


@with_worker
async def test_what_work_raises_comes_back(worker):
    with pytest.raises(TryAgain, match="the database is away"):
        await worker.run(fail, TryAgain, "the database is away")
    assert await worker.run(sum, [1]) == 1


@with_worker
async def test_an_error_that_cannot_travel_says_at_least_what_it_was(worker):
    with pytest.raises(RuntimeError, match="Unportable: ab"):
        await worker.run(fail, Unportable, "a", "b")


@with_worker
async def test_one_who_went_away_leaves_the_others_their_answers(worker):
    gone = asyncio.create_task(worker.run(time.sleep, 0))
    await asyncio.sleep(0)
    gone.cancel()
    assert await worker.run(sum, [1, 2]) == 3


@with_worker
async def test_who_waits_for_a_process_that_dies_is_told(worker):
    waiting = [asyncio.create_task(worker.run(time.sleep, 60)) for _ in range(2)]
    await asyncio.sleep(0)
    os.kill(worker.pid, signal.SIGKILL)
    for task in waiting:
        with pytest.raises(WorkerLost, match="has ended"):
            await task
    with pytest.raises(WorkerLost, match="has ended"):
        await worker.run(sum, [1])


def test_a_process_that_hangs_is_given_up(monkeypatch):
    @with_worker
    async def check(worker):
        monkeypatch.setattr(worker_module, "MOST_SECONDS", 0.01)
        with pytest.raises(WorkerLost, match="no answer"):
            await worker.run(time.sleep, 60)

    check()


@with_worker
async def test_one_that_retires_finishes_its_work_and_ends(worker):
    last = asyncio.create_task(worker.run(sum, [1, 2]))
    await asyncio.sleep(0)
    worker.retire()
    assert await last == 3
    await worker._reading
    assert worker._process.exitcode == 0


@with_worker
async def test_who_gives_up_waiting_for_its_end_keeps_nobody_else_from_it(worker):
    killing = asyncio.create_task(worker.kill())
    await asyncio.sleep(0)
    killing.cancel()
    await worker.kill()
    assert killing.cancelled()
    assert worker.is_gone


@with_worker
async def test_it_minds_no_signal_that_its_service_manager_sends_to_all(worker):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(worker.pid, number)
    assert await worker.run(sum, [1, 2]) == 3


def test_one_that_has_not_started_yet_is_lost():
    with pytest.raises(WorkerLost):
        asyncio.run(Worker().run(sum, [1, 2]))


def test_the_event_loop_is_told_at_once_that_a_process_has_ended():
    async def check() -> None:
        ended = asyncio.Event()
        worker = Worker(note_end=ended.set)
        await worker.start()
        os.kill(worker.pid, signal.SIGKILL)
        await ended.wait()
        assert worker.has_ended
        await worker.kill()
        assert worker.is_gone

    asyncio.run(check())
