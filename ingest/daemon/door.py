"""What all connections share: who is there, where mail goes, and how it is answered."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from django.utils import timezone

from ingest.daemon.addresses import Network
from ingest.daemon.limits import Limits, Room
from ingest.daemon.pool import Pool
from ingest.daemon.queue import Busy
from ingest.daemon.recipients import ANYWHERE, Directory, choose_target
from ingest.daemon.values import Answer, Letter, Target
from ingest.daemon.work import find_directory
from ingest.daemon.worker import WorkerLost
from ingest.errors import TryAgain

log = logging.getLogger(__name__)
delivery_log = logging.getLogger("ingest.delivery")

# An address that is nobody's is looked up anew, but not more often than this.
_DIRECTORY_SECONDS = 1.0
# A known one may have been given to another project meanwhile.
_STALE_SECONDS = 60.0


class Refused(Exception):
    """A recipient is not taken; the text is the reply."""


class Connection(Protocol):
    """A client's connection, as the door sees it."""

    def dismiss(self) -> None: ...


class Counters(Protocol):
    """What the door tells of itself."""

    def note_delivery(self, outcome: str) -> None: ...
    def note_connections(self, count: int) -> None: ...


class Door:
    """The way in, for every connection of the daemon."""

    def __init__(
        self,
        *,
        pool: Pool,
        limits: Limits,
        counters: Counters,
        allowed: Sequence[Network] = (),
        configured: Mapping[str, str],
        strict: bool,
        hostname: str = "localhost",
    ) -> None:
        """`configured` maps addresses to link names; if `strict`, an unknown one is refused."""
        self.pool, self.limits, self.counters = pool, limits, counters
        self.allowed, self.configured, self.strict = allowed, configured, strict
        self.hostname = hostname
        self.room = Room(most=limits.held_bytes)
        self._connections: set[Connection] = set()
        self._carrying: set[Connection] = set()
        self._delivering: set[asyncio.Task[list[str]]] = set()
        self._directory = Directory()
        self._directory_time = float("-inf")
        self._refreshing = asyncio.Lock()

    def let_in(self, connection: Connection) -> bool:
        """Whether there is room for one more connection."""
        if len(self._connections) >= self.limits.connections:
            return False
        self._connections.add(connection)
        self.counters.note_connections(len(self._connections))
        return True

    def let_out(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self.counters.note_connections(len(self._connections))

    @contextmanager
    def carrying(self, connection: Connection) -> Iterator[None]:
        """While a connection brings a mail and waits for its answer, it is not dismissed."""
        self._carrying.add(connection)
        try:
            yield
        finally:
            self._carrying.discard(connection)

    async def close(self, seconds: float) -> None:
        """Dismiss all clients, those that bring a mail when they have their answer."""
        until = time.monotonic() + seconds
        while self._connections:
            for connection in self._connections - self._carrying:
                connection.dismiss()
                self._connections.discard(connection)
            if time.monotonic() > until:
                return
            await asyncio.sleep(0.02)

    async def find_target(self, address: str) -> Target:
        """Where mail to an address goes. Raises Refused."""
        target = choose_target(address, self._directory, self.configured)
        if target is None or time.monotonic() - self._directory_time > _STALE_SECONDS:
            await self._refresh()
            target = choose_target(address, self._directory, self.configured)
        if target is None and self.strict:
            raise Refused("550 5.1.1 no such project here")
        return target or ANYWHERE

    async def _refresh(self) -> None:
        async with self._refreshing:
            if time.monotonic() - self._directory_time < _DIRECTORY_SECONDS:
                return
            try:
                self._directory = await self.pool.ask(find_directory)
            except (TryAgain, WorkerLost) as error:
                log.warning("the addresses of projects cannot be read: %s", error)
                raise Refused("451 4.3.0 try again later") from error
            self._directory_time = time.monotonic()

    def forget_directory(self) -> None:
        """Read the projects' addresses anew before the next mail."""
        self._directory, self._directory_time = Directory(), float("-inf")

    def deliver(
        self, raw: bytes, recipients: Sequence[str], targets: Sequence[Target], kept: int
    ) -> Awaitable[list[str]]:
        """Store a mail for each of its targets; the reply to each recipient.

        What was begun is finished though the client goes away; then so much room is given back.
        """
        delivering = asyncio.create_task(self._deliver(raw, recipients, targets))
        self._delivering.add(delivering)
        delivering.add_done_callback(self._delivering.discard)
        delivering.add_done_callback(lambda _: self.room.give_back(kept))
        return asyncio.shield(delivering)

    async def _deliver(
        self, raw: bytes, recipients: Sequence[str], targets: Sequence[Target]
    ) -> list[str]:
        first: dict[Target, str] = {}
        for recipient, target in zip(recipients, targets, strict=True):
            first.setdefault(target, recipient)
        storing = [self._store(raw, recipient, target) for target, recipient in first.items()]
        replies = dict(zip(first, await asyncio.gather(*storing), strict=True))
        return [replies[target] for target in targets]

    async def _store(self, raw: bytes, recipient: str, target: Target) -> str:
        started = time.perf_counter()
        letter = Letter(
            id=secrets.token_hex(6),
            raw=raw,
            recipient=recipient,
            received_at=timezone.now(),
            target=target,
        )
        try:
            answer = await self.pool.store(letter)
        except Busy as error:
            answer = Answer(detail=str(error))
        except Exception as error:
            # Here, so that each recipient still gets its reply.
            log.exception("letter %s", letter.id)
            answer = Answer(detail=f"internal error: {type(error).__name__}")
        self.counters.note_delivery(answer.outcome or "deferred")
        _log_delivery(letter, answer, time.perf_counter() - started)
        if not answer.outcome:
            return f"451 4.3.0 not stored, try again later ({letter.id})"
        return f"250 2.0.0 {answer.outcome} ({letter.id})"

    def apologise(self, error: Exception) -> str:
        """The reply to a client when our own code failed; the log says more under the id."""
        number = secrets.token_hex(6)
        log.error("internal error %s", number, exc_info=error)
        return f"451 4.3.0 internal error {number}, try again later"


def _log_delivery(letter: Letter, answer: Answer, seconds: float) -> None:
    facts = {
        "id": letter.id,
        "message_id": answer.message_id,
        "project": ",".join(answer.projects),
        "outcome": answer.outcome or "deferred",
        "ms": round(seconds * 1000),
        "tries": answer.tries,
        "bytes": len(letter.raw),
        "recipient": letter.recipient,
        "detail": answer.detail,
    }
    level = logging.INFO if answer.outcome else logging.WARNING
    delivery_log.log(level, "delivery", extra={"facts": facts})
