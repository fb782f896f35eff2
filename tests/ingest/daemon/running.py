"""The real daemon: `manage.py lmtpd` as a process of its own, and what it writes."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import connection, transaction

from patchtrack.models import Mail
from tests.waiting import SECONDS

from .talking import Client

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
READY = re.compile(r"lmtpd ready: (?P<places>.*) workers (?P<workers>[0-9 ]+)")


class Lmtpd:
    """A daemon that is ready; leaving the block ends it with SIGTERM, and it must end well."""

    def __init__(
        self, environment: Mapping[str, str], *arguments: str, prefix: Sequence[str] = (), **options
    ) -> None:
        # No pipe: a process that should have ended would keep it open, and us waiting.
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (`kill` closes it)
        self.process = subprocess.Popen(
            # What it wrote when nobody asked would be in the way of emptying the tables.
            [*prefix, sys.executable, str(MANAGE), "lmtpd", "--no-index", *arguments],
            env=environment,
            stderr=self.log,
            start_new_session=True,
            **options,
        )

    def __enter__(self) -> "Lmtpd":
        try:
            ready = READY.fullmatch(self.find_line("lmtpd ready: "))
        except BaseException:
            self.kill()
            raise
        self.places = ready["places"].split()
        self.workers = list(map(int, ready["workers"].split()))
        return self

    def __exit__(self, *_) -> None:
        try:
            if self.process.poll() is None:
                self.signal(signal.SIGTERM)
                assert self.wait() == 0, self.read_log()
        finally:
            self.kill()

    def kill(self) -> None:
        """End the daemon and its processes in any case."""
        # Most tests have ended it already.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.wait()
        self.log.close()

    def read_log(self) -> list[str]:
        return os.pread(self.log.fileno(), 1_000_000, 0).decode().split("\n")

    def find_line(self, text: str) -> str:
        """The line of the log that holds a text, when it is written."""

        def find() -> list[str]:
            return [line for line in self.read_log()[:-1] if text in line]

        wait_until(lambda: find() or self.process.poll() is not None)
        found = find()
        assert len(found) == 1, f"{text!r} is in {len(found)} lines of: {self.read_log()}"
        return found[0]

    @property
    def port(self) -> int:
        return int(self.places[0].rpartition(":")[2])

    def connect(self) -> Client:
        return Client(self.port)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """The exit status, when the daemon has ended."""
        return self.process.wait(SECONDS)


@contextmanager
def held_database() -> Iterator[None]:
    """While this lasts, all others wait when they store mail; they can read."""
    with transaction.atomic():  # On SQLite, this is enough.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {Mail._meta.db_table} IN EXCLUSIVE MODE")
        yield


def find_workers(daemon: Lmtpd) -> set[int]:
    """The process ids of a daemon's parser processes that live."""
    pids = {int(path.name) for path in Path("/proc").glob("[0-9]*")}
    return {pid for pid in pids if is_worker(pid, daemon.process.pid)}


def is_worker(pid: int, parent: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return read_state(pid)[:2] != "Z" and find_parent(pid) == parent and b"spawn" in command
    except OSError:
        return False  # It has ended meanwhile.


def read_state(pid: int) -> str:
    """A letter: what proc(5) says of a process, or nothing if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def find_parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    return read_state(pid) not in ("", "Z")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what other processes do; there is nothing that would tell of it."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.01)
