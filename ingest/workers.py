"""Parser processes: each takes batches of mail from a queue of its own, in order."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any

import django

from ingest.errors import TryAgain
from ingest.statements import keep_plans


def _end_with_parent() -> None:
    """Ends this process when its parent is gone, however that came about."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def start_worker() -> None:
    """Makes a new process a parser: it ends when its parent does, and not before; and the server
    plans its statements only once."""
    # Ctrl-C reaches every process of the terminal, and a service manager's signals every one
    # of the service; the parent decides what is finished.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    keep_plans()


class Workers:
    """A fixed number of processes; `submit` says which of them is to do the work.

    Leaving the block waits for what is under way, and raises TryAgain if a process was killed.
    """

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pools = [
            ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=start_worker)
            for _ in range(count)
        ]

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
        if isinstance(error, BrokenExecutor):
            raise TryAgain("a parser process was killed") from error

    def submit(self, worker: int, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have `work` done by the worker of that number, after what it was given before."""
        return self._pools[worker % len(self._pools)].submit(work, *arguments)
