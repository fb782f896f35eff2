"""Brings mail as an MTA does: what is not answered with 250 is brought again, what is, never."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

# An MTA waits for minutes; here the second try comes soon and the later ones within seconds.
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0
# After a connection that failed, a courier brings nothing for so long.
COURIER_PAUSE = 0.1
# RFC 5321, section 4.5.3.2.6, gives an answer ten minutes. The daemon itself tries for thirty
# seconds, and takes a process that works for two minutes to be lost: past that it hangs.
ANSWER_SECONDS = 150.0
MOST_MAILS_PER_CONNECTION = 20

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Deferred(Exception):
    """The other side is not able to take mail now; the text is its reply."""


class Hung(Exception):
    """The other side did not answer in time."""


@dataclass(slots=True, kw_only=True)
class Parcel:
    """A mail by its number, the recipients that still wait for it, and how often it was tried."""

    mail: int
    recipients: tuple[str, ...]
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class Ledger:
    """What became of all mails: how many parcels are accepted, and which are refused for good,
    by the reply; how often delivery was put off, by cause; answers that never came. `made_over`
    counts the mails that an MTA has made of them, one more where one was brought to it twice."""

    accepted: int = 0
    made_over: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    deferred: Counter[str] = field(default_factory=Counter)
    hangs: list[str] = field(default_factory=list)
    slowest: float = 0.0


class PostOffice:
    """A queue of parcels, and couriers that empty it over connections that `connect` opens."""

    def __init__(
        self,
        connect: Connect,
        mails: Sequence[bytes],
        parcels: Sequence[Parcel],
        *,
        choice: random.Random,
        greeting: str = "LHLO",
    ) -> None:
        """`greeting` is LHLO, or EHLO for SMTP, where one reply stands for all recipients."""
        self.ledger = Ledger()
        self._connect, self._mails, self._choice = connect, mails, choice
        self._greeting = greeting
        self._queue: asyncio.Queue[Parcel] = asyncio.Queue()
        self._left = len(parcels)
        self._moved = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        for parcel in parcels:
            self._queue.put_nowait(parcel)

    async def run(self, couriers: int) -> None:
        """Bring everything; returns when nothing is left, or when somebody hangs."""
        tasks = [asyncio.create_task(self._work()) for _ in range(couriers)]
        try:
            await self._wait_until(lambda: not self._left or bool(self.ledger.hangs))
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def wait_for_accepted(self, count: int) -> None:
        """Wait until so many parcels are accepted, or none is left."""
        await self._wait_until(lambda: self.ledger.accepted >= count or not self._left)

    async def _wait_until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._moved.clear()
            await self._moved.wait()

    def cut(self) -> None:
        """Cut all connections, wherever their dialogues are, as a network does."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _work(self) -> None:
        """The life of a courier: connect, bring a few mails, say goodbye."""
        try:
            while True:
                parcel = await self._queue.get()
                await self._bring_some(parcel)
        except Exception:
            # Without this courier nobody would come to the end.
            self._left = 0
            self._moved.set()
            raise

    async def _bring_some(self, first: Parcel) -> None:
        """Bring a parcel, and over the same connection some that follow."""
        parcel: Parcel | None = first
        writer = None
        try:
            reader, writer = await self._connect()
            self._writers.add(writer)
            await _expect(reader, "220")
            await _say(reader, writer, f"{self._greeting} mta.example.org", "250")
            for _ in range(self._choice.randint(1, MOST_MAILS_PER_CONNECTION)):
                await self._bring(reader, writer, parcel)
                parcel = None
                if self._queue.empty():
                    break
                parcel = self._queue.get_nowait()
            if parcel:
                self._queue.put_nowait(parcel)
                parcel = None
            await _say(reader, writer, "QUIT", "221")
        except (Deferred, OSError, EOFError) as error:
            if parcel:
                self._put_off(parcel, error)
            await asyncio.sleep(COURIER_PAUSE)
        except Hung as error:
            self._note_hang(parcel, error)
        finally:
            if writer is not None:
                self._writers.discard(writer)
                writer.close()
                # It may have been cut, which is what this is about.
                with suppress(OSError):
                    await writer.wait_closed()

    async def _bring(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parcel: Parcel
    ) -> None:
        """One dialogue; if it breaks off, the parcel holds the recipients that still wait."""
        await _say(reader, writer, "MAIL FROM:<ann@example.org> BODY=8BITMIME", "250")
        for recipient in parcel.recipients:
            await _say(reader, writer, f"RCPT TO:<{recipient}>", "250")
        await _say(reader, writer, "DATA", "354")
        started = time.monotonic()
        writer.write(encode_data(self._mails[parcel.mail]))
        await writer.drain()
        last = "250"
        for names in self._share_replies(parcel.recipients):
            reply = await _read_reply(reader)
            if reply.startswith("5"):
                self.ledger.refused[parcel.mail] = reply
            if reply.startswith(("2", "5")):
                parcel.recipients = tuple(n for n in parcel.recipients if n not in names)
            else:
                last = reply
        self.ledger.slowest = max(self.ledger.slowest, time.monotonic() - started)
        if parcel.recipients:
            self._put_off(parcel, Deferred(last))
        else:
            self._settle(parcel)

    def _share_replies(self, recipients: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
        """Whom each of the replies to a mail is about."""
        return [(name,) for name in recipients] if self._greeting == "LHLO" else [recipients]

    def _settle(self, parcel: Parcel) -> None:
        self.ledger.accepted += parcel.mail not in self.ledger.refused
        self._left -= 1
        self._moved.set()

    def _put_off(self, parcel: Parcel, error: Exception) -> None:
        text = str(error) if isinstance(error, Deferred) else "connection lost"
        if text.startswith("5"):
            self.ledger.refused[parcel.mail] = text
            self._settle(parcel)
            return
        self.ledger.deferred[text[:3] if text[:3].isdigit() else text] += 1
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**parcel.tries)
        parcel.tries += 1
        pause = self._choice.uniform(longest / 2, longest)
        asyncio.get_running_loop().call_later(pause, self._queue.put_nowait, parcel)

    def _note_hang(self, parcel: Parcel | None, error: Hung) -> None:
        self.ledger.hangs.append(f"mail {parcel.mail if parcel else '-'}: {error}")
        self._moved.set()


def encode_data(raw: bytes) -> bytes:
    """A mail as it goes over the wire, with the final dot (RFC 5321, section 4.5.2)."""
    text = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
    return text + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n"


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str, wanted: str
) -> None:
    writer.write(command.encode() + b"\r\n")
    await writer.drain()
    await _expect(reader, wanted)


async def _expect(reader: asyncio.StreamReader, wanted: str) -> None:
    """Raises Deferred for any other reply, also for one that refuses for good."""
    reply = await _read_reply(reader)
    if not reply.startswith(wanted):
        raise Deferred(reply)


async def _read_reply(reader: asyncio.StreamReader) -> str:
    """The last line of a reply. Raises Hung, and EOFError when the connection is closed."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                line = (await reader.readline()).decode(errors="replace").rstrip("\r\n")
                if not line:
                    raise EOFError("the connection is closed")
                if line[3:4] != "-":
                    return line
    except TimeoutError as error:
        raise Hung(f"no answer within {ANSWER_SECONDS:.0f} s") from error
