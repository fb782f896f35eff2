"""Parser processes that race for the mails of an archive, on one database."""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

import django

from ingest import failpoints
from ingest.archive import read_archive
from tools.scratch import PROJECT

# As an MTA delivers again what is refused, but without the minutes that it waits.
MOST_DELIVERIES = 20
LONGEST_PAUSE = 0.2
# How long a parser waits for the others at the place where a protection is missing.
MEETING_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A protection to leave out, the kind of database that it protects, and the place where
    the parsers wait for each other, so that it is missed for certain and not by chance."""

    protection: str
    vendor: str
    place: str


GAPS = {
    "lock": Gap(protection="thread lock", vendor="postgresql", place="state read"),
    "retry": Gap(protection="retry", vendor="postgresql", place="threads found"),
    # SQLite has one writer at a time; the transaction is what makes all its steps one.
    "transaction": Gap(protection="transaction", vendor="sqlite", place="state read"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One way to deliver the mails, which go by their places in the archive. A parser stores
    `batch` of them in a transaction."""

    name: str
    order: str
    workers: int
    deliveries: tuple[int, ...]
    batch: int = 1
    gap: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run came to: how often a parser had to begin again, by cause, the mails that were
    refused for good, and the facts (`ingest.parity.find_facts`) that hold in the end."""

    seconds: float
    again: Counter[str]
    refused: list[int]
    facts: dict[str, str]


class ParserError(Exception):
    """A parser process ended before its work did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """Mails one behind the other in a file, so that every process can take any of them."""

    path: Path
    ends: tuple[int, ...]

    def read(self, mails: Sequence[int]) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            for mail in mails:
                start = self.ends[mail - 1] if mail else 0
                file.seek(start)
                yield file.read(self.ends[mail] - start)


def write_spool(path: Path, archive: Path, limit: int | None) -> Spool:
    """The first `limit` mails of an archive. Raises ArchiveError."""
    ends = []
    with path.open("wb") as file:
        for mail in islice(read_archive(archive), limit):
            file.write(mail.raw)
            ends.append(file.tell())
    return Spool(path=path, ends=tuple(ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What the parsers of a run share: how many deliveries are taken, and where they meet."""

    taken: Any
    barrier: Any
    over: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """What one parser has to tell when no mail is left."""

    again: Counter[str] = field(default_factory=Counter)
    refused: list[int] = field(default_factory=list)


def run_parsers(url: str, spool: Spool, run: Run) -> Result:
    """Deliver the mails of a run to the database at `url`. Raises ParserError.

    Every parser is ready before the first begins; the time counts from there.
    """
    context = multiprocessing.get_context("spawn")
    shared = _Shared(
        taken=context.Value("q", 0),
        barrier=context.Barrier(run.workers),
        over=context.Event(),
    )
    with ExitStack() as stack:
        parsers = [
            stack.enter_context(_start(context, url, spool, run, shared))
            for _ in range(run.workers)
        ]
        for parser in parsers:
            _expect(parser)
        started = time.monotonic()
        for parser in parsers:
            parser.send("go")
        reports = [_expect(parser) for parser in parsers]
        seconds = time.monotonic() - started
        parsers[0].send("tell")
        return Result(
            seconds=seconds,
            again=sum((report.again for report in reports), Counter()),
            refused=sorted(mail for report in reports for mail in report.refused),
            facts=_expect(parsers[0]),
        )


@contextmanager
def _start(
    context: SpawnContext, url: str, spool: Spool, run: Run, shared: _Shared
) -> Iterator[Connection]:
    """The connection to a new parser process, which ends with this context."""
    ours, its = context.Pipe()
    process = context.Process(target=_parse, args=(url, spool, run, shared, its), daemon=True)
    process.start()
    # With our copy closed, its end closes when the process dies, and nobody waits for it.
    its.close()
    try:
        yield ours
    finally:
        ours.close()
        process.terminate()
        process.join()


def _expect(parser: Connection) -> Any:
    try:
        return parser.recv()
    except (EOFError, ConnectionResetError) as error:
        raise ParserError("a parser process died; see what it wrote on stderr") from error


def _parse(url: str, spool: Spool, run: Run, shared: _Shared, parent: Connection) -> None:
    """The whole life of a parser process."""
    # Ctrl-C reaches every process of the terminal; the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "patchtrack.settings"}
    try:
        django.setup()
        _answer(spool, run, shared, parent)
    except (EOFError, BrokenPipeError):
        return  # The parent is gone, and nobody wants to know.


def _answer(spool: Spool, run: Run, shared: _Shared, parent: Connection) -> None:
    from ingest.parity import find_facts
    from patchtrack.models import Project

    project = Project.objects.get(linkname=PROJECT)
    parent.send("ready")
    parent.recv()
    with _leave_out(run.gap, shared):
        report = _deliver_all(project, spool, run, shared)
    parent.send(report)
    parent.recv()
    parent.send(find_facts(project))


@contextmanager
def _leave_out(gap: Gap | None, shared: _Shared) -> Iterator[None]:
    if gap is None:
        yield
        return
    try:
        with (
            failpoints.switched_off(gap.protection),
            failpoints.at(gap.place, lambda: _meet(shared)),
        ):
            yield
    finally:
        # Who is left need not wait for this parser any more.
        shared.over.set()
        shared.barrier.abort()


def _meet(shared: _Shared) -> None:
    """Wait until all parsers are at this place, or one of them waits for another's commit."""
    if shared.over.is_set():
        return
    try:
        shared.barrier.wait(MEETING_SECONDS)
    except BrokenBarrierError:
        shared.barrier.reset()


def _take(run: Run, shared: _Shared) -> Iterator[tuple[int, ...]]:
    """The next mails that no other parser has taken, until none is left."""
    while True:
        with shared.taken.get_lock():
            start = shared.taken.value
            shared.taken.value += run.batch
        mails = run.deliveries[start : start + run.batch]
        if not mails:
            return
        yield mails


def _deliver_all(project: Any, spool: Spool, run: Run, shared: _Shared) -> _Report:
    from ingest.retry import retries

    report = _Report(again=retries)
    most = 1 if run.gap and run.gap.protection == "retry" else MOST_DELIVERIES
    parent = multiprocessing.parent_process()
    for mails in _take(run, shared):
        if parent and not parent.is_alive():
            raise EOFError("the parent is gone")
        if not _deliver(project, list(spool.read(mails)), most):
            report.refused.extend(mails)
    return report


def _deliver(project: Any, raws: Sequence[bytes], most: int) -> bool:
    """Deliver mails, if need be several times; whether they are stored."""
    from django.utils import timezone

    from ingest.errors import TryAgain
    from ingest.incoming import Delivery
    from ingest.receive import receive
    from ingest.retry import retries

    for _ in range(most):
        with suppress(TryAgain):
            receive([Delivery(raw=raw, received_at=timezone.now()) for raw in raws], [project])
            return True
        retries["refused"] += 1
        time.sleep(random.uniform(0, LONGEST_PAUSE))
    return False
