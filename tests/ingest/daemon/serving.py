"""The daemon's dialogue without its processes: a server in a thread, and a pool that pretends."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

from ingest.daemon.door import Door
from ingest.daemon.limits import Limits
from ingest.daemon.metrics import Metrics
from ingest.daemon.protocol import LmtpSession, Session
from ingest.daemon.recipients import Directory, Mailbox
from ingest.daemon.values import Answer, Letter
from tests.waiting import SECONDS

from .talking import Client

Result = TypeVar("Result")

TEA = Mailbox(id=1, linkname="tea", list_email="tea-list@lists.example.org", list_id="tea.example")
CHAI = Mailbox(id=2, linkname="chai", list_email="chai@lists.example.org", list_id="chai.example")

LIMITS: Mapping[str, Any] = {
    "message_bytes": 5_000_000,
    "held_bytes": 20_000_000,
    "connections": 10,
    "recipients": 5,
    "waiting": 10,
    "idle_seconds": SECONDS,
    "stop_seconds": SECONDS,
}


class FakePool:
    """Keeps the letters it is given. `answer` says what becomes of each, `directory` who has an
    address; an exception in the place of either is raised."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answer: Callable[[Letter], Answer | Exception] = lambda _: Answer(outcome="stored")
        self.directory: Directory | Exception = Directory(mailboxes=(TEA, CHAI))
        self.questions = 0
        self.arrived = threading.Semaphore(0)
        self.open = asyncio.Event()
        self.open.set()

    async def store(self, letter: Letter) -> Answer:
        self.letters.append(letter)
        self.arrived.release()
        await self.open.wait()
        return give_or_raise(self.answer(letter))

    async def ask(self, _work: Callable[[], Directory]) -> Directory:
        self.questions += 1
        return give_or_raise(self.directory)

    def wait_for_letter(self) -> None:
        assert self.arrived.acquire(timeout=SECONDS), "no letter has come"


def give_or_raise(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


class Server:
    """A door on a free port. `options` are those of Limits and of Door."""

    def __init__(
        self, pool: FakePool, session: type[Session] = LmtpSession, **options: Any
    ) -> None:
        limits = Limits(**{name: options.pop(name, value) for name, value in LIMITS.items()})
        self.session = session
        self.metrics = Metrics()
        self.pool = pool
        self.clients: list[Client] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.run(self._start(limits, {"configured": {}, "strict": False} | options))

    async def _start(self, limits: Limits, options: Mapping[str, Any]) -> None:
        self.door = Door(pool=self.pool, limits=limits, counters=self.metrics, **options)
        self.server = await self.loop.create_server(lambda: self.session(self.door), "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    def start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Have the server's loop run a coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of a coroutine that the server's loop runs."""
        return self.start(work).result(SECONDS)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0)

        self.run(asyncio.wait_for(wait(), SECONDS))

    def connect(self) -> Client:
        """A new client, which has read its greeting."""
        hello = "LHLO" if self.session is LmtpSession else "EHLO"
        self.clients.append(Client(self.port, hello))
        return self.clients[-1]

    def release(self) -> None:
        """Let the pool answer what it was told to hold back."""
        self.loop.call_soon_threadsafe(self.pool.open.set)

    def count(self, outcome: str) -> float | None:
        name = "patchtrack_deliveries_total"
        return self.metrics.registry.get_sample_value(name, {"outcome": outcome})

    def close(self) -> None:
        self.release()
        for client in self.clients:
            client.close()
        self.loop.call_soon_threadsafe(self.server.close)
        self.wait_until(lambda: not self.door._connections)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(SECONDS)
        self.loop.close()
