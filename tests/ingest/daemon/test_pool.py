"""Letters wait for parser processes, go to them together, and are all answered.

The processes are played by the test: it takes the calls that they get, and answers them.
"""

import asyncio
import functools
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from ingest.daemon import pool as pool_module
from ingest.daemon import queue as queue_module
from ingest.daemon.metrics import Metrics
from ingest.daemon.pool import Pool
from ingest.daemon.queue import Busy
from ingest.daemon.values import Answer, Letter, Report, Target
from ingest.daemon.worker import WorkerLost
from tests.waiting import SECONDS

LOST = [WorkerLost("killed"), RuntimeError("cannot pickle")]


def in_loop(test):
    """Runs an async test to its end, or to a failure if it hangs."""

    @functools.wraps(test)
    def run(*arguments, **fixtures):
        asyncio.run(asyncio.wait_for(test(*arguments, **fixtures), SECONDS))

    return run


def make_letter(name: str, size: int = 1) -> Letter:
    raw = name.encode() * size
    return Letter(
        id=name, raw=raw, recipient="", received_at=datetime.now(UTC), target=Target(project=1)
    )


class Call:
    """What a process is asked to store, until the test answers in its place."""

    def __init__(self, worker: "FakeWorker", letters: Sequence[Letter]) -> None:
        self.worker = worker
        self.names = [letter.id for letter in letters]
        self.future: asyncio.Future[Report] = asyncio.get_running_loop().create_future()

    def finish(self) -> None:
        """Answer each letter with its own name."""
        self.future.set_result(Report(answers=[Answer(outcome=name) for name in self.names]))

    def fail(self, error: Exception) -> None:
        self.future.set_exception(error)


class FakeWorker:
    """A parser process, in the place of Worker."""

    calls: asyncio.Queue[Call]
    made: list["FakeWorker"]
    start_errors: list[Exception]

    has_ended = is_gone = False

    def __init__(self, _prepare, note_end) -> None:
        self.made.append(self)
        self.note_end = note_end
        self.pid = len(self.made)
        self.is_killed = False
        self.is_retired = False

    async def start(self) -> None:
        if self.start_errors:
            raise self.start_errors.pop()

    async def run(self, _work, letters: Sequence[Letter]) -> Report:
        self.calls.put_nowait(call := Call(self, letters))
        return await call.future

    def retire(self) -> None:
        self.is_retired = True

    async def kill(self) -> None:
        self.is_killed = True


@pytest.fixture
def workers(monkeypatch):
    """All processes that are made; `workers.calls` is what they get to do."""
    attributes = {"calls": asyncio.Queue(), "made": [], "start_errors": []}
    worker = type("Worker", (FakeWorker,), attributes)
    monkeypatch.setattr(pool_module, "Worker", worker)
    monkeypatch.setattr(pool_module, "_PAUSE_AFTER_DEATH", 0)
    return worker


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def start(workers, metrics):
    """Starts a pool of so many processes, with so many places for letters that wait."""

    async def start(count: int = 1, most_waiting: int = 100) -> Pool:
        pool = Pool(count, most_waiting, metrics)
        await pool.start()
        return pool

    return start


def put(pool: Pool, *names: str, size: int = 1) -> list[asyncio.Task[Answer]]:
    """Letters that come one after the other, each from a client that waits for its answer."""
    return [asyncio.create_task(pool.store(make_letter(name, size))) for name in names]


async def occupy(pool: Pool, workers, name: str = "first") -> Call:
    """Have a process work on a letter, so that others queue up."""
    put(pool, name)
    return await workers.calls.get()


async def read_outcomes(tasks) -> list[str]:
    return [answer.outcome for answer in await asyncio.gather(*tasks)]


@in_loop
async def test_letters_that_queue_up_go_together(start, workers):
    pool = await start()
    first = await occupy(pool, workers)
    tasks = put(pool, "a", "b", "c")
    await asyncio.sleep(0)
    first.finish()
    call = await workers.calls.get()
    call.finish()
    assert call.names == ["a", "b", "c"]
    assert await read_outcomes(tasks) == ["a", "b", "c"]


@in_loop
async def test_no_letter_is_answered_before_it_is_stored(start, workers):
    pool = await start()
    [task] = put(pool, "a")
    await workers.calls.get()
    done, _ = await asyncio.wait([task], timeout=0.01)
    assert not done


@in_loop
async def test_each_process_works(start, workers):
    pool = await start(2)
    first, second = await occupy(pool, workers, "a"), await occupy(pool, workers, "b")
    assert {first.worker, second.worker} == set(workers.made)


@in_loop
@pytest.mark.parametrize(("limit", "most"), [("BATCH_LETTERS", 2), ("BATCH_BYTES", 25)])
async def test_a_batch_is_bounded(start, workers, monkeypatch, limit, most):
    monkeypatch.setattr(queue_module, limit, most)
    pool = await start()
    first = await occupy(pool, workers)
    put(pool, "a", "b", "c", size=10)
    await asyncio.sleep(0)
    first.finish()
    assert (await workers.calls.get()).names == ["a", "b"]


@in_loop
async def test_a_letter_larger_than_a_batch_goes_alone(start, workers, monkeypatch):
    monkeypatch.setattr(queue_module, "BATCH_BYTES", 5)
    pool = await start()
    put(pool, "a", size=10)
    assert (await workers.calls.get()).names == ["a"]


@in_loop
async def test_letters_beyond_the_bound_are_not_taken(start, workers):
    pool = await start(most_waiting=2)
    first = await occupy(pool, workers)
    tasks = put(pool, "a", "b", "c")
    with pytest.raises(Busy, match="2 letters wait"):
        await tasks[2]
    first.finish()
    (await workers.calls.get()).finish()
    assert await read_outcomes(tasks[:2]) == ["a", "b"]


@in_loop
async def test_what_waits_is_measured(start, workers, metrics):
    pool = await start()
    first = await occupy(pool, workers)
    put(pool, "a", "b")
    await asyncio.sleep(0)
    assert metrics.registry.get_sample_value("patchtrack_queue_letters") == 2
    first.finish()
    await workers.calls.get()
    assert metrics.registry.get_sample_value("patchtrack_queue_letters") == 0
    assert metrics.registry.get_sample_value("patchtrack_batch_letters_sum") == 1


@in_loop
async def test_a_client_that_goes_away_does_not_keep_others_from_their_answers(start, workers):
    pool = await start()
    first = await occupy(pool, workers)
    gone, stays = put(pool, "a", "b")
    await asyncio.sleep(0)
    gone.cancel()
    first.finish()
    (await workers.calls.get()).finish()
    assert (await stays).outcome == "b"


# Processes that are lost.


@in_loop
@pytest.mark.parametrize("error", LOST)
async def test_letters_of_a_lost_process_are_to_be_delivered_again(start, workers, error):
    pool = await start()
    tasks = put(pool, "a", "b")
    (await workers.calls.get()).fail(error)
    answer = await tasks[0]
    assert answer.outcome == ""
    assert answer.detail.startswith(f"a parser process was lost: {type(error).__name__}")


@in_loop
@pytest.mark.parametrize("error", LOST)
async def test_a_lost_process_is_replaced(start, workers, metrics, error):
    pool = await start()
    put(pool, "a")
    (await workers.calls.get()).fail(error)
    tasks = put(pool, "b")
    call = await workers.calls.get()
    call.finish()
    assert await read_outcomes(tasks) == ["b"]
    assert workers.made[0].is_killed
    assert (call.worker, pool.pids) == (workers.made[1], [workers.made[1].pid])
    assert metrics.registry.get_sample_value("patchtrack_worker_restarts_total") == 1


@in_loop
async def test_letters_that_a_process_was_lost_with_go_alone(start, workers):
    pool = await start()
    first = await occupy(pool, workers)
    put(pool, "good", "poison")
    await asyncio.sleep(0)
    first.finish()
    (await workers.calls.get()).fail(WorkerLost())
    first = await occupy(pool, workers)
    put(pool, "new", "poison", "good", "other", "another")
    await asyncio.sleep(0)
    first.finish()
    batches = []
    while sum(map(len, batches)) < 5:
        call = await workers.calls.get()
        batches.append(call.names)
        call.finish()
    assert batches == [["new"], ["poison"], ["good"], ["other", "another"]]


@in_loop
async def test_a_process_that_does_not_start_is_tried_again(start, workers, metrics):
    pool = await start()
    put(pool, "a")
    workers.start_errors.extend([WorkerLost(), WorkerLost()])
    (await workers.calls.get()).fail(WorkerLost())
    tasks = put(pool, "b")
    (await workers.calls.get()).finish()
    assert await read_outcomes(tasks) == ["b"]
    assert metrics.registry.get_sample_value("patchtrack_worker_restarts_total") == 3


@in_loop
async def test_a_machine_that_has_no_room_for_a_process_is_tried_again(start, workers):
    pool = await start()
    put(pool, "a")
    workers.start_errors.append(OSError("Resource temporarily unavailable"))
    (await workers.calls.get()).fail(WorkerLost())
    tasks = put(pool, "b")
    try:
        (await asyncio.wait_for(workers.calls.get(), SECONDS)).finish()
        assert await read_outcomes(tasks) == ["b"]
    finally:
        await pool.stop(0)


@in_loop
async def test_an_error_that_nobody_thought_of_is_answered_and_work_goes_on(start, workers):
    pool = await start()
    [task] = put(pool, "a")
    (await workers.calls.get()).fail(RuntimeError("cannot pickle"))
    assert (await asyncio.wait_for(task, 1)).outcome == ""
    tasks = put(pool, "b")
    (await asyncio.wait_for(workers.calls.get(), SECONDS)).finish()
    assert await read_outcomes(tasks) == ["b"]


@in_loop
async def test_processes_that_do_not_start_stop_the_start(workers, metrics):
    workers.start_errors.append(WorkerLost())
    with pytest.raises(WorkerLost):
        await Pool(2, 10, metrics).start()


# The end, and new beginnings.


@in_loop
async def test_a_reload_replaces_each_process_and_loses_no_letter(start, workers):
    pool = await start(2)
    call = await occupy(pool, workers)
    old = set(workers.made)
    await pool.reload()
    assert set(pool.pids) == {worker.pid for worker in workers.made if worker not in old}
    assert not any(worker.is_killed for worker in old)
    tasks = put(pool, "a")
    call.finish()
    fresh = await workers.calls.get()
    fresh.finish()
    assert await read_outcomes(tasks) == ["a"]


@in_loop
async def test_a_reload_that_fails_keeps_the_processes_there_are(start, workers):
    pool = await start()
    workers.start_errors.append(WorkerLost())
    with pytest.raises(WorkerLost):
        await pool.reload()
    tasks = put(pool, "a")
    (await workers.calls.get()).finish()
    assert await read_outcomes(tasks) == ["a"]


@in_loop
async def test_at_the_end_what_is_queued_is_finished(start, workers):
    pool = await start()
    first = await occupy(pool, workers)
    tasks = put(pool, "a")
    await asyncio.sleep(0)
    stopping = asyncio.create_task(pool.stop(SECONDS))
    first.finish()
    (await workers.calls.get()).finish()
    await stopping
    assert await read_outcomes(tasks) == ["a"]


@in_loop
async def test_at_the_deadline_what_is_not_stored_is_to_be_delivered_again(start, workers):
    pool = await start()
    put(pool, "first")
    await workers.calls.get()
    tasks = put(pool, "a", "b")
    await asyncio.sleep(0)
    await pool.stop(0.01)
    assert await read_outcomes(tasks) == ["", ""]
    assert [worker.is_killed for worker in workers.made] == [True]


@in_loop
async def test_a_process_that_dies_with_nothing_to_do_is_replaced(start, workers):
    pool = await start()
    [idle] = workers.made
    idle.has_ended = True
    idle.note_end()
    while len(workers.made) == 1:
        await asyncio.sleep(0)
    tasks = put(pool, "a")
    (await workers.calls.get()).finish()
    assert await read_outcomes(tasks) == ["a"]


@in_loop
async def test_questions_go_to_a_process_that_lives(workers, metrics):
    pool = Pool(2, 10, metrics)
    pool._workers[0].has_ended = True
    asking = asyncio.create_task(pool.ask(None, [make_letter("question")]))
    call = await workers.calls.get()
    assert call.worker is pool._workers[1]
    call.finish()
    await asking


@in_loop
async def test_at_the_end_no_process_is_left_whatever_becomes_of_a_reload(start, workers):
    pool = await start()
    await pool.reload()
    await pool.stop(0)
    assert [worker.is_killed for worker in workers.made] == [True, True]


@in_loop
async def test_a_reload_that_outlives_the_pool_makes_no_more_processes(start, workers, monkeypatch):
    pool = await start(2)
    started = asyncio.Event()
    monkeypatch.setattr(workers, "start", lambda _worker: started.wait())
    reloading = asyncio.create_task(pool.reload())
    await asyncio.sleep(0)
    await pool.stop(0)
    started.set()
    with pytest.raises(WorkerLost, match="shutting down"):
        await reloading
    assert [worker.is_killed for worker in workers.made] == [True, True, True]
