"""The daemon under test: started, killed, started again, always on the same Unix socket."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tools.postgresql import die_with_parent
from tools.running_daemon import START_SECONDS, DaemonError, parse_ready

ROOT = Path(__file__).resolve().parent.parent.parent
LMTPD = (sys.executable, str(ROOT / "manage.py"), "lmtpd")
# The daemon may take PATCHTRACK_LMTP_STOP_SECONDS (20) and a little for its processes, which a
# busy machine makes more of.
STOP_SECONDS = 60.0
ORPHAN_SECONDS = 60.0


class Lmtpd:
    """A daemon with its files in `directory`. Call `launch` in the program's first thread, whose
    end is the daemon's end too."""

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        *options: str,
        workers: int = 2,
        command: Sequence[str] = LMTPD,
    ) -> None:
        """Settings come from `environment` alone, whatever this program's own says."""
        self.socket = directory / "lmtp.sock"
        self.log = directory / "lmtpd.log"
        listen = f"--listen=unix:{self.socket}"
        self._command = [*command, listen, f"--workers={workers}", *options]
        own = {key: value for key, value in os.environ.items() if not key.startswith("PATCHTRACK_")}
        self._environment = own | environment
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        # Every process that was ever a parser of ours, and when it began.
        self._parsers: dict[int, bytes] = {}

    def launch(self) -> None:
        """Start the daemon and return at once."""
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stderr=log,
                env=self._environment,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 (it takes no lock)
            )

    async def wait_until_ready(self) -> None:
        """Raises DaemonError."""
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process is None or self._process.poll() is not None:
                raise DaemonError(f"the daemon did not start:\n{self.read_log_end()}")
            if time.monotonic() > deadline:
                raise DaemonError(f"the daemon was not ready in {START_SECONDS:.0f} s")
            await asyncio.sleep(0.05)

    def _is_ready(self) -> bool:
        with self.log.open(errors="replace") as log:
            log.seek(self._log_start)
            ready = parse_ready(log.read())
        if ready:
            self._remember(ready.workers)
        return ready is not None

    def read_log_end(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def find_parsers(self) -> list[int]:
        """The processes that parse now: the daemon's children, but for Python's own helper."""
        if self._process is None:
            return []
        found = [
            child
            for child in find_children(self._process.pid)
            if b"resource_tracker" not in read_command(child)
        ]
        self._remember(found)
        return found

    def _remember(self, parsers: Iterable[int]) -> None:
        self._parsers.update((parser, read_birth(parser)) for parser in parsers)

    def kill(self) -> None:
        """SIGKILL: the daemon can finish nothing and tell nobody."""
        self.find_parsers()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def hang_up(self) -> None:
        """SIGHUP: it replaces its parsers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> float:
        """SIGTERM; the seconds that it took. Raises DaemonError if it does not end well."""
        if self._process is None:
            return 0.0
        self.find_parsers()
        started = time.monotonic()
        self._process.terminate()
        while self._process.poll() is None:
            if time.monotonic() - started > STOP_SECONDS:
                self.kill()
                raise DaemonError(f"the daemon did not end within {STOP_SECONDS:.0f} s of SIGTERM")
            await asyncio.sleep(0.05)
        if self._process.returncode != 0:
            raise DaemonError(
                f"the daemon ended with {self._process.returncode}:\n{self.read_log_end()}"
            )
        return time.monotonic() - started

    async def find_orphans(self) -> list[int]:
        """Parsers that are still there ORPHAN_SECONDS after the daemon is gone; they are killed."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while orphans := [pid for pid, birth in self._parsers.items() if is_alive(pid, birth)]:
            if time.monotonic() > deadline:
                kill_all(orphans)
                return orphans
            await asyncio.sleep(0.1)
        return []


def find_children(pid: int) -> list[int]:
    """The child processes of a process, as Linux tells; none where it is gone."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        # The thread may have ended since it was listed.
        with suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def read_command(pid: int) -> bytes:
    """The command line of a process; empty where it is gone, or dead and not yet buried."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def read_birth(pid: int) -> bytes:
    """When a process began, in ticks since the machine did; empty where it is gone."""
    try:
        # proc_pid_stat(5): the name, in parentheses, may hold anything.
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19]
    except OSError:
        return b""


def is_alive(pid: int, birth: bytes) -> bool:
    """Whether it is still that process, and not another one of the same number."""
    return birth != b"" and read_birth(pid) == birth and read_command(pid) != b""


def kill_all(pids: Sequence[int]) -> None:
    for pid in pids:
        # One that has ended by itself meanwhile is as good as killed.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
