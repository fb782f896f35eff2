"""The daemon lets mail be found while none waits, and goes on whatever comes of that."""

import asyncio

import pytest

from ingest.daemon import indexing
from ingest.daemon import pool as pool_module
from ingest.daemon.indexing import keep_index
from ingest.daemon.work import INDEXED_TOGETHER
from ingest.daemon.worker import WorkerLost
from tests.waiting import SECONDS

from .test_pool import in_loop, metrics, occupy, put, read_outcomes, start, workers  # noqa: F401


class FakePool:
    """A pool that rests when it is told to, and whose worker indexes so many mails each time."""

    def __init__(self, *numbers: int | Exception) -> None:
        self.numbers = list(numbers)
        self.finished = 7
        self.done: list[str] = []
        self.over = asyncio.Event()

    async def rest(self, finished: int, seconds: float) -> None:
        self.done.append("idle" if finished < 0 else f"after {finished}")
        if not self.numbers:
            self.over.set()
            await asyncio.Event().wait()

    async def ask(self, work) -> int:
        self.done.append(work.__name__)
        number = self.numbers.pop(0)
        if isinstance(number, Exception):
            raise number
        return number


async def run(*numbers: int | Exception) -> list[str]:
    pool = FakePool(*numbers)
    keeping = asyncio.create_task(keep_index(pool))
    await pool.over.wait()
    keeping.cancel()
    return pool.done


@in_loop
async def test_as_long_as_there_is_something_it_goes_on_when_nothing_is_at_work():
    assert await run(INDEXED_TOGETHER, INDEXED_TOGETHER) == ["idle", "index_mail"] * 2 + ["idle"]


@in_loop
async def test_when_all_is_done_it_waits_for_mail():
    assert await run(3) == ["idle", "index_mail", "after 7"]


@pytest.mark.parametrize("error", [WorkerLost("killed"), RuntimeError("a bug")])
def test_a_failure_is_told_and_tried_again(error, monkeypatch, caplog):
    monkeypatch.setattr(indexing, "SECONDS", 0)
    done = asyncio.run(asyncio.wait_for(run(error, 3), SECONDS))
    assert done == ["idle", "index_mail", "idle", "index_mail", "after 7"]
    assert "left for later" in caplog.text


# When a pool rests.


@in_loop
async def test_a_pool_rests_when_nothing_waits_and_nothing_is_at_work(start, workers):  # noqa: F811
    pool = await start()
    first = await occupy(pool, workers)
    waiting = put(pool, "a")
    resting = asyncio.create_task(pool.rest(-1, 0))
    first.finish()
    second = await workers.calls.get()
    assert not resting.done()
    second.finish()
    await read_outcomes(waiting)
    await resting
    await pool.stop(0)


@in_loop
async def test_a_pool_rests_until_something_was_stored(start, workers):  # noqa: F811
    pool = await start()
    resting = asyncio.create_task(pool.rest(pool.finished, 30))
    call = await occupy(pool, workers)
    assert not resting.done()
    call.finish()
    await resting
    await pool.stop(0)


@in_loop
async def test_a_pool_rests_for_so_long_if_nothing_comes(start):  # noqa: F811
    pool = await start()
    await pool.rest(pool.finished, 0)
    await pool.stop(0)


@in_loop
async def test_a_pool_does_not_rest_as_soon_as_all_are_answered(start, workers, monkeypatch):  # noqa: F811
    monkeypatch.setattr(pool_module, "QUIET_SECONDS", 3600)
    pool = await start()
    (await occupy(pool, workers)).finish()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.rest(0, 0), 0.05)
    await pool.stop(0)
