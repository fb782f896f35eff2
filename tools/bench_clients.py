"""Clients that bring mail to the daemon as mail servers do, at as little cost as can be, and note
what they are answered."""

import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

DELIVER = Path(__file__).resolve().parent / "deliver"
LOST = "connection lost"
_TIMEOUT_SECONDS = 120.0


class Client(Protocol):
    """One after the other, it brings mails in lines that end with LF."""

    def prepare(self, raw: bytes) -> bytes:
        """The mail as `bring` wants it; done before any time is taken."""

    def bring(self, prepared: bytes) -> str:
        """What the mail was answered, in few words. Raises OSError."""

    def close(self) -> None: ...


class LmtpClient:
    """A connection to the daemon by TCP, on which the envelope is pipelined (RFC 2920)."""

    def __init__(self, address: str, recipient: str) -> None:
        host, _, port = address.rpartition(":")
        self._envelope = b"MAIL FROM:<bench@example.org> BODY=8BITMIME\r\n"
        self._envelope += b"RCPT TO:<%b>\r\nDATA\r\n" % recipient.encode()
        self._received = b""
        self._socket = socket.create_connection((host, int(port)), _TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read_reply()
        self._socket.sendall(b"LHLO bench.example.org\r\n")
        self._read_reply()

    def prepare(self, raw: bytes) -> bytes:
        return prepare_text(raw)

    def bring(self, prepared: bytes) -> str:
        self._socket.sendall(self._envelope)
        replies = [self._read_reply() for _ in range(3)]
        if not replies[2].startswith(b"354"):
            refusals = [reply for reply in replies if not reply.startswith(b"250")]
            return shorten(refusals[0])
        self._socket.sendall(prepared)
        return shorten(self._read_reply())

    def close(self) -> None:
        self._socket.close()

    def _read_reply(self) -> bytes:
        """The last line of the next reply."""
        while True:
            line, end, rest = self._received.partition(b"\r\n")
            if end:
                self._received = rest
                if line[3:4] != b"-":
                    return line
            elif piece := self._socket.recv(65536):
                self._received += piece
            else:
                raise ConnectionAbortedError(LOST)


class PipeClient:
    """Runs tools/deliver for each mail."""

    def __init__(self, address: str, recipient: str) -> None:
        self._command = [DELIVER, "--no-fallback", "--lmtp", address, recipient]

    def prepare(self, raw: bytes) -> bytes:
        return raw

    def bring(self, prepared: bytes) -> str:
        done = subprocess.run(self._command, input=prepared, capture_output=True, check=False)
        return f"exit {done.returncode}"

    def close(self) -> None:
        """Every process has ended by itself."""


def prepare_text(raw: bytes) -> bytes:
    """A mail as it is sent after DATA, with its end (RFC 5321 4.5.2)."""
    text = raw.replace(b"\n", b"\r\n")
    dot = b"." if text.startswith(b".") else b""
    return dot + text.replace(b"\n.", b"\n..") + b".\r\n"


def shorten(reply: bytes) -> str:
    """What replies of one kind have in common: `250 stored`, `451 4.3.0`."""
    words = reply.decode("utf-8", "replace").split()
    return " ".join(words[:3:2] if words[:1] == ["250"] else words[:2])


def is_accepted(answer: str) -> bool:
    """Whether a mail that was answered so is the daemon's from then on."""
    return answer.startswith("250 ") or answer == "exit 0"


class Load:
    """Mails that clients bring, each the next one that none has taken, and the answers.

    `note` is told after each answer how many there are; one at a time. `seconds` has the time
    from the first word of each mail's envelope to its answer; `cpu` is the CPU seconds of the
    clients' threads.
    """

    def __init__(self, mails: Iterable[bytes], note: Callable[[int], None]) -> None:
        self._mails = iter(mails)
        self._note = note
        self._lock = threading.Lock()
        self.seconds: list[float] = []
        self.answers: Counter[str] = Counter()
        self.cpu = 0.0

    def run(self, connect: Callable[[], Client], connections: int) -> None:
        """Have all mails brought over so many connections. Raises OSError where none can be
        made; a mail whose connection is lost is not brought again."""
        with ThreadPoolExecutor(connections) as threads:
            try:
                list(threads.map(self._bring_all, [connect] * connections))
            finally:
                # Whatever ended this, a signal too: no client begins with another mail.
                self._stop()

    def _stop(self) -> None:
        with self._lock:
            self._mails = iter(())

    def _bring_all(self, connect: Callable[[], Client]) -> None:
        began = time.thread_time()
        client = connect()
        while (mail := self._take()) is not None:
            started = time.perf_counter()
            try:
                answer = client.bring(mail)
            except OSError:
                answer = LOST
                client.close()
                client = connect()
            self._add(answer, time.perf_counter() - started)
        client.close()
        with self._lock:
            self.cpu += time.thread_time() - began

    def _take(self) -> bytes | None:
        with self._lock:
            return next(self._mails, None)

    def _add(self, answer: str, seconds: float) -> None:
        with self._lock:
            self.answers[answer] += 1
            self.seconds.append(seconds)
            self._note(len(self.seconds))
