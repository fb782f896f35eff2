"""A parser process, and the socket over which the event loop gives it work."""

import asyncio
import contextlib
import multiprocessing
import pickle
import socket
import struct
from collections import deque
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from typing import Any, BinaryIO, TypeVar

from ingest.workers import start_worker

# Longer than a worker tries by itself: past this it hangs, and is to be replaced.
MOST_SECONDS = 120.0
_REAP_SECONDS = 5.0
# Before each pickle: how many bytes it has.
_SIZE = struct.Struct(">Q")

Result = TypeVar("Result")


class WorkerLost(Exception):
    """The process has ended, or does not do what it should; the text says what."""


class Worker:
    """One process. It does what it is given in that order; `pid` is known once it has started."""

    def __init__(
        self, prepare: Callable[[], object] = int, note_end: Callable[[], object] = int
    ) -> None:
        """`prepare` is the first thing that the process does; `note_end` is called in the event
        loop as soon as it has ended."""
        self.pid = 0
        self._prepare = prepare
        self._note_end = note_end
        self._writer: asyncio.StreamWriter | None = None
        self._process: SpawnProcess | None = None
        self._reading: asyncio.Task[None] | None = None
        self._awaited: deque[asyncio.Future[Any]] = deque()

    async def start(self) -> None:
        """Returns when the process is ready. Raises WorkerLost, and OSError if none can be made."""
        ours, theirs = socket.socketpair()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with theirs:
            self._process.start()
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.create_task(self._read_results(reader, self._process))
        await self.run(self._prepare)
        self.pid = self._process.pid or 0

    @property
    def has_ended(self) -> bool:
        return self._writer is None or self._writer.is_closing()

    @property
    def is_gone(self) -> bool:
        """Whether nothing is left of the process, which was there."""
        return self._reading is not None and self._reading.done()

    async def run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Have `work` done. Raises WorkerLost, and what `work` raises."""
        if self._writer is None or self._writer.is_closing():
            raise WorkerLost("the process has ended")
        self._writer.write(_pack((work, arguments)))
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._awaited.append(result)
        try:
            return await asyncio.wait_for(result, MOST_SECONDS)
        except TimeoutError as error:
            raise WorkerLost(f"no answer in {MOST_SECONDS:.0f} s") from error

    def retire(self) -> None:
        """End the process when it has done what it was given."""
        if self._writer and not self._writer.is_closing():
            self._writer.write_eof()

    async def kill(self) -> None:
        """End the process at once, whatever it does; returns when it has ended."""
        if self._process and self._process.pid:
            self._process.kill()
        if self._reading:
            # To await it itself would cancel it with whoever gives up waiting.
            await asyncio.wait([self._reading])

    async def _read_results(self, reader: asyncio.StreamReader, process: SpawnProcess) -> None:
        # The end of the channel is the end of the process, and is told to all who wait.
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = _SIZE.unpack(await reader.readexactly(_SIZE.size))[0]
                is_done, value = pickle.loads(await reader.readexactly(size))  # noqa: S301  our own
                self._settle(is_done, value)
        if self._writer:
            self._writer.close()
        for result in self._awaited:
            if not result.done():
                result.set_exception(WorkerLost("the process has ended"))
        self._note_end()
        await asyncio.to_thread(process.join, _REAP_SECONDS)

    def _settle(self, is_done: bool, value: Any) -> None:
        result = self._awaited.popleft()
        # Who asked may have gone away meanwhile.
        if result.done():
            return
        if is_done:
            result.set_result(value)
        else:
            result.set_exception(value)


def _pack(value: object) -> bytes:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _SIZE.pack(len(data)) + data


def _serve(channel: socket.socket) -> None:
    """The life of the process: do what comes over the channel, until its other end is closed."""
    start_worker()
    with channel, channel.makefile("rwb") as stream:
        while head := stream.read(_SIZE.size):
            _work_once(stream, _SIZE.unpack(head)[0])


def _work_once(stream: BinaryIO, size: int) -> None:
    work, arguments = pickle.loads(stream.read(size))  # noqa: S301  our own
    try:
        answer = _pack((True, work(*arguments)))
    except Exception as error:  # noqa: BLE001  whoever asked is to know
        answer = _pack((False, _portable(error)))
    stream.write(answer)
    stream.flush()


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same if it cannot leave the process."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    except Exception:  # noqa: BLE001  errors may hold anything
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
