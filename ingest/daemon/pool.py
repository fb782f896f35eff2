"""Parser processes for the event loop: mail that queues up while one works goes to it together."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from typing import Any, Protocol, TypeVar

from ingest.daemon.values import Answer, Letter, Report
from ingest.daemon.work import store_letters
from ingest.workers import start_worker

log = logging.getLogger(__name__)

BATCH_LETTERS = 250
BATCH_BYTES = 8 * 1024 * 1024
# Longer than a worker tries by itself: past this it hangs, and is replaced.
MOST_SECONDS = 120.0
_PAUSE_AFTER_DEATH = 0.5
_LONGEST_PAUSE = 30.0

Result = TypeVar("Result")


class Busy(Exception):
    """So many letters wait that no further one is taken; deliver it again later."""


class Gauges(Protocol):
    """What the pool tells of itself."""

    def note_queue(self, letters: int) -> None: ...
    def note_report(self, report: Report) -> None: ...
    def note_restart(self) -> None: ...


class _Worker:
    """One parser process. `pid` is known once it has started."""

    def __init__(self) -> None:
        self.executor = ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=start_worker,
        )
        self.pid = 0

    async def start(self) -> None:
        self.pid = await self.run(os.getpid)

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Have `work` done. Raises BrokenExecutor when the process dies, TimeoutError past
        MOST_SECONDS, and what `work` raises."""
        future = asyncio.wrap_future(self.executor.submit(work, *arguments))
        return await asyncio.wait_for(future, MOST_SECONDS)

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.executor.shutdown(wait=False, cancel_futures=True)


class Pool:
    """A bounded queue of letters, and the processes that store them."""

    def __init__(self, workers: int, most_waiting: int, gauges: Gauges) -> None:
        self._workers = [_Worker() for _ in range(workers)]
        self._most_waiting = most_waiting
        self._gauges = gauges
        self._queue: deque[tuple[Letter, asyncio.Future[Answer]]] = deque()
        self._arrived = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        # Mails that a worker died with. One of them may have killed it: they go alone now.
        self._suspects: deque[str] = deque(maxlen=1000)

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
        if len(self._queue) >= self._most_waiting:
            raise Busy(f"{self._most_waiting} letters wait")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((letter, future))
        self._gauges.note_queue(len(self._queue))
        async with self._arrived:
            self._arrived.notify()
        return await future

    async def ask(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Have a worker do something else than storing."""
        return await self._workers[0].run(work, *arguments)

    async def reload(self) -> None:
        """Replace the processes one by one, each when it has finished what it does."""
        for place in range(len(self._workers)):
            fresh = _Worker()
            await fresh.start()
            old, self._workers[place] = self._workers[place], fresh
            old.executor.shutdown(wait=False)

    async def stop(self, seconds: float) -> None:
        """Finish what is queued, for at most so long; what is left is not stored."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._arrived:
                await self._arrived.wait_for(lambda: not self._queue)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _, future in self._queue:
            _answer(future, Answer(detail="shutting down"))
        self._queue.clear()
        for worker in self._workers:
            worker.kill()

    async def _serve(self, place: int) -> None:
        """Give the worker at this place what has queued up, again and again."""
        pause = _PAUSE_AFTER_DEATH
        while True:
            batch = await self._take()
            letters = [letter for letter, _ in batch]
            try:
                report = await self._workers[place].run(store_letters, letters)
            except (BrokenExecutor, TimeoutError, asyncio.CancelledError) as error:
                reason = f"a parser process was lost: {type(error).__name__}"
                self._give_back(batch, reason)
                if isinstance(error, asyncio.CancelledError):
                    raise
                await self._replace(place, reason, pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _PAUSE_AFTER_DEATH
            self._gauges.note_report(report)
            for (_, future), answer in zip(batch, report.answers, strict=True):
                _answer(future, answer)

    async def _take(self) -> list[tuple[Letter, asyncio.Future[Answer]]]:
        """What has queued up, as far as it goes into one batch; waits for a first letter."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self._queue)
            batch = [self._queue.popleft()]
            size = len(batch[0][0].raw)
            while self._queue and len(batch) < BATCH_LETTERS and not self._is_suspect(batch[0][0]):
                size += len(self._queue[0][0].raw)
                if size > BATCH_BYTES or self._is_suspect(self._queue[0][0]):
                    break
                batch.append(self._queue.popleft())
            self._gauges.note_queue(len(self._queue))
            self._arrived.notify_all()
        return batch

    def _is_suspect(self, letter: Letter) -> bool:
        return bool(self._suspects) and letter.digest() in self._suspects

    def _give_back(
        self, batch: Sequence[tuple[Letter, asyncio.Future[Answer]]], reason: str
    ) -> None:
        for letter, future in batch:
            self._suspects.append(letter.digest())
            _answer(future, Answer(detail=reason))

    async def _replace(self, place: int, reason: str, pause: float) -> None:
        """Put a new process in the place of a lost one, and wait until it works."""
        while True:
            log.error("%s (pid %d); starting another", reason, self._workers[place].pid)
            self._gauges.note_restart()
            self._workers[place].kill()
            self._workers[place] = _Worker()
            try:
                await self._workers[place].start()
            except (BrokenExecutor, TimeoutError) as error:
                reason = f"a parser process does not start: {type(error).__name__}"
                await asyncio.sleep(pause)
            else:
                return


def _answer(future: asyncio.Future[Answer], answer: Answer) -> None:
    # A client that went away has cancelled its future; its mail is stored or comes again.
    if not future.done():
        future.set_result(answer)
