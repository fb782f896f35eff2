"""The daemon numbers events soon after their mail is stored, and goes on whatever comes of that."""

import asyncio

import pytest

from ingest.daemon import numbering
from ingest.daemon.numbering import keep_numbering
from ingest.daemon.worker import WorkerLost

from .test_pool import in_loop, metrics, occupy, start, workers  # noqa: F401


class FakePool:
    """A pool whose worker says each time whether there may be more events."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.finished = 7
        self.done: list[str] = []
        self.over = asyncio.Event()

    async def progress(self, finished: int, seconds: float) -> None:
        self.done.append(f"wait after {finished}")
        if not self.answers:
            self.over.set()
            await asyncio.Event().wait()

    async def ask(self, work) -> bool:
        self.done.append("number")
        # What is stored meanwhile.
        self.finished += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(numbering, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(numbering, "IDLE_SECONDS", 0)


async def run(*answers: bool | Exception) -> list[str]:
    pool = FakePool(*answers)
    keeping = asyncio.create_task(keep_numbering(pool))
    await pool.over.wait()
    keeping.cancel()
    return pool.done


@in_loop
async def test_as_long_as_there_may_be_more_it_waits_for_nothing():
    assert await run(True, True, False) == ["number", "number", "number", "wait after 9"]


@in_loop
async def test_what_was_stored_while_it_numbered_is_not_waited_for():
    assert await run(False, False) == ["number", "wait after 7", "number", "wait after 8"]


@in_loop
@pytest.mark.parametrize("error", [WorkerLost("killed"), RuntimeError("a bug")])
async def test_a_failure_is_told_and_tried_again(error, caplog):
    assert await run(error, False) == ["number", "number", "wait after 8"]
    assert "left for later" in caplog.text


@in_loop
async def test_a_batch_is_enough_while_others_are_at_work(start, workers):  # noqa: F811
    pool = await start(2)
    waiting = asyncio.create_task(pool.progress(pool.finished, 30))
    await occupy(pool, workers, "a")
    (await occupy(pool, workers, "b")).finish()
    await waiting
    await pool.stop(0)
