"""The life of the daemon: start, listen, reload, stop."""

import asyncio
import contextlib
import logging
import signal
import socket
import stat
from asyncio import run_coroutine_threadsafe
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

from ingest.daemon import systemd
from ingest.daemon.addresses import Address
from ingest.daemon.door import Door
from ingest.daemon.metrics import Metrics, serve_metrics
from ingest.daemon.pool import Pool
from ingest.daemon.protocol import Session
from ingest.daemon.work import check_database

log = logging.getLogger(__name__)

_BACKLOG = 1024
_READY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen: for mail, in which protocol, and for those who watch us."""

    addresses: Sequence[Address]
    session: type[Session]
    metrics_address: Address | None


def open_socket(address: Address) -> socket.socket:
    """A listening socket. Raises OSError; a Unix socket that nobody serves any more is replaced."""
    if not address.path:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
    path = Path(address.path)
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode) and not _is_served(address.path):
            path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address.path)
    # Who may enter the folder may deliver; the folder's permissions say who that is.
    path.chmod(0o666)
    listener.listen(_BACKLOG)
    return listener


def _is_served(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(path) == 0


def _answer_at_once(listener: socket.socket) -> None:
    """Keep the kernel from holding a short reply back until the last one is acknowledged."""
    if listener.family != socket.AF_UNIX:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _name_of(listener: socket.socket) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return str(Address(path=name))
    return str(Address(host=name[0], port=name[1]))


class Daemon:
    """Everything that runs, from start to stop."""

    def __init__(
        self,
        door: Door,
        pool: Pool,
        metrics: Metrics,
        listening: Listening,
        say: Callable[[str], None],
    ) -> None:
        """`say` is told, once, where the daemon listens and who its workers are."""
        self.door, self.pool, self.metrics = door, pool, metrics
        self.listening = listening
        self._say = say
        self._stopping = asyncio.Event()
        self._reloading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises OSError when an address cannot be listened on."""
        loop = asyncio.get_running_loop()
        sockets = systemd.find_passed_sockets() or list(map(open_socket, self.listening.addresses))
        for listener in sockets:
            _answer_at_once(listener)
        await self.pool.start()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        servers = [
            await loop.create_server(lambda: self.listening.session(self.door), sock=listener)
            if listener.family != socket.AF_UNIX
            else await loop.create_unix_server(
                lambda: self.listening.session(self.door), sock=listener
            )
            for listener in sockets
        ]
        watcher = self._watch()
        names = [_name_of(listener) for listener in sockets]
        self._say(f"lmtpd ready: {' '.join(names)} workers {' '.join(map(str, self.pool.pids))}")
        systemd.notify("READY=1")
        await self._wait()
        systemd.notify("STOPPING=1")
        await self._stop(servers)
        if watcher:
            watcher.shutdown()

    def _watch(self) -> ThreadingHTTPServer | None:
        if not self.listening.metrics_address:
            return None
        loop = asyncio.get_running_loop()

        def find_trouble() -> str:
            asking = run_coroutine_threadsafe(self.pool.ask(check_database), loop)
            try:
                return asking.result(_READY_SECONDS)
            except (BrokenExecutor, TimeoutError):
                return "no parser process answers"

        return serve_metrics(self.listening.metrics_address, self.metrics, find_trouble)

    async def _wait(self) -> None:
        """Wait for the end, and tell the service manager meanwhile that the loop turns."""
        interval = systemd.read_watchdog_seconds() / 3
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), interval or None)
            systemd.notify("WATCHDOG=1")

    async def _stop(self, servers: Sequence[asyncio.Server]) -> None:
        seconds = self.door.limits.stop_seconds
        for server in servers:
            server.close()
        # The answers to what is queued reach the clients before they are dismissed.
        await self.door.close(seconds)
        await self.pool.stop(1.0)
        await self.door.close(1.0)

    def _reload(self) -> None:
        log.info("reloading")
        self.door.forget_directory()
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self.pool.reload())
