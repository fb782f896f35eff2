#!/usr/bin/env python3
"""Measures the daemon: `tools/bench_lmtp.py ARCHIVE [--connections N] [--deliver N]`.

The mails of an archive are delivered to a `manage.py lmtpd` of its own, on a scratch database,
over several connections; each waits for its answer before it brings its next mail.
`tools/postgres -- tools/bench_lmtp.py ARCHIVE` measures on a fresh PostgreSQL.

Exit status: 0; 1, a bar is missed, or a mail was not accepted or is not in the database
afterwards; 66, ARCHIVE cannot be read; 69, no database can be made or the daemon fails.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv/bin/python"
# Started by another Python than the one that tools/serve and tools/test have made.
if find_spec("django") is None and VENV_PYTHON.exists():
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
sys.path.insert(0, str(ROOT))

from ingest.archive import ArchiveError  # noqa: E402
from tools.bench_clients import (  # noqa: E402
    DELIVER,
    Client,
    LmtpClient,
    Load,
    PipeClient,
)
from tools.bench_figures import (  # noqa: E402
    Figures,
    Pipe,
    Sample,
    choose_points,
    list_bars,
    print_bars,
    print_figures,
)
from tools.bench_machine import (  # noqa: E402
    Memory,
    connected,
    find_server_cpu,
    read_cpu,
    read_memory,
)
from tools.bench_mails import read_raws, rename  # noqa: E402
from tools.running_daemon import DaemonError, RunningDaemon, running_daemon  # noqa: E402
from tools.scratch import PROJECT, ScratchError  # noqa: E402

RECIPIENT = f"{PROJECT}@localhost"
RUNS = ROOT / "tools/bench_runs.py"
CLIENTS = {"lmtp": LmtpClient, "deliver": PipeClient}

Reading = TypeVar("Reading")


@dataclass(slots=True, kw_only=True)
class Watch:
    """Reads the memory of the daemon's processes at some numbers of answers."""

    daemon: RunningDaemon
    points: frozenset[int]
    samples: dict[int, Sample] = field(default_factory=dict)

    def note(self, answers: int) -> None:
        if answers in self.points:
            self.samples[answers] = self._read()

    def _read(self) -> Sample:
        loop, *workers = self._of_each(read_memory)
        return Sample(
            loop=loop,
            workers=Memory(
                allocated=sum(memory.allocated for memory in workers),
                peak=sum(memory.peak for memory in workers),
            ),
        )

    def read_cpu(self) -> dict[str, float]:
        loop, *workers = self._of_each(read_cpu)
        seconds = {"event loop": loop, "workers": sum(workers)}
        server = find_server_cpu()
        return seconds if server is None else seconds | {"server": server}

    def _of_each(self, read: Callable[[int], Reading]) -> list[Reading]:
        """What is read of the event loop's process, and of each parser process."""
        try:
            return [read(pid) for pid in (self.daemon.pid, *self.daemon.workers)]
        except FileNotFoundError as error:
            raise DaemonError("a process of the daemon was lost while it was measured") from error


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("--connections", type=int, default=16, metavar="N")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="parser processes; default: the daemon's own"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N mails")
    parser.add_argument(
        "--repeat",
        type=int,
        default=1,
        metavar="K",
        help="deliver the archive K times, each time under other message-ids and senders",
    )
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="in a random order")
    parser.add_argument("--database", metavar="URL", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument(
        "--transport",
        choices=tuple(CLIENTS),
        default="lmtp",
        help="connections to the daemon, or a tools/deliver for each mail",
    )
    parser.add_argument(
        "--deliver",
        type=int,
        default=0,
        metavar="N",
        help="afterwards also time N runs of tools/deliver, one after the other",
    )
    return parser.parse_args()


def read_mails(arguments: argparse.Namespace) -> list[bytes]:
    """The mails in their order, with the line ends that the daemon stores."""
    raws = read_raws(arguments.archive, arguments.limit, arguments.repeat)
    mails = [straighten(raw) for raw in raws]
    if arguments.shuffle is not None:
        random.Random(arguments.shuffle).shuffle(mails)
    if not mails:
        raise ArchiveError(arguments.archive, None, "there is no mail in it")
    return mails


def straighten(raw: bytes) -> bytes:
    """A mail in lines that end with LF, the last one too, as by LMTP it must."""
    raw = raw.replace(b"\r\n", b"\n")
    return raw if raw.endswith(b"\n") else raw + b"\n"


def measure_load(
    daemon: RunningDaemon, mails: Sequence[bytes], arguments: argparse.Namespace
) -> Figures:
    make_client = CLIENTS[arguments.transport]

    def connect() -> Client:
        return make_client(daemon.address, RECIPIENT)

    client = connect()
    prepared = [client.prepare(mail) for mail in mails]
    client.close()
    watch = Watch(daemon=daemon, points=choose_points(len(mails)))
    watch.note(0)
    load = Load(prepared, watch.note)
    children, before = children_cpu(), watch.read_cpu()
    started = time.perf_counter()
    load.run(connect, arguments.connections)
    wall = time.perf_counter() - started
    after = watch.read_cpu()
    cpu = {"client": load.cpu + children_cpu() - children}
    return Figures(
        messages=len(mails),
        wall=wall,
        seconds=load.seconds,
        answers=load.answers,
        cpu=cpu | {name: after[name] - before[name] for name in after},
        samples=watch.samples,
        missing=count_missing(mails),
    )


def children_cpu() -> float:
    """CPU seconds of those child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def count_missing(mails: Sequence[bytes]) -> int:
    """How many of the mails are not in the database, whatever was made of them there."""
    from patchtrack.models import Mail

    stored = set(Mail.objects.values_list("sha256", flat=True))
    return sum(sha256(mail).hexdigest() not in stored for mail in mails)


def measure_pipe(daemon: RunningDaemon, raws: Sequence[bytes], directory: Path) -> Pipe:
    """Run tools/deliver for each mail, and a Python that does nothing in turn with it."""
    paths = [directory / f"mail-{number}" for number in range(len(raws))]
    for path, raw in zip(paths, raws, strict=True):
        path.write_bytes(raw)
    python = Path(os.path.realpath(sys.executable))
    deliver = [DELIVER, "--no-fallback", "--lmtp", daemon.address, RECIPIENT]
    done = subprocess.run(
        [python, "-IS", RUNS, *paths, "--", *deliver, "--", "python3", "-c", "pass"],
        # The same Python for both, whatever wrappers come first in PATH.
        env=os.environ | {"PATH": f"{python.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    ours, empty = ([row for row in rows if row[0] == number] for number in "01")
    return Pipe(
        runs=len(ours),
        failed=sum(row[1] != "0" for row in ours),
        seconds=median(float(row[2]) for row in ours) / 1000,
        cpu=median(float(row[3]) for row in ours) / 1000,
        memory=max(int(row[4]) for row in ours) * 1024,
        empty_seconds=median(float(row[2]) for row in empty) / 1000,
    )


def run(arguments: argparse.Namespace) -> Figures:
    mails = read_mails(arguments)
    options = [f"--workers={arguments.workers}"] if arguments.workers else []
    with (
        connected(arguments.database),
        tempfile.TemporaryDirectory(prefix="patchtrack-bench-") as name,
        running_daemon(Path(name) / "log", options) as daemon,
    ):
        figures = measure_load(daemon, mails, arguments)
        if arguments.deliver:
            # As mails that the daemon has not seen.
            raws = [
                rename(mails[number % len(mails)], arguments.repeat + number)
                for number in range(arguments.deliver)
            ]
            figures.pipe = measure_pipe(daemon, raws, Path(name))
            figures.missing += count_missing(raws)
    return figures


def main() -> int:
    arguments = parse_arguments()
    # With the daemon stopped and the database gone.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        figures = run(arguments)
    except ArchiveError as error:
        return fail(os.EX_NOINPUT, error)
    except (ScratchError, DaemonError, OSError) as error:
        return fail(os.EX_UNAVAILABLE, error)
    bars = list(list_bars(figures))
    print_figures(figures)
    print_bars(bars)
    return 0 if all(bar.is_met for bar in bars) else 1


def fail(status: int, error: Exception) -> int:
    print(f"tools/bench_lmtp.py: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
