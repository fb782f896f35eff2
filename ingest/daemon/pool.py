"""Parser processes for the event loop: mail that queues up while one works goes to it together."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from ingest.daemon.queue import LetterQueue, Waiting
from ingest.daemon.values import Answer, Letter, Report
from ingest.daemon.work import prepare_process, store_letters
from ingest.daemon.worker import Worker, WorkerLost

log = logging.getLogger(__name__)

# When clients have just been answered, they are given so long to bring their next mails, which
# then share a transaction: most of what one costs does not depend on how many mails it stores.
GATHER_SECONDS = 0.005
# Clients who bring much are silent for a moment, too, when they have all been answered.
QUIET_SECONDS = 0.2
_PAUSE_AFTER_DEATH = 0.5
_LONGEST_PAUSE = 30.0

Result = TypeVar("Result")


class Gauges(Protocol):
    """What the pool tells of itself."""

    def note_queue(self, letters: int) -> None: ...
    def note_report(self, report: Report) -> None: ...
    def note_restart(self) -> None: ...


class Pool:
    """A bounded queue of letters, and the processes that store them."""

    def __init__(
        self, workers: int, most_waiting: int, gauges: Gauges, log_format: str = "text"
    ) -> None:
        self._prepare = partial(prepare_process, log_format)
        self._has_stopped = False
        # All that may still run, in their places or not: retired, or about to take a place.
        self._made: list[Worker] = []
        self._waking: set[asyncio.Task[None]] = set()
        self._workers = [self._make_worker() for _ in range(workers)]
        self._gauges = gauges
        self._queue = LetterQueue(workers, most_waiting)
        # Batches that are at work, and that have been; the condition is notified when one of
        # these or the queue changes.
        self._working = 0
        self.finished = 0
        self._last_busy = -QUIET_SECONDS
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pids(self) -> list[int]:
        return [worker.pid for worker in self._workers]

    async def start(self) -> None:
        """Start all processes; raises what keeps one from starting."""
        await asyncio.gather(*(worker.start() for worker in self._workers))
        self._tasks = [
            asyncio.create_task(self._serve(place)) for place in range(len(self._workers))
        ]

    async def store(self, letter: Letter) -> Answer:
        """The answer to a letter, after its commit. Raises Busy."""
        waiting = Waiting(letter, asyncio.get_running_loop().create_future())
        self._queue.put(waiting)
        self._gauges.note_queue(len(self._queue))
        await self._wake()
        return await waiting.answer

    async def ask(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Have a worker do something else than storing. Raises WorkerLost."""
        alive = (worker for worker in self._workers if not worker.has_ended)
        return await next(alive, self._workers[0]).run(work, *arguments)

    async def progress(self, finished: int, seconds: float) -> None:
        """Wait until more than so many batches are finished, or for so long."""
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(lambda: self.finished > finished)

    async def rest(self, finished: int, seconds: float) -> None:
        """Wait until more than so many batches are finished, or for so long; and then until
        nothing has waited or been at work for QUIET_SECONDS."""
        await self.progress(finished, seconds)
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_busy)
            while not self._is_quiet:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(self._last_busy + QUIET_SECONDS):
                        await self._changed.wait_for(lambda: self._is_busy)
                await self._changed.wait_for(lambda: not self._is_busy)

    @property
    def _is_busy(self) -> bool:
        return bool(self._queue or self._working)

    @property
    def _is_quiet(self) -> bool:
        now = asyncio.get_running_loop().time()
        return not self._is_busy and now >= self._last_busy + QUIET_SECONDS

    async def reload(self) -> None:
        """Replace the processes one by one, each when it has finished what it does. Raises
        WorkerLost, and OSError if none can be made."""
        for place in range(len(self._workers)):
            fresh = self._make_worker()
            await fresh.start()
            old, self._workers[place] = self._workers[place], fresh
            old.retire()

    async def stop(self, seconds: float) -> None:
        """Finish what is queued and at work, for at most so long; what is left is not stored."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: not self._queue and not self._working)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for waiting in self._queue.take_all():
            waiting.settle(Answer(detail="shutting down"))
        self._has_stopped = True
        # Whatever is left of them would keep this process from ending.
        for worker in self._made:
            await worker.kill()

    def _make_worker(self) -> Worker:
        if self._has_stopped:
            raise WorkerLost("shutting down")
        worker = Worker(self._prepare, self._note_end)
        self._made = [worker, *(other for other in self._made if not other.is_gone)]
        return worker

    def _note_end(self) -> None:
        """Wake who is to replace a process that has ended, though it may have had nothing to do."""
        waking = asyncio.create_task(self._wake())
        self._waking.add(waking)
        waking.add_done_callback(self._waking.discard)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _serve(self, place: int) -> None:
        """Give the worker at this place what has queued up, again and again."""
        pause = _PAUSE_AFTER_DEATH
        while True:
            async with self._taking(place) as batch:
                reason = await self._store(place, batch) if batch else "a parser process has ended"
            if reason:
                await self._replace(place, reason, pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _PAUSE_AFTER_DEATH
            if len(batch) > 1:
                await asyncio.sleep(GATHER_SECONDS)

    async def _store(self, place: int, batch: Sequence[Waiting]) -> str:
        """Have a batch stored and settle it; why the worker is lost, if it is."""
        letters = [waiting.letter for waiting in batch]
        try:
            report = await self._workers[place].run(store_letters, letters)
        except asyncio.CancelledError:
            self._give_back(batch, "shutting down")
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the clients are to be answered
            reason = f"a parser process was lost: {type(error).__name__}: {error}"
            self._give_back(batch, reason)
            return reason
        self._gauges.note_report(report)
        for waiting, answer in zip(batch, report.answers, strict=True):
            waiting.settle(answer)
        return ""

    @contextlib.asynccontextmanager
    async def _taking(self, place: int) -> AsyncIterator[list[Waiting]]:
        """A batch for the worker at this place while it works; waits for a first letter. It is
        empty where the worker has ended."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._queue or self._workers[place].has_ended)
            batch = [] if self._workers[place].has_ended else self._queue.take(place)
            self._gauges.note_queue(len(self._queue))
            self._working += 1
        try:
            yield batch
        finally:
            self._working -= 1
            self.finished += 1
            self._last_busy = asyncio.get_running_loop().time()
            await self._wake()

    def _give_back(self, batch: Sequence[Waiting], reason: str) -> None:
        for waiting in batch:
            self._queue.suspect(waiting.letter)
            waiting.settle(Answer(detail=reason))

    async def _replace(self, place: int, reason: str, pause: float) -> None:
        """Put a new process in the place of a lost one, and wait until it works."""
        while True:
            log.error("%s (pid %d); starting another", reason, self._workers[place].pid)
            self._gauges.note_restart()
            await self._workers[place].kill()
            fresh = self._make_worker()
            try:
                await fresh.start()
            except (WorkerLost, OSError) as error:
                reason = f"a parser process does not start: {error}"
                await fresh.kill()
                await asyncio.sleep(pause)
            else:
                self._workers[place] = fresh
                return
