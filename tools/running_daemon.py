"""The daemon, on a free port for as long as a tool needs it."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_READY = "lmtpd ready: "
START_SECONDS = 60.0
_STOP_SECONDS = 60.0


class DaemonError(Exception):
    """The daemon does not do what it should; the text says what, and what it has written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What the daemon says when it takes mail: where it listens, and its parser processes."""

    address: str
    workers: tuple[int, ...]


def parse_ready(log: str) -> Ready | None:
    """What a log says of it, None if it says nothing yet."""
    for line in log.splitlines(keepends=True):
        if line.startswith(_READY) and line.endswith("\n"):
            address, _, workers = line.removeprefix(_READY).partition(" workers ")
            return Ready(address=address, workers=tuple(map(int, workers.split())))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDaemon:
    """Process ids, where it listens, and the file that it writes its log to."""

    pid: int
    address: str
    workers: tuple[int, ...]
    log: Path


@contextmanager
def running_daemon(log: Path, options: Sequence[str] = ()) -> Iterator[RunningDaemon]:
    """`manage.py lmtpd` on a free port of the loopback interface; it takes its settings from the
    environment. Raises DaemonError when it does not start, or not end as it should."""
    command = [sys.executable, ROOT / "manage.py", "lmtpd", "--listen=127.0.0.1:0", *options]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=stderr)
    try:
        yield _wait_until_ready(process, log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise DaemonError(f"the daemon ended with {process.returncode}:\n{_read_end(log)}")


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> RunningDaemon:
    deadline = time.monotonic() + START_SECONDS
    while True:
        ready = parse_ready(log.read_text(errors="replace"))
        if ready:
            return RunningDaemon(
                pid=process.pid, address=ready.address, workers=ready.workers, log=log
            )
        if process.poll() is not None or time.monotonic() > deadline:
            raise DaemonError(f"the daemon does not start:\n{_read_end(log)}")
        time.sleep(0.05)


def _read_end(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]
