"""The life of the daemon: start, listen, reload, stop."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import stat
from asyncio import run_coroutine_threadsafe
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

from ingest.daemon import systemd
from ingest.daemon.addresses import Address
from ingest.daemon.door import Door
from ingest.daemon.indexing import keep_index
from ingest.daemon.metrics import Metrics, serve_metrics
from ingest.daemon.numbering import keep_numbering
from ingest.daemon.pool import Pool
from ingest.daemon.protocol import Session
from ingest.daemon.work import check_database
from ingest.daemon.worker import WorkerLost

log = logging.getLogger(__name__)

_BACKLOG = 1024
_READY_SECONDS = 10.0
# Of the time for stopping: for mail that is not stored by then to be answered.
_LAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen: for mail, in which protocol, and for those who watch us; and whether to keep
    the search's index while nothing is heard."""

    addresses: Sequence[Address]
    session: type[Session]
    metrics_address: Address | None
    index: bool


class ListenError(Exception):
    """An address cannot be listened on; the text says which one, and why."""


@contextlib.contextmanager
def _naming(address: Address) -> Iterator[None]:
    """Have an OSError say what address it is about. Raises ListenError."""
    try:
        yield
    except OSError as error:
        # Some errors of Python's own have no number.
        raise ListenError(f"cannot listen on {address}: {error.strerror or error}") from error


def open_socket(address: Address) -> socket.socket:
    """A listening socket; a Unix socket that nobody serves any more is replaced.

    Raises ListenError.
    """
    with _naming(address):
        return _open_unix_socket(address.path) if address.path else _open_port(address)


def _open_port(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)


def _open_unix_socket(name: str) -> socket.socket:
    path = Path(name)
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode) and _is_abandoned(name):
            path.unlink()
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(name)
        # Who may enter the folder may deliver; the folder's permissions say who that is.
        path.chmod(0o666)
        listener.listen(_BACKLOG)
        stack.pop_all()
    return listener


def _is_abandoned(path: str) -> bool:
    """Whether nobody serves a socket; one that has no time for us, or does not want us, is
    somebody's."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        return probe.connect_ex(path) == errno.ECONNREFUSED


def _answer_at_once(listener: socket.socket) -> None:
    """Keep the kernel from holding a short reply back until the last one is acknowledged."""
    if listener.family != socket.AF_UNIX:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _name_of(listener: socket.socket) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return str(Address(path=name))
    return str(Address(host=name[0], port=name[1]))


async def serve(
    listener: socket.socket, make_session: Callable[[], asyncio.Protocol]
) -> asyncio.Server:
    """Serve a listening socket of any kind.

    Unix sockets go the way of the others, since `create_unix_server` would remove the file when
    it closes (Python 3.13), also one that belongs to the service manager.
    """
    loop = asyncio.get_running_loop()
    # asyncio listens once more; by default it would leave room for only 100 who wait.
    return await loop.create_server(make_session, sock=listener, backlog=_BACKLOG)


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
        """Serve until SIGTERM or SIGINT. Raises ListenError."""
        loop = asyncio.get_running_loop()
        sockets = systemd.find_passed_sockets() or list(map(open_socket, self.listening.addresses))
        for listener in sockets:
            _answer_at_once(listener)
        watcher = self._watch()
        await self.pool.start()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        servers = [
            await serve(listener, lambda: self.listening.session(self.door)) for listener in sockets
        ]
        names = [_name_of(listener) for listener in sockets]
        self._say(f"lmtpd ready: {' '.join(names)} workers {' '.join(map(str, self.pool.pids))}")
        systemd.notify("READY=1")
        keeping = [keep_numbering(self.pool)]
        if self.listening.index:
            keeping.append(keep_index(self.pool))
        tasks = [asyncio.create_task(work) for work in keeping]
        await self._wait()
        systemd.notify("STOPPING=1")
        for task in tasks:
            task.cancel()
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
            except (WorkerLost, TimeoutError):
                return "no parser process answers"

        with _naming(self.listening.metrics_address):
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
        await self.door.close(max(seconds - 2 * _LAST_SECONDS, 0.0))
        await self.pool.stop(_LAST_SECONDS)
        await self.door.close(_LAST_SECONDS)

    def _reload(self) -> None:
        log.info("reloading")
        self.door.forget_directory()
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self._replace_workers())

    async def _replace_workers(self) -> None:
        try:
            await self.pool.reload()
        except (WorkerLost, OSError) as error:
            log.error("not reloaded, a parser process does not start: %s", error)
